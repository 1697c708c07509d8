"""Small models and artifacts that several tests use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from learning.columns import features_of
from learning.concept import Concept, ConceptKind
from learning.estimators.baseline import HistoricalMean
from learning.estimators.linear import LinearModel, Link, NumberTerm, TextTerm
from learning.estimators.protocol import Model
from learning.publish.artifact import Artifact, FeatureCard, TrainingCard, publish
from learning.publish.golden import golden_of

LATE = Concept(name="late", kind=ConceptKind.PROBABILITY, unit=None, low=0.0, high=1.0)
ROWS = pd.DataFrame({"wind": [0.0, 10.0, np.nan, 30.0], "mode": ["calm", "calm", "storm", None]})
HAPPENED = np.array([0.0, 0.0, 1.0, 1.0])


def linear_model(intercept: float = 0.1) -> LinearModel:
    """late = intercept + 0.01 wind, half of it more in a storm: leaves [0, 1] when the wind blows over 90."""
    return LinearModel(
        features=features_of(ROWS), link=Link.IDENTITY, intercept=intercept, dispersion=1.0,
        numbers=(NumberTerm(name="wind", weight=0.01, imputed=5.0, missing=0.0),),
        texts=(TextTerm(name="mode", weights={"calm": 0.0, "storm": 0.5}, null=0.0, other=0.0),))


def published(root: Path, model: Model | None = None, *, required: frozenset[str] = frozenset(),
              golden: bytes | None = None) -> Artifact:
    """`model` as an artifact of the concept "late", with the mean by mode as its baseline."""
    chosen = model or linear_model()
    return publish(
        root, model=chosen, baseline=HistoricalMean(by=("mode",), weight=1.0).fit(ROWS, HAPPENED), concept=LATE,
        feature_set=FeatureCard(name="weather", version="a" * 64, lag_micros=0, features=features_of(ROWS),
                                required=required),
        training=TrainingCard(basis="1.2.3", spine_hash="b" * 64, fingerprint="c" * 64, rows=len(ROWS), seed=0,
                              libraries={"numpy": np.__version__}),
        evaluation={"it": {"brier": 0.1, "auc": float("nan")}},
        golden=golden_of(chosen, ROWS) if golden is None else golden)


def damage(path: Path, data: bytes) -> None:
    """Write `data` over a file that nobody may write."""
    path.chmod(0o644)
    path.write_bytes(data)
