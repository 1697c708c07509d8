"""
What the report says of the next hour: its worlds, their mixture, and whether to provision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from examples.plots import Mark, marks_plot
from examples.report import Figure, Section, Table
from examples.sniffable.questions import COST, LOSS, THRESHOLD
from examples.sniffable.sections import section


def hours_table(settled: Mapping[str, Any], sharp: Mapping[str, Any]) -> Table:
    """The nine hours, as known on the hour and as settled half an hour later."""
    rows = tuple(
        (number, pupdates, likes, pupdates_then, likes_then)
        for number, ((_, pupdates), (_, likes), (_, pupdates_then), (_, likes_then)) in enumerate(zip(
            settled["pupdates"]["rows"], settled["likes"]["rows"], sharp["pupdates"]["rows"], sharp["likes"]["rows"],
            strict=True), start=1))
    return Table(caption="Nine hours of history", columns=(
        "hour", "pupdates", "likes each", "pupdates as known at nine", "likes each as known at nine"), rows=rows)


def _worlds_table(answer: Mapping[str, Any], caption: str) -> Table:
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
    return section(
        "How many likes will the next hour bring?",
        "Pupdates of the hour times likes of each; each is estimated from the nine hours before, once by their mean "
        "(historical) and once by the line through them (learned). One estimator for each quantity is a world.",
        decision(certain),
        f"Knowing which world is right would be worth {decided['evpiWorld']:g}. With the spread of a single hour in "
        f"the estimates P(> {THRESHOLD:,}) is {spread['decide']['probability']:.3f}; the nine hours lie on a line, so "
        "the learned ones have none.",
        figures=(Figure(caption="Each world with its 90% interval; the line is the threshold",
                        svg=marks_plot("Likes of the next hour", marks, threshold=THRESHOLD, x_label="likes")),),
        tables=(hours, _worlds_table(certain, "Worlds of point estimates"),
                _worlds_table(spread, "Worlds of predictive distributions")))


def decision(answer: Mapping[str, Any]) -> str:
    """Whether to provision, as a sentence."""
    decided = answer["decide"]
    verb = "Provision" if decided["act"] else "Do not provision"
    return (f"{verb} for more than {THRESHOLD:,} likes: it costs {COST}, an outage costs {LOSS}, and "
            f"P(> {THRESHOLD:,}) = {decided['probability']:g}, so waiting is expected to cost "
            f"{LOSS * decided['probability']:g}.")


def _label(world: Mapping[str, Any]) -> str:
    chosen = {choice["quantity"]: choice["estimator"] for choice in world["choices"]}
    return f"{chosen['pupdates']} × {chosen['likes']}"


def _said(outcome: Mapping[str, Any]) -> tuple[float | None, ...]:
    quantiles = outcome["quantiles"]
    return (outcome["mean"], outcome["sd"], quantiles[0]["value"], quantiles[-1]["value"],
            outcome["exceeds"][0]["probability"])
