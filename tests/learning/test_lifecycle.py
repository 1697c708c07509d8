"""From facts to a model that serves, and on to what became of its predictions, as of any basis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from factdb.basis import Basis
from factdb.database import Database
from factdb.datalog.syntax import Role
from factdb.errors import InvalidFact, UnknownName
from factdb.fact import assert_fact
from features.feature_set import FeatureSet
from features.instances import Frame, instances
from features.spine import spine_of
from learning.concept import Concept, ConceptKind, concept_of
from learning.estimators.baseline import HistoricalMean
from learning.estimators.boosted import Boosted
from learning.estimators.glm import Glm
from learning.outcomes import entity_text, outcome_scores, outcomes, prediction_facts, record_predictions
from learning.publish.artifact import Artifact
from learning.publish.roles import ServingRole
from learning.registry import (
    LEARNING_DL,
    MODULE,
    champion,
    champions,
    promote,
    publish_model,
    stand_down,
)
from learning.serving.predictor import Predictor, ServedBy
from learning.split import TimeSplit
from learning.train import Trained, publish_trained, train

DAY_0 = datetime(2013, 1, 1, tzinfo=UTC)
POSTS = 400
PROGRAM = """
relation pupdate(post: text, breed: text, hashtags: int, posted: instant) key(post).
event liked(post: text, likes: int) key(post).
feature breed(post) = b : pupdate(post: post, breed: b).
feature hashtags(post) = h : pupdate(post: post, hashtags: h).
concept popular(post) = n > 20 : liked(post: post, likes: n) within next 1d.
spine posts(post, t) :- pupdate(post: post, posted: t).
"""
FEATURE_SET = FeatureSet(name="post", features=("breed", "hashtags"), lag=timedelta(0))
TIMES = TimeSplit(train_until=DAY_0 + timedelta(hours=300), test_from=DAY_0 + timedelta(hours=300),
                  embargo=timedelta(hours=6))


def hour(number: float) -> datetime:
    return DAY_0 + timedelta(hours=number)


def likes_of(posts: int) -> tuple[list[str], list[int], list[int]]:
    chance = np.random.default_rng(5)
    breeds = chance.choice(["pug", "lab", "corgi"], posts).tolist()
    hashtags = chance.integers(0, 6, posts)
    means = np.where(np.array(breeds) == "pug", 26, 16) + 2 * hashtags - 5
    return breeds, hashtags.tolist(), chance.poisson(means).tolist()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An hour between posts; the likes of each come in five hours later and are known half an hour after that."""
    breeds, hashtags, likes = likes_of(POSTS)
    names = [f"post {number:03}" for number in range(POSTS)]
    at = pa.timestamp("us", "UTC")
    with Database.open(tmp_path_factory.mktemp("store") / "likes.duckdb") as made:
        made.declare(PROGRAM, module="likes")
        made.declare(LEARNING_DL, module=MODULE)
        posted = pa.array([hour(number) for number in range(POSTS)], at)
        made.load("pupdate", pa.table({"post": names, "breed": breeds, "hashtags": hashtags, "posted": posted,
                                       "from": posted}),
                  valid_from="from", system_from="from", actor="test", source="test", reason="posts")
        made.load("liked", pa.table({"post": names, "likes": likes,
                                     "from": pa.array([hour(number + 5) for number in range(POSTS)], at),
                                     "known": pa.array([hour(number + 5.5) for number in range(POSTS)], at)}),
                  valid_from="from", system_from="known", actor="test", source="test", reason="likes")
        yield made


@pytest.fixture(scope="module")
def frame(database: Database) -> Frame:
    basis = database.basis(valid_at=hour(500), system_at=hour(500))
    return instances(database, spine_of(database.at(basis), "posts"), FEATURE_SET, ["popular"], basis)


@pytest.fixture(scope="module")
def concept(database: Database) -> Concept:
    return concept_of(database.program.predicate("popular", Role.CONCEPT))


@pytest.fixture(scope="module")
def trained(frame: Frame, concept: Concept) -> Trained:
    return train(frame, concept, {
        "historical": HistoricalMean(by=("breed",), weight=20.0),
        "glm": Glm(kind=concept.kind, levels_max=30),
        "boosted": Boosted(kind=concept.kind, rounds=20, seed=0),
    }, TIMES)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def artifact(root: Path, trained: Trained, frame: Frame) -> Artifact:
    return publish_trained(root, trained, frame, model="glm", baseline="historical", seed=0)


def known(database: Database, at: datetime) -> Basis:
    return database.basis(valid_at=at, system_at=at)


def test_models_are_fitted_before_and_scored_after(trained: Trained, concept: Concept) -> None:
    assert concept.kind is ConceptKind.PROBABILITY
    assert (trained.rows_trained, len(trained.outcomes)) == (295, 100)
    assert trained.best == "glm"
    assert trained.scores["glm"]["log_loss"] < trained.scores["historical"]["log_loss"]
    assert sum(point.rows for point in trained.reliability["glm"]) == 100


def test_a_concept_that_is_not_in_the_frame_is_refused(frame: Frame) -> None:
    other = Concept(name="popularity", kind=ConceptKind.REAL, unit=None, low=-np.inf, high=np.inf)
    with pytest.raises(UnknownName, match="did you mean popular"):
        train(frame, other, {}, TIMES)


def test_a_split_without_rows_on_both_sides_is_refused(frame: Frame, concept: Concept) -> None:
    with pytest.raises(InvalidFact, match="0 to test on"):
        train(frame, concept, {}, TimeSplit(train_until=hour(1), test_from=hour(9999), embargo=timedelta(0)))


def test_training_twice_gives_one_artifact(root: Path, frame: Frame, concept: Concept, artifact: Artifact,
                                           trained: Trained) -> None:
    again = train(frame, concept, {"historical": HistoricalMean(by=("breed",), weight=20.0),
                                   "glm": Glm(kind=concept.kind, levels_max=30),
                                   "boosted": Boosted(kind=concept.kind, rounds=20, seed=0)}, TIMES)
    assert publish_trained(root, again, frame, model="glm", baseline="historical", seed=0).id == artifact.id
    assert artifact.training.fingerprint == frame.fingerprint
    assert Basis.parse(artifact.training.basis) == frame.basis
    assert artifact.evaluation["boosted"] == trained.scores["boosted"]


def test_only_a_historical_mean_can_be_the_baseline(root: Path, trained: Trained, frame: Frame) -> None:
    with pytest.raises(InvalidFact, match="historical mean"):
        publish_trained(root, trained, frame, model="glm", baseline="boosted", seed=0)


def test_which_model_served_on_tuesday_is_one_question(database: Database, root: Path, trained: Trained, frame: Frame,
                                                       artifact: Artifact) -> None:
    other = publish_trained(root, trained, frame, model="boosted", baseline="historical", seed=0)
    first, second = (publish_model(database, each, actor="trainer", valid_from=hour(500), system_at=hour(500))
                     for each in (artifact, other))
    assert publish_model(database, artifact, actor="trainer", valid_from=hour(501)) == first == artifact.name
    promote(database, concept="popular", model=first, actor="ann", reason="best log loss", valid_from=hour(500),
            system_at=hour(500))
    promote(database, concept="popular", model=second, actor="ann", reason="a try", valid_from=hour(510),
            system_at=hour(510))
    served = [champion(database.at(known(database, hour(at))), "popular") for at in (499, 505, 510)]
    assert [each and each.model for each in served] == [None, first, second]
    assert champions(database.at(known(database, hour(505))))["popular"].artifact == artifact.id
    as_known_then = database.basis(valid_at=hour(510), system_at=hour(509))
    before = champion(database.at(as_known_then), "popular")
    assert before is not None
    assert before.model == first


def test_only_a_published_model_of_the_concept_takes_a_role(database: Database, artifact: Artifact) -> None:
    name = publish_model(database, artifact, actor="trainer", valid_from=hour(500))
    with pytest.raises(UnknownName, match="published model"):
        promote(database, concept="popular", model="nobody", actor="ann", reason="", valid_from=hour(520))
    with pytest.raises(UnknownName, match="published model"):
        promote(database, concept="popular", model=name, actor="ann", reason="", valid_from=hour(0))
    with pytest.raises(InvalidFact, match="predicts 'popular'"):
        promote(database, concept="likes", model=name, actor="ann", reason="", valid_from=hour(520))


def test_a_role_can_be_given_up(database: Database, artifact: Artifact) -> None:
    name = publish_model(database, artifact, actor="trainer", valid_from=hour(500))
    promote(database, concept="popular", model=name, actor="ann", reason="look", valid_from=hour(500),
            role=ServingRole.SHADOW)
    stand_down(database, concept="popular", role=ServingRole.SHADOW, actor="ann", reason="enough", valid_from=hour(600))
    later = database.basis(valid_at=hour(700), system_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert champion(database.at(later), "popular", ServingRole.SHADOW) is None


def test_predictions_meet_their_outcomes_as_these_become_known(database: Database, root: Path,
                                                               artifact: Artifact) -> None:
    posts, asked = [f"post {number:03}" for number in (396, 397, 398)], known(database, hour(398.5))
    rows = database.at(asked).features(FEATURE_SET.features, pa.table({"post": posts})).to_pylist()
    with Predictor(root) as predictor:
        predictor.serve(artifact.id, feature_set_version=FEATURE_SET.version(database.program))
        predictions = predictor.predict("popular", rows, deadline_seconds=30.0)
    assert {prediction.served_by for prediction in predictions} == {ServedBy.MODEL}
    facts = prediction_facts(predictions, [entity_text([post]) for post in posts], asked=asked,
                             models=[artifact.name] * 3, valid_from=hour(398.5))
    assert not record_predictions(database, facts, actor="api", asked=asked).repeated
    assert record_predictions(database, facts, actor="api", asked=asked).repeated

    then, later = known(database, hour(402.6)), known(database, hour(500))
    assert outcomes(database, then, "popular").column("outcome").is_valid().to_pylist() == [True, True, False]
    joined = outcomes(database, later, "popular")
    assert joined.column("entity").to_pylist() == posts
    _, _, likes = likes_of(POSTS)
    assert joined.column("outcome").to_pylist() == [float(likes[number] > 20) for number in (396, 397, 398)]
    assert outcome_scores(joined, ConceptKind.PROBABILITY)["answered"]["brier"] == pytest.approx(np.mean(
        [(prediction.value - float(likes[number] > 20)) ** 2
         for prediction, number in zip(predictions, (396, 397, 398), strict=True)]))

    immature = outcomes(database, later, "popular", matures_after=timedelta(days=30))
    assert immature.column("outcome").null_count == 3
    assert outcome_scores(immature, ConceptKind.PROBABILITY) == {}
    assert outcomes(database, known(database, hour(1)), "popular").num_rows == 0


def test_a_corrected_outcome_changes_the_scores_as_known_now_and_not_those_as_known_then(database: Database) -> None:
    before = database.basis(valid_at=hour(500), system_at=hour(500))
    post, outcome = "post 396", outcomes(database, before, "popular").column("outcome")[0].as_py()
    database.transact([assert_fact("liked", {"post": post, "likes": 0 if outcome else 99}, hour(401))],
                      actor="moderator", source="test", reason="bots")
    after = database.basis(valid_at=hour(500), system_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert outcomes(database, before, "popular").column("outcome")[0].as_py() == outcome
    assert outcomes(database, after, "popular").column("outcome")[0].as_py() == 1 - outcome
