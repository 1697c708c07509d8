"""
Artifacts: a model bound to its feature set, its concept, its data, and the baseline that stands in for it.

| file               | content                                                                     |
| ------------------ | --------------------------------------------------------------------------- |
| `model.json`       | the model as data, or what stands beside `model.skops`                      |
| `feature_set.json` | name and version of the feature set, features in order with their types     |
| `concept.json`     | what is predicted, in which unit, within which bounds                       |
| `training.json`    | kind; basis, hash of the spine, fingerprint of the frame, rows, libraries   |
| `evaluation.json`  | scores of the test, by model                                                |
| `golden.jsonl`     | rows with the value expected of each: a worker that gets others is not used |
| `baseline.json`    | the historical baseline                                                     |

Nothing in it says when it was made: the same training gives the same bytes, hence the same id.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from learning.canonical import Json, to_json
from learning.columns import Feature, FeatureType
from learning.concept import Concept, ConceptKind
from learning.estimators import baseline as historical
from learning.estimators.baseline import HistoricalModel
from learning.estimators.kinds import kind_of
from learning.estimators.protocol import Model
from learning.publish import vault

_DESCRIPTION = ("baseline.json", "concept.json", "feature_set.json", "training.json", "evaluation.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCard:
    """What the model was fitted on: `version` names the definitions; of `required` features none may be NULL."""

    name: str
    version: str
    lag_micros: int
    features: tuple[Feature, ...]
    required: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCard:
    """The data that the model was fitted on, named so that it can be built again to the byte."""

    basis: str
    spine_hash: str
    fingerprint: str
    rows: int
    seed: int
    libraries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A published model as its files describe it; the model itself is loaded in a worker only.

    `evaluation` has the scores of the model and of those it was compared with, by name; NaN where there is none.
    """

    id: str
    kind: str
    concept: Concept
    feature_set: FeatureCard
    training: TrainingCard
    evaluation: Mapping[str, Mapping[str, float]]
    baseline: HistoricalModel

    @property
    def name(self) -> str:
        """The model's name in facts: its concept, its kind and the beginning of its hash."""
        return f"{self.concept.name}/{self.kind}/{self.id[:12]}"


def publish(root: Path, *, model: Model, baseline: HistoricalModel, concept: Concept, feature_set: FeatureCard,
            training: TrainingCard, evaluation: Mapping[str, Mapping[str, float]], golden: bytes) -> Artifact:
    """The artifact in `root`, durable when this returns; `golden` is what `learning.publish.golden` made."""
    model_files = model.dump()
    files = {
        **model_files,
        "baseline.json": baseline.dump()["model.json"],
        "concept.json": to_json({"name": concept.name, "kind": concept.kind.value, "unit": concept.unit,
                                 "low": _finite(concept.low), "high": _finite(concept.high)}),
        "feature_set.json": to_json({
            "name": feature_set.name, "version": feature_set.version, "lag_micros": feature_set.lag_micros,
            "features": [[feature.name, feature.type.value] for feature in feature_set.features],
            "required": [*sorted(feature_set.required)]}),
        "training.json": to_json({**asdict(training), "libraries": dict(training.libraries),
                                  "kind": kind_of(model_files)}),
        "evaluation.json": to_json({name: {score: _finite(value) for score, value in scores.items()}
                                    for name, scores in evaluation.items()}),
        "golden.jsonl": golden,
    }
    return describe(root, vault.write(root, files))


def describe(root: Path, artifact_id: str) -> Artifact:
    """The artifact but for its model and golden rows, which only a worker reads; ArtifactRefused if it is not right."""
    files = vault.read(root, artifact_id, _DESCRIPTION)
    concept, features, training, evaluation = (
        json.loads(files[f"{name}.json"]) for name in ("concept", "feature_set", "training", "evaluation"))
    return Artifact(
        id=artifact_id,
        kind=training.pop("kind"),
        concept=Concept(name=concept["name"], kind=ConceptKind(concept["kind"]), unit=concept["unit"],
                        low=_open(concept["low"], -math.inf), high=_open(concept["high"], math.inf)),
        feature_set=FeatureCard(
            name=features["name"], version=features["version"], lag_micros=features["lag_micros"],
            features=tuple(Feature(name=name, type=FeatureType(kind)) for name, kind in features["features"]),
            required=frozenset(features["required"])),
        training=TrainingCard(**training),
        evaluation={name: {score: _open(value, math.nan) for score, value in scores.items()}
                    for name, scores in evaluation.items()},
        baseline=historical.load({"model.json": files["baseline.json"]}),
    )


def _finite(value: float) -> Json:
    return value if math.isfinite(value) else None


def _open(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
