"""
Where statements run: the only place that turns a sqlglot expression into text for DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from factdb.basis import Basis
from factdb.errors import InvalidFact
from factdb.period import FIRST_MICROS, FOREVER_MICROS, to_micros
from factdb.schema import Column, Type
from factdb.sql.program import SqlProgram
from factdb.sql.terms import SYSTEM_AT, THROUGH, VALID_AT

ARROW = {
    Type.TEXT: pa.string(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.BOOL: pa.bool_(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
    Type.DURATION: pa.duration("us"),
}


def run(connection: duckdb.DuckDBPyConnection, statement: exp.Expr) -> None:
    """Run `statement` for its effect."""
    connection.execute(statement.sql("duckdb", identify=False))


def rows(connection: duckdb.DuckDBPyConnection, query: exp.Expr) -> list[tuple[Any, ...]]:
    """The rows that `query` gives, in its order."""
    return connection.execute(query.sql("duckdb")).fetchall()


@contextmanager
def hand_over(connection: duckdb.DuckDBPyConnection, name: str, data: pa.Table) -> Iterator[None]:
    """Let statements see `data` as the table `name` for a while."""
    connection.register(name, data)
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a failed transaction refuses this too; the first error is the one to tell
            connection.unregister(name)
        raise
    connection.unregister(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A SqlProgram as text for DuckDB, with the parameters that the text names."""

    text: str
    columns: tuple[Column, ...]
    parameters: frozenset[str]


def prepare(program: SqlProgram) -> Prepared:
    """`program` ready to run, at any basis."""
    named = frozenset(str(placeholder.this) for placeholder in program.query.find_all(exp.Placeholder))
    return Prepared(text=program.query.sql("duckdb"), columns=program.columns, parameters=named)


def execute(connection: duckdb.DuckDBPyConnection, prepared: Prepared, basis: Basis,
            inputs: Mapping[str, pa.Table]) -> pa.Table:
    """The table that `prepared` gives at `basis`, in its order, with columns of their declared types.

    `inputs` are the tables that the program reads by name beside the store's.
    """
    times = {VALID_AT: to_micros(basis.valid_at), SYSTEM_AT: to_micros(basis.system_at), THROUGH: basis.transaction}
    parameters = {name: times[name] for name in prepared.parameters}
    for name, data in inputs.items():
        connection.register(name, data)
    try:
        found = connection.sql(prepared.text, params=parameters or None).to_arrow_table()
    finally:
        for name in inputs:
            connection.unregister(name)
    columns = [typed(found.column(index), column.type) for index, column in enumerate(prepared.columns)]
    return pa.table(columns, names=[column.name for column in prepared.columns])


def typed(values: pa.ChunkedArray, kind: Type) -> pa.ChunkedArray:
    """`values` as the Arrow type of `kind`; integers of microseconds become instants or durations."""
    if kind in (Type.INSTANT, Type.DURATION):
        values = values.cast(pa.int64())
    if kind is Type.INSTANT:
        ends = pc.min_max(values).as_py()
        if ends["min"] is not None and not FIRST_MICROS <= ends["min"] <= ends["max"] <= FOREVER_MICROS:
            raise InvalidFact("Expected instants from year 1 to 9999 in an answer; its arithmetic goes beyond")
    return values.cast(ARROW[kind])
