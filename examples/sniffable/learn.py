"""
From the kennel's pupdates to models of their likes, side by side, and the best of them published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from examples.sniffable.facts import ASKED, FIRST_DAY, SETTLED, THE_DAY
from factdb.database import Database
from factdb.datalog.syntax import Role
from features.feature_set import FeatureSet
from features.instances import Frame, instances, leaking_instances
from features.leak import LeakReport, leak_meter
from features.spine import spine_of
from learning.concept import concept_of
from learning.estimators.baseline import HistoricalMean
from learning.estimators.boosted import Boosted
from learning.estimators.glm import Glm
from learning.estimators.protocol import Estimator
from learning.publish.artifact import Artifact
from learning.registry import LEARNING_DL, MODULE, promote, publish_model
from learning.split import TimeSplit
from learning.train import Trained, publish_trained, train

CONCEPT = "likes_24h"
FEATURES = FeatureSet(
    name="posted",
    features=("tags", "posted_hour", "posted_weekday", "breed", "dog_likes_7d", "dog_pupdates_7d", "dog_fans_14d",
              "dog_friends", "dog_confidence", "place_radius"),
    lag=timedelta(0),
)
# A week for the windows to fill; the last day's likes are still coming in when the question is asked.
LEARN_FROM, LEARN_TO = FIRST_DAY + timedelta(days=7), THE_DAY - timedelta(days=1)
TEST_FROM = THE_DAY - timedelta(days=7)
# Of a pupdate that the store does not have yet, the baseline answers.
REQUIRED = ("tags",)
BASELINE, SEED = "historical", 7


def built(database: Database, done: Callable[[str], None]) -> tuple[Frame, LeakReport]:
    """The instances ten seconds after each posting, and the leak meter; `done` is told every name twice."""
    basis = database.basis(valid_at=ASKED, system_at=SETTLED)
    spine = spine_of(database.at(basis), "ten_seconds_after").between(LEARN_FROM, LEARN_TO)
    frame = instances(database, spine, FEATURES, [CONCEPT], basis, done=done)
    leaking = leaking_instances(database, spine, FEATURES, [CONCEPT], basis, done=done)
    return frame, leak_meter(frame, leaking)


def learned(database: Database, frame: Frame) -> Trained:
    """A historical mean by breed, a GLM and boosted trees, tested on the last week."""
    concept = concept_of(database.program.predicate(CONCEPT, Role.CONCEPT))
    estimators: dict[str, Estimator] = {
        BASELINE: HistoricalMean(by=("breed",), weight=20.0),
        "glm": Glm(kind=concept.kind, levels_max=30),
        "boosted": Boosted(kind=concept.kind, rounds=60, seed=SEED),
    }
    times = TimeSplit(train_until=TEST_FROM, test_from=TEST_FROM, embargo=timedelta(days=1))
    return train(frame, concept, estimators, times)


def published(database: Database, models: Path, trained: Trained, frame: Frame) -> tuple[Artifact, str]:
    """The best model as an artifact in the folder `models`, and its name as the champion of the concept."""
    artifact = publish_trained(models, trained, frame, model=trained.best, baseline=BASELINE, seed=SEED,
                               required=REQUIRED)
    database.declare(LEARNING_DL, module=MODULE)
    name = publish_model(database, artifact, actor="examples/sniffable", valid_from=ASKED)
    promote(database, concept=CONCEPT, model=name, actor="examples/sniffable", valid_from=ASKED,
            reason="the lowest score on the last week")
    return artifact, name
