"""
Readings under way: each has a cursor of its own, and can be stopped from another thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, get_ident

import duckdb

from factdb.errors import Unavailable


class Readings:
    """Cursors of one connection, known by the thread that reads with them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._changed = Condition()
        self._under_way: list[tuple[int, duckdb.DuckDBPyConnection]] = []
        self._closed = False

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one reading; Unavailable once they are closed."""
        with self._changed:
            if self._closed:
                raise Unavailable("The store is closed")
            reading = (get_ident(), self._connection.cursor())
            self._under_way.append(reading)
        try:
            yield reading[1]
        finally:
            with self._changed:
                reading[1].close()
                self._under_way.remove(reading)
                self._changed.notify_all()

    def stop(self, thread: int) -> None:
        """Let the reading of `thread`, if it is at one, fail as interrupted; its next one begins as ever."""
        with self._changed:
            for reader, cursor in self._under_way:
                if reader == thread:
                    cursor.interrupt()

    def close(self) -> None:
        """Begin none; return when those under way are done. The engine closes no connection that is at work."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._under_way)
