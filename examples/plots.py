"""
The pictures of a report, each as the text of one SVG element.

The same data give the same bytes: no date, no random identifier. Identifiers are salted with the title, because
several pictures stand in one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_COLOURS = ("#2f6db3", "#d1703c", "#3f8f5f", "#8a5aa8", "#7a7f87")
_SIZE = (8.0, 3.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value with its interval and how much it weighs; `label` says whose it is."""

    label: str
    middle: float
    low: float
    high: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How often it happened (`observed`) where this was `predicted`."""

    predicted: _Floats
    observed: _Floats


def interval_plot(title: str, x: _Floats, middle: _Floats, low: _Floats, high: _Floats, *,
                  x_label: str, y_label: str) -> str:
    """A line of `middle` over `x`, in the band from `low` to `high`."""
    figure, axes = _axes(title, x_label, y_label)
    axes.fill_between(x, low, high, color=_COLOURS[0], alpha=0.2, linewidth=0)
    axes.plot(x, middle, color=_COLOURS[0], marker="o", markersize=3)
    axes.axhline(0, color="#999", linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return _svg(figure, title)


def calibration_plot(title: str, curves: Mapping[str, Curve]) -> str:
    """Observed shares over predicted ones, a line for each name; the diagonal is a forecaster who is right."""
    figure, axes = _axes(title, "predicted probability", "observed share")
    top = max([0.05, *(float(max(curve.predicted.max(), curve.observed.max())) for curve in curves.values())])
    axes.plot([0, top], [0, top], color="#999", linewidth=0.8, linestyle="--")
    for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False):
        axes.plot(curve.predicted, curve.observed, color=colour, marker="o", markersize=3, label=name)
    axes.legend(frameon=False)
    return _svg(figure, title)


def marks_plot(title: str, marks: Sequence[Mark], *, threshold: float | None, x_label: str) -> str:
    """Each mark as a point in its interval, the first at the top, larger the more it weighs; a line at `threshold`."""
    figure, axes = _axes(title, x_label, "", height=1.2 + 0.42 * len(marks))
    rows = np.arange(len(marks))[::-1]
    middle = np.array([mark.middle for mark in marks])
    axes.hlines(rows, [mark.low for mark in marks], [mark.high for mark in marks], color=_COLOURS[0], alpha=0.5)
    axes.scatter(middle, rows, s=[30 + 170 * mark.weight for mark in marks], color=_COLOURS[0], zorder=3)
    if threshold is not None:
        axes.axvline(threshold, color=_COLOURS[1], linestyle="--", linewidth=1)
    axes.set_yticks(rows, [mark.label for mark in marks])
    axes.set_ylim(-0.6, len(marks) - 0.4)
    return _svg(figure, title)


def _axes(title: str, x_label: str, y_label: str, *, height: float = _SIZE[1]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_SIZE[0], height), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure, salt: str) -> str:
    written = StringIO()
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    text = written.getvalue()
    return text[text.index("<svg"):]
