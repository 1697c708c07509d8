"""
The simulated network into a store: the program, then each relation in the order in which its facts were learned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from factdb.database import Database

_PROGRAM = Path(__file__).with_name("sniffable.dl")
_MODULE = "sniffable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many facts a relation got, none if it had them already, and in how many seconds of wall time."""

    relation: str
    facts: int
    seconds: float


def load(database: Database, tables: Mapping[str, pa.Table], on_step: Callable[[Loaded], None]) -> tuple[Loaded, ...]:
    """What was loaded of each relation, also told to `on_step` as soon as it is durable; again loads nothing."""
    database.declare(_PROGRAM.read_text(encoding="utf-8"), module=_MODULE)
    done = []
    for relation, rows in tables.items():
        began = perf_counter()
        receipt = database.load(
            relation, rows, valid_from="valid_from", system_from="system_from", actor="examples/sniffable",
            source="simulator", reason="made up, as it became known", idempotency_key=f"{_MODULE}/{relation}")
        done.append(Loaded(relation=relation, facts=0 if receipt.repeated else receipt.facts,
                           seconds=perf_counter() - began))
        on_step(done[-1])
    return tuple(done)
