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
    """SHA-256, in hex, of the columns' names and types and of the rows in their order."""
    sink = pa.BufferOutputStream()
    combined = table.combine_chunks()
    with pa.ipc.new_stream(sink, combined.schema.remove_metadata()) as writer:
        writer.write_table(combined.replace_schema_metadata(None))
    return sha256(sink.getvalue()).hexdigest()
