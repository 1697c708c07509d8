"""
Wall and CPU seconds of a piece of work, and tables of ratios.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One way of doing a piece of work; `note` says what was checked."""

    way: str
    wall: float
    cpu: float
    note: str


def measured(way: str, work: Callable[[], T]) -> tuple[Measured, T]:
    """How long `work` took in this process, and what it gave."""
    wall, cpu = perf_counter(), process_time()
    result = work()
    return Measured(way=way, wall=perf_counter() - wall, cpu=process_time() - cpu, note=""), result


def show(title: str, peer: Measured, others: Sequence[Measured]) -> None:
    """Print a table; ratios are CPU seconds over those of `peer`, in this run."""
    table = Table(title=title, title_justify="left")
    for column in ("way", "ratio of CPU", "CPU s", "wall s", "note"):
        table.add_column(column, justify="left" if column in ("way", "note") else "right")
    for one in (peer, *others):
        table.add_row(one.way, f"{one.cpu / peer.cpu:.2f}", f"{one.cpu:.2f}", f"{one.wall:.2f}", one.note)
    Console().print(table)
