"""A week of flights, the one in which the clocks were put forward, in a store."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from examples.flights.instances import FLIGHT
from examples.flights.load import Loaded, load
from factdb.database import Database

AFTERWARDS = datetime(2013, 4, 1, tzinfo=UTC)


def test_each_step_is_told_with_its_facts(
        loaded: list[Loaded], database: Database, week_tables: dict[str, pa.Table]) -> None:
    assert {step.relation: step.facts for step in loaded} == {
        name: table.num_rows for name, table in week_tables.items()}
    assert all(step.seconds > 0 for step in loaded)


def test_loading_again_changes_nothing(database: Database, week_tables: dict[str, pa.Table]) -> None:
    before = database.basis(valid_at=AFTERWARDS, system_at=AFTERWARDS)
    load(database, week_tables, lambda step: None)
    assert database.basis(valid_at=AFTERWARDS, system_at=AFTERWARDS) == before


def test_an_arrival_is_valid_at_the_departure_and_believed_from_the_landing(database: Database) -> None:
    departed, landed = datetime(2013, 3, 10, 4, 6, tzinfo=UTC), datetime(2013, 3, 10, 7, 3, tzinfo=UTC)
    flight = {"flight": "B635 2013-03-09 JFK"}

    def arrivals(system_at: datetime) -> list[dict[str, object]]:
        basis = database.basis(valid_at=AFTERWARDS, system_at=system_at)
        return database.at(basis).rows("flown", where=flight).to_pylist()

    assert arrivals(landed - timedelta(microseconds=1)) == []
    (row,) = arrivals(landed)
    assert (row["valid_from"], row["system_from"], row["delay"]) == (departed, landed, 89.0)


def by_hand(tables: dict[str, pd.DataFrame], flight: str, at: pd.Timestamp, *, known: bool) -> dict[str, object]:
    """The features of `flight` at `at`, row by row from the facts; with `known` only from those known then."""
    def seen(relation: str, hours: float, **equal: object) -> pd.DataFrame:
        rows = tables[relation]
        rows = rows[(rows.valid_from <= at) & (rows.valid_from > at - pd.Timedelta(hours=hours))]
        rows = rows[rows.system_from <= at] if known else rows
        for column, value in equal.items():
            rows = rows[rows[column] == value]
        return rows.sort_values(["valid_from", "system_from"])

    def share(rows: pd.DataFrame) -> float | None:
        delays = rows.delay.dropna()
        return float((delays > 15).mean()) if len(delays) else None

    def number(value: object) -> object:
        return None if pd.isna(value) else value

    plan = tables["scheduled"].set_index("flight").loc[flight]
    tail = tables["assigned"].set_index("flight").loc[flight, "tailnum"]
    plane = tables["plane"][tables["plane"].tailnum == tail]
    last = seen("flown", 168, tailnum=tail).delay
    readings = seen("weather", 24 * 365, origin=plan.origin)
    departs = plan.departs.tz_convert("America/New_York")
    answer: dict[str, object] = {
        "cancellations_3h": len(seen("cancelled", 3, origin=plan.origin)),
        "late_share_3h": share(seen("flown", 3, origin=plan.origin)),
        "carrier_late_share": share(seen("flown", 168, carrier=plan.carrier)),
        "dest_late_share": share(seen("flown", 24, dest=plan.dest)),
        "plane_last_delay": number(last.iloc[-1]) if len(last) else None,
        "plane_age": number(departs.year - plane.year.iloc[0]) if len(plane) else None,
        "departs_hour": departs.hour, "departs_weekday": departs.day_of_week,
        "distance": plan.distance, "carrier": plan.carrier, "origin": plan.origin,
    }
    for feature in ("wind", "temperature", "pressure", "rain", "visibility"):
        answer[feature] = number(readings[feature].iloc[-1]) if len(readings) else None
    for hours in (1, 3, 24):
        rows = seen("departed", hours, origin=plan.origin)
        answer[f"departures_{hours}h"] = len(rows)
        answer[f"delay_{hours}h"] = float(rows.delay.mean()) if len(rows) else None
    return answer


@pytest.mark.parametrize("lag", [timedelta(0), None], ids=["as known then", "valid time only"])
def test_features_are_what_the_facts_say_row_by_row(
        database: Database, spine: pa.Table, week_tables: dict[str, pa.Table], lag: timedelta | None) -> None:
    tables = {name: table.to_pandas() for name, table in week_tables.items()}
    basis = database.basis(valid_at=AFTERWARDS, system_at=AFTERWARDS)
    answers = database.along(spine, FLIGHT.features, basis=basis, lag=lag).to_pylist()
    for row, answer in zip(spine.to_pylist(), answers, strict=True):
        expected = by_hand(tables, row["flight"], pd.Timestamp(row["observed_at"]), known=lag is not None)
        for name in FLIGHT.features:
            assert answer[name] == pytest.approx(expected[name]), (row, name)


def test_the_concepts_are_the_arrivals_of_flights_that_arrived(
        database: Database, spine: pa.Table, week_tables: dict[str, pa.Table]) -> None:
    flown = week_tables["flown"].to_pandas().set_index("flight").delay
    basis = database.basis(valid_at=AFTERWARDS, system_at=AFTERWARDS)
    answers = database.along(spine, ("arrives_late", "arrival_delay"), basis=basis).to_pylist()
    for row, answer in zip(spine.to_pylist(), answers, strict=True):
        delay = flown.get(row["flight"])
        known = delay is not None and not pd.isna(delay)
        assert answer["arrival_delay"] == (delay if known else None)
        assert answer["arrives_late"] == (delay > 15 if known else None)


def test_a_concept_is_not_known_before_the_landing(database: Database) -> None:
    spine = pa.table({"flight": ["B635 2013-03-09 JFK"],
                      "observed_at": pa.array([datetime(2013, 3, 10, 0, 45, tzinfo=UTC)], pa.timestamp("us", "UTC"))})
    for system_at, late in ((datetime(2013, 3, 10, 7, 2, tzinfo=UTC), None),
                            (datetime(2013, 3, 10, 7, 3, tzinfo=UTC), True)):
        basis = database.basis(valid_at=AFTERWARDS, system_at=system_at)
        assert database.along(spine, ("arrives_late",), basis=basis)["arrives_late"].to_pylist() == [late]
