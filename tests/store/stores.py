"""
A small store for the tests: two relations of each kind that matters, a clock that can be set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from factdb.basis import Basis
from factdb.database import Database
from factdb.fact import Fact, Receipt, assert_fact
from factdb.schema import Value
from factdb.store.clock import Clock

DOGS = """
relation dog(dog: text, name: text, weight: float unit "kg", born: instant) key(dog).
observed position(dog: text, latitude: float) key(dog).
event bark(dog: text, loudness: int) key(dog).
event liked(post: text, sniffer: text).
"""


class SetClock(Clock):
    """A clock that says what the test set, forwards or backwards."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2013, 1, 1, tzinfo=UTC) + timedelta(days=number, hours=hour)


@contextmanager
def opened(path: Path | None = None, clock: Clock | None = None) -> Iterator[Database]:
    """A database that declares DOGS, in a folder of its own unless `path` is given."""
    with TemporaryDirectory() as folder, Database.open(path or Path(folder) / "dogs.duckdb", clock=clock) as database:
        database.declare(DOGS, module="dogs")
        yield database


def dog(key: str, **values: Value) -> Fact:
    return assert_fact("dog", {"dog": key, **values}, day(0))


def tell(database: Database, *facts: Fact, system_at: datetime | None = None, key: str | None = None) -> Receipt:
    return database.transact(facts, actor="ann", source="test", reason="to see", system_at=system_at,
                             idempotency_key=key)


def latest(database: Database) -> Basis:
    return database.basis(valid_at=day(10), system_at=database.clock.now())


def dogs(database: Database, basis: Basis | None = None) -> list[Mapping[str, Value]]:
    return database.at(basis or latest(database)).rows("dog").select(["dog", "name"]).to_pylist()
