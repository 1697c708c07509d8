"""
Where statements run: the only place that turns a sqlglot expression into text for DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from factdb.errors import InvalidFact
from factdb.schema import Type
from factdb.sql.program import SqlProgram

ARROW = {
    Type.TEXT: pa.string(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.BOOL: pa.bool_(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
    Type.DURATION: pa.duration("us"),
}


def run(connection: duckdb.DuckDBPyConnection, statement: exp.Expression) -> None:
    """Run `statement` for its effect."""
    connection.execute(statement.sql("duckdb", identify=False))


def rows(connection: duckdb.DuckDBPyConnection, query: exp.Expression) -> list[tuple[Any, ...]]:
    """The rows that `query` gives, in its order."""
    return connection.execute(query.sql("duckdb")).fetchall()


@contextmanager
def hand_over(connection: duckdb.DuckDBPyConnection, name: str, data: pa.Table) -> Iterator[None]:
    """Let statements see `data` as the table `name` for a while."""
    connection.register(name, data)
    try:
        yield
    finally:
        connection.unregister(name)


def execute(connection: duckdb.DuckDBPyConnection, program: SqlProgram, inputs: dict[str, pa.Table]) -> pa.Table:
    """The table that `program` gives, in its order, with columns of their declared types.

    `inputs` are the tables that the program reads by name beside the store's.
    """
    for name, data in inputs.items():
        connection.register(name, data)
    try:
        found = connection.sql(program.query.sql("duckdb")).to_arrow_table()
    except duckdb.OutOfRangeException as error:
        raise InvalidFact(f"A number does not fit while evaluating: {str(error).splitlines()[0]}") from error
    finally:
        for name in inputs:
            connection.unregister(name)
    columns = [typed(found.column(index), column.type) for index, column in enumerate(program.columns)]
    return pa.table(columns, names=[column.name for column in program.columns])


def typed(values: pa.ChunkedArray, kind: Type) -> pa.ChunkedArray:
    """`values` as the Arrow type of `kind`; integers of microseconds become instants or durations."""
    if kind in (Type.INSTANT, Type.DURATION):
        values = values.cast(pa.int64())
    return values.cast(ARROW[kind])
