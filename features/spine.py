"""
Spines: the (entity, observed_at) rows that features are wanted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from factdb.database import View
from factdb.datalog.syntax import Role
from factdb.errors import UnknownName
from factdb.sql.clock import OBSERVED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """Rows of entity columns and `observed_at`. Their order and their duplicates are kept in all that follows."""

    table: pa.Table

    def __post_init__(self) -> None:
        if OBSERVED_AT not in self.table.column_names:
            raise UnknownName("column of a spine", OBSERVED_AT, self.table.column_names)

    @property
    def entities(self) -> tuple[str, ...]:
        """The columns beside `observed_at`."""
        return tuple(name for name in self.table.column_names if name != OBSERVED_AT)

    @property
    def hash(self) -> str:
        """SHA-256, in hex, of the rows in their order."""
        return table_hash(self.table)

    def between(self, start: datetime, end: datetime) -> Spine:
        """The rows with `observed_at` in [start, end)."""
        at = self.table.column(OBSERVED_AT)
        kept = pc.and_(pc.greater_equal(at, pa.scalar(start, at.type)), pc.less(at, pa.scalar(end, at.type)))
        return Spine(table=self.table.filter(kept))


def spine_of(view: View, name: str) -> Spine:
    """The rows of the spine `name` of the program, at the view's basis, in the order of time and then of entity."""
    predicate = view.program.predicate(name, Role.SPINE)
    instant = predicate.columns[-1].name
    rows = view.predicate(name)
    rows = rows.sort_by([(instant, "ascending"), *[(c.name, "ascending") for c in predicate.entities]])
    return Spine(table=rows.rename_columns([*[c.name for c in predicate.entities], OBSERVED_AT]))


def table_hash(table: pa.Table) -> str:
    """SHA-256, in hex, of the columns' names and types and of the rows in their order: equal tables, equal hash.

    >>> rows = pa.table({"x": [1.5, None]})
    >>> table_hash(rows) == table_hash(pa.concat_tables([rows.slice(0, 1), rows.slice(1)]))
    True
    """
    sink = pa.BufferOutputStream()
    parts = [(name, part) for name, column in zip(table.column_names, table.columns, strict=True)
             for part in _parts(column)]
    told = pa.table([part for _, part in parts], names=[name for name, _ in parts]).combine_chunks()
    with pa.ipc.new_stream(sink, told.schema) as writer:
        writer.write_table(told)
    return sha256(sink.getvalue()).hexdigest()


def _parts(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, ...]:
    """The column; one with NULLs as its values with a zero for each NULL, and which are values."""
    if not column.null_count:
        return (column,)
    # What an engine leaves in the bytes of a NULL is no part of the rows: a filter may bring it, a copy not.
    return pc.fill_null(column, pa.scalar(0).cast(column.type)), pc.is_valid(column)
