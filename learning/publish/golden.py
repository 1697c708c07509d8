"""
Golden rows: what a model said when it was made. A worker in which it says otherwise is not used.

That catches a library of another version, a numeric routine of another machine, and a file that was read wrongly.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from factdb.errors import Unavailable
from learning.canonical import Json, to_json
from learning.columns import Feature, FeatureType, numbers, texts
from learning.estimators.protocol import Model

if TYPE_CHECKING:
    import pandas as pd

ROWS_MAX = 64
TOLERANCE = 1e-9


class GoldenMismatch(Unavailable):
    """A model does not say what it said when it was made."""

    code = "GOLDEN_MISMATCH"


def golden_of(model: Model, features: pd.DataFrame) -> bytes:
    """At most ROWS_MAX rows of `features`, evenly chosen, with what `model` says of each: one JSON object a line."""
    chosen = features.iloc[np.unique(np.linspace(0, len(features) - 1, ROWS_MAX).astype(np.int64))]
    columns = [_plain(feature, chosen) for feature in model.features]
    lines = []
    for row, expected in zip(zip(*columns, strict=True), model.predict(chosen).tolist(), strict=True):
        lines.append(to_json({"row": list(row), "expected": expected}))
    return b"\n".join(lines) + b"\n"


def check_golden(model: Model, files: Mapping[str, bytes]) -> None:
    """Nothing when `model` says of every golden row what is expected within TOLERANCE; else GoldenMismatch."""
    said = [json.loads(line) for line in files["golden.jsonl"].splitlines()]
    columns = zip(*(entry["row"] for entry in said), strict=True)
    table = {feature.name: np.array(column, dtype=object)
             for feature, column in zip(model.features, columns, strict=True)}
    expected = np.array([entry["expected"] for entry in said], dtype=np.float64)
    got = model.predict(table)
    wrong = ~np.isclose(got, expected, rtol=TOLERANCE, atol=TOLERANCE)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise GoldenMismatch(f"Expected {float(expected[first])!r} of golden row {first}, got {float(got[first])!r}; "
                             f"{int(wrong.sum())} of {len(expected)} rows differ")


def _plain(feature: Feature, table: pd.DataFrame) -> list[Json]:
    if feature.type is FeatureType.TEXT:
        return list(texts(table, feature.name))
    return [None if math.isnan(value) else value for value in numbers(table, feature.name).tolist()]
