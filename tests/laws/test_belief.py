"""
The store against the definition of belief, on small random histories, through the front door.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from factdb.basis import Basis
from factdb.database import Database
from factdb.errors import Conflict, InvalidPeriod
from factdb.fact import assert_fact, retract_fact
from factdb.period import Period, to_micros
from factdb.schema import Relation, Value
from tests.laws.case_files import Case, read_cases
from tests.laws.front_door import held, opened, rectangles, told, values_of
from tests.oracle.belief import Word, history, rows
from tests.oracle.strategies import Commit, crowded, day, declaration, histories, moments, relations

SAID = "event said(key: text, value: int) key(key)."


@settings(max_examples=40)
@given(st.data())
def test_the_store_believes_what_the_definition_says(data: DataObject) -> None:
    relation = data.draw(relations())
    commits = data.draw(tellings(relation))
    with opened(declaration(relation)) as database:
        words = told(database, [relation], commits)["said"]
        for basis in data.draw(bases(database, len(commits))):
            assert_agreement(database, relation, words, basis)


@settings(max_examples=15)
@given(st.data())
def test_an_old_basis_replays_to_the_byte_whatever_is_learned_later(data: DataObject) -> None:
    relation = data.draw(relations())
    commits = data.draw(tellings(relation))
    before, after = commits[:len(commits) // 2 + 1], commits[len(commits) // 2 + 1:]
    with opened(declaration(relation)) as database:
        words = told(database, [relation], before)["said"]
        pinned = data.draw(bases(database, len(before)))
        answers = [answered(database, relation, basis, words) for basis in pinned]
        told(database, [relation], after)
        assert [answered(database, relation, basis, words) for basis in pinned] == answers


@settings(max_examples=10)
@given(st.data())
def test_a_store_that_was_closed_and_opened_again_answers_the_same(data: DataObject) -> None:
    relation = data.draw(relations())
    commits = data.draw(tellings(relation))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "laws.duckdb"
        with Database.open(path) as database:
            database.declare(declaration(relation), module="laws")
            words = told(database, [relation], commits)["said"]
            pinned = data.draw(bases(database, len(commits)))
            if data.draw(st.booleans()):  # read before closing, so that a lazy store has done its work, or has not
                answers = [answered(database, relation, basis, words) for basis in pinned]
        with Database.open(path) as database:
            again = [answered(database, relation, basis, words) for basis in pinned]
            assert "answers" not in locals() or again == answers
            for basis in pinned:
                assert_agreement(database, relation, words, basis)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_a_case_of_the_design_has_its_written_answer(case: Case) -> None:
    with opened(declaration(case.relation)) as database:
        told(database, [case.relation], [Commit(facts=(fact,), system_at=at) for at, fact in case.said])
        for (valid_at, system_at), shown in case.shown.items():
            view = database.at(database.basis(valid_at=valid_at, system_at=system_at))
            assert held(view.rows("said")) == sorted(shown, key=repr), f"at {valid_at}, {system_at}"
        for system_at, ever in case.history.items():
            view = database.at(database.basis(valid_at=system_at, system_at=system_at))
            assert rectangles(view.history("said", case.identity)) == sorted(ever, key=repr), f"known at {system_at}"


def test_p2_an_empty_or_inverted_period_is_refused() -> None:
    for end in (day(1), day(0)):
        with pytest.raises(InvalidPeriod):
            Period(day(1), end)


def test_p5_a_transaction_that_contradicts_itself_is_refused_whole() -> None:
    with opened("relation said(key: text, value: int) key(key).") as database:
        facts = [assert_fact("said", {"key": "other", "value": 0}, day(0)),
                 assert_fact("said", {"key": "k", "value": 1}, day(0), day(4)),
                 assert_fact("said", {"key": "k", "value": 2}, day(3), day(5))]
        with pytest.raises(Conflict):
            database.transact(facts, actor="a", source="s", reason="r", system_at=day(1))
        assert database.at(database.basis(valid_at=day(3), system_at=day(9))).rows("said").num_rows == 0


def test_p5_identical_facts_of_one_transaction_are_one() -> None:
    with opened("relation said(key: text, value: int) key(key).") as database:
        fact = assert_fact("said", {"key": "k", "value": 1}, day(0), day(4))
        database.transact([fact, fact], actor="a", source="s", reason="r", system_at=day(1))
        view = database.at(database.basis(valid_at=day(3), system_at=day(9)))
        assert len(held(view.rows("said"))) == len(rectangles(view.history("said", {"key": "k"}))) == 1


def test_p16_transactions_have_system_times_that_rise_strictly() -> None:
    with opened(SAID) as database:
        receipts = [database.transact([assert_fact("said", {"key": "k", "value": value}, day(0))],
                                      actor="a", source="s", reason="r") for value in range(5)]
        times = [receipt.system_at for receipt in receipts]
        assert times == sorted(set(times))
        numbers = [receipt.transaction for receipt in receipts]
        assert numbers == sorted(set(numbers))


def test_p17_a_basis_resolves_to_a_transaction_and_before_the_first_is_the_empty_store() -> None:
    with opened(SAID) as database:
        receipt = database.transact([assert_fact("said", {"key": "k", "value": 1}, day(0))],
                                    actor="a", source="s", reason="r", system_at=day(2))
        assert database.basis(valid_at=day(3), system_at=day(3)).transaction == receipt.transaction
        before = Basis(valid_at=day(3), system_at=day(3), transaction=0)
        assert database.at(before).rows("said").num_rows == 0
        assert database.at(database.basis(valid_at=day(3), system_at=day(1))).rows("said").num_rows == 0


def test_a_retraction_needs_the_identity_alone() -> None:
    with opened(SAID) as database:
        database.transact([assert_fact("said", {"key": "k", "value": 1}, day(0))],
                          actor="a", source="s", reason="r", system_at=day(1))
        database.transact([retract_fact("said", {"key": "k"}, day(0))],
                          actor="a", source="s", reason="r", system_at=day(2))
        assert database.at(database.basis(valid_at=day(3), system_at=day(3))).rows("said").num_rows == 0


def tellings(relation: Relation) -> SearchStrategy[list[Commit]]:
    """What is said of one relation: a few words that shrink well, or the beginning of many."""
    many = st.builds(lambda seed, commits: crowded([relation], seed, commits=12, facts_each=3)[:commits],
                     st.integers(0, 10_000), st.integers(1, 12))
    return st.one_of(histories([relation]), many)


@st.composite
def bases(draw: st.DrawFn, database: Database, commits: int) -> list[Basis]:
    """Some bases anywhere around a history, some of them at an earlier transaction."""
    transactions = st.one_of(st.none(), st.none(), st.integers(0, commits + 1))
    return [database.basis(valid_at=draw(moments), system_at=draw(moments), transaction=draw(transactions))
            for _ in range(draw(st.integers(2, 5)))]


def assert_agreement(database: Database, relation: Relation, words: Sequence[Word], basis: Basis) -> None:
    """The snapshot and the history of every identity are what the definition says."""
    view = database.at(basis)
    asked = {"system_at": to_micros(basis.system_at), "transaction": basis.transaction}
    expected = rows(relation, words, valid_at=to_micros(basis.valid_at), **asked)
    assert held(view.rows(relation.name)) == sorted(expected, key=repr)
    ever = history(relation, words, **asked)
    for values in identities(relation, words):
        stored = dict(zip([column.name for column in relation.columns], relation.row(values), strict=True))
        wanted = [each for each in ever if all(
            value == stored[column.name] for column, value in zip(relation.columns, each.row, strict=True)
            if column.name in values)]
        assert rectangles(view.history(relation.name, values)) == sorted(wanted, key=repr)


def answered(database: Database, relation: Relation, basis: Basis, words: Sequence[Word]) -> list[pa.Table]:
    """The snapshot and the histories as they come, order included."""
    view = database.at(basis)
    return [view.rows(relation.name),
            *[view.history(relation.name, values) for values in identities(relation, words)]]


def identities(relation: Relation, words: Sequence[Word]) -> list[dict[str, Value]]:
    """The identities that the words speak of, as a caller says them."""
    spoken = [values_of(relation, word.row) for word in words]
    found = [{name: values[name] for name in relation.identity} for values in spoken]
    return [values for place, values in enumerate(found) if values not in found[:place]]
