"""
Arrow tables as the rows that JSON can carry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from api.values import json_value
from factdb.schema import Column, Type, Value

_ARROW = {Type.TEXT: pa.string(), Type.INT: pa.int64(), Type.FLOAT: pa.float64(), Type.BOOL: pa.bool_(),
          Type.INSTANT: pa.timestamp("us", tz="UTC"), Type.DURATION: pa.duration("us")}


def plain_rows(table: pa.Table) -> list[dict[str, Any]]:
    """One dictionary a row, of datetimes, timedeltas and plain values; what JSON has no number for is None.

    >>> plain_rows(pa.table({"x": [1.5, float("nan")]}))
    [{'x': 1.5}, {'x': None}]
    """
    columns = {name: _plain(table.column(name)) for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: pa.ChunkedArray) -> list[object]:
    values: list[object] = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [value if isinstance(value, float) and math.isfinite(value) else None for value in values]
    return values


def json_rows(table: pa.Table) -> list[list[object]]:
    """The rows of `table` as lists of JSON values; instants and durations as ISO 8601."""
    return [[json_value(value) for value in row.values()] for row in plain_rows(table)]


def column_type(arrow: pa.DataType) -> Type:
    """The type whose values `arrow` holds.

    >>> column_type(pa.int32()).value
    'int'
    """
    if pa.types.is_timestamp(arrow):
        return Type.INSTANT
    if pa.types.is_duration(arrow):
        return Type.DURATION
    if pa.types.is_boolean(arrow):
        return Type.BOOL
    if pa.types.is_integer(arrow):
        return Type.INT
    return Type.FLOAT if pa.types.is_floating(arrow) else Type.TEXT


def entity_table(entities: Sequence[Column], keys: Sequence[Mapping[str, Value]]) -> pa.Table:
    """A table of `keys`, one row each, with the columns that `entities` declare."""
    return pa.table({column.name: pa.array([key[column.name] for key in keys], _ARROW[column.type])
                     for column in entities})
