"""
`factdb demo sniffable`: from a seed to answers over GraphQL, and a report that opens offline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from api.champions import models_folder
from examples.printed import print_section
from examples.report import Table, write_report
from examples.served import Client, client, served
from examples.sniffable import next_hour, questions, sections
from examples.sniffable.facts import ASKED, SETTLED, facts
from examples.sniffable.learn import CONCEPT, FEATURES, built, learned, published
from examples.sniffable.load import Loaded, load
from examples.steps import Bar, Steps
from factdb.database import Database
from factdb.sql.clock import OBSERVED_AT
from features.instances import Frame

_SEED = 7
_PREDICTIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    certain: Mapping[str, Any]
    spread: Mapping[str, Any]
    hours: Table
    beliefs: Mapping[str, Any]
    first: Mapping[str, Any]
    outcomes: Mapping[str, Any]


def run(*, store: Path, seed: int = _SEED, console: Console | None = None) -> Path:
    """The path of the report. `store` holds the facts, the models and the predictions afterwards; again is harmless."""
    console = console or Console()
    store.parent.mkdir(parents=True, exist_ok=True)
    with Steps(console) as steps:
        with Database.open(store) as database:
            loaded = _loaded(steps, database, seed)
            with steps.step("Instances, each as it was known then", of=2 * len(FEATURES.features) + 2) as bar:
                frame, leak = built(database, bar.advance)
            with steps.step("Three models, side by side"):
                trained = learned(database, frame)
            with steps.step("Publish the best"):
                _, model = published(database, models_folder(store), trained, frame)
            corrected = _corrected(database)
        with steps.step("Serve, and ask from another process", of=7) as bar, served(store) as address, \
                client(address) as asking:
            answers = _asked(asking, frame, corrected, bar)
    told = [
        sections.facts_section(loaded), next_hour.worlds_section(answers.certain, answers.spread, answers.hours),
        sections.known_section(answers.beliefs, corrected), sections.models_section(trained, leak),
        sections.predictions_section(answers.first, answers.outcomes), sections.timings_section(steps.timings),
    ]
    report = write_report(
        store.with_name(f"{store.name}.report.html"), title="Sniffable", sections=told,
        lead=f"A social network for dogs, made up. {next_hour.decision(answers.certain)} Champion: {model}.")
    for section in told:
        print_section(console, section)
    console.print(f"Report: {report}\nServe it: factdb serve --store {store}", soft_wrap=True)
    return report


def _loaded(steps: Steps, database: Database, seed: int) -> tuple[Loaded, ...]:
    with steps.step("Make up the network"):
        tables = facts(seed)
    with steps.step("Load it, as it became known", of=len(tables)) as bar:
        return load(database, tables, lambda done: bar.advance(f"{done.facts / max(done.seconds, 1e-9):,.0f} facts/s"))


def _corrected(database: Database) -> str:
    """A pupdate whose likes were put right after the last hour."""
    history = database.at(database.basis(valid_at=ASKED, system_at=SETTLED)).history("tally").to_pylist()
    return min(str(row["pupdate"]) for row in history if ASKED < row["system_to"] <= SETTLED)


def _asked(asking: Client, frame: Frame, corrected: str, bar: Bar) -> _Answers:
    def answer(query: str, variables: Mapping[str, Any], note: str) -> dict[str, Any]:
        data = asking.ask(query, variables)
        bar.advance(note)
        return data

    now, then = questions.at(ASKED, SETTLED), questions.at(ASKED, ASKED)
    settled, sharp = (answer(questions.HOURS, {"at": at}, "the hours")["view"] for at in (now, then))
    certain, spread = (
        answer(questions.WORLDS, questions.worlds_variables(SETTLED, certain=each), "possible worlds")
        ["view"]["possibleWorlds"] for each in (True, False))
    beliefs = answer(questions.BELIEFS, {"then": then, "now": now, "pupdate": corrected}, "what was believed")
    recorded = answer(*questions.predictions(_last_asked(frame)), "predictions")
    outcomes = answer(questions.OUTCOMES, {"at": now}, "what came")["view"]["outcomes"]
    return _Answers(certain=certain, spread=spread, hours=next_hour.hours_table(settled, sharp), beliefs=beliefs,
                    first=recorded["p0"]["prediction"], outcomes=outcomes)


def _last_asked(frame: Frame) -> list[tuple[str, Any]]:
    """The last instances that the store had in time, with the instants of their rows."""
    rows = frame.table.select(["pupdate", OBSERVED_AT, "tags", CONCEPT]).to_pylist()
    known = [row for row in rows if row["tags"] is not None]
    return [(row["pupdate"], row[OBSERVED_AT]) for row in known[-_PREDICTIONS:]]
