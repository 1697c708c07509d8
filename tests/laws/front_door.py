"""
The database as the laws see it: opened in a temporary folder, told commits, its answers as the oracle writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pyarrow as pa

from factdb.basis import Basis
from factdb.database import Database
from factdb.period import MICROSECOND, from_micros, to_micros
from factdb.schema import Column, Relation, Type, Value
from tests.oracle.belief import Held, Rectangle, Row, Word
from tests.oracle.rules import Point
from tests.oracle.strategies import Commit

ARROW = {Type.TEXT: pa.string(), Type.INT: pa.int64(), Type.FLOAT: pa.float64(), Type.BOOL: pa.bool_(),
         Type.INSTANT: pa.timestamp("us", tz="UTC"), Type.DURATION: pa.duration("us")}
T = TypeVar("T")


@contextmanager
def opened(text: str) -> Iterator[Database]:
    """A new database that declares `text`."""
    with TemporaryDirectory() as folder, Database.open(Path(folder) / "laws.duckdb") as database:
        database.declare(text, module="laws")
        yield database


def told(database: Database, relations: Iterable[Relation], commits: Sequence[Commit]) -> dict[str, list[Word]]:
    """The words that `database` logs when it is told `commits`, one transaction each, by relation."""
    named = {relation.name: relation for relation in relations}
    words: dict[str, list[Word]] = {name: [] for name in named}
    for commit in commits:
        receipt = database.transact(commit.facts, actor="laws", source="test", reason="to see",
                                    system_at=commit.system_at)
        for position, fact in enumerate(commit.facts):
            words[fact.relation].append(Word.of(named[fact.relation], fact, system_from=to_micros(commit.system_at),
                                                transaction=receipt.transaction, position=position))
    return words


def held(table: pa.Table) -> list[Held]:
    """The rows of a snapshot, in any order."""
    return _sorted(Held(row=row[:-3], valid_from=row[-3], valid_to=row[-2], system_from=row[-1])
                   for row in stored_rows(table))


def rectangles(table: pa.Table) -> list[Rectangle]:
    """The rows of a history, in any order."""
    return _sorted(Rectangle(row=row[:-4], valid_from=row[-4], valid_to=row[-3], system_from=row[-2], system_to=row[-1])
                   for row in stored_rows(table))


def stored_rows(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of a table with instants and durations in microseconds."""
    return [tuple(_stored(value) for value in row.values()) for row in table.to_pylist()]


def values_of(relation: Relation, row: Row) -> dict[str, Value]:
    """A stored row as a caller says it."""
    return {column.name: _said(column, value) for column, value in zip(relation.columns, row, strict=True)}


def table_of(columns: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """An Arrow table of `rows`, typed as the relation's or predicate's `columns`."""
    schema = pa.schema([(column.name, ARROW[column.type]) for column in columns])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def point(basis: Basis) -> Point:
    """`basis` as the oracle has it."""
    return Point(valid_at=to_micros(basis.valid_at), system_at=to_micros(basis.system_at),
                 transaction=basis.transaction)


def _said(column: Column, value: Value) -> Value:
    match column.type, value:
        case Type.INSTANT, int():
            return from_micros(value)
        case Type.DURATION, int():
            return value * MICROSECOND
    return value


def _stored(value: Value) -> Value:
    match value:
        case datetime():
            return to_micros(value)
        case timedelta():
            return value // MICROSECOND
    return value


def _sorted(rows: Iterable[T]) -> list[T]:
    return sorted(rows, key=repr)
