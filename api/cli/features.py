"""
`factdb features`: the values of features, for one entity at a basis or along a file of moments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from api.cli.arguments import key_values
from api.cli.options import BasisOption, FormatOption, StoreOption, SystemAt, ValidAt, opened, pinned
from api.cli.output import show
from api.cli.tables import read_rows
from api.texts import read_duration
from factdb.database import Database
from factdb.datalog.syntax import Role
from factdb.errors import InvalidFact
from factdb.schema import Column, Type
from factdb.store.execute import ARROW


def features(
    *,
    names: Annotated[str, typer.Argument(help="Features, with commas between them.")],
    store: StoreOption,
    entity: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of which entity.")] = None,
    spine: Annotated[Path | None, typer.Option(
        exists=True, dir_okay=False, help="A file of entities and observed_at, each row its own moment.")] = None,
    lag: Annotated[str, typer.Option(metavar="DURATION", help="With --spine: how late facts arrive.")] = "PT0S",
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Compute features for an entity at a basis, or for each row of a spine."""
    if (entity is None) == (spine is None):
        raise typer.BadParameter("Expected either --entity or --spine")
    wanted = tuple(name.strip() for name in names.split(","))
    with opened(store) as database:
        basis = pinned(database, valid_at, system_at, at_basis)
        entities = _entities(database, wanted)
        if spine is not None:
            types = {name: column.type for name, column in entities.items()} | {"observed_at": Type.INSTANT}
            asked = read_rows(spine, types)
            values = database.along(asked, wanted, basis=basis, lag=read_duration(lag))
        else:
            asked = _one(entities, entity or [])
            values = database.at(basis).features(wanted, asked)
        show(_beside(asked, values), form, basis)


def _entities(database: Database, names: tuple[str, ...]) -> dict[str, Column]:
    """The entity columns that features or concepts called `names` are about."""
    return {column.name: column for name in names
            for column in database.program.predicate(name, Role.FEATURE, Role.CONCEPT).entities}


def _one(entities: dict[str, Column], pairs: list[str]) -> pa.Table:
    values = key_values("entity", entities.values(), pairs)
    return pa.table({name: pa.array([value], ARROW[entities[name].type]) for name, value in values.items()})


def _beside(asked: pa.Table, values: pa.Table) -> pa.Table:
    if both := set(asked.column_names) & set(values.column_names):
        raise InvalidFact(f"Expected a spine without columns that are asked for, got {', '.join(sorted(both))}")
    return pa.table([*asked.columns, *values.columns], names=[*asked.column_names, *values.column_names])
