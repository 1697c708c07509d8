"""
Threads that wait for the store, so that the event loop need not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from factdb.errors import Unavailable

Result = TypeVar("Result")


class Overloaded(Unavailable):
    """More requests are under way than the service takes."""

    code = "OVERLOADED"


class DeadlinePassed(Unavailable):
    """The answer did not come in time."""

    code = "TIMEOUT"


class Pool:
    """Runs calls on `threads` threads; refuses what would be more than `in_flight` at once."""

    def __init__(self, *, threads: int, in_flight: int, seconds: float) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="factdb-api")
        self._in_flight_max, self._seconds = in_flight, seconds
        self._in_flight, self._lock = 0, Lock()

    async def run(self, call: Callable[[], Result]) -> Result:
        """What `call` returns; DeadlinePassed if that takes too long, waiting included.

        A call that has begun runs to its end, and counts as in flight until then.
        """
        with self._lock:
            if self._in_flight >= self._in_flight_max:
                raise Overloaded(f"Expected at most {self._in_flight_max} requests at once; try again")
            self._in_flight += 1
        future = self._executor.submit(call)
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError:
            raise DeadlinePassed(f"No answer within {self._seconds:g} s") from None

    def close(self) -> None:
        """End the threads, without waiting for the calls that run."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _ended(self, _: Future[Result]) -> None:
        with self._lock:
            self._in_flight -= 1
