"""The window cases, served at a basis and built along a spine."""

from __future__ import annotations

import pyarrow as pa
import pytest

from factdb.database import Database
from tests.conformance.windows import ENTITY, PROGRAM, WindowCase, read_window_cases
from tests.laws.front_door import opened, told

CASES = read_window_cases()
INSTANT = pa.timestamp("us", tz="UTC")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_window_has_its_expected_aggregates(case: WindowCase) -> None:
    names = list(case.expected[0][1])
    with opened(PROGRAM) as database:
        told(database, database.program.relations.values(), case.commits)
        expected = [values for _, values in case.expected]
        assert _served(database, case, names) == expected
        assert _along(database, case, names) == expected


def _served(database: Database, case: WindowCase, names: list[str]) -> list[dict[str, object]]:
    entities = pa.table({"entity": [ENTITY]})
    views = [database.at(database.basis(valid_at=at, system_at=at)) for at, _ in case.expected]
    return [view.features(names, entities).select(names).to_pylist()[0] for view in views]


def _along(database: Database, case: WindowCase, names: list[str]) -> list[dict[str, object]]:
    instants = [at for at, _ in case.expected]
    spine = pa.table({"entity": [ENTITY] * len(instants), "observed_at": pa.array(instants, INSTANT)})
    basis = database.basis(valid_at=max(instants), system_at=max(instants))
    rows: list[dict[str, object]] = database.along(spine, names, basis=basis).select(names).to_pylist()
    return rows
