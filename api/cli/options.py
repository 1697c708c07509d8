"""
Options that several commands share, and what they name: a store, a basis, the values of a key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.failures import NotFound
from api.cli.output import Format
from api.values import column_value, parameters
from factdb.basis import Basis
from factdb.database import Database
from factdb.errors import UnknownName, WrongType
from factdb.period import parse_instant
from factdb.schema import Column, Relation, Type, Value

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


def relation(database: Database, name: str) -> Relation:
    """The declared relation called `name`; UnknownName suggests near ones."""
    declared = database.program.relations
    if name not in declared:
        raise UnknownName("relation", name, declared)
    return declared[name]


def key_values(declared: Relation, pairs: Sequence[str]) -> dict[str, Value]:
    """The typed values of `column=value` arguments."""
    return {name: typed(declared.column(name), text) for name, text in map(_pair, pairs)}


def typed(column: Column, text: str) -> Value:
    """The value for `column` that a text of the command line names.

    >>> typed(Column(name="seats", type=Type.INT, unit=None), "300")
    300
    """
    try:
        match column.type:
            case Type.FLOAT:
                return float(text)
            case Type.BOOL:
                return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise WrongType(f"Expected {column.type.value} for {column.name}, got {text!r}") from None
    return column_value(column, text)


def query_parameters(pairs: Sequence[str]) -> dict[str, Value]:
    """The parameters of `name=value` options: a value is JSON if it reads as JSON, and otherwise text.

    >>> query_parameters(["carrier=UA", "most=3"])
    {'carrier': 'UA', 'most': 3}
    """
    return parameters({name: _json_or_text(text) for name, text in map(_pair, pairs)})


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"Expected name=value, got {text!r}")
    return name, value


def _json_or_text(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
