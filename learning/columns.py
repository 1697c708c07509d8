"""
Features as columns of numpy: numbers with NaN for NULL, texts with None for NULL.

A table is a pandas DataFrame in training and a mapping from names to arrays in a worker, which never imports pandas.
Infinite numbers count as NULL: no estimator may meet one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from factdb.errors import UnknownName, WrongType

if TYPE_CHECKING:
    import pandas as pd

FloatArray: TypeAlias = NDArray[np.float64]
Table: TypeAlias = "pd.DataFrame | Mapping[str, ArrayLike]"


class FeatureType(StrEnum):
    """How a feature comes to an estimator; a bool is a number."""

    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A column that a model was fitted on."""

    name: str
    type: FeatureType


def features_of(frame: pd.DataFrame) -> tuple[Feature, ...]:
    """The columns of `frame` with their types, in order; an instant or a list is refused."""
    return tuple(Feature(name=name, type=_type_of(name, np.asarray(frame[name]))) for name in frame.columns)


def rows_of(table: Table) -> int:
    """How many rows `table` has; 0 when it has no column."""
    for name in table:
        return len(np.asarray(table[str(name)]))
    return 0


def numbers(table: Table, name: str) -> FloatArray:
    """Column `name` as floats, NaN for NULL and for what is not finite."""
    values = _column(table, name)
    try:
        if values.dtype.kind == "O":
            values = np.array([np.nan if _is_null(value) else value for value in values], dtype=object)
        floats = values.astype(np.float64)
    except (TypeError, ValueError):
        raise WrongType(f"Expected numbers in feature {name!r}") from None
    return np.where(np.isfinite(floats), floats, np.nan)


def texts(table: Table, name: str) -> list[str | None]:
    """Column `name` as strings, None for NULL; a number where a text is due counts as NULL."""
    return [value if isinstance(value, str) else None for value in _column(table, name).tolist()]


def _column(table: Table, name: str) -> NDArray[np.generic]:
    try:
        column = table[name]
    except KeyError:
        raise UnknownName("feature", name, [str(known) for known in table]) from None
    return np.asarray(column)


def _type_of(name: str, values: NDArray[np.generic]) -> FeatureType:
    if values.dtype.kind in "biuf":
        return FeatureType.NUMBER
    if values.dtype.kind in "OUT":
        types = {type(value) for value in values.tolist() if not _is_null(value)}
        if types <= {str}:
            return FeatureType.TEXT if types else FeatureType.NUMBER
        if types <= {bool, int, float}:
            return FeatureType.NUMBER
    raise WrongType(f"Expected numbers, bools or texts in feature {name!r}, got {values.dtype}")


def _is_null(value: object) -> bool:
    # pandas has three NULLs: None, NaN and NA, of which even the comparison is NA.
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"
