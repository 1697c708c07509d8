"""
Predictions as facts, and what became of them, as far as it was known at a basis.

A prediction carries no promise of an outcome: it is joined with the concept of its entity, evaluated at the moment of
asking and with what the basis knows. What is not mature yet is NULL, never 0; what is corrected later changes the
scores as known later, not those as known then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from factdb.basis import Basis
from factdb.database import Database
from factdb.datalog.syntax import Role
from factdb.errors import CallerError
from factdb.fact import Fact, Receipt, assert_fact
from factdb.schema import Type
from factdb.sql.clock import OBSERVED_AT
from learning.canonical import sha256, to_json
from learning.concept import ConceptKind
from learning.scores import scores_of
from learning.serving.predictor import Prediction

_MICROS = pa.timestamp("us", "UTC")
_ARROW = {Type.TEXT: pa.string(), Type.INT: pa.int64()}


def entity_text(values: Sequence[str | int]) -> str:
    """The entity as one text: of one text itself, else JSON.

    >>> entity_text(["JFK"]), entity_text(["UA", 1545])
    ('JFK', '["UA",1545]')
    """
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return to_json(list(values)).decode()


def prediction_facts(predictions: Sequence[Prediction], entities: Sequence[str], *, models: Sequence[str],
                     asked: Basis, valid_from: datetime) -> list[Fact]:
    """A fact for each prediction of the entity beside it, valid from `valid_from` on.

    `models` names the model of each in the registry. Asking the same model the same question again gives the same
    fact, so writing it twice changes nothing.
    """
    facts = []
    for prediction, entity, model in zip(predictions, entities, models, strict=True):
        identity = to_json([prediction.concept, entity, model, asked.token])
        facts.append(assert_fact("prediction", {
            "prediction": sha256(identity)[:32], "concept": prediction.concept, "entity": entity, "model": model,
            "value": prediction.value, "baseline": prediction.baseline, "degraded": prediction.degraded,
            "asked_valid": asked.valid_at, "asked_system": asked.system_at, "basis": asked.token,
        }, valid_from))
    return facts


def record_predictions(database: Database, facts: Sequence[Fact], *, actor: str, asked: Basis) -> Receipt:
    """A receipt for prediction facts, known from the time of asking on; the same facts again write nothing.

    Earlier than what the store holds of predictions they cannot be: record them in the order of asking.
    """
    key = sha256(to_json([str(fact.values["prediction"]) for fact in facts]))
    return database.transact(facts, actor=actor, source="learning.outcomes", reason="asked", system_at=asked.system_at,
                             idempotency_key=f"predictions {key}")


def outcomes(database: Database, basis: Basis, concept: str, *, matures_after: timedelta = timedelta(0)) -> pa.Table:
    """The predictions of `concept` known at `basis`, with their outcomes as known there: prediction columns, `outcome`.

    `outcome` is a float, NULL where the concept gives none, or where `matures_after` the asking lies after the basis:
    an open window may give a count that still grows. Order by time of asking, then entity.
    """
    view = database.at(basis)
    columns = ["prediction", "entity", "model", "value", "baseline", "degraded", "asked_valid", "asked_system", "basis"]
    rows = view.rows("prediction", where={"concept": concept}).select(columns)
    rows = rows.sort_by([("asked_valid", "ascending"), ("entity", "ascending"), ("prediction", "ascending")])
    predicate = database.program.predicate(concept, Role.CONCEPT)
    if unsupported := [column.name for column in predicate.entities if column.type not in _ARROW]:
        raise CallerError(f"Expected entities of text or int in concept {concept!r}, got {', '.join(unsupported)}")
    keys = [_entity(text, [column.type for column in predicate.entities]) for text in rows.column("entity").to_pylist()]
    spine = pa.table({
        **{column.name: pa.array([key[place] for key in keys], _ARROW[column.type])
           for place, column in enumerate(predicate.entities)},
        OBSERVED_AT: rows.column("asked_valid").cast(_MICROS)})
    known = database.along(spine, [concept], basis=basis).column(concept).cast(pa.float64())
    asked = pc.add(spine.column(OBSERVED_AT), pa.scalar(matures_after, pa.duration("us")))
    mature = pc.less_equal(asked, pa.scalar(min(basis.valid_at, basis.system_at), _MICROS))
    return rows.append_column("outcome", pc.if_else(mature, known, pa.scalar(None, pa.float64())))


def outcome_scores(joined: pa.Table, kind: ConceptKind) -> dict[str, dict[str, float]]:
    """The scores of what was answered and of the baseline, on the rows of `outcomes` that are mature; empty of none."""
    mature = joined.filter(pc.is_valid(joined.column("outcome")))
    if not mature.num_rows:
        return {}
    came, said, history = (np.asarray(mature.column(name), dtype=np.float64)
                           for name in ("outcome", "value", "baseline"))
    return {"answered": scores_of(kind, came, said), "baseline": scores_of(kind, came, history)}


def _entity(text: str, types: Sequence[Type]) -> Sequence[str | int]:
    if list(types) == [Type.TEXT]:
        return [text]
    values: list[str | int] = json.loads(text)
    return values
