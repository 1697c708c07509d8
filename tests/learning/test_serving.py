"""Rows and frames come back as they were sent, in whatever pieces; anything else is an error, never an object."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdb.errors import Fault
from learning.columns import Feature, FeatureType
from learning.serving.frames import Frames, Reply, Request, Status
from learning.serving.rows import cleaned, decode_rows, encode_row
from learning.serving.worker import answer
from tests.learning.made import linear_model

FEATURES = (Feature(name="wind", type=FeatureType.NUMBER), Feature(name="mode", type=FeatureType.TEXT))
WIND = st.none() | st.floats(allow_nan=False, allow_infinity=False)
MODE = st.none() | st.text()


@given(st.lists(st.tuples(WIND, MODE), min_size=1))
def test_rows_come_back_as_they_were_sent(rows: list[tuple[float | None, str | None]]) -> None:
    sent = [encode_row(FEATURES, cleaned(FEATURES, {"wind": wind, "mode": mode})) for wind, mode in rows]
    back = decode_rows(FEATURES, sent)
    assert [None if math.isnan(wind) else wind for wind in back["wind"].tolist()] == [wind for wind, _ in rows]
    assert back["mode"].tolist() == [mode for _, mode in rows]


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 20))
def test_frames_are_cut_where_they_were_joined(rows: list[bytes], piece: int) -> None:
    sent = [Request(id=number, deadline=1.5, row=row) for number, row in enumerate(rows)]
    stream = b"".join(request.encode() for request in sent)
    frames = Frames()
    bodies = [body for start in range(0, len(stream), piece) for body in frames.feed(stream[start : start + piece])]
    assert [Request.decode(body) for body in bodies] == sent


@given(st.binary(max_size=40))
def test_what_a_mad_worker_writes_is_a_reply_or_a_fault(noise: bytes) -> None:
    try:
        reply = Reply.decode(noise)
    except Fault:
        return
    assert reply.status in Status


def test_a_frame_without_end_is_refused() -> None:
    with pytest.raises(Fault, match="at most"):
        list(Frames().feed(struct.pack("<I", 1 << 30)))


def test_a_row_of_other_features_is_refused() -> None:
    for row in (b"", b"\x00" * 11, b"\x00" * 13):
        with pytest.raises((ValueError, struct.error)):
            decode_rows(FEATURES, [row])


def test_what_is_past_its_deadline_is_not_predicted() -> None:
    row = encode_row(FEATURES, {"wind": 10.0, "mode": "calm"})
    requests = [Request(id=1, deadline=5.0, row=row), Request(id=2, deadline=7.0, row=row),
                Request(id=3, deadline=7.0, row=row[:-1])]
    replies = {reply.id: reply for reply in answer(linear_model(), requests, now=6.0)}
    assert [replies[number].status for number in (1, 2, 3)] == [Status.EXPIRED, Status.OK, Status.RAISED]
    assert np.isclose(replies[2].value, 0.2)
