"""
The predictor: every row gets a value within the bounds of its concept, from a model if it can, from history if not.

The baseline is computed for every row, asked for or not: what is used when a model fails is what is always used. A
prediction says who served it and, if that was not a model, why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from factdb.errors import UnknownName
from factdb.schema import Value
from learning.columns import Table
from learning.concept import bounded
from learning.publish.artifact import Artifact, describe
from learning.publish.vault import ArtifactRefused
from learning.serving.pool import PROGRAM, Answer, Limits, Pool, State, WorkerStatus
from learning.serving.rows import cleaned, encode_row


class ServedBy(StrEnum):
    """Who answered."""

    MODEL = "model"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A value with the historical baseline beside it.

    `degraded` is None when the model answered; else no_model, missing:<feature>, deadline, raised, out_of_bounds,
    worker_died, overloaded, quarantined or load_refused. `artifact` is the one whose baseline this is.
    """

    concept: str
    value: float
    baseline: float
    artifact: str
    served_by: ServedBy
    degraded: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    artifact: Artifact
    pool: Pool | None  # None when the model was withdrawn
    before: _Served | None  # what serves until the pool is ready, and for ever if it refuses its artifact


_ROWS_AT_ONCE = 500  # rows in flight from one call: others must find room in the line


def limits_of(kind: str) -> Limits:
    """What a worker with a model of `kind` is given: about twice the memory that it was measured to take."""
    return Limits(memory_bytes=1 << 30 if kind == "boosted" else 1 << 28, hard_seconds=1.0, start_seconds=30.0,
                  inflight_max=4 * _ROWS_AT_ONCE, deaths_max=3, deaths_seconds=60.0)


class Predictor:
    """The models that serve, one for each concept. Safe to share among threads; `close` ends every worker."""

    def __init__(self, root: Path, program: Sequence[str] = PROGRAM) -> None:
        self._root, self._program = root, program
        self._lock = threading.RLock()
        self._served: dict[str, _Served] = {}

    def __enter__(self) -> Predictor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self, artifact_id: str, *, feature_set_version: str | None = None) -> Artifact:
        """The artifact that now serves its concept, in the place of the one before.

        Refused, and nothing changed, when it is damaged or was fitted on another version of its feature set. Its worker
        starts in the background. Until it is ready the one before serves, and goes on if the worker refuses it; if
        there is none, rows wait up to their deadline.
        """
        artifact = describe(self._root, artifact_id)
        fitted = artifact.feature_set.version
        if feature_set_version not in (None, fitted):
            raise ArtifactRefused(f"Expected artifact {artifact_id} to be fitted on version {feature_set_version} of "
                                  f"feature set {artifact.feature_set.name!r}, got {fitted}")
        pool = Pool(self._root, artifact_id, limits_of(artifact.kind), self._program)
        with self._lock:
            current = self._served.get(artifact.concept.name)
            before = _answering(current) if current is not None else None
            kept = replace(before, before=None) if before is not None and before.pool is not None else None
            self._served[artifact.concept.name] = _Served(artifact=artifact, pool=pool, before=kept)
        _close(current, kept)
        return artifact

    def withdraw(self, concept: str) -> None:
        """Take the model of `concept` away; its baseline goes on answering."""
        with self._lock:
            current = self._of(concept)
            answering = _answering(current)
            self._served[concept] = _Served(artifact=answering.artifact, pool=None, before=None)
        _close(current, None)

    def status(self, concept: str) -> WorkerStatus:
        """Where the worker of `concept` stands; a model that was withdrawn is closed."""
        pool = self._of(concept).pool
        return WorkerStatus(state=State.CLOSED, detail="withdrawn", process_id=None) if pool is None else pool.status

    def wait(self, concept: str, seconds: float) -> State:
        """The state of the worker of `concept`, once it has loaded its model or failed to, or after `seconds`."""
        pool = self._of(concept).pool
        return State.CLOSED if pool is None else pool.wait(seconds)

    def artifact(self, concept: str) -> Artifact:
        """The artifact that answers for `concept` now."""
        return _answering(self._of(concept)).artifact

    def predict(self, concept: str, rows: Sequence[Mapping[str, Value]], *,
                deadline_seconds: float) -> list[Prediction]:
        """One prediction for each row, in order, by the deadline; UnknownName when nothing serves `concept`.

        A row maps features to values. One that is left out, not finite or of the wrong type is NULL; one that the
        model does not know is ignored.
        """
        served = self._settled(concept)
        deadline = time.monotonic() + deadline_seconds
        artifact = served.artifact
        features = {feature.name: feature for feature in (*artifact.baseline.features, *artifact.feature_set.features)}
        plain = [cleaned(tuple(features.values()), row) for row in rows]
        baseline = artifact.baseline.predict(_table(plain, list(features)))
        answers: list[Answer] = []
        for start in range(0, len(plain), _ROWS_AT_ONCE):
            asked = [_ask(served, row, deadline) for row in plain[start : start + _ROWS_AT_ONCE]]
            answers.extend(_await(future, deadline) for future in asked)
        return [_prediction(artifact, answer, history)
                for answer, history in zip(answers, baseline.tolist(), strict=True)]

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            served, self._served = list(self._served.values()), {}
        for each in served:
            _close(each, None)

    def _of(self, concept: str) -> _Served:
        with self._lock:
            if concept not in self._served:
                raise UnknownName("concept with a published model", concept, self._served)
            return self._served[concept]

    def _settled(self, concept: str) -> _Served:
        """What answers for `concept` now; the one before it is let go as soon as it is not needed."""
        with self._lock:
            served = self._of(concept)
            answering = _answering(served)
            if answering is not served or served.before is None:
                return answering
            self._served[concept] = replace(served, before=None)
        _close(served.before, None)
        return answering


def _answering(served: _Served) -> _Served:
    if served.before is None or (served.pool is not None and served.pool.status.state is State.READY):
        return served
    return served.before


def _close(served: _Served | None, kept: _Served | None) -> None:
    """End the pools of `served` and of what came before it, but for that of `kept`."""
    while served is not None:
        if served.pool is not None and (kept is None or served.pool is not kept.pool):
            served.pool.close()
        served = served.before


def _ask(served: _Served, row: Mapping[str, float | str | None], deadline: float) -> Future[Answer]:
    features = served.artifact.feature_set
    missing = [feature.name for feature in features.features
               if feature.name in features.required and row[feature.name] is None]
    if served.pool is not None and not missing:
        return served.pool.submit(encode_row(features.features, row), deadline)
    future: Future[Answer] = Future()
    future.set_result(Answer(value=None, reason=f"missing:{missing[0]}" if missing else "no_model", detail=""))
    return future


def _await(future: Future[Answer], deadline: float) -> Answer:
    try:
        # The keeper answers by the deadline; the rest is for a keeper that gets no processor.
        return future.result(max(0.0, deadline - time.monotonic()) + 0.05)
    except TimeoutError:
        return Answer(value=None, reason="deadline", detail="")


def _prediction(artifact: Artifact, answer: Answer, baseline: float) -> Prediction:
    value, reason = answer.value, answer.reason
    if value is not None and not bounded(np.array([value]), artifact.concept)[0]:
        value, reason = None, "out_of_bounds"
    return Prediction(
        concept=artifact.concept.name, value=baseline if value is None else value, baseline=baseline,
        artifact=artifact.id, served_by=ServedBy.BASELINE if value is None else ServedBy.MODEL, degraded=reason)


def _table(rows: Sequence[Mapping[str, float | str | None]], names: Sequence[str]) -> Table:
    return {name: np.array([row[name] for row in rows], dtype=object) for name in names}
