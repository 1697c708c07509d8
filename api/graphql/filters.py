"""
Filters: what a client may ask of a relation's rows, such as `{origin: {eq: "JFK"}, delay: {gt: 15}}`; all must hold.

Equality is asked of the store; the rest is decided on the rows that it gives. A NULL meets only `isNull: true`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from api.graphql.generated import given, input_type
from api.graphql.made import ANNOTATIONS, Annotation, Made, list_of
from api.graphql.names import pascal
from factdb.errors import InvalidFact
from factdb.schema import Column, Relation, Type, Value

Where: TypeAlias = Mapping[str, Mapping[str, Any]]

_ORDERED = {"lt": ("Less than.", pc.less), "lte": ("At most.", pc.less_equal), "gt": ("More than.", pc.greater),
            "gte": ("At least.", pc.greater_equal)}
_ALTERNATIVES_MAX = 1_000


def _operators(type_: Type) -> Annotation:
    kind = ANNOTATIONS[type_]
    made = [Made(name="eq", spelled="eq", type=kind | None, description="Equal to."),
            Made(name="in", spelled="in", type=list_of(kind) | None, description="Equal to one of these.")]
    if type_ is not Type.BOOL:
        made += [Made(name=name, spelled=name, type=kind | None, description=words)
                 for name, (words, _) in _ORDERED.items()]
    made.append(Made(name="is_null", spelled="isNull", type=bool | None, description="Unknown, or not."))
    return input_type(f"{pascal(type_.value)}Filter", made, f"Conditions on a value of type {type_.value}.")


_FILTERS = {type_: _operators(type_) for type_ in Type}


def filter_type(name: str, columns: Sequence[Column], spelled: Mapping[str, str]) -> Annotation:
    """The input called `name` that filters rows of `columns`."""
    made = [Made(name=column.name, spelled=spelled[column.name], type=_FILTERS[column.type] | None, description=None)
            for column in columns]
    return input_type(name, made, "Conditions on columns, all of which must hold.")


def where_of(sent: object) -> Where:
    """The conditions in an input that `filter_type` made, by column and operator; a null column has none.

    A null operand is refused: it would hold of nothing, and a client that forgot a variable means something.
    """
    if sent is None:
        return {}
    where = {name: given(conditions) for name, conditions in given(sent).items() if conditions is not None}
    for name, conditions in where.items():
        if missing := [operator for operator, value in conditions.items() if value is None]:
            raise InvalidFact(f"Expected a value for {missing[0]} of {name}, got null; for NULLs ask isNull: true")
    return where


def pushed(where: Where, relation: Relation) -> dict[str, Value]:
    """The equalities of `where` on columns of `relation`, for the store to answer."""
    columns = {column.name for column in relation.columns}
    return {name: conditions["eq"] for name, conditions in where.items() if name in columns and "eq" in conditions}


def rest(where: Where, relation: Relation) -> Where:
    """The conditions of `where` that `pushed` leaves."""
    done = pushed(where, relation)
    left = {name: {operator: value for operator, value in conditions.items() if operator != "eq" or name not in done}
            for name, conditions in where.items()}
    return {name: conditions for name, conditions in left.items() if conditions}


def kept(rows: pa.Table, where: Where) -> pa.Table:
    """The rows of `rows` that meet every condition of `where`."""
    for name, conditions in where.items():
        for operator, value in conditions.items():
            rows = rows.filter(_holds(rows.column(name), operator, value))
    return rows


def _holds(column: pa.ChunkedArray, operator: str, value: Any) -> pa.ChunkedArray:
    if operator == "is_null":
        return pc.equal(pc.is_null(column), value)
    if operator == "in":
        if len(value) > _ALTERNATIVES_MAX:
            raise InvalidFact(f"Expected at most {_ALTERNATIVES_MAX} alternatives in a filter, got {len(value)}")
        return pc.is_in(column, pa.array(value, column.type))
    compare = pc.equal if operator == "eq" else _ORDERED[operator][1]
    return compare(column, pa.scalar(value, column.type))
