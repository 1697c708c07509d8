"""
What the compiler hands over: a query as a value. Only `store/execute` runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from factdb.schema import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlProgram:
    """A query with its typed columns.

    `split_key` names the column by which its input rows may be divided among machines with equal
    results, or is None when rows depend on each other across keys.
    """

    query: exp.Select
    columns: tuple[Column, ...]
    split_key: str | None
