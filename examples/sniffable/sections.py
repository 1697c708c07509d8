"""
What the report of Sniffable says, section by section; each table is also printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from examples.plots import Mark, marks_plot
from examples.report import Cell, Figure, Section, Table
from examples.sniffable.load import Loaded
from examples.sniffable.questions import COST, LOSS, THRESHOLD
from examples.steps import Timing
from features.leak import LeakReport
from learning.train import Trained


def facts_section(loaded: Sequence[Loaded]) -> Section:
    """What was made up and loaded."""
    total, seconds = sum(each.facts for each in loaded), sum(each.seconds for each in loaded)
    rows = tuple((each.relation, each.facts, each.seconds) for each in loaded)
    return _section(
        "The facts",
        "All of this is made up, from one seed: four weeks of a sample of 300 dogs, and then nine hours of everybody's "
        "pupdates. Some pupdates reach the store hours late, some counts and places are put right later.",
        f"{total:,} facts were loaded at {total / max(seconds, 1e-9):,.0f} a second.",
        tables=(Table(caption="Facts by relation", columns=("relation", "facts", "seconds"), rows=rows),))


def hours_table(settled: Mapping[str, Any], sharp: Mapping[str, Any]) -> Table:
    """The nine hours, as known on the hour and as settled half an hour later."""
    rows = tuple(
        (number, pupdates, likes, pupdates_then, likes_then)
        for number, ((_, pupdates), (_, likes), (_, pupdates_then), (_, likes_then)) in enumerate(zip(
            settled["pupdates"]["rows"], settled["likes"]["rows"], sharp["pupdates"]["rows"], sharp["likes"]["rows"],
            strict=True), start=1))
    return Table(caption="Nine hours of history", columns=(
        "hour", "pupdates", "likes each", "pupdates as known at nine", "likes each as known at nine"), rows=rows)


def worlds_table(answer: Mapping[str, Any], caption: str) -> Table:
    """Every world and the mixture: what it says, how sure it is, and whether it exceeds the threshold."""
    rows = [(_label(world), world["weight"], *_said(world["outcome"])) for world in answer["worlds"]]
    rows.append(("mixture", 1.0, *_said(answer["mixture"])))
    columns = ("pupdates × likes", "weight", "likes", "sd", "5%", "95%", f"P(> {THRESHOLD:,})")
    return Table(caption=caption, columns=columns, rows=tuple(rows))


def worlds_section(certain: Mapping[str, Any], spread: Mapping[str, Any], hours: Table) -> Section:
    """The worlds of the next hour, and the decision."""
    decided = certain["decide"]
    marks = [Mark(label=_label(world), middle=world["outcome"]["mean"], weight=world["weight"],
                  low=world["outcome"]["quantiles"][0]["value"], high=world["outcome"]["quantiles"][-1]["value"])
             for world in spread["worlds"]]
    return _section(
        "How many likes will the next hour bring?",
        "Pupdates of the hour times likes of each; each is estimated from the nine hours before, once by their mean "
        "(historical) and once by the line through them (learned). One estimator for each quantity is a world.",
        decision(certain),
        f"Knowing which world is right would be worth {decided['evpiWorld']:g}. With the spread of a single hour in "
        f"the estimates P(> {THRESHOLD:,}) is {spread['decide']['probability']:.3f}; the nine hours lie on a line, so "
        "the learned ones have none.",
        figures=(Figure(caption="Each world with its 90% interval; the line is the threshold",
                        svg=marks_plot("Likes of the next hour", marks, threshold=THRESHOLD, x_label="likes")),),
        tables=(hours, worlds_table(certain, "Worlds of point estimates"),
                worlds_table(spread, "Worlds of predictive distributions")))


def decision(answer: Mapping[str, Any]) -> str:
    """Whether to provision, as a sentence."""
    decided = answer["decide"]
    verb = "Provision" if decided["act"] else "Do not provision"
    return (f"{verb} for more than {THRESHOLD:,} likes: it costs {COST}, an outage costs {LOSS}, and "
            f"P(> {THRESHOLD:,}) = {decided['probability']:g}, so waiting is expected to cost "
            f"{LOSS * decided['probability']:g}.")


def known_section(beliefs: Mapping[str, Any], pupdate: str) -> Section:
    """What was believed of one tally, when."""
    rows = tuple((each["likes"], each["systemFrom"], each["systemTo"]) for each in beliefs["now"]["tallyHistory"])
    return _section(
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
    return _section(
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
    return _section(
        "Predictions, written back and judged",
        f"Served by {first['servedBy'].lower()} {first['model']['id']}: {first['value']:.1f} likes, where history "
        f"alone says {first['baseline']:.1f}. The predictions are facts, known when they were asked.",
        tables=(Table(caption="What the first one was told", columns=("feature", "value"), rows=features),
                Table(caption="Predicted, and come", columns=("pupdate", "predicted", "came"), rows=rows)))


def timings_section(timings: Sequence[Timing]) -> Section:
    """What each step took."""
    rows = tuple((each.step, each.wall_seconds, each.cpu_seconds, each.peak_mebibytes) for each in timings)
    return _section("What it took", tables=(
        Table(caption="Steps", columns=("step", "wall s", "CPU s", "peak MiB"), rows=rows),))


def _section(title: str, *paragraphs: str, figures: tuple[Figure, ...] = (), tables: tuple[Table, ...] = ()) -> Section:
    return Section(title=title, paragraphs=paragraphs, figures=figures, tables=tables)


def _label(world: Mapping[str, Any]) -> str:
    chosen = {choice["quantity"]: choice["estimator"] for choice in world["choices"]}
    return f"{chosen['pupdates']} × {chosen['likes']}"


def _said(outcome: Mapping[str, Any]) -> tuple[float | None, ...]:
    quantiles = outcome["quantiles"]
    return (outcome["mean"], outcome["sd"], quantiles[0]["value"], quantiles[-1]["value"],
            outcome["exceeds"][0]["probability"])
