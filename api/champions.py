"""
The champions of the registry in their workers, followed as the registry changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock

from api.rows import entity_table, plain_rows
from api.values import entity_of, json_value
from factdb.basis import Basis
from factdb.database import Database, View
from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import Role
from factdb.errors import UnknownName
from factdb.fact import Fact
from factdb.schema import Value
from features.feature_set import FeatureSet
from learning.outcomes import entity_text, prediction_facts
from learning.publish.artifact import Artifact
from learning.publish.roles import Published
from learning.publish.vault import ArtifactRefused
from learning.registry import champions
from learning.serving.pool import State
from learning.serving.predictor import Prediction, Predictor

_FOLLOW_SECONDS = 1.0
_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A prediction with what it rests on: the model, the features that were read, and the fact that would record it."""

    prediction: Prediction
    artifact: Artifact
    features: Mapping[str, Value]
    basis: Basis
    fact: Fact


def models_folder(store: Path) -> Path:
    """Where the artifacts of the models of `store` lie: beside it."""
    return store.with_name(f"{store.name}.models")


class Champions:
    """Predicts with the model that is champion now. Safe to share among threads; `close` ends every worker."""

    def __init__(self, database: Database, predictor: Predictor, *, seconds: float) -> None:
        self._database, self._predictor, self._seconds = database, predictor, seconds
        self._lock = Lock()
        self._tried: dict[str, str] = {}  # the artifact that was served, or refused, by concept
        self._serving: set[str] = set()
        self._refused: dict[str, str] = {}
        self._withdrawn: dict[str, str] = {}
        self._followed, self._looked = -1, 0.0

    def start(self) -> None:
        """Serve the champions; returns when their workers are ready, or will not be."""
        self._follow()
        for concept in self._serving:
            self._predictor.wait(concept, _START_SECONDS)

    def close(self) -> None:
        """End every worker."""
        self._predictor.close()

    def state(self) -> dict[str, Mapping[str, object]]:
        """How the worker of each concept is; a model that was refused or withdrawn says why."""
        with self._lock:
            serving, withdrawn, refused = set(self._serving), dict(self._withdrawn), dict(self._refused)
        states: dict[str, Mapping[str, object]] = {}
        for concept in serving:
            status = self._predictor.status(concept)
            states[concept] = {"state": status.state.value, "detail": withdrawn.get(concept, status.detail),
                               "artifact": self._predictor.artifact(concept).id}
        return states | {concept: {"state": "load_refused", "detail": why} for concept, why in refused.items()}

    def healthy(self) -> bool:
        """True if every champion's worker is ready, or none is asked for."""
        return all(each["state"] == State.READY for each in self.state().values())

    def predict(self, view: View, concept: str, entity: object) -> Predicted:
        """The prediction for `entity`, an object of the concept's entity columns, from its features in `view`.

        Features are read as training reads them: at the view's valid time, as known the feature set's lag before
        its system time.
        """
        self._follow()
        columns = view.program.predicate(concept, Role.CONCEPT).entities
        key = entity_of(columns, entity)
        artifact = self._predictor.artifact(concept)
        names = list(dict.fromkeys(each.name for each in (*artifact.feature_set.features, *artifact.baseline.features)))
        [features] = plain_rows(self._lagged(view, artifact).features(names, entity_table(columns, [key])))
        [prediction] = self._predictor.predict(concept, [features], deadline_seconds=self._seconds)
        [fact] = prediction_facts(
            [prediction], [entity_text(_plain(key.values()))], models=[artifact.name], asked=view.basis,
            valid_from=view.basis.valid_at)
        return Predicted(prediction=prediction, artifact=artifact, features=features, basis=view.basis, fact=fact)

    def _lagged(self, view: View, artifact: Artifact) -> View:
        basis = view.basis
        known = basis.system_at - timedelta(microseconds=artifact.feature_set.lag_micros)
        return self._database.at(self._database.basis(valid_at=basis.valid_at, system_at=known,
                                                      transaction=basis.transaction))

    def _follow(self) -> None:
        """Serve what the registry says now, if it may have changed since it was last looked at."""
        now = self._database.clock.now()
        basis = self._database.basis(valid_at=now, system_at=now)
        with self._lock:
            late = time.monotonic() - self._looked >= _FOLLOW_SECONDS
            if basis.transaction == self._followed or (self._followed >= 0 and not late):
                return
            self._followed, self._looked = basis.transaction, time.monotonic()
            wanted = champions(self._database.at(basis)) if "route" in self._database.program.relations else {}
            for concept in self._tried.keys() - wanted.keys():
                self._withdraw(concept, "the registry names no champion")
                del self._tried[concept]
            for concept in self._withdrawn:
                if _changed(self._predictor.artifact(concept), self._database.program) is None:
                    self._tried.pop(concept, None)  # what it learned from is back
            for concept, published in wanted.items():
                if self._tried.get(concept) != published.artifact:
                    self._tried[concept] = published.artifact
                    self._serve(concept, published)
            for concept in self._serving - self._withdrawn.keys():
                if changed := _changed(self._predictor.artifact(concept), self._database.program):
                    self._withdraw(concept, changed)

    def _serve(self, concept: str, published: Published) -> None:
        try:
            self._predictor.serve(published.artifact, feature_set_version=published.feature_set)
        except ArtifactRefused as error:  # the one before, if any, goes on serving
            self._refused[concept] = str(error)
        else:
            self._serving.add(concept)
            self._withdrawn.pop(concept, None)
            self._refused.pop(concept, None)

    def _withdraw(self, concept: str, why: str) -> None:
        if concept in self._serving:
            self._predictor.withdraw(concept)
            self._withdrawn[concept] = why


def _changed(artifact: Artifact, program: CheckedProgram) -> str | None:
    """Why the features that `artifact` learned from are no longer those of `program`; None if they are.

    A historical mean lists only the features that it reads, not all of its set, so it cannot be compared.
    """
    card = artifact.feature_set
    if artifact.kind == "historical":
        return None
    features = FeatureSet(name=card.name, features=tuple(feature.name for feature in card.features),
                          lag=timedelta(microseconds=card.lag_micros))
    try:
        now = features.version(program)
    except UnknownName as error:
        return str(error)
    return None if now == card.version else f"Feature set {card.name!r} has changed since the model learned from it"


def _plain(values: Iterable[Value]) -> list[str | int]:
    return [value if isinstance(value, str | int) else str(json_value(value)) for value in values]
