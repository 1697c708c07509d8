"""
Bulk loading from Arrow: typed, checked before anything is written, in the order of system time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
