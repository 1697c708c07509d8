"""
The types of models and their predictions.
"""

from __future__ import annotations

import strawberry

from api.champions import Predicted
from api.graphql.scalars import BigInt, Instant, Json
from api.graphql.types import BasisType, basis_type
from api.values import json_value
from learning.publish.artifact import Artifact
from learning.serving.predictor import ServedBy

strawberry.enum(ServedBy, name="ServedBy", description="Who answered.")


@strawberry.type(description="A published model: bytes that never change, bound to what it learned from.")
class Model:
    """A published model."""

    id: str = strawberry.field(description="Its name in the registry.")
    concept: str = strawberry.field(description="What it predicts.")
    kind: str = strawberry.field(description="How it was learned.")
    feature_set: str = strawberry.field(description="The version of the features that it was fitted on.")
    basis: str = strawberry.field(description="The token of the basis that it was trained at.")
    fingerprint: str = strawberry.field(description="SHA-256 of the rows that it learned from.")
    artifact: str = strawberry.field(description="SHA-256 that names its bytes.")


@strawberry.type(description="What a model was told.")
class FeatureValue:
    """What a model was told."""

    name: str = strawberry.field(description="The feature's name, as declared.")
    value: Json | None = strawberry.field(description="Null if it is not known.")


@strawberry.type(description="A value within the bounds of its concept, from a model if it can, from history if not.")
class Prediction:
    """A value with the historical baseline beside it, and what it rests on."""

    concept: str = strawberry.field(description="What is predicted, as declared.")
    value: float = strawberry.field(description="The prediction; a probability where the concept is true or false.")
    baseline: float = strawberry.field(description="What history alone says.")
    unit: str | None = strawberry.field(description="The concept's unit.")
    served_by: ServedBy = strawberry.field(description="Whether `value` is the model's or the baseline.")
    degraded: str | None = strawberry.field(description="Why no model answered; null if one did.")
    model: Model = strawberry.field(description="The champion, whose baseline this is.")
    features: list[FeatureValue] = strawberry.field(description="What was read for it, in the view.")
    basis: BasisType = strawberry.field(description="What it was asked at.")
    prediction_id: str = strawberry.field(description="The same question to the same model has the same.")


@strawberry.type(description="A prediction that was recorded, and what is known of its outcome in the view.")
class PredictionOutcome:
    """A recorded prediction and its outcome."""

    prediction: str = strawberry.field(description="Its predictionId.")
    entity: str = strawberry.field(description="Of what; several columns as a JSON list.")
    model: str = strawberry.field(description="The model's name in the registry.")
    value: float = strawberry.field(description="What was answered.")
    baseline: float = strawberry.field(description="What history alone said.")
    degraded: str | None = strawberry.field(description="Why no model answered.")
    asked_valid: Instant = strawberry.field(description="The valid time that was asked about.")
    outcome: float | None = strawberry.field(description="What came; null until it is known.")


@strawberry.type(description="Recorded predictions of a concept with their outcomes.")
class Outcomes:
    """Recorded predictions with their outcomes."""

    rows: list[PredictionOutcome] = strawberry.field(description="By time of asking.")
    total_count: BigInt = strawberry.field(description="How many there are, shown or not.")
    scores: Json = strawberry.field(description="Of what was answered and of the baseline, where outcomes are known.")


def prediction_type(predicted: Predicted) -> Prediction:
    """The prediction as clients see it."""
    said, artifact = predicted.prediction, predicted.artifact
    features = [FeatureValue(name=name, value=None if value is None else Json(json_value(value)))
                for name, value in predicted.features.items()]
    return Prediction(
        concept=said.concept, value=said.value, baseline=said.baseline, unit=artifact.concept.unit,
        served_by=said.served_by, degraded=said.degraded, model=_model(artifact), features=features,
        basis=basis_type(predicted.basis), prediction_id=str(predicted.fact.values["prediction"]))


def _model(artifact: Artifact) -> Model:
    return Model(id=artifact.name, concept=artifact.concept.name, kind=artifact.kind,
                 feature_set=artifact.feature_set.version, basis=artifact.training.basis,
                 fingerprint=artifact.training.fingerprint, artifact=artifact.id)
