"""A split is by time: nothing of the test, nor of its embargo, is trained on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdb.errors import InvalidPeriod, WrongType
from learning.split import TimeSplit, split

DAY_0 = datetime(2013, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


def instants(days: list[int]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([day(d) for d in days], pa.timestamp("us", "UTC"))])


@given(st.lists(st.integers(0, 9)), st.integers(0, 9), st.integers(0, 3), st.integers(0, 3))
def test_training_ends_before_the_test_begins(days: list[int], until: int, gap: int, embargo: int) -> None:
    parts = split(instants(days), TimeSplit(train_until=day(until), test_from=day(until + gap),
                                            embargo=timedelta(days=embargo)))
    assert [days[i] for i in parts.test] == [d for d in days if d >= until + gap]
    assert [days[i] for i in parts.train] == [d for d in days if d < until and d + embargo <= until + gap]
    assert not np.intersect1d(parts.train, parts.test).size


def test_a_test_that_begins_before_training_ends_is_refused() -> None:
    with pytest.raises(InvalidPeriod, match="train_until"):
        TimeSplit(train_until=day(2), test_from=day(1), embargo=timedelta(0))
    with pytest.raises(InvalidPeriod, match="embargo"):
        TimeSplit(train_until=day(1), test_from=day(1), embargo=timedelta(days=-1))


def test_a_row_without_an_instant_is_refused() -> None:
    with pytest.raises(WrongType, match="observed_at"):
        split(pa.chunked_array([pa.array([None], pa.timestamp("us", "UTC"))]),
              TimeSplit(train_until=day(1), test_from=day(1), embargo=timedelta(0)))
