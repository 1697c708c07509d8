"""
Where a relation lies in the store, as sqlglot tables and columns.

`log.R` is the truth: every word in the order it came. `belief.R` is derived: maximal rectangles of valid
time by system time, each with the word (transaction, position) whose values hold in it, the transaction
that it is seen from (`seen_from`) and the one that ended it (`seen_to`).
"""

from __future__ import annotations

from sqlglot import exp

from factdb.schema import Relation, Type

CATALOG = "store"
NEVER = 2**62  # the transaction that ends a rectangle which none has ended
TIMES = ("valid_from", "valid_to", "system_from", "system_to")

PHYSICAL = {
    Type.TEXT: exp.DataType.Type.TEXT,
    Type.INT: exp.DataType.Type.BIGINT,
    Type.FLOAT: exp.DataType.Type.DOUBLE,
    Type.BOOL: exp.DataType.Type.BOOLEAN,
    Type.INSTANT: exp.DataType.Type.BIGINT,
    Type.DURATION: exp.DataType.Type.BIGINT,
}


def table(schema: str, name: str) -> exp.Table:
    """The table `name` of `schema` in the store."""
    return exp.table_(exp.to_identifier(name, quoted=True), db=exp.to_identifier(schema, quoted=True),
                      catalog=exp.to_identifier(CATALOG, quoted=True))


def log_columns(relation: Relation) -> list[exp.ColumnDef]:
    """The columns of `log.R`, in order."""
    kinds = {"transaction": "BIGINT", "position": "BIGINT", "op": "TEXT",
             "valid_from": "BIGINT", "valid_to": "BIGINT", "system_from": "BIGINT"}
    return [_definition(name, exp.DataType.build(kind)) for name, kind in kinds.items()] + _own_columns(relation)


def belief_columns(relation: Relation) -> list[exp.ColumnDef]:
    """The columns of `belief.R`, in order."""
    names = ("transaction", "position", *TIMES, "seen_from", "seen_to")
    return [_definition(name, exp.DataType.build("BIGINT")) for name in names] + _own_columns(relation)


def _own_columns(relation: Relation) -> list[exp.ColumnDef]:
    return [_definition(column.name, exp.DataType(this=PHYSICAL[column.type])) for column in relation.columns]


def _definition(name: str, kind: exp.DataType) -> exp.ColumnDef:
    return exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind)


def create_table(schema: str, name: str, columns: list[exp.ColumnDef]) -> exp.Create:
    """The statement that makes the table unless it exists."""
    return exp.Create(this=exp.Schema(this=table(schema, name), expressions=columns), kind="TABLE", exists=True)
