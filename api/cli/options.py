"""
Options that several commands share, and what they name: a store and a basis.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.failures import NotFound
from api.cli.output import Format
from factdb.basis import Basis
from factdb.database import Database
from factdb.period import parse_instant

NOW = "now"

StoreOption = Annotated[Path, typer.Option("--store", envvar="FACTDB_STORE", help="The store to use.")]
ValidAt = Annotated[str, typer.Option("--valid-at", metavar="TIME", help="Of which moment; ISO 8601 with a zone.")]
SystemAt = Annotated[str, typer.Option("--system-at", metavar="TIME", help="As known when; ISO 8601 with a zone.")]
FormatOption = Annotated[Format | None, typer.Option(
    "--format", help="Default: a table on a terminal, JSON lines in a pipe.", show_default=False)]


def found(store: Path) -> Path:
    """The path `store`, where there must be a store."""
    if not store.is_file():
        raise NotFound(f"No store at {store}; `factdb init {store}` makes one")
    return store


@contextmanager
def opened(store: Path) -> Iterator[Database]:
    """The database at `store`, which must be there."""
    with Database.open(found(store)) as database:
        yield database


def pinned(database: Database, valid_at: str, system_at: str) -> Basis:
    """The basis that the two options name; `now` is read from the clock once for both."""
    now = database.clock.now()
    return database.basis(valid_at=now if valid_at == NOW else parse_instant(valid_at),
                          system_at=now if system_at == NOW else parse_instant(system_at))
