"""
The simulated network as facts with honest times: one Arrow table for each relation of `sniffable.dl`.

| relation | valid from | known (system) from |
| --- | --- | --- |
| dog, breed_guess, friend | when it began | then; a breed that is put right days later, from the first day on |
| pupdate | when it is posted | seconds later; hours later from a phone without a net |
| liked | when it happens | seconds later; one in twenty hours later |
| location | when the pupdate is posted | with the pupdate; a better fix hours later |
| tally | the end of the pupdate's hour | then; some late, some put right, all within half an hour |
| hour_of_day | the first day | then |

A table has the relation's columns, then valid_from and system_from in UTC, in the order of system_from.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from examples.sniffable.crowd import HOURS, simulate_crowd
from examples.sniffable.kennel import DAYS, simulate_kennel
from factdb.period import to_micros

INSTANT = pa.timestamp("us", tz="UTC")

THE_DAY = datetime(2024, 3, 4, tzinfo=UTC)
FIRST_DAY = THE_DAY - timedelta(days=DAYS)
ASKED = THE_DAY + timedelta(hours=HOURS)
SETTLED = ASKED + timedelta(minutes=30)


def facts(seed: int) -> dict[str, pa.Table]:
    """The facts of each relation by its name; the same seed gives the same bytes."""
    kennel, (pupdates, tallies) = simulate_kennel(seed), simulate_crowd(seed)
    return {
        "dog": _table(kennel.dogs[["dog", "name", "breed", "sex", "at", "known"]], FIRST_DAY),
        "breed_guess": _table(kennel.guesses, FIRST_DAY),
        "friend": _table(kennel.friends, FIRST_DAY),
        "pupdate": pa.concat_tables([_table(kennel.pupdates, FIRST_DAY), _table(pupdates, THE_DAY)]).sort_by(
            [("system_from", "ascending"), ("pupdate", "ascending")]),
        "liked": _table(kennel.likes, FIRST_DAY),
        "location": _table(kennel.locations, FIRST_DAY),
        "tally": _table(tallies, THE_DAY),
        "hour_of_day": _hours(),
    }


def _table(frame: pd.DataFrame, start: datetime) -> pa.Table:
    ordered = frame.sort_values("known", kind="stable")
    columns = {name: pa.array(ordered[name].to_numpy()) for name in frame.columns if name not in ("at", "known")}
    return pa.table({**columns, "valid_from": _instants(ordered["at"], start),
                     "system_from": _instants(ordered["known"], start)})


def _instants(hours: pd.Series, start: datetime) -> pa.Array:
    micros = np.rint(hours.to_numpy(dtype=np.float64) * 3_600e6).astype(np.int64) + to_micros(start)
    return pa.array(micros).cast(INSTANT)


def _hours() -> pa.Table:
    starts = [THE_DAY + timedelta(hours=hour) for hour in range(24)]
    told = pa.array([FIRST_DAY] * 24, INSTANT)
    return pa.table({"starts": pa.array(starts, INSTANT),
                     "ends": pa.array([start + timedelta(hours=1) for start in starts], INSTANT),
                     "valid_from": told, "system_from": told})
