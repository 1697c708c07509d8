"""
What the demo has to tell of the answers that came over GraphQL, and of the day that was lived again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from examples.flights.moments import AIRPORT, ASKED, FLIGHT_ASKED, IN_THE_AIR, LANDED, LATE_MAX
from examples.flights.replay import Asked, Known
from examples.plots import Mark, marks_plot
from examples.report import Cell, Figure, Section, Table

_Json = Mapping[str, Any]


def of_prediction(data: _Json) -> Section:
    """One prediction as of a moment, with the facts and the features behind it."""
    view = data["view"]
    late, delay = view["late"], view["delay"]
    facts = tuple((relation, _plain(view[field]), _text(view[field]["systemFrom"])) for relation, field in (
        ("scheduled", "scheduledByKey"), ("assigned", "assignedByKey"), ("weather", "weatherByKey")))
    return Section(
        title=f"Will {FLIGHT_ASKED} be late?", figures=(),
        paragraphs=(f"Asked over GraphQL as of {ASKED:%Y-%m-%d %H:%M} UTC, two hours before it leaves: late with "
                    f"probability {late['value']:.0%}, {delay['value']:.0f} minutes expected.",),
        tables=(
            Table(caption=f"The predictions (basis {view['basis']['token']})",
                  columns=("concept", "value", "history alone", "served by", "model"),
                  rows=tuple((name, said["value"], said["baseline"], said["servedBy"].lower(), said["model"]["id"])
                             for name, said in (("arrives late", late), ("arrival delay", delay)))),
            Table(caption="Facts behind it", columns=("relation", "says", "known from"), rows=facts),
            Table(caption="Features behind it", columns=("feature", "value"),
                  rows=tuple((each["name"], each["value"]) for each in late["features"]))))


def of_beliefs(data: _Json) -> Section:
    """What was believed of one flight at three moments."""
    moments = (("before", ASKED), ("meanwhile", IN_THE_AIR), ("after", LANDED))
    rows: list[tuple[Cell, ...]] = []
    for name, instant in moments:
        departed, flown = data[name]["departedByKey"], data[name]["flownByKey"]
        rows.append((f"{instant:%Y-%m-%d %H:%M}", _text(data[name]["scheduledByKey"]["departs"]),
                     departed and departed["delay"], flown and flown["delay"]))
    return Section(
        title=f"What did we believe about {FLIGHT_ASKED}?", figures=(),
        paragraphs=("Each answer stands for ever: asked again at the same two times, it is the same.",),
        tables=(Table(caption="Delays in minutes, as known at", rows=tuple(rows), columns=(
            "UTC", "due to leave", "left late by", "arrived late by")),))


def of_worlds(data: _Json, came: _Json) -> Section:
    """Every world of the next hour with its value, the mixture of all, and what came."""
    told = data["view"]["possibleWorlds"]
    worlds = [(_choices(world), world["weight"], world["outcome"]) for world in told["worlds"]]
    named = [*worlds, ("mixture of all", 1.0, told["mixture"])]
    actual = came["view"]["originConcepts"]
    marks = [_mark(label, weight, outcome) for label, weight, outcome in named]
    rows = tuple((label, weight, outcome["mean"], outcome["sd"], mark.low, mark.high,
                  outcome["exceeds"][0]["probability"])
                 for (label, weight, outcome), mark in zip(named, marks, strict=True))
    return Section(
        title=f"How many of {AIRPORT}'s departures in the next hour will arrive late?",
        paragraphs=(
            f"As of {ASKED:%Y-%m-%d %H:%M} UTC: departures per hour times the share that arrives late, each by a "
            "historical and a learned estimator. Historical is the same hour of the last 56 days; learned is a Poisson "
            "regression on what is scheduled, and a logistic one on the delays of the last hour.",
            f"P(more than {LATE_MAX}) is {told['mixture']['exceeds'][0]['probability']:.0%} in the mixture; of its "
            f"variance {told['within']:.1f} lies within worlds and {told['between']:.1f} between them. What came: "
            f"{actual['lateNextHour']} of {actual['departuresNextHour']} were late.",),
        figures=(Figure(
            caption=f"The mean and the 90% interval of each world; the line is at {LATE_MAX}.",
            svg=marks_plot("Late flights in the next hour", marks, threshold=LATE_MAX, x_label="flights")),),
        tables=(Table(caption="Departures; share late", rows=rows, columns=(
            "world", "weight", "mean", "sd", "5%", "95%", f"P(> {LATE_MAX})")),))


def of_replay(asked: Sequence[Asked], known: Sequence[Known]) -> Section:
    """How the predictions that were written back turned out, as it became known."""
    flights, by_model = sum(each.flights for each in asked), sum(each.by_model for each in asked)
    return Section(
        title="Predictions as facts, and what became of them", figures=(),
        paragraphs=(
            f"On {ASKED:%d %B %Y}, a bad day, {flights:,} flights were asked about in {len(asked)} hours "
            f"({by_model:,} answered by the model in its own process). Each prediction is a fact: valid for its "
            "flight, known when it was asked. An outcome that is not known yet is unknown, never 0.",),
        tables=(Table(
            caption="Log loss of what had an outcome by then",
            columns=("as known at, UTC", "flights due", "with an outcome", "model", "history alone"),
            rows=tuple((f"{each.at:%Y-%m-%d %H:%M}", each.predictions, each.outcomes, each.answered, each.baseline)
                       for each in known)),))


def _mark(label: str, weight: float, outcome: _Json) -> Mark:
    low, high = outcome["quantiles"][0]["value"], outcome["quantiles"][-1]["value"]
    return Mark(label=label, middle=outcome["mean"], low=low, high=high, weight=weight)


def _choices(world: _Json) -> str:
    return "; ".join(choice["estimator"] for choice in world["choices"])


def _plain(row: _Json) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in row.items() if name != "systemFrom")


def _text(value: str | float) -> str:
    """A value for people: an instant to the minute, a number with at most four decimals."""
    if isinstance(value, str):
        return value.removesuffix(":00Z").replace("T", " ") if value.endswith(":00Z") else value
    return f"{value:.4f}".rstrip("0").rstrip(".")
