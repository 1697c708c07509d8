"""
Opening the DuckDB file: one process owns it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from sqlglot import exp

from factdb.errors import Unavailable
from factdb.sql.tables import CATALOG
from factdb.store.execute import run
from factdb.store.migrate import migrate

# Written so that the newest DuckDB 1.5 can still open the file.
STORAGE_VERSION = "v1.5.0"


def connect(path: Path, *, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """A connection to the store at `path`, created and migrated as needed; attached as CATALOG."""
    if not path.parent.is_dir():
        raise Unavailable(f"Cannot open the store {path}: expected its folder to exist")
    try:
        connection = duckdb.connect(config={
            "memory_limit": memory_limit, "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false", "temp_directory": str(path.parent / f".{path.name}.tmp")})
    except duckdb.Error as error:
        raise Unavailable(f"Cannot open the store {path} with a memory limit of {memory_limit!r}, expected one such "
                          f"as 2GB: {error}") from error
    # Without the type and a whole path, DuckDB would take `gates.csv` for a table to read and `md:x` for an address.
    attach = exp.Attach(
        this=exp.alias_(exp.Literal.string(str(path.absolute())), CATALOG),
        expressions=[exp.AttachOption(this=exp.var("TYPE"), expression=exp.var("DUCKDB")),
                     exp.AttachOption(this=exp.var("STORAGE_VERSION"), expression=exp.Literal.string(STORAGE_VERSION))])
    try:
        run(connection, attach)
        migrate(connection)
    except BaseException as error:
        connection.close()  # or the file would stay locked while somebody holds the error
        if isinstance(error, duckdb.Error):
            raise Unavailable(_refusal(path, error)) from error
        raise
    return connection


def _refusal(path: Path, error: duckdb.Error) -> str:
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.ResourceInUseException):
        return f"The store {path} is open in this process already: share that Database, or close it first"
    if "Could not set lock" in first:
        return (f"The store {path} is open in another process. One process owns a store; ask that one "
                f"(factdb serve), or stop it. {first}")
    return f"Cannot open the store {path}: {first}"
