"""
Migrations: numbered files, forward only, each applied once and checked by its checksum ever after.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import duckdb
from sqlglot import exp

from factdb.errors import Unavailable
from factdb.sql.tables import CATALOG, table
from factdb.store.execute import rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file of statements."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """The migrations that this version ships, in order."""
    found = [Migration(number=int(entry.name.split("_")[0]), name=entry.name, text=entry.read_text())
             for entry in files("migrations").iterdir() if entry.name.endswith(".sql")]
    return sorted(found, key=lambda migration: migration.number)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the store to the newest migration, all or nothing."""
    shipped = migrations()
    applied = _applied(connection)
    for (number, name, checksum), migration in zip(applied, shipped, strict=False):
        if (number, checksum) != (migration.number, migration.checksum):
            raise Unavailable(f"Expected migration {migration.name} with checksum {migration.checksum[:12]}, "
                              f"but the store has {name} with {checksum[:12]}; it was written by another version")
    if len(applied) > len(shipped):
        raise Unavailable(f"The store has {len(applied)} migrations, this version knows {len(shipped)}: "
                          "open it with a newer factdb")
    for migration in shipped[len(applied):]:
        connection.begin()
        connection.execute(migration.text)
        run(connection, exp.insert(exp.values([(migration.number, migration.name, migration.checksum)]),
                                   table("factdb", "migrations")))
        connection.commit()


def _applied(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    schemas = exp.select("schema_name").from_("information_schema.schemata").where(
        exp.column("catalog_name").eq(exp.Literal.string(CATALOG)),
        exp.column("schema_name").eq(exp.Literal.string("factdb")))
    if not rows(connection, schemas):
        return []
    return rows(connection, exp.select("number", "name", "checksum").from_(
        table("factdb", "migrations")).order_by("number"))
