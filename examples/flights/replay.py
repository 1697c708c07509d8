"""
A day lived again: every hour the champion is asked about the flights that leave in two to three hours, its answers are
written back as facts, known when they were asked, and joined with what became of the flights as that became known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from examples.flights.instances import FLIGHT
from factdb.basis import Basis
from factdb.database import Database, View
from factdb.fact import Fact
from factdb.schema import Value
from features.instances import online
from learning.concept import ConceptKind
from learning.outcomes import outcome_scores, outcomes, prediction_facts, record_predictions
from learning.publish.artifact import Artifact
from learning.serving.predictor import Prediction, Predictor, ServedBy

_DUE = "scheduled(flight: flight, departs: departs), departs >= now() + 2h, departs < now() + 3h"
_DEADLINE_SECONDS = 20.0  # nobody waits for a replay; a served question has a quarter of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking about one hour's flights: how many, and how many a model answered."""

    at: datetime
    flights: int
    by_model: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The predictions known at `at`, how many of them had an outcome by then, and the log loss of those, if any."""

    at: datetime
    predictions: int
    outcomes: int
    answered: float | None
    baseline: float | None


def ask_again(database: Database, predictor: Predictor, artifact: Artifact, hours: Sequence[datetime],
              done: Callable[[Asked], None]) -> tuple[Asked, ...]:
    """What was asked at each of `hours`, which rise, also told to `done`."""
    asked = []
    for hour in hours:
        asked.append(_ask(database, predictor, artifact, database.basis(valid_at=hour, system_at=hour)))
        done(asked[-1])
    return tuple(asked)


def known_at(database: Database, concept: str, instant: datetime) -> Known:
    """How the predictions of `concept` stood at `instant`, as known then."""
    joined = outcomes(database, database.basis(valid_at=instant, system_at=instant), concept)
    scores = outcome_scores(joined, ConceptKind.PROBABILITY)
    return Known(at=instant, predictions=joined.num_rows,
                 outcomes=joined.num_rows - joined.column("outcome").null_count,
                 answered=scores["answered"]["log_loss"] if scores else None,
                 baseline=scores["baseline"]["log_loss"] if scores else None)


def _ask(database: Database, predictor: Predictor, artifact: Artifact, basis: Basis) -> Asked:
    view = database.at(basis)
    due = view.query(_DUE)
    if not due.num_rows:
        return Asked(at=basis.valid_at, flights=0, by_model=0)
    predictions = predictor.predict(artifact.concept.name, _features(view, due), deadline_seconds=_DEADLINE_SECONDS)
    facts = _facts(predictions, due, artifact, basis)
    record_predictions(database, facts, actor="examples/flights", asked=basis)
    return Asked(at=basis.valid_at, flights=len(facts),
                 by_model=sum(each.served_by is ServedBy.MODEL for each in predictions))


def _features(view: View, due: pa.Table) -> list[dict[str, Value]]:
    told = online(view, FLIGHT, due.select(["flight"]))
    rows: list[dict[str, Value]] = told.select(list(FLIGHT.features)).to_pylist()
    return rows


def _facts(predictions: Sequence[Prediction], due: pa.Table, artifact: Artifact, basis: Basis) -> list[Fact]:
    """A fact for each prediction, valid from the departure that it is about."""
    facts: list[Fact] = []
    for said, row in zip(predictions, due.to_pylist(), strict=True):
        facts += prediction_facts([said], [row["flight"]], models=[artifact.name], asked=basis,
                                  valid_from=row["departs"])
    return facts
