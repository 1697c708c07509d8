"""
The law of the three readings: a feature along a spine is, at each row, the feature at the basis of that row; and
both are what the definition says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from factdb.basis import Basis
from factdb.database import Database
from factdb.datalog.program import Predicate
from factdb.datalog.syntax import Role
from factdb.errors import NotYet
from factdb.period import MICROSECOND
from factdb.schema import Value
from tests.laws.constructs import (
    CONSTRUCTS,
    FEATURES_OF_DOGS,
    NOT_YET,
    RELATIONS,
    SCHEMA,
    crowded_history,
    small_histories,
    together,
)
from tests.laws.front_door import ARROW, opened, point, stored_rows, told
from tests.laws.programs import SHARED, features
from tests.oracle.belief import Word
from tests.oracle.rules import Oracle
from tests.oracle.strategies import Commit, day

ENTITIES = {"dog": ("a", "b", "c", "unknown", None), "pupdate": ("p", "q", "r", "unknown")}
LAGS = (timedelta(0), timedelta(days=1), None)
LATE = day(30)
Observed: TypeAlias = tuple[str | None, str | None, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A database, what it was told, a spine over it and the lag at which it is read."""

    database: Database
    words: Mapping[str, Sequence[Word]]
    spine: tuple[Observed, ...]
    basis: Basis
    lag: timedelta | None

    def bases(self, role: Role) -> list[Basis]:
        """The basis of each row of the spine for a feature or a concept: nothing after `basis` is seen."""
        known = [self.basis.system_at if role is Role.CONCEPT or self.lag is None
                 else min(observed_at - self.lag, self.basis.system_at) for _, _, observed_at in self.spine]
        return [Basis(valid_at=observed_at, system_at=system_at, transaction=self.basis.transaction)
                for (_, _, observed_at), system_at in zip(self.spine, known, strict=True)]

    @property
    def table(self) -> pa.Table:
        """The spine as the front door takes it."""
        dogs, pupdates, instants = zip(*self.spine, strict=True)
        return pa.table({"dog": pa.array(dogs, pa.string()), "pupdate": pa.array(pupdates, pa.string()),
                         "observed_at": pa.array(instants, pa.timestamp("us", tz="UTC"))})


@pytest.fixture(scope="module")
def worlds() -> Iterator[list[World]]:
    with ExitStack() as stack:
        found = []
        for number, lag in enumerate(LAGS):
            database = stack.enter_context(opened(SCHEMA))
            found.append(world(database, crowded_history(number), spine=_rows(number), lag=lag, system_at=LATE))
        yield found


@pytest.mark.parametrize("name", [name for name in CONSTRUCTS if name not in NOT_YET])
def test_a_construct_is_along_a_spine_what_it_is_at_each_basis(name: str, worlds: list[World]) -> None:
    for each in worlds:
        each.database.declare(CONSTRUCTS[name], module="construct")
        assert_law(each, ["it"], served=1)


def test_constructs_asked_together_are_what_they_are_alone(worlds: list[World]) -> None:
    names, text = together(FEATURES_OF_DOGS)
    worlds[0].database.declare(text, module="construct")
    assert_law(worlds[0], names, served=1)


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_a_construct_that_is_not_built_is_refused(name: str, worlds: list[World]) -> None:
    with pytest.raises(NotYet):
        worlds[0].database.declare(CONSTRUCTS[name], module="construct")


@settings(max_examples=18)
@given(st.data())
def test_slicing_commutes_with_evaluating(data: DataObject) -> None:
    commits = data.draw(small_histories())
    with opened(SCHEMA + SHARED) as database:
        each = world(database, commits, spine=data.draw(_spines), lag=data.draw(st.sampled_from(LAGS)),
                     system_at=data.draw(st.sampled_from([LATE, day(3)])))
        names, text = together(data.draw(st.lists(features(), min_size=1, max_size=4)))
        database.declare(text, module="construct")
        assert_law(each, names, served=2)


def world(database: Database, commits: Sequence[Commit], *, spine: Sequence[Observed],
          lag: timedelta | None, system_at: datetime) -> World:
    """A world of `commits`, seen from `system_at`."""
    words = told(database, RELATIONS, commits)
    return World(database=database, words=words, spine=tuple(spine), lag=lag,
                 basis=database.basis(valid_at=system_at, system_at=system_at))


def assert_law(each: World, names: Sequence[str], *, served: int) -> None:
    """Along the spine, at the basis of `served` of its rows, and by definition, the names have the same values."""
    predicates = [each.database.program.predicates[name] for name in names]
    bases = each.bases(predicates[0].role)
    expected = [defined(each, predicate, bases) for predicate in predicates]
    along = each.database.along(each.table, names, basis=each.basis, lag=each.lag)
    for predicate, values in zip(predicates, expected, strict=True):
        assert_same(along, predicate, values)
    ordered = sorted(set(bases), key=lambda basis: basis.token)
    for basis in ordered[len(ordered) // 2:][:served]:
        rows = [number for number, other in enumerate(bases) if other == basis]
        at = each.database.at(basis).features(names, each.table.take(rows).drop_columns("observed_at"))
        for predicate, values in zip(predicates, expected, strict=True):
            assert_same(at, predicate, [values[row] for row in rows])


def defined(each: World, predicate: Predicate, bases: Sequence[Basis]) -> list[Value]:
    """The values of the feature by definition, one a row."""
    oracle = Oracle(each.database.program, each.words)
    places = [["dog", "pupdate"].index(column.name) for column in predicate.entities]
    return [oracle.value(predicate.name, tuple((dog, pupdate)[place] for place in places), point(basis))
            for (dog, pupdate, _), basis in zip(each.spine, bases, strict=True)]


def assert_same(table: pa.Table, predicate: Predicate, expected: Sequence[Value]) -> None:
    """Equal row by row and of the declared type; floats to the twelfth digit, for sums in another order."""
    assert table.schema.field(predicate.name).type == ARROW[predicate.columns[-1].type]
    found = [row[0] for row in stored_rows(table.select([predicate.name]))]
    assert [type(value) for value in found] == [type(value) for value in expected], (found, expected)
    assert found == [pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
                     for value in expected]


def _rows(number: int) -> list[Observed]:
    """A spine of every dog and pupdate at some instants, out of order and with a row that stands twice."""
    instants = [day(place) for place in (1, 3, 4 + number / 24, 6, 8)] + [day(5) - MICROSECOND]
    rows = [(dog, ENTITIES["pupdate"][(place + shift) % 4], instant) for place, instant in enumerate(instants)
            for shift, dog in enumerate(ENTITIES["dog"])]
    return [*rows[::2], *rows[1::2], rows[0]]


_spines = st.lists(st.tuples(st.sampled_from(ENTITIES["dog"]), st.sampled_from(["p", "q", "unknown"]),
                             st.sampled_from([day(number) for number in (0, 1, 2.5, 3, 4, 6)])), min_size=1, max_size=8)
