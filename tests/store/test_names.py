"""
Names: what the store calls its own columns, and what the engine takes for one name, changes no answer.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from factdb.errors import FactDBError
from factdb.fact import assert_fact
from tests.laws.front_door import opened
from tests.store.stores import day, latest, tell

OWN = ("row", "key", "size", "only_asserts", "run", "starts", "whole_from", "bin", "rank", "diagonal_from",
       "next_valid_from", "previous_value", "found", "holds", "c_0", "k_0", "v_x", "select")
KINDS = {"a state": ("relation", True), "a set": ("relation", False), "readings": ("observed", True),
         "events": ("event", False), "keyed events": ("event", True)}


def answers(kind: str, keyed: bool, first: str, second: str) -> list[list[tuple[Any, ...]]]:
    """Everything there is to ask of a small relation with the columns `first` and `second`."""
    key = f" key({first})" if keyed else ""
    with opened(f"{kind} said({first}: text, {second}: int){key}. "
                f"feature newest({first}) = last {second} {{ said({first}, {second}) within 5d }}.") as database:
        for place, (subject, value) in enumerate([("x", 1), ("x", 2), ("y", 0), ("x", 2), ("x", 1), ("y", 0)]):
            fact = assert_fact("said", {first: subject, second: value}, day(5 - place if place % 2 else place))
            tell(database, fact, system_at=day(place))
        view = database.at(database.basis(valid_at=day(6), system_at=day(8)))
        spine = pa.table({first: ["x", "y", "z"], "observed_at": pa.array([day(4)] * 3, pa.timestamp("us", "UTC"))})
        tables = [view.rows("said"), view.history("said"), view.timeline("said"),
                  view.query(f"said({first}, {second})"), view.features(["newest"], spine),
                  database.along(spine, ["newest"], basis=view.basis)]
        return [[tuple(row.values()) for row in table.to_pylist()] for table in tables]


@pytest.mark.parametrize("what", KINDS)
def test_a_column_may_be_called_as_the_store_calls_its_own(what: str) -> None:
    plain = answers(*KINDS[what], "subject", "number")
    for name in OWN:
        assert answers(*KINDS[what], name, "number") == plain, name
        assert answers(*KINDS[what], "subject", name) == plain, name


def test_a_feature_and_an_entity_may_be_called_row() -> None:
    with opened("relation r(row: text, n: int) key(row). feature row(row) = n : r(row, n).") as database:
        tell(database, assert_fact("r", {"row": "a", "n": 1}, day(0)))
        assert database.at(latest(database)).features(["row"], pa.table({"row": ["a", "b"]})).to_pylist() == [
            {"row": 1}, {"row": None}]


def test_variables_that_differ_in_capitals_are_two() -> None:
    with opened("relation pair(a: text, b: int). both(aB, ab) :- pair(aB, ab). "
                "feature sum_of(aB, ab) = x : pair(aB, ab), x = ab + 1.") as database:
        tell(database, assert_fact("pair", {"a": "a", "b": 1}, day(0)))
        view = database.at(latest(database))
        assert view.query("pair(aB, ab)").to_pylist() == [{"aB": "a", "ab": 1}]
        assert view.predicate("both").to_pylist() == [{"aB": "a", "ab": 1}]
        assert view.features(["sum_of"], pa.table({"aB": ["a"], "ab": [1]})).to_pylist() == [{"sum_of": 2}]


@pytest.mark.parametrize("text", [
    "relation r(name: text, nAME: text).",
    "relation r(valid_From: text).",
    "relation r(seen_to: int).",
    "relation dog(dog: text). relation dOG(dog: text).",
])
def test_declared_names_that_the_engine_takes_for_one_are_refused(text: str) -> None:
    with opened("") as database:
        with pytest.raises(FactDBError, match=r"capitals|by nature"):
            database.declare(text, module="more")
        assert not database.program.relations


def test_a_relation_of_another_module_keeps_its_table() -> None:
    with opened("relation dog(dog: text).") as database, pytest.raises(FactDBError, match="differs from 'dog'"):
        database.declare("event dOG(dog: text).", module="more")
