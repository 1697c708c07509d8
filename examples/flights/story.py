"""
What the demo has to tell of loading, learning and leaking: tables for the terminal, and with pictures for the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from examples.flights.load import Loaded
from examples.plots import Curve, calibration_plot, interval_plot
from examples.report import Cell, Figure, Section, Table
from features.instances import Frame
from features.leak import LeakReport
from learning.publish.artifact import Artifact
from learning.scores import scores_of
from learning.train import Trained


def of_load(loaded: Sequence[Loaded]) -> Section:
    """How many facts were loaded, and how fast."""
    facts, seconds = sum(each.facts for each in loaded), sum(each.seconds for each in loaded)
    rows = [(each.relation, each.facts, round(each.facts / each.seconds)) for each in loaded]
    return Section(
        title="The year as facts",
        paragraphs=(
            f"{facts:,} facts with stated system times, {facts / seconds:,.0f} a second. A flight is scheduled a week "
            "before it leaves and departs when it does; that it flew, and how late it arrived, is valid from its "
            "departure and known only from its landing. The weather of an hour is known at its end.",),
        figures=(),
        tables=(Table(caption="Facts loaded", columns=("relation", "facts", "facts a second"),
                      rows=(*rows, ("all", facts, round(facts / seconds)))),))


def of_frame(frame: Frame) -> Section:
    """The instances, and the delays that are to be predicted by the hour of departure."""
    known = frame.table.select(["departs_hour", "arrival_delay"]).to_pandas().dropna()
    by_hour = known.groupby("departs_hour")["arrival_delay"]
    by_hour = by_hour.quantile([0.1, 0.5, 0.9]).unstack()[by_hour.size() >= 100]
    low, middle, high = (by_hour[level].to_numpy(dtype=np.float64) for level in (0.1, 0.5, 0.9))
    late = frame.table.column("arrives_late")
    figure = interval_plot("Arrival delay by hour of departure", by_hour.index.to_numpy(dtype=np.float64), middle, low,
                           high, x_label="scheduled hour of departure, New York", y_label="minutes")
    return Section(
        title="Instances two hours before each departure",
        paragraphs=(
            "Each row has what was valid and known two hours before the departure, nothing later. Of a flight that was "
            "cancelled, diverted or lost from sight there is no arrival, hence no concept.",),
        figures=(Figure(caption="The median delay, and the interval that 8 of 10 flights are in.", svg=figure),),
        tables=(Table(caption="The frame", columns=("", "value"), rows=(
            ("rows", frame.table.num_rows), ("features", len(frame.feature_set.features)),
            ("rows with an outcome", frame.table.num_rows - late.null_count),
            ("version of the feature set", frame.feature_set_version[:16]),
            ("fingerprint of the rows", frame.fingerprint[:16]))),))


def of_models(late: Trained, delay: Trained) -> Section:
    """The scores side by side, and how well the probabilities are calibrated."""
    curves = {name: Curve(predicted=np.array([point.predicted for point in points]),
                          observed=np.array([point.observed for point in points]))
              for name, points in late.reliability.items()}
    return Section(
        title="Models, in time order",
        paragraphs=(f"Fitted on {late.rows_trained:,} flights of January to September, scored on "
                    f"{len(late.outcomes):,} of October to December.",),
        figures=(Figure(caption="Flights of October to December in ten groups by what was predicted.",
                        svg=calibration_plot("Arrives more than 15 minutes late", curves)),),
        tables=(_scores("Arrives more than 15 minutes late", late), _scores("Arrival delay in minutes", delay)))


def of_leak(meter: LeakReport, honest: Trained, leaking: Trained) -> Section:
    """What valid time alone tells the features, what the model then promises, and what it keeps."""
    name = next(iter(leaking.models))
    kept = scores_of(honest.concept.kind, honest.outcomes, leaking.models[name].predict(honest.golden))
    columns = tuple(kept)
    rows = tuple(_row(label, scores) for label, scores in (
        ("honest: known then", honest.scores[name]), ("leaking, as it seems", leaking.scores[name]),
        ("leaking, once it is live", kept)))
    changed = sorted(((feature, count / meter.rows) for feature, count in meter.changed.items() if count),
                     key=lambda pair: -pair[1])
    return Section(
        title="The leak meter",
        paragraphs=(
            f"Built with valid time only, {meter.changed_rows:,} of {meter.rows:,} rows change ({meter.share:.1%}): "
            "such a table joins the delays of planes still in the air and the weather of an hour that has not ended. "
            "The model seems better than it is: live, nobody brings it facts from its future, and it scores what the "
            "last row of the table says.",),
        figures=(),
        tables=(Table(caption=f"The {name} model on October to December", columns=("features", *columns), rows=rows),
                Table(caption="Features that change", columns=("feature", "share of rows"), rows=tuple(changed))))


def of_artifacts(artifacts: Sequence[Artifact]) -> Section:
    """What was published, and what it is bound to."""
    said = (("model", [each.name for each in artifacts]), ("artifact", [each.id[:16] for each in artifacts]),
            ("version of the feature set", [each.feature_set.version[:16] for each in artifacts]),
            ("basis", [each.training.basis for each in artifacts]),
            ("fingerprint of its rows", [each.training.fingerprint[:16] for each in artifacts]),
            ("rows", [each.training.rows for each in artifacts]))
    return Section(
        title="Published", figures=(),
        paragraphs=("A model is a directory named by the hash of its content, bound to the version of its features, "
                    "the basis at which it was trained and the fingerprint of the rows it learned from.",),
        tables=(Table(caption="Champions from October on", rows=tuple((name, *values) for name, values in said),
                      columns=("", *(each.concept.name for each in artifacts))),))


def _scores(caption: str, trained: Trained) -> Table:
    columns = tuple(next(iter(trained.scores.values())))
    rows = tuple(_row(f"{name} (best)" if name == trained.best else name, scores)
                 for name, scores in trained.scores.items())
    return Table(caption=caption, columns=("model", *columns), rows=rows)


def _row(label: str, scores: Mapping[str, float]) -> tuple[Cell, ...]:
    return label, *scores.values()
