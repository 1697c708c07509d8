"""
The rule program as the store keeps it: named modules of text, every version, in the order they came.
"""

from __future__ import annotations

import duckdb
from sqlglot import exp

from factdb.schema import Relation
from factdb.sql.tables import belief_columns, create_table, log_columns, table
from factdb.sql.terms import big, col
from factdb.store.execute import rows, run


def modules(connection: duckdb.DuckDBPyConnection, through: int) -> dict[str, str]:
    """The text of each module in force at the end of transaction `through`, in order of first declaration."""
    query = exp.select(col("module"), col("text")).from_(table("factdb", "modules")).where(
        col("transaction") <= big(through)).order_by(col("transaction"))
    texts: dict[str, str] = {}
    for module, text in rows(connection, query):
        texts[module] = text
    return texts


def declare(connection: duckdb.DuckDBPyConnection, transaction: int, module: str, text: str) -> None:
    """Enter a version of `module`."""
    values = [big(transaction), exp.Literal.string(module), exp.Literal.string(text)]
    run(connection, exp.insert(exp.select(*values), table("factdb", "modules")))


def create_tables(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    """Make the tables of `relation` unless they exist."""
    run(connection, create_table("log", relation.name, log_columns(relation)))
    run(connection, create_table("belief", relation.name, belief_columns(relation)))
