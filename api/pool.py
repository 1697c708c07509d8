"""
Threads that wait for the store, so that the event loop need not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Condition, get_ident
from typing import TypeVar

from factdb.errors import Unavailable

Result = TypeVar("Result")

_AGAIN_SECONDS = 0.1
_CLOSE_SECONDS = 5.0


class Overloaded(Unavailable):
    """More requests are under way than the service takes."""

    code = "OVERLOADED"


class DeadlinePassed(Unavailable):
    """The answer did not come in time."""

    code = "TIMEOUT"


class Pool:
    """Runs calls on `threads` threads; refuses what would be more than `in_flight` at once.

    `stop` ends what a thread waits for, as soon as it can. A call that is late is stopped until it gives up, for it may
    ask one thing after the other: or a few calls that nobody waits for any more would keep all threads busy.
    """

    def __init__(self, *, threads: int, in_flight: int, seconds: float, stop: Callable[[int], None]) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="factdb-api")
        self._in_flight_max, self._seconds, self._stop = in_flight, seconds, stop
        self._in_flight, self._changed = 0, Condition()
        self._threads: dict[object, int] = {}

    async def run(self, call: Callable[[], Result]) -> Result:
        """What `call` returns; DeadlinePassed if that takes too long, waiting included.

        A call that has begun counts as in flight until it has ended.
        """
        with self._changed:
            if self._in_flight >= self._in_flight_max:
                raise Overloaded(f"Expected at most {self._in_flight_max} requests at once; try again")
            self._in_flight += 1
        ticket = object()
        future = self._executor.submit(self._begun, ticket, call)
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError:
            self._stopped(ticket, asyncio.get_running_loop())
            raise DeadlinePassed(f"No answer within {self._seconds:g} s") from None

    def close(self) -> None:
        """End the threads; the calls that run are stopped, and waited for a little."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for _ in range(round(_CLOSE_SECONDS / _AGAIN_SECONDS)):
            with self._changed:
                for thread in self._threads.values():
                    self._stop(thread)
                if self._changed.wait_for(lambda: not self._threads, _AGAIN_SECONDS):
                    return

    def _begun(self, ticket: object, call: Callable[[], Result]) -> Result:
        with self._changed:
            self._threads[ticket] = get_ident()
        try:
            return call()
        finally:
            with self._changed:
                del self._threads[ticket]
                self._changed.notify_all()

    def _stopped(self, ticket: object, loop: asyncio.AbstractEventLoop) -> None:
        with self._changed:  # while it is held, the thread cannot go on to another call
            if ticket not in self._threads:
                return
            self._stop(self._threads[ticket])
        loop.call_later(_AGAIN_SECONDS, partial(self._stopped, ticket, loop))

    def _ended(self, _: Future[Result]) -> None:
        with self._changed:
            self._in_flight -= 1
