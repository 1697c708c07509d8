"""
The historical baseline: the mean of the concept by up to two features, shrunk towards the mean above it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from factdb.errors import InvalidFact
from learning.canonical import to_json
from learning.columns import Feature, FeatureType, FloatArray, Table, features_of, numbers, rows_of, texts

if TYPE_CHECKING:
    import pandas as pd

FEATURES_MAX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalMean:
    """
    The mean of the concept in the cell of each row, with `weight` rows of the wider mean mixed in.

    With `by` = (a, b), n and s the rows and the sum of a cell: mean(a) = (s + weight * mean) / (n + weight), and
    mean(a, b) = (s + weight * mean(a)) / (n + weight). A cell never seen answers with the wider mean. NULL is a cell.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"carrier": ["UA", "UA", "B6"]})
    >>> HistoricalMean(by=("carrier",), weight=1.0).fit(rows, np.array([1.0, 1.0, 0.0])).predict(
    ...     {"carrier": ["UA", "B6", "never seen"]}).round(3).tolist()
    [0.889, 0.333, 0.667]

    References: C. Morris, "Parametric Empirical Bayes Inference", 1983.
    """

    by: tuple[str, ...]
    weight: float

    def __post_init__(self) -> None:
        if len(self.by) > FEATURES_MAX or self.weight < 0:
            raise InvalidFact(f"Expected at most {FEATURES_MAX} features and a weight of 0 or more, got "
                              f"{', '.join(self.by)} and {self.weight}")

    def fit(self, features: pd.DataFrame, concept: FloatArray) -> HistoricalModel:
        """The means of `concept` by the features named."""
        chosen = features_of(features[list(self.by)])
        keys = _keys(features, chosen)
        mean = float(np.mean(concept))
        cells: dict[tuple[str, ...], float] = {}
        for depth in range(1, len(chosen) + 1):
            totals: dict[tuple[str, ...], list[float]] = {}
            for key, value in zip(keys, concept.tolist(), strict=True):
                total = totals.setdefault(key[:depth], [0.0, 0.0])
                total[0] += 1
                total[1] += value
            for key, (rows, total_sum) in totals.items():
                wider = cells.get(key[:-1], mean)
                cells[key] = (total_sum + self.weight * wider) / (rows + self.weight)
        return HistoricalModel(features=chosen, mean=mean, cells=cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalModel:
    """Means by cell; a cell's name is the texts of its features from the left, as `HistoricalMean` has it."""

    features: tuple[Feature, ...]
    mean: float
    cells: Mapping[tuple[str, ...], float]

    def predict(self, features: Table) -> FloatArray:
        """The mean of the narrowest cell known; of the whole history if there is none."""
        if not self.features:
            return np.full(rows_of(features), self.mean)
        return np.array([self._of(key) for key in _keys(features, self.features)], dtype=np.float64)

    def _of(self, key: tuple[str, ...]) -> float:
        for depth in range(len(key), 0, -1):
            if (found := self.cells.get(key[:depth])) is not None:
                return found
        return self.mean

    def dump(self) -> dict[str, bytes]:
        """One file, `model.json`."""
        return {"model.json": to_json({
            "kind": "historical",
            "features": [[feature.name, feature.type.value] for feature in self.features],
            "mean": self.mean,
            "cells": [[list(key), value] for key, value in sorted(self.cells.items())],
        })}


def load(files: Mapping[str, bytes]) -> HistoricalModel:
    """The model that `HistoricalModel.dump` wrote."""
    said = json.loads(files["model.json"])
    return HistoricalModel(
        features=tuple(Feature(name=name, type=FeatureType(kind)) for name, kind in said["features"]),
        mean=said["mean"],
        cells={tuple(key): value for key, value in said["cells"]},
    )


def _keys(table: Table, features: tuple[Feature, ...]) -> list[tuple[str, ...]]:
    columns: list[list[str]] = []
    for feature in features:
        if feature.type is FeatureType.TEXT:
            columns.append(["null" if value is None else f"={value}" for value in texts(table, feature.name)])
        else:
            values = numbers(table, feature.name).tolist()
            columns.append(["null" if math.isnan(value) else f"{value:.17g}" for value in values])
    return list(zip(*columns, strict=True))
