"""
Calibration: whether what is called 30 % likely happens 30 times in 100. Outcomes are 0 or 1, or means of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from learning.columns import FloatArray

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityPoint:
    """A bin of predictions: their mean, the mean of their outcomes, and how many they are."""

    predicted: float
    observed: float
    rows: int


def reliability(outcomes: FloatArray, predictions: FloatArray, *, bins: int = BINS) -> tuple[ReliabilityPoint, ...]:
    """The calibration curve over bins of equal mass, lowest predictions first; empty bins are left out.

    A row of rank r (1 to n, ties sharing their mean rank) is in bin floor(bins * (r - 0.5) / n): equal predictions
    are never parted, and the order of rows does not matter.

    >>> [(p.predicted, p.observed, p.rows) for p in reliability(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.2, 0.9]))]
    [(0.2, 0.5, 2), (0.9, 1.0, 1)]
    """
    ranks = rankdata(predictions)
    bin_of = np.minimum((bins * (ranks - 0.5) / len(ranks)).astype(np.int64), bins - 1)
    rows = np.bincount(bin_of, minlength=bins)
    predicted = np.bincount(bin_of, weights=predictions, minlength=bins)
    observed = np.bincount(bin_of, weights=outcomes, minlength=bins)
    return tuple(ReliabilityPoint(predicted=float(predicted[i] / rows[i]), observed=float(observed[i] / rows[i]),
                                  rows=int(rows[i])) for i in np.flatnonzero(rows))


def calibration_error(outcomes: FloatArray, predictions: FloatArray, *, bins: int = BINS) -> float:
    """The expected calibration error: over the bins of `reliability`, the mean of |predicted - observed| by rows.

    >>> round(calibration_error(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.2, 0.9])), 9)
    0.233333333
    """
    points = reliability(outcomes, predictions, bins=bins)
    return sum(point.rows * abs(point.predicted - point.observed) for point in points) / len(outcomes)
