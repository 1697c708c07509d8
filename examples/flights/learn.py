"""
From instances to models of a flight's arrival: three models of each concept side by side, and the best one published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc

from factdb.database import Database
from factdb.datalog.syntax import Role
from factdb.sql.clock import OBSERVED_AT
from features.instances import Frame
from features.spine import Spine
from learning.concept import Concept, concept_of
from learning.estimators.baseline import HistoricalMean
from learning.estimators.boosted import Boosted
from learning.estimators.glm import Glm
from learning.estimators.protocol import Estimator
from learning.publish.artifact import Artifact
from learning.registry import LEARNING_DL, MODULE, promote, publish_model
from learning.split import TimeSplit
from learning.train import Trained, publish_trained, train

OCTOBER = datetime(2013, 10, 1, 4, tzinfo=UTC)  # midnight in New York

# A concept looks two days ahead: what was observed on the last two days of September was not known by October.
_TIMES = TimeSplit(train_until=OCTOBER, test_from=OCTOBER, embargo=timedelta(days=2))
_SEED = 0


def learn(database: Database, frame: Frame, concept: str, names: tuple[str, ...] = ()) -> Trained:
    """Models fitted on January to September and scored on October to December; of `names` only, if given."""
    declared = concept_of(database.program.predicate(concept, Role.CONCEPT))
    chosen = {name: estimator for name, estimator in _estimators(declared).items() if not names or name in names}
    return train(frame, declared, chosen, _TIMES)


def publish(database: Database, folder: Path, trained: Trained, frame: Frame) -> Artifact:
    """The best model, published and made champion of its concept from October on, as if it had been then."""
    database.declare(LEARNING_DL, module=MODULE)
    known = known_by_october(database, frame)
    artifact = publish_trained(folder, trained, known, model=trained.best, baseline="historical", seed=_SEED)
    publish_model(database, artifact, actor="examples/flights", valid_from=OCTOBER, system_at=OCTOBER)
    promote(database, concept=trained.concept.name, model=artifact.name, actor="examples/flights",
            reason="lowest log loss or error on October to December", valid_from=OCTOBER, system_at=OCTOBER)
    return artifact


def known_by_october(database: Database, frame: Frame) -> Frame:
    """The rows that the models learned from, as a frame of the basis at which all of them were known.

    What is learned later changes no instance that was mature, so these are the bytes that the same spine gives at
    that basis; a test builds both.
    """
    basis = database.basis(valid_at=OCTOBER, system_at=OCTOBER)
    rows = frame.table.filter(pc.less(frame.table[OBSERVED_AT], OCTOBER - _TIMES.embargo))
    known = Spine(table=rows.select([*_entities(frame), OBSERVED_AT]))
    return replace(frame, table=rows, basis=basis, spine_hash=known.hash)


def _entities(frame: Frame) -> list[str]:
    computed = {OBSERVED_AT, *frame.feature_set.features, *frame.concepts}
    return [name for name in frame.table.column_names if name not in computed]


def _estimators(concept: Concept) -> Mapping[str, Estimator]:
    return {
        "historical": HistoricalMean(by=("carrier", "departs_hour"), weight=20.0),
        "glm": Glm(kind=concept.kind, levels_max=30),
        "boosted": Boosted(kind=concept.kind, rounds=120, seed=_SEED),
    }
