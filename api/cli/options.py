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
from api.pin import pin
from api.texts import read_instant
from factdb.basis import Basis
from factdb.database import Database

_NOW = "now"

StoreOption = Annotated[Path, typer.Option("--store", envvar="FACTDB_STORE", help="The store to use.")]
ValidAt = Annotated[str | None, typer.Option(
    "--valid-at", metavar="TIME", show_default=_NOW, help="Of which moment; ISO 8601 with a zone.")]
SystemAt = Annotated[str | None, typer.Option(
    "--system-at", metavar="TIME", show_default=_NOW, help="As known when; ISO 8601 with a zone.")]
BasisOption = Annotated[str | None, typer.Option(
    "--basis", metavar="TOKEN", help="A basis that was printed before, instead of times.")]
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


def pinned(database: Database, valid_at: str | None, system_at: str | None, token: str | None) -> Basis:
    """The basis that the options name; what they leave out is now, read from the clock once."""
    valid, system = (None if text in (None, _NOW) else read_instant(text) for text in (valid_at, system_at))
    return pin(database, now=database.clock.now(), valid=valid, system=system, token=token)
