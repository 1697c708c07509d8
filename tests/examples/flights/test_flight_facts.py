from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from examples.flights.facts import Frames, flight_id
from factdb.period import FOREVER


def test_there_are_as_many_facts_as_the_year_has(tables: dict[str, pa.Table]) -> None:
    assert {name: table.num_rows for name, table in tables.items()} == {
        "plane": 3_322,
        "scheduled": 336_776,
        "assigned": 336_776,
        "weather": 26_115,
        "departed": 328_521,
        "cancelled": 8_255,
        "flown": 328_063,
    }


def test_a_flight_departs_or_is_cancelled(tables: dict[str, pa.Table]) -> None:
    departed, cancelled = (set(tables[name]["flight"].to_pylist()) for name in ("departed", "cancelled"))
    assert not departed & cancelled
    assert departed | cancelled == set(tables["scheduled"]["flight"].to_pylist())


def test_a_missing_tail_number_and_a_missing_reading_are_nulls(tables: dict[str, pa.Table]) -> None:
    assert tables["assigned"]["tailnum"].null_count == 2_512
    assert tables["plane"]["year"].null_count == 70
    assert tables["weather"]["gust"].null_count == 20_778
    assert tables["flown"]["delay"].null_count == 717  # diverted: landed, with no delay recorded
    assert not any(pc.any(pc.is_nan(column)).as_py() for table in tables.values() for column in table.columns
                   if pa.types.is_floating(column.type))


def test_every_table_stands_in_the_order_in_which_it_was_learned(tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        known = table["system_from"].to_pandas()
        assert known.is_monotonic_increasing, name
        assert table.schema.field("system_from").type == pa.timestamp("us", tz="UTC")


def test_nothing_is_known_before_it_is_valid(tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        assert pc.all(pc.greater_equal(table["system_from"], table["valid_from"])).as_py(), name


def test_what_happens_is_known_when_it_does_but_an_arrival_only_at_the_landing(tables: dict[str, pa.Table]) -> None:
    for name in ("departed", "cancelled", "scheduled", "assigned", "plane"):
        assert tables[name]["system_from"].equals(tables[name]["valid_from"]), name
    flown = tables["flown"].select(["valid_from", "system_from", "landed"]).to_pandas()
    assert (flown.system_from == flown.landed).all()
    assert (flown.system_from - flown.valid_from).between(timedelta(minutes=10), timedelta(hours=24)).all()


def test_the_weather_of_an_hour_is_known_at_its_end_and_each_hour_once(tables: dict[str, pa.Table]) -> None:
    weather = tables["weather"].select(["origin", "valid_from", "system_from"]).to_pandas()
    assert ((weather.system_from - weather.valid_from) == timedelta(hours=1)).all()
    assert not weather.duplicated(["origin", "valid_from"]).any()
    twice = datetime(2013, 11, 3, 5, tzinfo=UTC), datetime(2013, 11, 3, 6, tzinfo=UTC)  # both are 1 o'clock
    assert weather.valid_from.isin(twice).sum() == 6


def test_a_schedule_and_an_assignment_hold_for_ever(tables: dict[str, pa.Table]) -> None:
    for name in ("plane", "scheduled", "assigned"):
        assert pc.all(pc.equal(tables[name]["valid_to"], pa.scalar(FOREVER, pa.timestamp("us", tz="UTC")))).as_py()


def test_a_schedule_is_known_a_week_and_a_plane_a_day_before(tables: dict[str, pa.Table]) -> None:
    scheduled = tables["scheduled"].select(["flight", "departs", "system_from"]).to_pandas().set_index("flight")
    assigned = tables["assigned"].select(["flight", "system_from"]).to_pandas().set_index("flight")
    assert ((scheduled.departs - scheduled.system_from) == timedelta(days=7)).all()
    assert ((scheduled.departs - assigned.system_from) == timedelta(days=1)).all()


def test_a_flight_has_one_name_and_it_needs_the_origin(frames: Frames) -> None:
    names = flight_id(frames.flights)
    assert names.is_unique
    assert names.str.rsplit(n=1).str[0].duplicated(keep=False).sum() == 48
    assert isinstance(names, pd.Series)
