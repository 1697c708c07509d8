"""
Plans: the diagonal and the plain condition find the same rectangles, on random histories.
"""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from factdb.database import Database
from factdb.fact import assert_fact, retract_fact
from factdb.sql.query import ENTITIES, along_spine
from factdb.store.entities import entity_rows
from tests.store.stores import day, opened, tell

RULES = """
feature weight_of(dog) = w : dog(dog: dog, weight: w).
feature weight_before(dog) = w : dog(dog: dog, weight: w) ago 2d.
feature latitude_of(dog) = x : position(dog: dog, latitude: x).
feature heavy_here(dog) = x : dog(dog: dog, weight: 1.0), position(dog: dog, latitude: x).
"""
NAMES = ("weight_of", "weight_before", "latitude_of", "heavy_here")
days = st.integers(0, 6)


@st.composite
def words(draw: st.DrawFn) -> list[tuple[str, int, int, float | None, bool]]:
    """(relation, valid day, days it holds, value, whether it asserts) in the order of learning."""
    one = st.tuples(st.sampled_from(["dog", "position"]), days, st.integers(1, 9),
                    st.sampled_from([1.0, 2.0, None]), st.booleans())
    return draw(st.lists(one, min_size=1, max_size=8))


def told(database: Database, said: list[tuple[str, int, int, float | None, bool]]) -> None:
    for number, (relation, start, length, value, asserts) in enumerate(said):
        column = "weight" if relation == "dog" else "latitude"
        end = {"valid_to": day(start + length)} if relation == "dog" or not asserts else {}
        make = assert_fact if asserts else retract_fact
        tell(database, make(relation, {"dog": "a", column: value} if asserts else {"dog": "a"}, day(start), **end),
             system_at=day(number))


@settings(max_examples=30)
@given(st.data())
def test_the_diagonal_is_the_condition(data: DataObject) -> None:
    with opened() as database:
        database.declare(RULES, module="rules")
        told(database, data.draw(words()))
        instants = [day(number, hour) for number in range(-1, 12) for hour in (0, 7)]
        spine = pa.table({"dog": ["a"] * len(instants),
                          "observed_at": pa.array(instants, pa.timestamp("us", tz="UTC"))})
        basis = database.basis(valid_at=day(20), system_at=day(data.draw(st.integers(0, 9))))
        lag = data.draw(st.sampled_from([timedelta(0), timedelta(days=1), None]))
        rows = entity_rows(spine, NAMES, database.program, along=True)

        def answered(dense: frozenset[str]) -> list[dict[str, object]]:
            program = along_spine(NAMES, database.program, dense, lag)
            used = program.query.sql("duckdb").count("ASOF JOIN")
            assert (used > 0) == bool(dense)
            return database._store.answer(("plan", lag, dense), lambda _: program, basis, {ENTITIES: rows}).to_pylist()

        assert answered(frozenset({"dog", "position"})) == answered(frozenset())


@settings(max_examples=30)
@given(st.data())
def test_a_timeline_says_what_a_row_of_a_spine_sees(data: DataObject) -> None:
    with opened() as database:
        database.declare(RULES, module="rules")
        told(database, data.draw(words()))
        instants = [day(number, hour) for number in range(-1, 12) for hour in (0, 7)]
        spine = pa.table({"dog": ["a"] * len(instants),
                          "observed_at": pa.array(instants, pa.timestamp("us", tz="UTC"))})
        basis = database.basis(valid_at=day(20), system_at=day(data.draw(st.integers(0, 9))))
        lag = data.draw(st.sampled_from([timedelta(0), timedelta(days=1)]))
        along = database.along(spine, ["weight_of", "latitude_of"], basis=basis, lag=lag)
        for relation, column, feature in (("dog", "weight", "weight_of"), ("position", "latitude", "latitude_of")):
            timeline = database.at(basis).timeline(relation, {"dog": "a"}, lag=lag).to_pylist()
            seen = [[row[column] for row in timeline if row["observed_from"] <= at < row["observed_to"]]
                    for at in instants]
            assert all(len(rows) <= 1 for rows in seen)
            assert [rows[0] if rows else None for rows in seen] == along.column(feature).to_pylist()
