"""Predictions over HTTP, from a model that was trained, published and promoted: the real workers, the real store."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pytest

from api.app import create_app
from api.graphql.limits import Limits
from factdb.database import Database
from factdb.datalog.syntax import Role
from features.feature_set import FeatureSet
from features.instances import instances
from features.spine import spine_of
from learning.concept import concept_of
from learning.estimators.baseline import HistoricalMean
from learning.estimators.glm import Glm
from learning.publish.artifact import Artifact
from learning.registry import LEARNING_DL, promote, publish_model
from learning.serving.predictor import Predictor
from learning.split import TimeSplit
from learning.train import publish_trained, train
from tests.api.conftest import START, Served, ToldClock, running

POSTS = 120
PROGRAM = """
relation pupdate(post: text, breed: text, hashtags: int, posted: instant) key(post).
event liked(post: text, likes: int) key(post).
feature breed(post) = b : pupdate(post: post, breed: b).
feature hashtags(post) = h : pupdate(post: post, hashtags: h).
concept popular(post) = n > 20 : liked(post: post, likes: n) within next 1d unit "share".
concept never(post) = n : pupdate(post: post, hashtags: n).
spine posts(post, t) :- pupdate(post: post, posted: t).
"""
PREDICTION = """{ concept value baseline unit servedBy degraded predictionId basis { token }
    features { name value } model { id concept kind featureSet basis fingerprint artifact } }"""
ASK = f"""query($at: At, $entity: JSON!) {{ view(at: $at) {{
    predict(concept: POPULAR, entity: $entity) {PREDICTION} }} }}"""
RECORD = f"""mutation($at: At, $entity: JSON!) {{ predict(concept: POPULAR, entity: $entity, at: $at, actor: "ann") {{
    __typename ... on Recorded {{ prediction {PREDICTION} transacted {{ transaction repeated }} }}
    ... on Refused {{ code message }} }} }}"""


@dataclass(frozen=True)
class Models(Served):
    """A served database with a model that is champion."""

    artifact: Artifact


def fill(database: Database) -> None:
    """An hour between posts, whose likes come and are known five hours later."""
    chance = np.random.default_rng(3)
    hashtags = chance.integers(0, 6, POSTS)
    hours = [START - timedelta(hours=POSTS - number) for number in range(POSTS)]
    names, at = [f"post {number:03}" for number in range(POSTS)], pa.timestamp("us", "UTC")
    database.declare(PROGRAM, module="posts")
    database.declare(LEARNING_DL, module="learning")
    posts = pa.table({"post": names, "breed": chance.choice(["pug", "lab"], POSTS).tolist(), "hashtags": hashtags,
                      "posted": pa.array(hours, at), "from": pa.array(hours, at)})
    database.load("pupdate", posts, valid_from="from", system_from="from", actor="t", source="t", reason="t")
    later = pa.array([hour + timedelta(hours=5) for hour in hours], at)
    likes = pa.table({"post": names, "likes": chance.poisson(10 + 4 * hashtags), "from": later}).filter(
        pa.compute.less_equal(later, pa.scalar(START, at)))
    database.load("liked", likes, valid_from="from", system_from="from", actor="t", source="t", reason="t")


def learn(database: Database, root: Path) -> Artifact:
    """A model of what makes a post popular, published."""
    basis = database.basis(valid_at=START, system_at=START)
    features = FeatureSet(name="post", features=("breed", "hashtags"), lag=timedelta(0))
    concept = concept_of(database.program.predicate("popular", Role.CONCEPT))
    frame = instances(database, spine_of(database.at(basis), "posts"), features, ["popular"], basis)
    times = TimeSplit(train_until=START - timedelta(hours=40), test_from=START - timedelta(hours=40),
                      embargo=timedelta(hours=5))
    estimators = {"historical": HistoricalMean(by=("breed",), weight=10.0), "glm": Glm(kind=concept.kind, levels_max=9)}
    trained = train(frame, concept, estimators, times)
    return publish_trained(root, trained, frame, model="glm", baseline="historical", seed=0)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    folder, clock = tmp_path_factory.mktemp("predictions"), ToldClock()
    with Database.open(folder / "store", clock=clock, memory_limit="256MB") as database:
        fill(database)
        artifact = learn(database, folder / "models")
        name = publish_model(database, artifact, actor="trainer", valid_from=START)
        promote(database, concept="popular", model=name, actor="ann", reason="best", valid_from=START)
        clock.pass_(minutes=1)
        app = create_app(database, Predictor(folder / "models"), limits=Limits(predict_seconds=10.0))
        with running(app) as address, httpx.Client(base_url=address, timeout=60) as client:
            yield Models(database, clock, client, artifact)


def test_a_prediction_says_what_it_rests_on(models: Models) -> None:
    answer = models.data(ASK, entity={"post": "post 119"})["view"]["predict"]
    assert (answer["servedBy"], answer["degraded"], answer["unit"]) == ("MODEL", None, "share")
    assert 0 < answer["value"] < 1
    assert answer["value"] != answer["baseline"]
    assert answer["model"]["id"] == models.artifact.name
    assert answer["model"]["fingerprint"] == models.artifact.training.fingerprint
    assert [each["name"] for each in answer["features"]] == ["breed", "hashtags"]


def test_asked_again_at_its_basis_it_is_the_same(models: Models) -> None:
    first = models.data(ASK, entity={"post": "post 118"})["view"]["predict"]
    again = models.data(ASK, entity={"post": "post 118"}, at={"basis": first["basis"]["token"]})["view"]["predict"]
    assert first == again


def test_an_entity_of_which_nothing_is_known_yet_is_answered_all_the_same(models: Models) -> None:
    before = {"valid": "2024-01-01T00:00:00Z", "system": "2024-01-01T00:00:00Z"}
    answer = models.data(ASK, entity={"post": "post 118"}, at=before)["view"]["predict"]
    assert [each["value"] for each in answer["features"]] == [None, None]
    assert 0 <= answer["value"] <= 1


@pytest.mark.parametrize("entity", [{}, {"post": None}, {"dog": "rex"}, {"post": "a", "dog": "rex"}, "post 118"])
def test_an_entity_of_other_columns_is_refused(models: Models, entity: object) -> None:
    assert models.code(ASK, entity=entity) == "INVALID_FACT"
    assert models.data(RECORD, entity=entity)["predict"]["code"] == "INVALID_FACT"


@pytest.mark.parametrize("post", [3, True, 1.5, ["post 1"], {"a": 1}])
def test_an_entity_of_another_type_is_refused(models: Models, post: object) -> None:
    assert models.code(ASK, entity={"post": post}) == "WRONG_TYPE"


def test_a_concept_without_a_champion_is_said_to_have_none(models: Models) -> None:
    assert models.code('{ view { predict(concept: NEVER, entity: {post: "a"}) { value } } }') == "UNKNOWN_NAME"
    assert models.data("{ view { champion(concept: NEVER) { id } } }")["view"] == {"champion": None}


def test_the_champion_is_that_of_the_view(models: Models) -> None:
    asked = "query($at: At) { view(at: $at) { champion(concept: POPULAR) { id artifact } } }"
    assert models.data(asked)["view"]["champion"] == {"id": models.artifact.name, "artifact": models.artifact.id}
    assert models.data(asked, at={"system": "2024-05-01T11:00:00Z"})["view"] == {"champion": None}


def test_a_recorded_prediction_is_a_fact_and_meets_its_outcome(models: Models) -> None:
    at = {"valid": "2024-05-01T12:01:00Z"}
    first = models.data(RECORD, entity={"post": "post 100"}, at=at)["predict"]
    token = first["prediction"]["basis"]["token"]
    again = models.data(RECORD, entity={"post": "post 100"}, at={"basis": token})["predict"]
    assert again["prediction"] == first["prediction"]
    view = models.data("""query($id: String!) { view { predictionByKey(prediction: $id) { entity value validFrom }
        outcomes(concept: POPULAR) { totalCount rows { prediction outcome value } scores } } }""",
                       id=first["prediction"]["predictionId"])["view"]
    assert view["predictionByKey"] == {
        "entity": "post 100", "value": first["prediction"]["value"], "validFrom": at["valid"]}
    assert view["outcomes"]["totalCount"] == 1
    assert view["outcomes"]["rows"][0]["outcome"] is None
    assert view["outcomes"]["scores"] == {}


def test_health_says_how_the_workers_are_and_a_dead_one_is_replaced(models: Models) -> None:
    state = models.client.get("/health").json()
    assert (state["status"], state["models"]["popular"]["state"]) == ("ok", "ready")
    workers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and _worker(folder)]
    assert len(workers) == 1
    os.kill(workers[0], signal.SIGKILL)
    answers = [models.data(ASK, entity={"post": "post 119"})["view"]["predict"] for _ in range(5)]
    assert answers[-1]["servedBy"] == "MODEL"
    assert all(answer["degraded"] in {None, "worker_died"} for answer in answers)


def test_a_model_whose_features_have_changed_since_is_withdrawn_and_history_answers(models: Models) -> None:
    changed = PROGRAM.replace("= h : pupdate", "= h * 10 : pupdate")
    models.database.declare(changed, module="posts")
    try:
        time.sleep(1.1)  # the registry is looked at once a second at most
        answer = models.data(ASK, entity={"post": "post 119"})["view"]["predict"]
        assert (answer["servedBy"], answer["degraded"], answer["value"]) == ("BASELINE", "no_model", answer["baseline"])
        health = models.client.get("/health").json()
        assert health["status"] == "degraded"
        assert "has changed" in health["models"]["popular"]["detail"]
    finally:
        models.database.declare(PROGRAM, module="posts")
    time.sleep(1.1)
    assert models.data(ASK, entity={"post": "post 119"})["view"]["predict"]["servedBy"] == "MODEL"


def _worker(folder: Path) -> bool:
    try:
        return f"\0{os.getpid()}\0" in (folder / "cmdline").read_text() and "serving.worker" in (
            folder / "cmdline").read_text()
    except OSError:
        return False
