"""
The frames between a parent and its worker: fixed binary, so that neither ever builds an object the other describes.

    frame   = length u32 | body          request = id u64 | deadline f64 | row
                                         reply   = id u64 | status u8 | value f64 | reason UTF-8

A deadline is an instant of CLOCK_MONOTONIC, which all processes of a machine share. Little-endian throughout.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from factdb.errors import Fault

FRAME_MAX = 1 << 20

_LENGTH = struct.Struct("<I")
_REQUEST = struct.Struct("<Qd")
_REPLY = struct.Struct("<QBd")


class Status(IntEnum):
    """What a worker says: of a request, or (READY, REFUSED) of itself."""

    OK = 0
    EXPIRED = 1
    RAISED = 2
    BAD_OUTPUT = 3
    READY = 4
    REFUSED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One row to predict before `deadline`."""

    id: int
    deadline: float
    row: bytes

    def encode(self) -> bytes:
        """The frame."""
        return _framed(_REQUEST.pack(self.id, self.deadline) + self.row)

    @classmethod
    def decode(cls, body: bytes) -> Request:
        """The request that a frame's body holds."""
        request_id, deadline = _REQUEST.unpack_from(body)
        return cls(id=request_id, deadline=deadline, row=body[_REQUEST.size :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The word on request `id`; `value` counts only when the status is OK."""

    id: int
    status: Status
    value: float
    reason: str

    def encode(self) -> bytes:
        """The frame."""
        return _framed(_REPLY.pack(self.id, self.status, self.value) + self.reason.encode())

    @classmethod
    def decode(cls, body: bytes) -> Reply:
        """The reply that a frame's body holds; Fault if it holds none."""
        try:
            request_id, status, value = _REPLY.unpack_from(body)
            return cls(id=request_id, status=Status(status), value=value,
                       reason=body[_REPLY.size :].decode(errors="replace"))
        except (struct.error, ValueError):
            raise Fault(f"Expected a reply of {_REPLY.size} bytes or more with a known status") from None


class Frames:
    """
    Cuts a stream of bytes into the bodies of its frames.

    >>> frames = Frames()
    >>> list(frames.feed(b"\\x02\\x00\\x00")), list(frames.feed(b"\\x00ab\\x01"))
    ([], [b'ab'])
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete now; Fault at a frame longer than FRAME_MAX."""
        self._rest += data
        while len(self._rest) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._rest)
            if length > FRAME_MAX:
                raise Fault(f"Expected a frame of at most {FRAME_MAX} bytes, got {length}")
            end = _LENGTH.size + length
            if len(self._rest) < end:
                return
            body = bytes(self._rest[_LENGTH.size : end])
            del self._rest[:end]
            yield body


def _framed(body: bytes) -> bytes:
    return _LENGTH.pack(len(body)) + body
