"""
Bulk loading from Arrow: typed, checked before anything is written, in the order of system time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from factdb.database import Database
from factdb.errors import Conflict, FactDBError, InvalidFact, InvalidPeriod, NaiveInstant, UnknownName, WrongType
from factdb.fact import Receipt
from tests.store.stores import day, latest, opened

INSTANT = pa.timestamp("us", tz="UTC")


def instants(*values: datetime | None, kind: pa.DataType = INSTANT) -> pa.Array:
    return pa.array(values, kind)


def load(database: Database, relation: str, columns: Mapping[str, Any], **times: str) -> Receipt:
    return database.load(relation, pa.table(dict(columns)), actor="a", source="s", reason="r",
                         **{"valid_from": "vf", **times})  # type: ignore[arg-type]


def test_rows_are_facts_with_stated_times() -> None:
    with opened() as database:
        receipt = load(database, "dog", {"dog": ["a", "b"], "name": ["A", None], "vf": instants(day(0), day(1)),
                                         "vt": instants(day(5), None), "sf": instants(day(2), day(3))},
                       valid_to="vt", system_from="sf")
        assert receipt.facts == 2
        rows = database.at(database.basis(valid_at=day(4), system_at=day(9))).rows("dog").to_pylist()
        assert [(r["dog"], r["name"], r["valid_to"].year, r["system_from"]) for r in rows] == [
            ("a", "A", 2013, day(2)), ("b", None, 9999, day(3))]


def test_words_on_one_key_count_in_the_order_of_system_time_then_of_rows() -> None:
    with opened() as database:
        load(database, "dog", {"dog": ["a", "a", "a"], "name": ["third", "first", "second"],
                               "vf": instants(day(0), day(0), day(0)), "sf": instants(day(3), day(1), day(1))},
             system_from="sf")
        named = [database.at(database.basis(valid_at=day(1), system_at=day(n))).rows("dog")["name"].to_pylist()
                 for n in (0, 1, 3)]
        assert named == [[], ["second"], ["third"]]


WRONG: dict[str, tuple[dict[str, Any], type[FactDBError], str]] = {
    "an unknown column": ({"dog": ["a"], "nmae": ["A"], "vf": instants(day(0))}, UnknownName, "did you mean name?"),
    "a column of another type": (
        {"dog": ["a"], "name": [1], "vf": instants(day(0))}, WrongType, "Expected text for dog.name"),
    "text for a number": (
        {"dog": ["a"], "weight": ["1"], "vf": instants(day(0))}, WrongType, "Expected float for dog.weight"),
    "a NULL key": ({"dog": ["a", None], "vf": instants(day(0), day(0))}, InvalidFact, "key column dog.dog"),
    "a NULL start": ({"dog": ["a"], "vf": instants(None)}, InvalidFact, "Expected an instant in every row of 'vf'"),
    "naive instants": ({"dog": ["a"], "vf": instants(day(0), kind=pa.timestamp("us"))}, NaiveInstant, "with a zone"),
    "nanoseconds that would be lost": (
        {"dog": ["a"], "vf": pa.array([1], pa.timestamp("ns", tz="UTC"))}, WrongType, "whole microseconds"),
    "no times": ({"dog": ["a"]}, UnknownName, "'vf'"),
    "a naive instant in a column": (
        {"dog": ["a"], "born": instants(day(0), kind=pa.timestamp("us")), "vf": instants(day(0))},
        NaiveInstant, "born"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_table_with_something_wrong_changes_nothing(what: str) -> None:
    columns, error, message = WRONG[what]
    with opened() as database:
        before = latest(database)
        with pytest.raises(error, match=message):
            load(database, "dog", columns)
        assert latest(database).transaction == before.transaction


def test_an_inverted_period_is_told_with_its_row() -> None:
    with opened() as database, pytest.raises(InvalidPeriod, match="in row 1 for dog"):
        load(database, "dog", {"dog": ["a", "b"], "vf": instants(day(0), day(2)), "vt": instants(day(1), day(2))},
             valid_to="vt")


def test_an_event_takes_no_end() -> None:
    with opened() as database, pytest.raises(InvalidFact, match="Expected no valid_to for event"):
        load(database, "bark", {"dog": ["a"], "vf": instants(day(0)), "vt": instants(day(1))}, valid_to="vt")


def test_a_load_is_repeated_by_its_key_and_conflicts_with_other_rows() -> None:
    with opened() as database:
        def again(name: str) -> Receipt:
            rows = pa.table({"dog": ["a"], "name": [name], "vf": instants(day(0))})
            return database.load("dog", rows, valid_from="vf", actor="a", source="s", reason="r", idempotency_key="k")

        assert not again("A").repeated
        assert again("A").repeated
        with pytest.raises(Conflict):
            again("B")


def test_categories_and_other_zones_are_taken_as_what_they_mean() -> None:
    with opened() as database:
        load(database, "dog", {"dog": pa.array(["a"]).dictionary_encode(),
                               "vf": pa.array([day(0)], pa.timestamp("ms", tz="America/New_York"))})
        row = database.at(latest(database)).rows("dog").to_pylist()[0]
        assert (row["dog"], row["valid_from"]) == ("a", day(0))


def test_the_year_2500_comes_back_as_it_went() -> None:
    far = datetime(2500, 1, 1, tzinfo=day(0).tzinfo)
    with opened() as database:
        load(database, "dog", {"dog": ["a"], "born": instants(far), "vf": instants(day(0)), "vt": instants(far)},
             valid_to="vt")
        row = database.at(latest(database)).rows("dog")
        assert row.to_pylist()[0]["born"] == far
        assert row.to_pandas()["valid_to"][0] == far


@pytest.mark.parametrize(("column", "values"), [
    ("weight", pa.array([True])), ("weight", pa.array([1]).cast(pa.duration("us"))), ("weight", pa.array([2**53 + 1])),
    ("name", pa.array([1]).dictionary_encode()), ("weight", pa.array(["1"]).dictionary_encode()),
    ("born", pa.array([1])), ("born", pa.array([10**18]).cast(INSTANT)), ("vf", pa.array([-10**18]).cast(INSTANT)),
])
def test_nothing_is_taken_for_what_it_is_not(column: str, values: pa.Array) -> None:
    with opened() as database, pytest.raises(WrongType, match=f"for (dog.)?'?{column}"):
        load(database, "dog", {"dog": ["a"], "vf": instants(day(0)), column: values})


@pytest.mark.parametrize("name", [pa.array(["A"], pa.large_string()), pa.array(["A"], pa.string_view()),
                                  pa.chunked_array([[], ["A"]], pa.string()), pa.array(["B", "A"]).slice(1)])
def test_text_is_text_however_it_lies_in_memory(name: pa.Array) -> None:
    with opened() as database:
        load(database, "dog", {"dog": ["a"], "name": name, "born": pa.nulls(1), "vf": instants(day(0)),
                               "vt": pa.nulls(1)}, valid_to="vt")
        assert database.at(latest(database)).rows("dog").select(["name", "born"]).to_pylist() == [
            {"name": "A", "born": None}]


def test_equal_rows_are_a_repeat_however_they_lie_in_memory() -> None:
    beside = [pa.array([1.5, 0.0], mask=np.array([False, True])), pa.array([0.0, 1.5, None]).slice(1),
              pa.Array.from_buffers(pa.float64(), 2, [pa.py_buffer(b"\1"), pa.array([1.5, 7.0]).buffers()[1]]),
              pa.chunked_array([[1.5], pa.array([None], pa.float64())])]
    with opened() as database:
        repeated = []
        for weight in beside:
            rows = pa.table({"dog": ["a", "b"], "weight": weight, "vf": instants(day(0), day(0))})
            repeated.append(database.load("dog", rows, valid_from="vf", actor="a", source="s", reason="r",
                                          idempotency_key="k").repeated)
        assert repeated == [False, True, True, True]


def test_a_column_that_stands_twice_is_refused() -> None:
    rows = pa.table([pa.array(["a"]), pa.array(["b"]), instants(day(0))], names=["dog", "dog", "vf"])
    with opened() as database, pytest.raises(InvalidFact, match="'dog' twice"):
        database.load("dog", rows, valid_from="vf", actor="a", source="s", reason="r")
