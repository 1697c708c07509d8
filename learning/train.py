"""
From a frame to models and their scores, side by side, on rows that lie after all that they learned from.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from factdb.errors import InvalidFact, UnknownName
from factdb.period import MICROSECOND
from factdb.sql.clock import OBSERVED_AT
from features.instances import Frame
from learning.calibration import ReliabilityPoint, reliability
from learning.columns import FloatArray
from learning.concept import Concept, ConceptKind
from learning.estimators.baseline import HistoricalModel
from learning.estimators.protocol import Estimator, Model
from learning.publish.artifact import Artifact, FeatureCard, TrainingCard, publish
from learning.publish.golden import golden_of
from learning.scores import scores_of
from learning.split import TimeSplit, split

_LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops", "statsmodels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Models by name with their scores on the test rows, and what each of them predicted there.

    The first score of each is the one to choose by, lower is better. `reliability` is empty but for a probability.
    """

    concept: Concept
    models: Mapping[str, Model]
    scores: Mapping[str, Mapping[str, float]]
    reliability: Mapping[str, tuple[ReliabilityPoint, ...]]
    predictions: Mapping[str, FloatArray]
    outcomes: FloatArray
    rows_trained: int
    golden: pd.DataFrame

    @property
    def best(self) -> str:
        """The name of the model with the lowest first score; of equal ones the first."""
        return min(self.scores, key=lambda name: next(iter(self.scores[name].values())))


def train(frame: Frame, concept: Concept, estimators: Mapping[str, Estimator], times: TimeSplit) -> Trained:
    """A model of each estimator, fitted before and scored after the split; rows whose concept is NULL take no part."""
    if concept.name not in frame.concepts:
        raise UnknownName("concept of the frame", concept.name, frame.concepts)
    parts = split(frame.table.column(OBSERVED_AT), times)
    features = frame.table.select(list(frame.feature_set.features)).to_pandas()
    values = frame.table.column(concept.name).to_pandas().to_numpy(dtype=np.float64, na_value=np.nan)
    mature = np.isfinite(values)
    trained, tested = (rows[mature[rows]] for rows in (parts.train, parts.test))
    if not len(trained) or not len(tested):
        raise InvalidFact(f"Expected rows with a known {concept.name!r} on both sides of the split, got "
                          f"{len(trained)} to train on and {len(tested)} to test on")
    before, after, outcomes = features.iloc[trained], features.iloc[tested], values[tested]
    models = {name: estimator.fit(before, values[trained]) for name, estimator in estimators.items()}
    predictions = {name: model.predict(after) for name, model in models.items()}
    return Trained(
        concept=concept,
        models=models,
        scores={name: scores_of(concept.kind, outcomes, said) for name, said in predictions.items()},
        reliability={name: reliability(outcomes, said) if concept.kind is ConceptKind.PROBABILITY else ()
                     for name, said in predictions.items()},
        predictions=predictions,
        outcomes=outcomes,
        rows_trained=len(trained),
        golden=after,
    )


def publish_trained(root: Path, trained: Trained, frame: Frame, *, model: str, baseline: str, seed: int,
                    required: Sequence[str] = ()) -> Artifact:
    """The artifact of `model`, with `baseline` to stand in for it; both are names of models of `trained`.

    A row without one of the `required` features is answered by the baseline.
    """
    chosen, history = (_named(trained, name) for name in (model, baseline))
    if not isinstance(history, HistoricalModel):
        raise InvalidFact(f"Expected the baseline to be a historical mean, got {baseline!r}")
    return publish(
        root,
        model=chosen,
        baseline=history,
        concept=trained.concept,
        feature_set=FeatureCard(
            name=frame.feature_set.name, version=frame.feature_set_version,
            lag_micros=frame.feature_set.lag // MICROSECOND, features=chosen.features,
            required=frozenset(required)),
        training=TrainingCard(basis=frame.basis.token, spine_hash=frame.spine_hash, fingerprint=frame.fingerprint,
                              rows=trained.rows_trained, seed=seed, libraries=_libraries()),
        evaluation=trained.scores,
        golden=golden_of(chosen, trained.golden),
    )


def _named(trained: Trained, name: str) -> Model:
    if name not in trained.models:
        raise UnknownName("trained model", name, trained.models)
    return trained.models[name]


def _libraries() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
