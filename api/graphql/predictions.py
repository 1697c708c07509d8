"""
Predictions: asked in a view, or asked and recorded by a mutation; the champion; what became of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry.types.field import StrawberryField

from api.champions import Champions, Predicted
from api.graphql.context import Context, Info
from api.graphql.generated import resolved_field
from api.graphql.limits import checked_page
from api.graphql.made import Annotation, Made
from api.graphql.models_types import Model, Outcomes, Prediction, PredictionOutcome, prediction_type
from api.graphql.names import distinct
from api.graphql.scalars import BigInt, Duration, Json
from api.graphql.types import At
from api.graphql.writes import ConflictType, Refused, Transacted, transacted
from api.rows import plain_rows
from factdb.database import View
from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import Role
from factdb.errors import CallerError, Conflict, Unavailable
from factdb.fact import Receipt
from learning.concept import concept_of
from learning.outcomes import outcome_scores, outcomes, record_predictions
from learning.registry import champion

# What the registry declares; without it nothing can be recorded.
_REGISTRY = frozenset({"model", "route", "prediction"})


@strawberry.type(description="A prediction and the transaction that recorded it.")
class Recorded:
    """A prediction and the transaction that recorded it."""

    prediction: Prediction = strawberry.field(description="As in a view.")
    transacted: Transacted = strawberry.field(description="The receipt of its fact.")


PredictResult: TypeAlias = Annotated[
    Recorded | ConflictType | Refused, strawberry.union("PredictResult", description="What became of the question.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFields:
    """The fields that ask for predictions: in a view, and as mutations."""

    view: list[StrawberryField]
    mutation: list[StrawberryField]


def prediction_fields(program: CheckedProgram) -> PredictionFields:
    """The fields: none without concepts, `predict` of a view alone without a registry."""
    concepts = [each.name for each in program.predicates.values() if each.role is Role.CONCEPT]
    if not concepts:
        return PredictionFields(view=[], mutation=[])
    concept = Made(name="concept", spelled="concept", type=_enum(concepts), description="What is predicted.")
    if _REGISTRY - program.relations.keys():
        return PredictionFields(view=[_predict_field(concept)], mutation=[])
    return PredictionFields(view=[_predict_field(concept), _champion_field(concept), _outcomes_field(concept)],
                            mutation=[_record_field(concept)])


def _record_field(concept: Made) -> StrawberryField:
    def answer(root: object, info: Info, sent: dict[str, Any]) -> object:
        context, at = info.context, sent.get("at") or At()
        view = context.database.at(context.basis(valid=at.valid, system=at.system, token=at.basis))
        try:
            predicted = _champions(context).predict(view, sent["concept"].value, sent["entity"])
            receipt = _record(context, predicted, sent["actor"], stated=at.system is not None or at.basis is not None)
        except Conflict as error:
            return ConflictType(code=error.code, message=str(error))
        except CallerError as error:
            return Refused(code=error.code, message=str(error))
        return Recorded(prediction=prediction_type(predicted), transacted=transacted(receipt, info))

    arguments = [
        concept, _ENTITY,
        Made(name="at", spelled="at", type=At | None, description="The point of both times; now if left out."),
        Made(name="actor", spelled="actor", type=str, description="Who asks.")]
    return resolved_field("predict", answer, returns=PredictResult, arguments=arguments, description=(
        "Predict, and record the prediction as a fact: valid from the valid time asked about, known when asked."))


_ENTITY = Made(name="entity", spelled="entity", type=Json,
               description="An object of the concept's entity columns, such as {flight: ...}.")


def _enum(concepts: list[str]) -> Annotation:
    spelled = distinct(concepts, str.upper)
    make: Annotation = Enum  # mypy reads the members of an Enum, and these are known only here
    return strawberry.enum(make("Concept", {spelled[name]: name for name in concepts}),
                           description="What can be predicted.")


def _predict_field(concept: Made) -> StrawberryField:
    def answer(view: View, info: Info, sent: dict[str, Any]) -> object:
        return prediction_type(_champions(info.context).predict(view, sent["concept"].value, sent["entity"]))

    return resolved_field("predict", answer, returns=Prediction, arguments=[concept, _ENTITY], description=(
        "What the champion of a concept says of an entity, from its features in the view. Nothing is recorded."))


def _champion_field(concept: Made) -> StrawberryField:
    def answer(view: View, info: Info, sent: dict[str, Any]) -> object:
        found = champion(view, sent["concept"].value)
        if found is None:
            return None
        [row] = view.rows("model", where={"model": found.model}).to_pylist()
        return Model(id=row.pop("model"), **{name: row[name] for name in (
            "concept", "kind", "feature_set", "basis", "fingerprint", "artifact")})

    return resolved_field("champion", answer, returns=Model | None, arguments=[concept], description=(
        "The model that should answer for a concept, as the registry says in the view."))


def _outcomes_field(concept: Made) -> StrawberryField:
    def answer(view: View, info: Info, sent: dict[str, Any]) -> object:
        name, first = sent["concept"].value, checked_page(sent["first"], info.context.limits)
        matures_after = sent.get("matures_after", timedelta(0))
        joined = outcomes(info.context.database, view.basis, name, matures_after=matures_after)
        scores = outcome_scores(joined, concept_of(view.program.predicate(name, Role.CONCEPT)).kind)
        columns = joined.drop_columns(["asked_system", "basis"])
        return Outcomes(
            rows=[PredictionOutcome(**row) for row in plain_rows(columns.slice(0, first))],
            total_count=BigInt(joined.num_rows),
            scores=Json({model: {score: value if math.isfinite(value) else None for score, value in each.items()}
                         for model, each in scores.items()}))

    arguments = [concept, Made(name="first", spelled="first", type=int, description="How many rows.", default=50),
                 Made(name="matures_after", spelled="maturesAfter", type=Duration | None,
                      description="How long after the asking an outcome can still change; PT0S if left out.")]
    return resolved_field("outcomes", answer, returns=Outcomes, arguments=arguments, description=(
        "The recorded predictions of a concept known in the view, joined with what is known of their outcomes."))


def _champions(context: Context) -> Champions:
    if context.champions is None:
        raise Unavailable("This server serves no models")
    return context.champions


def _record(context: Context, predicted: Predicted, actor: str, *, stated: bool) -> Receipt:
    """A question about the past is recorded as known then; one of now when it is committed, whoever commits first."""
    if stated:
        return record_predictions(context.database, [predicted.fact], actor=actor, asked=predicted.basis)
    return context.database.transact([predicted.fact], actor=actor, source="api.predict", reason="asked",
                                     idempotency_key=f"prediction {predicted.fact.values['prediction']}")
