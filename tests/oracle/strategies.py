"""
Small random worlds: domains so tiny that keys, rows, instants and system times collide.

Days run from 0 to 6 after `START`; a history is a list of commits with stated system times that do not go
backwards, so that words arrive late, early and twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from factdb.fact import Fact, Op
from factdb.period import FOREVER, Period
from factdb.schema import Column, Kind, Relation, Type, Value

START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 6
WORDS = {Kind.STATE: "relation", Kind.EVENT: "event", Kind.OBSERVED: "observed"}
VALUES: Mapping[Type, tuple[Value, ...]] = {
    Type.TEXT: ("a", "b"),
    Type.INT: (0, 1, 2),
    Type.FLOAT: (-0.5, 2.0),
    Type.BOOL: (True, False),
    Type.INSTANT: (START, START + timedelta(days=2)),
    Type.DURATION: (timedelta(0), timedelta(hours=1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The facts of one transaction and the system time that it states."""

    facts: tuple[Fact, ...]
    system_at: datetime


def day(number: float) -> datetime:
    """The instant `number` days after START."""
    return START + timedelta(days=number)


days = st.integers(0, DAYS).map(day)
NUDGES = (timedelta(0), timedelta(0), timedelta(microseconds=-1), timedelta(hours=7))
moments = st.builds(lambda number, nudge: day(number) + nudge, st.integers(-1, DAYS + 3), st.sampled_from(NUDGES))


def declaration(relation: Relation) -> str:
    """The text that declares `relation`."""
    columns = ", ".join(f"{column.name}: {column.type.value}" for column in relation.columns)
    key = f" key({', '.join(relation.key)})" if relation.key else ""
    return f"{WORDS[relation.kind]} {relation.name}({columns}){key}."


@st.composite
def relations(draw: DrawFn, name: str = "said") -> Relation:
    """A relation of any kind; a reading has a key."""
    kind = draw(st.sampled_from(list(Kind)))
    keyed = kind is Kind.OBSERVED or draw(st.booleans())
    key = tuple(Column(name=f"k{i}", type=draw(st.sampled_from([Type.TEXT, Type.INT])), unit=None)
                for i in range(draw(st.integers(1, 2)) if keyed else 0))
    values = tuple(Column(name=f"v{i}", type=draw(st.sampled_from(list(Type))), unit=None)
                   for i in range(draw(st.integers(0 if keyed else 1, 2))))
    return Relation(name=name, kind=kind, columns=key + values, key=tuple(column.name for column in key))


@st.composite
def facts(draw: DrawFn, relation: Relation) -> Fact:
    """A word on `relation`, most often an assertion; a retraction says the identity alone."""
    op = draw(st.sampled_from([Op.ASSERT, Op.ASSERT, Op.ASSERT, Op.RETRACT]))
    columns = [column for column in relation.columns if op is Op.ASSERT or column.name in relation.identity]
    values = {column.name: draw(_values(relation, column)) for column in columns}
    start = draw(st.integers(0, DAYS))
    end = draw(st.one_of(st.none(), st.integers(start + 1, DAYS + 1)))
    if op is Op.ASSERT and relation.kind is not Kind.STATE:
        end = None
    return Fact(op=op, relation=relation.name, values=values,
                valid=Period(day(start), FOREVER if end is None else day(end)))


def _values(relation: Relation, column: Column) -> SearchStrategy[Value]:
    known = st.sampled_from(VALUES[column.type])
    return known if column.name in relation.key else st.one_of(known, known, st.none())


@st.composite
def histories(draw: DrawFn, of: Sequence[Relation], *, commits_max: int = 8, facts_max: int = 3) -> list[Commit]:
    """Commits in order; facts of one commit do not contradict each other."""
    commits, system_at = [], 0
    for _ in range(draw(st.integers(1, commits_max))):
        system_at += draw(st.sampled_from([0, 1, 1, 2]))
        said = draw(st.lists(st.sampled_from(list(of)).flatmap(facts), min_size=1, max_size=facts_max))
        commits.append(Commit(facts=tuple(_agreeing(of, said)), system_at=day(system_at)))
    return commits


def _agreeing(of: Sequence[Relation], said: Sequence[Fact]) -> list[Fact]:
    """The facts without those that speak of an identity of which an earlier one spoke."""
    identities = {relation.name: relation.identity for relation in of}
    kept = {(fact.relation, *(fact.values[name] for name in identities[fact.relation])): fact
            for fact in reversed(said)}
    return [fact for fact in said if fact in kept.values()]
