"""
Gradient-boosted trees, by scikit-learn; kept with skops, loaded only with the types in TRUSTED.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, assert_never

import numpy as np
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from learning.canonical import to_json
from learning.columns import Feature, FeatureType, FloatArray, Table, features_of, numbers, texts
from learning.concept import ConceptKind
from learning.estimators.levels import most_frequent
from learning.estimators.settled import settled

if TYPE_CHECKING:
    import pandas as pd

TRUSTED = (
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)

# One thread: OpenMP's threads spin while they wait for each other, and on two busy cores two of them were measured
# at 19 s where one took 1 s.
_POOLS = ThreadpoolController()

_LEVELS_MAX = 254  # the trees' bins are bytes, one of them for NULL
_Trees: TypeAlias = "HistGradientBoostingClassifier | HistGradientBoostingRegressor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """
    Trees on the log loss for a probability, on squares for a real value, on the Poisson deviance for a count.

    NULL goes its own way at every split. A text is a category: of the 254 most frequent levels each, the others
    and those never seen are NULL.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"x": np.repeat([0.0, 1.0], 50)})
    >>> model = Boosted(kind=ConceptKind.REAL, rounds=50, seed=0).fit(rows, np.repeat([0.0, 10.0], 50))
    >>> model.predict({"x": [0.0, 1.0]}).round().tolist()
    [0.0, 10.0]

    References: J. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", 2001.
    """

    kind: ConceptKind
    rounds: int
    seed: int

    def fit(self, features: pd.DataFrame, concept: FloatArray) -> BoostedModel:
        """The sum of `rounds` trees; every round is fitted, none is chosen by a part held out by chance."""
        known = features_of(features)
        levels = {f.name: _levels(texts(features, f.name)) for f in known if f.type is FeatureType.TEXT}
        trees = _trees(self, [f.type is FeatureType.TEXT for f in known])
        with _POOLS.limit(limits=1, user_api="openmp"):
            trees.fit(_matrix(features, known, levels), concept)
        return BoostedModel(features=known, kind=self.kind, levels=levels, trees=trees)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostedModel:
    """Trees, with the levels that stand behind their categories."""

    features: tuple[Feature, ...]
    kind: ConceptKind
    levels: Mapping[str, tuple[str, ...]]
    trees: _Trees

    def predict(self, features: Table) -> FloatArray:
        """The probability, the mean or the count that the trees expect of each row."""
        matrix = _matrix(features, self.features, self.levels)
        if not len(matrix):
            return np.empty(0)
        with _POOLS.limit(limits=1, user_api="openmp"):
            if self.kind is ConceptKind.PROBABILITY:
                return np.asarray(self.trees.predict_proba(matrix)[:, 1], dtype=np.float64)
            return np.asarray(self.trees.predict(matrix), dtype=np.float64)

    def dump(self) -> dict[str, bytes]:
        """Two files: `model.json` has the features and levels, `model.skops` the trees."""
        return {"model.skops": settled(skops.io.dumps(self.trees)), "model.json": to_json({
            "kind": "boosted",
            "concept_kind": self.kind.value,
            "features": [[feature.name, feature.type.value] for feature in self.features],
            "levels": {name: list(levels) for name, levels in self.levels.items()},
        })}


def load(files: Mapping[str, bytes]) -> BoostedModel:
    """The model that `BoostedModel.dump` wrote; a type that is not in TRUSTED is refused before it is built."""
    said = json.loads(files["model.json"])
    return BoostedModel(
        features=tuple(Feature(name=name, type=FeatureType(kind)) for name, kind in said["features"]),
        kind=ConceptKind(said["concept_kind"]),
        levels={name: tuple(levels) for name, levels in said["levels"].items()},
        trees=skops.io.loads(files["model.skops"], trusted=list(TRUSTED)),
    )


def _trees(estimator: Boosted, categorical: list[bool]) -> _Trees:
    match estimator.kind:
        case ConceptKind.PROBABILITY:
            return HistGradientBoostingClassifier(max_iter=estimator.rounds, early_stopping=False,
                                                  random_state=estimator.seed, categorical_features=categorical)
        case ConceptKind.REAL | ConceptKind.COUNT:
            loss = "poisson" if estimator.kind is ConceptKind.COUNT else "squared_error"
            return HistGradientBoostingRegressor(loss=loss, max_iter=estimator.rounds, early_stopping=False,
                                                 random_state=estimator.seed, categorical_features=categorical)
    assert_never(estimator.kind)


def _levels(values: list[str | None]) -> tuple[str, ...]:
    return tuple(sorted(most_frequent(values, _LEVELS_MAX)))


def _matrix(table: Table, features: tuple[Feature, ...], levels: Mapping[str, tuple[str, ...]]) -> FloatArray:
    columns = []
    for feature in features:
        if feature.type is FeatureType.NUMBER:
            columns.append(numbers(table, feature.name))
        else:
            code_of = {level: float(code) for code, level in enumerate(levels[feature.name])}
            values = texts(table, feature.name)
            columns.append(np.array([np.nan if value is None else code_of.get(value, np.nan) for value in values]))
    return np.column_stack(columns)
