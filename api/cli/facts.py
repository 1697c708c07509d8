"""
`factdb init | load | query | as-of`: facts in and answers out.
"""

from __future__ import annotations

import getpass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from api.cli import arguments, options
from api.cli.options import BasisOption, FormatOption, StoreOption, SystemAt, ValidAt
from api.cli.output import show
from api.cli.tables import read_rows
from factdb.database import Database
from factdb.errors import InvalidFact
from factdb.schema import Type


def init(
    store: Annotated[Path, typer.Argument(metavar="PATH", help="Where the store is to be.")],
    program: Annotated[Path | None, typer.Option(exists=True, dir_okay=False,
                                                 help="A .dl file to declare; its name is the module's.")] = None,
) -> None:
    """Make a store unless it is there, and declare a program in it."""
    text = None if program is None else _read(program)
    with Database.open(store) as database:
        if program is not None and text is not None:
            database.declare(text, module=program.stem)
        declared = database.program
    typer.echo(f"{store}: {len(declared.relations)} relations, {len(declared.predicates)} rules, features and concepts")


def _read(program: Path) -> str:
    try:
        return program.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFact(f"Expected UTF-8 in {program.name}: {error}") from None


def load(
    *,
    relation: Annotated[str, typer.Argument(help="The relation to load into.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="*.csv, *.jsonl, *.parquet or *.arrow")],
    store: StoreOption,
    valid_from: Annotated[str, typer.Option(metavar="COLUMN", help="The column with the start of validity.")],
    valid_to: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with its end.")] = None,
    system_from: Annotated[str | None, typer.Option(
        metavar="COLUMN", help="The column that states when each fact was learned; default: now.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the transaction.")] = "load",
) -> None:
    """Load a file of rows as one transaction. The same file loaded again changes nothing."""
    meant = repr((relation, valid_from, valid_to, system_from))
    key = sha256(meant.encode() + file.read_bytes()).hexdigest()
    with options.opened(store) as database:
        types = {column.name: column.type for column in arguments.relation(database, relation).columns}
        times = {name: Type.INSTANT for name in (valid_from, valid_to, system_from) if name is not None}
        rows = read_rows(file, types | times)
        began = perf_counter()
        receipt = database.load(relation, rows, valid_from=valid_from, valid_to=valid_to, system_from=system_from,
                                actor=getpass.getuser(), source=file.name, reason=reason,
                                idempotency_key=f"load {key}")
    if receipt.repeated:
        typer.echo(f"{file.name} was loaded before, as transaction {receipt.transaction}; nothing was written")
    else:
        facts = f"{receipt.facts:,} fact{'' if receipt.facts == 1 else 's'}"
        rate = receipt.facts / max(perf_counter() - began, 1e-9)
        typer.echo(f"{facts} of {relation}, transaction {receipt.transaction}, {rate:,.0f} a second")


def query(
    *,
    text: Annotated[str, typer.Argument(help="A body of the rule language, such as: departed(origin: o, delay: m)")],
    store: StoreOption,
    param: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A value for $NAME.")] = None,
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Answer a query at a basis: one row for each way in which the body holds."""
    with options.opened(store) as database:
        basis = options.pinned(database, valid_at, system_at, at_basis)
        show(database.at(basis).query(text, arguments.query_parameters(param or [])), form, basis)


def as_of(
    *,
    relation: Annotated[str, typer.Argument(help="The relation to read.")],
    store: StoreOption,
    key: Annotated[list[str] | None, typer.Argument(metavar="COLUMN=VALUE", help="Which; default: all.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Every belief that was known by then.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many rows.")] = None,
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Show what was believed of a relation at a basis."""
    with options.opened(store) as database:
        basis = options.pinned(database, valid_at, system_at, at_basis)
        view = database.at(basis)
        columns = arguments.relation(database, relation).columns
        values = arguments.key_values(f"column of {relation}", columns, key or [])
        rows = view.history(relation, values) if history else view.rows(relation, where=values, limit=limit)
        show(rows.slice(0, limit) if limit is not None else rows, form, basis)
