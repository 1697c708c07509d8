"""A loaded table is its rows said one after the other, in the order of their system times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from factdb.fact import Fact, Op
from factdb.period import FOREVER, to_micros
from factdb.schema import Column, Kind, Relation, Type, Value
from tests.laws.front_door import opened, table_of
from tests.laws.test_belief import assert_agreement, bases
from tests.oracle.belief import Word
from tests.oracle.strategies import crowded, declaration, relations

ARGUMENTS = {"actor": "laws", "source": "test", "reason": "to see"}


@settings(max_examples=15)
@given(st.data())
def test_a_loaded_table_is_its_rows_in_the_order_of_system_time(data: DataObject) -> None:
    relation = data.draw(relations())
    commits = crowded([relation], data.draw(st.integers(0, 10_000)), commits=6, facts_each=3)
    said = [(fact, commit.system_at) for commit in commits for fact in commit.facts if fact.op is Op.ASSERT]
    rows = data.draw(st.permutations(said))[:data.draw(st.integers(1, len(said)))] if said else []
    with opened(declaration(relation)) as database:
        words: list[Word] = []
        for part in (rows[:3], rows[3:]):
            floor = max((word.system_from for word in words), default=0)
            kept = [(fact, at) for fact, at in part if to_micros(at) >= floor]
            if kept:
                table = table_of(columns(relation), [row(relation, fact) | {"at": at} for fact, at in kept])
                until = "until" if relation.kind is Kind.STATE else None
                receipt = database.load("said", table, valid_from="since", valid_to=until, system_from="at",
                                        **ARGUMENTS)
                words += logged(relation, kept, receipt.transaction)
        for basis in data.draw(bases(database, 2)):
            assert_agreement(database, relation, words, basis)


def columns(relation: Relation) -> list[Column]:
    """The relation's columns and those of the times."""
    times = ["since", "at", *(["until"] if relation.kind is Kind.STATE else [])]
    return [*relation.columns, *(Column(name=name, type=Type.INSTANT, unit=None) for name in times)]


def row(relation: Relation, fact: Fact) -> dict[str, Value]:
    """A fact as a row; an open end is NULL."""
    until = {"until": None if fact.valid.end == FOREVER else fact.valid.end} if relation.kind is Kind.STATE else {}
    return {**fact.values, "since": fact.valid.start, **until}


def logged(relation: Relation, said: Sequence[tuple[Fact, datetime]], transaction: int) -> list[Word]:
    """The words of a table, each at the place of its row."""
    return [Word.of(relation, fact, system_from=to_micros(at), transaction=transaction, position=position)
            for position, (fact, at) in enumerate(said)]
