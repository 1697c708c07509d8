"""
Generalised linear models as pure data: weights on raw features, scored with numpy alone.

value = mean_of(link)(intercept + sum of weight * number + sum of weight of the text's level)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import assert_never

import numpy as np

from learning.canonical import to_json
from learning.columns import Feature, FeatureType, FloatArray, Table, numbers, rows_of, texts


class Link(StrEnum):
    """How the linear predictor becomes a mean."""

    LOGIT = "logit"
    IDENTITY = "identity"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTerm:
    """A number's part: NULL counts as `imputed`, and `missing` is added."""

    name: str
    weight: float
    imputed: float
    missing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTerm:
    """A text's part: the weight of its level; `null` is the weight of NULL, `other` of a level that is not known."""

    name: str
    weights: Mapping[str, float]
    null: float
    other: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """A fitted GLM. `dispersion` is the variance of a row's outcome in units of the family's."""

    features: tuple[Feature, ...]
    link: Link
    intercept: float
    dispersion: float
    numbers: tuple[NumberTerm, ...]
    texts: tuple[TextTerm, ...]

    def predict(self, features: Table) -> FloatArray:
        """The mean that the model expects of each row.

        >>> weight = NumberTerm(name="x", weight=2.0, imputed=1.0, missing=0.5)
        >>> LinearModel(features=(Feature(name="x", type=FeatureType.NUMBER),), link=Link.IDENTITY, intercept=10.0,
        ...             dispersion=1.0, numbers=(weight,), texts=()).predict({"x": [3.0, None]}).tolist()
        [16.0, 12.5]
        """
        predictor = np.full(rows_of(features), self.intercept)
        for number in self.numbers:
            values = numbers(features, number.name)
            null = np.isnan(values)
            predictor += number.weight * np.where(null, number.imputed, values) + number.missing * null
        for text in self.texts:
            known: dict[str | None, float] = {None: text.null}
            known.update(text.weights)
            predictor += np.array([known.get(value, text.other) for value in texts(features, text.name)])
        return _mean(self.link, predictor)

    def dump(self) -> dict[str, bytes]:
        """One file, `model.json`."""
        return {"model.json": to_json({
            "kind": "glm",
            "features": [[feature.name, feature.type.value] for feature in self.features],
            "link": self.link.value,
            "intercept": self.intercept,
            "dispersion": self.dispersion,
            "numbers": [asdict(term) for term in self.numbers],
            "texts": [asdict(term) for term in self.texts],
        })}


def load(files: Mapping[str, bytes]) -> LinearModel:
    """The model that `LinearModel.dump` wrote."""
    said = json.loads(files["model.json"])
    return LinearModel(
        features=tuple(Feature(name=name, type=FeatureType(kind)) for name, kind in said["features"]),
        link=Link(said["link"]),
        intercept=said["intercept"],
        dispersion=said["dispersion"],
        numbers=tuple(NumberTerm(**term) for term in said["numbers"]),
        texts=tuple(TextTerm(**term) for term in said["texts"]),
    )


def _mean(link: Link, predictor: FloatArray) -> FloatArray:
    match link:
        case Link.IDENTITY:
            return predictor
        case Link.LOG:
            with np.errstate(over="ignore"):  # an infinite mean is out of bounds, and is answered by the baseline
                return np.exp(predictor)
        case Link.LOGIT:
            small = np.exp(-np.abs(predictor))  # never overflows, on either side of 0
            return np.where(predictor >= 0, 1 / (1 + small), small / (1 + small))
    assert_never(link)
