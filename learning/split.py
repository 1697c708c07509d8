"""
Splits in time order, never by chance: what a model is tested on lies after all that it learned from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from factdb.errors import InvalidPeriod, WrongType
from factdb.period import to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """Train on rows observed before `train_until`, test on those observed at `test_from` or later.

    A training row must also lie `embargo` before the test: its concept is known only that much later, and the
    model that is tested would not have had it.
    """

    train_until: datetime
    test_from: datetime
    embargo: timedelta

    def __post_init__(self) -> None:
        if to_micros(self.train_until) > to_micros(self.test_from):
            raise InvalidPeriod(f"Expected train_until not after test_from, got {self.train_until.isoformat()} "
                                f"and {self.test_from.isoformat()}")
        if self.embargo < timedelta(0):
            raise InvalidPeriod(f"Expected an embargo of 0 or more, got {self.embargo}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The rows of a table, by index in their order: those to train on and those to test on."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(observed_at: pa.ChunkedArray, times: TimeSplit) -> Parts:
    """The rows to train on and to test on, by their instants; rows in the embargo are in neither.

    >>> from datetime import UTC
    >>> days = [datetime(2013, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    >>> rows = pa.chunked_array([pa.array(days, pa.timestamp("us", "UTC"))])
    >>> parts = split(rows, TimeSplit(train_until=days[2], test_from=days[2], embargo=timedelta(days=1)))
    >>> parts.train.tolist(), parts.test.tolist()
    ([0, 1], [2, 3])
    """
    if not pa.types.is_timestamp(observed_at.type) or observed_at.null_count:
        raise WrongType(f"Expected instants without NULL in observed_at, got {observed_at.type}")
    at = observed_at.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    test_from = to_micros(times.test_from)
    embargo = times.embargo // timedelta(microseconds=1)
    train = (at < to_micros(times.train_until)) & (at + embargo <= test_from)
    return Parts(train=np.flatnonzero(train), test=np.flatnonzero(at >= test_from))
