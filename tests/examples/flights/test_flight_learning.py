"""The demo's parts on the week in which the clocks were put forward, with a model that is quick to learn."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from rich.console import Console

from api.champions import models_folder
from examples.flights import answers, questions, story
from examples.flights.demo import run
from examples.flights.instances import CONCEPTS, FLIGHT, honest, leaking, spine
from examples.flights.learn import OCTOBER, known_by_october, publish
from examples.flights.load import Loaded, load
from examples.flights.replay import ask_again, known_at
from examples.printed import print_section
from examples.report import Section, write_report
from examples.served import client, served
from factdb.database import Database
from factdb.datalog.syntax import Role
from factdb.errors import CallerError
from features.instances import Frame, instances, online
from features.leak import leak_meter
from learning.concept import concept_of
from learning.estimators.baseline import HistoricalMean
from learning.publish.artifact import Artifact
from learning.serving.predictor import Predictor
from learning.split import TimeSplit
from learning.train import Trained, train

TUESDAY = datetime(2013, 3, 12, 4, tzinfo=UTC)
ASKED = datetime(2013, 3, 13, 20, tzinfo=UTC)  # 16:00 in New York, where it was 21:00 UTC before the 10th
AFTERWARDS = datetime(2013, 4, 1, tzinfo=UTC)
FLIGHT_ASKED = "B635 2013-03-13 JFK"
HISTORY = {"historical": HistoricalMean(by=("carrier", "departs_hour"), weight=20.0)}


@pytest.fixture(scope="module")
def frame(database: Database) -> Frame:
    return honest(database, spine(database), lambda name: None)


def trained(database: Database, frame: Frame, concept: str) -> Trained:
    times = TimeSplit(train_until=TUESDAY, test_from=TUESDAY, embargo=timedelta(days=2))
    return train(frame, concept_of(database.program.predicate(concept, Role.CONCEPT)), HISTORY, times)


def test_what_was_known_in_october_is_what_is_known_of_it_later(database: Database, frame: Frame) -> None:
    basis = database.basis(valid_at=OCTOBER, system_at=OCTOBER)
    then = instances(database, spine(database), FLIGHT, CONCEPTS, basis)
    known = known_by_october(database, frame)
    assert (known.fingerprint, known.spine_hash, known.basis) == (then.fingerprint, then.spine_hash, then.basis)


def test_serving_reads_what_training_read(database: Database, frame: Frame) -> None:
    rows = frame.table.to_pylist()[2000:2003]
    for row in rows:
        view = database.at(database.basis(valid_at=row["observed_at"], system_at=row["observed_at"]))
        (served_row,) = online(view, FLIGHT, pa.table({"flight": [row["flight"]]})).to_pylist()
        assert {name: served_row[name] for name in FLIGHT.features} == {name: row[name] for name in FLIGHT.features}


def test_the_same_hour_of_each_day_is_counted_by_the_clock_of_new_york(
        database: Database, week_tables: dict[str, pa.Table]) -> None:
    view = database.at(database.basis(valid_at=ASKED, system_at=ASKED))
    departures = view.query('departures_then("JFK", start, n, planned)').to_pylist()
    late = {row["start"]: row for row in view.query('late_then("JFK", start, late, landed, delay)').to_pylist()}
    assert [row["start"].hour for row in departures] == [21, 21, 21, 20, 20, 20]
    tables = {name: table.to_pandas().query("origin == 'JFK'") for name, table in week_tables.items()
              if "origin" in table.column_names}

    def between(rows: pd.DataFrame, column: str, start: datetime) -> pd.DataFrame:
        return rows[(rows[column] > start) & (rows[column] <= start + timedelta(hours=1))]

    for row in departures:
        start = row["start"]
        flown = between(tables["flown"], "valid_from", start).dropna(subset="delay")
        assert row["n"] == len(between(tables["departed"], "valid_from", start))
        assert row["planned"] == len(between(tables["scheduled"], "departs", start))
        assert (late[start]["late"], late[start]["landed"]) == ((flown.delay > 15).sum(), len(flown))
        before = between(tables["departed"], "valid_from", start - timedelta(hours=1))
        assert late[start]["delay"] == pytest.approx(before.delay.mean())


@pytest.fixture(scope="module")
def published(week_tables: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Artifact]:
    store = tmp_path_factory.mktemp("published") / "store"
    with Database.open(store) as database:
        load(database, week_tables, lambda step: None)
        frame = honest(database, spine(database), lambda name: None)
        made = [publish(database, models_folder(store), trained(database, frame, name), frame) for name in CONCEPTS]
    return store, made[0]


def test_the_questions_of_the_demo_are_answered_and_told(published: tuple[Path, Artifact], tmp_path: Path) -> None:
    store, artifact = published
    with served(store) as address, client(address) as asking:
        predicted = asking.ask(*questions.prediction(FLIGHT_ASKED, "JFK", ASKED))
        believed = asking.ask(*questions.beliefs(FLIGHT_ASKED, ASKED, ASKED + timedelta(hours=6), AFTERWARDS))
        known = asking.ask(*questions.now("JFK", ASKED))
        worlds = asking.ask(*questions.worlds("JFK", ASKED, known))
        came = asking.ask(*questions.what_came("JFK", ASKED))
    late = predicted["view"]["late"]
    assert (late["servedBy"], late["model"]["id"]) == ("MODEL", artifact.name)
    # The features of its set that this model reads, as they were believed when it was asked.
    assert {each["name"]: each["value"] for each in late["features"]} == {"carrier": "B6", "departs_hour": 21}
    told = worlds["view"]["possibleWorlds"]
    assert sum(world["weight"] for world in told["worlds"]) == pytest.approx(1)
    assert len(told["worlds"]) == 4
    sections = [answers.of_prediction(predicted), answers.of_beliefs(believed), answers.of_worlds(worlds, came)]
    assert "P(more than 8)" in printed(sections)
    assert write_report(tmp_path / "report.html", title="t", lead="l", sections=sections).stat().st_size > 10_000


def test_a_prediction_is_known_when_asked_and_its_outcome_at_the_landing(
        published: tuple[Path, Artifact]) -> None:
    store, artifact = published
    hours = [ASKED, ASKED + timedelta(hours=1)]
    with Database.open(store) as database, Predictor(models_folder(store)) as predictor:
        predictor.serve(artifact.id, feature_set_version=FLIGHT.version(database.program))
        predictor.wait(artifact.concept.name, 30)
        asked = ask_again(database, predictor, artifact, hours, lambda each: None)
        early, meanwhile, late = (known_at(database, artifact.concept.name, instant) for instant in (
            ASKED, ASKED + timedelta(hours=5), ASKED + timedelta(days=2)))
        rows = database.at(database.basis(valid_at=late.at, system_at=late.at)).rows("prediction").to_pylist()
    assert all(each.by_model == each.flights > 20 for each in asked)
    assert early.predictions == 0  # none of the flights has left: the predictions are valid from then
    assert 0 < meanwhile.outcomes < late.outcomes <= late.predictions == sum(each.flights for each in asked)
    assert late.answered is not None
    assert {row["system_from"] for row in rows} == set(hours)
    assert all(timedelta(hours=2) <= row["valid_from"] - row["asked_valid"] < timedelta(hours=3) for row in rows)


def test_a_leak_is_told_with_what_the_model_keeps_of_it(
        database: Database, frame: Frame, loaded: list[Loaded]) -> None:
    seen_later = leaking(database, spine(database), lambda name: None)
    late, delay = (trained(database, frame, name) for name in CONCEPTS)
    meter = leak_meter(frame, seen_later)
    text = printed([story.of_load(loaded), story.of_frame(frame), story.of_models(late, delay),
                    story.of_leak(meter, late, trained(database, seen_later, CONCEPTS[0]))])
    assert f"{meter.changed_rows:,} of {meter.rows:,} rows change" in text
    assert meter.changed["late_share_3h"] > 0 == meter.changed["departures_3h"]
    assert "leaking, once it is live" in text


def printed(sections: list[Section]) -> str:
    console = Console(file=StringIO(), width=200)
    for section in sections:
        print_section(console, section)
    written = console.file
    assert isinstance(written, StringIO)
    return written.getvalue()


def test_a_store_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "store"
    foreign.write_bytes(b"somebody's facts")
    with pytest.raises(CallerError, match="no demo made"):
        run(store=foreign)
    assert foreign.read_bytes() == b"somebody's facts"
