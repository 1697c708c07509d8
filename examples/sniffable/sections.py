"""
What the report of Sniffable says, section by section; each table is also printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from examples.report import Cell, Figure, Section, Table
from examples.sniffable.load import Loaded
from examples.steps import Timing
from features.leak import LeakReport
from learning.train import Trained


def facts_section(loaded: Sequence[Loaded]) -> Section:
    """What was made up and loaded."""
    total, seconds = sum(each.facts for each in loaded), sum(each.seconds for each in loaded)
    rows = tuple((each.relation, each.facts, each.seconds) for each in loaded)
    return section(
        "The facts",
        "All of this is made up, from one seed: four weeks of a sample of 300 dogs, and then nine hours of everybody's "
        "pupdates. Some pupdates reach the store hours late, some counts and places are put right later.",
        f"{total:,} facts were loaded at {total / max(seconds, 1e-9):,.0f} a second." if total else
        "The store had all of them already.",
        tables=(Table(caption="Facts by relation", columns=("relation", "facts", "seconds"), rows=rows),))


def known_section(beliefs: Mapping[str, Any], pupdate: str) -> Section:
    """What was believed of one tally, when."""
    rows = tuple((each["likes"], each["systemFrom"], each["systemTo"]) for each in beliefs["now"]["tallyHistory"])
    return section(
        "What was believed, and when",
        f"The likes of {pupdate} were first counted with those of robots in them: at nine o'clock the store believed "
        f"{beliefs['then']['tallyByKey']['likes']}, half an hour later {beliefs['now']['tallyByKey']['likes']}. Both "
        "can be asked for, for ever.",
        tables=(Table(caption=f"Beliefs about {pupdate}", columns=("likes", "believed from", "until"), rows=rows),))


def models_section(trained: Trained, leak: LeakReport) -> Section:
    """The models side by side, and the leak meter."""
    names = tuple(next(iter(trained.scores.values())))
    scores: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(scores[score] for score in names)) for name, scores in trained.scores.items())
    changed = tuple((name, count) for name, count in leak.changed.items())
    return section(
        "How many likes will a pupdate get in a day?",
        f"Trained on {trained.rows_trained:,} pupdates ten seconds after each was posted, tested on the "
        f"{len(trained.outcomes):,} of the last week; lower is better, and {trained.best} is the best.",
        f"With valid time alone {leak.share:.1%} of the rows would be different: they would know what the store "
        "learned only later.",
        tables=(Table(caption="Scores", columns=("model", *(name.replace("_", " ") for name in names)), rows=scores),
                Table(caption="Leak meter: rows that change", columns=("feature", "rows"), rows=changed)))


def predictions_section(first: Mapping[str, Any], joined: Mapping[str, Any]) -> Section:
    """One prediction with what it rests on, and all of them with what came."""
    features = tuple((each["name"], each["value"]) for each in first["features"])
    rows = tuple((each["entity"], each["value"], each["outcome"]) for each in joined["rows"])
    return section(
        "Predictions, written back and judged",
        f"Served by {first['servedBy'].lower()} {first['model']['id']}: {first['value']:.1f} likes, where history "
        f"alone says {first['baseline']:.1f}. The predictions are facts, known when they were asked.",
        tables=(Table(caption="What the first one was told", columns=("feature", "value"), rows=features),
                Table(caption="Predicted, and come", columns=("pupdate", "predicted", "came"), rows=rows)))


def timings_section(timings: Sequence[Timing]) -> Section:
    """What each step took."""
    rows = tuple((each.step, each.wall_seconds, each.cpu_seconds, each.peak_mebibytes) for each in timings)
    return section("What it took", tables=(
        Table(caption="Steps", columns=("step", "wall s", "CPU s", "peak MiB"), rows=rows),))


def section(title: str, *paragraphs: str, figures: tuple[Figure, ...] = (), tables: tuple[Table, ...] = ()) -> Section:
    """A section of paragraphs, then figures and tables."""
    return Section(title=title, paragraphs=paragraphs, figures=figures, tables=tables)
