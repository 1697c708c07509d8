"""
Rows of features as bytes: f64 for a number, NaN for NULL; length u32 and UTF-8 for a text, NO_TEXT for NULL.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from factdb.schema import Value
from learning.columns import Feature, FeatureType

NO_TEXT = 0xFFFFFFFF

_NUMBER = struct.Struct("<d")
_TEXT = struct.Struct("<I")


def cleaned(features: Sequence[Feature], row: Mapping[str, Value]) -> dict[str, float | str | None]:
    """The values of `features` in `row`: left out, not finite or of the wrong type is NULL; what is more is dropped.

    >>> cleaned((Feature(name="wind", type=FeatureType.NUMBER),), {"wind": "strong", "unheard of": 1})
    {'wind': None}
    """
    return {feature.name: _plain(feature.type, row.get(feature.name)) for feature in features}


def encode_row(features: Sequence[Feature], values: Mapping[str, float | str | None]) -> bytes:
    """The bytes of `values`, which `cleaned` returned, in the order of `features`."""
    return b"".join(_encoded(values[feature.name]) if feature.type is FeatureType.TEXT
                    else _NUMBER.pack(_number(values[feature.name])) for feature in features)


def decode_rows(features: Sequence[Feature], rows: Sequence[bytes]) -> dict[str, NDArray[np.generic]]:
    """A column for each feature; a row that was not encoded for these features raises struct.error or ValueError."""
    decoded = [_decoded(features, row) for row in rows]
    return {feature.name: np.array([values[index] for values in decoded],
                                   dtype=object if feature.type is FeatureType.TEXT else np.float64)
            for index, feature in enumerate(features)}


def _plain(kind: FeatureType, value: Value) -> float | str | None:
    match kind, value:
        case FeatureType.TEXT, str():
            return value
        case FeatureType.NUMBER, bool() | int() | float() if abs(value) < math.inf:
            return float(value)
    return None


def _number(value: float | str | None) -> float:
    return value if isinstance(value, float) else math.nan


def _encoded(value: float | str | None) -> bytes:
    if not isinstance(value, str):
        return _TEXT.pack(NO_TEXT)
    text = value.encode(errors="replace")
    return _TEXT.pack(len(text)) + text


def _decoded(features: Sequence[Feature], row: bytes) -> list[float | str | None]:
    values: list[float | str | None] = []
    offset = 0
    for feature in features:
        if feature.type is FeatureType.NUMBER:
            values.append(_NUMBER.unpack_from(row, offset)[0])
            offset += _NUMBER.size
            continue
        (length,) = _TEXT.unpack_from(row, offset)
        offset += _TEXT.size
        if length == NO_TEXT:
            values.append(None)
        else:
            values.append(row[offset : offset + length].decode())
            offset += length
    if offset != len(row):
        raise ValueError(f"Expected a row of {offset} bytes, got {len(row)}")
    return values
