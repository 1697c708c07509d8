"""
Scores: how far predictions were from what came to pass. Lower is better, but for `auc`.

Every score takes the outcomes, then the predictions: float arrays of one length, without NaN, at least one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import rankdata

from factdb.errors import CallerError
from learning.calibration import calibration_error
from learning.columns import FloatArray
from learning.concept import ConceptKind


def log_loss(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The mean of -log of the probability given to what happened, probabilities kept one epsilon off 0 and 1.

    >>> round(log_loss(np.array([1.0, 0.0]), np.array([0.5, 0.5])), 6)
    0.693147
    """
    _check(outcomes, predictions)
    epsilon = np.finfo(np.float64).eps
    kept = np.clip(predictions, epsilon, 1 - epsilon)
    return float(-np.mean(outcomes * np.log(kept) + (1 - outcomes) * np.log1p(-kept)))


def brier(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The mean squared difference of probability and outcome.

    >>> brier(np.array([1.0]), np.array([0.25]))
    0.5625
    """
    return _mean_square(outcomes, predictions)


def auc(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The chance that a row that happened is ranked above one that did not, ties counting half; NaN of one class.

    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    _check(outcomes, predictions)
    happened = outcomes > 0.5
    positives, negatives = int(happened.sum()), int((~happened).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = float(rankdata(predictions)[happened].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def pinball(outcomes: FloatArray, predictions: FloatArray, *, tau: float) -> float:
    """The mean loss of predictions as `tau`-quantiles: tau per unit too low, 1 - tau per unit too high.

    >>> round(pinball(np.array([203_000.0]), np.array([195_000.0]), tau=0.9), 9)
    7200.0
    """
    _check(outcomes, predictions)
    short = outcomes - predictions
    return float(np.mean(np.maximum(tau * short, (tau - 1) * short)))


def mean_absolute_error(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The mean of the absolute differences.

    >>> mean_absolute_error(np.array([1.0, 5.0]), np.array([2.0, 2.0]))
    2.0
    """
    _check(outcomes, predictions)
    return float(np.mean(np.abs(outcomes - predictions)))


def root_mean_square_error(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The root of the mean squared difference, in the unit of the concept.

    >>> root_mean_square_error(np.array([3.0, 4.0]), np.array([0.0, 0.0])) == 12.5 ** 0.5
    True
    """
    return float(np.sqrt(_mean_square(outcomes, predictions)))


def poisson_deviance(outcomes: FloatArray, predictions: FloatArray) -> float:
    """The mean Poisson deviance: 2 (y log(y / mu) - y + mu), means kept one epsilon off 0; CallerError below 0.

    >>> poisson_deviance(np.array([0.0, 2.0]), np.array([1.0, 2.0]))
    1.0
    """
    _check(outcomes, predictions)
    if outcomes.min() < 0 or predictions.min() < 0:
        raise CallerError(f"Expected outcomes and predictions of 0 or more for the Poisson deviance, got "
                          f"{outcomes.min():g} and {predictions.min():g}")
    kept = np.maximum(predictions, np.finfo(np.float64).eps)
    positive = np.where(outcomes > 0, outcomes, 1.0)
    return float(np.mean(2 * (outcomes * np.log(positive / kept) - outcomes + kept)))


_SCORES: Mapping[ConceptKind, Mapping[str, Callable[[FloatArray, FloatArray], float]]] = {
    ConceptKind.PROBABILITY: {"log_loss": log_loss, "brier": brier, "auc": auc, "calibration_error": calibration_error},
    ConceptKind.REAL: {"mean_absolute_error": mean_absolute_error, "root_mean_square_error": root_mean_square_error,
                       "pinball_50": lambda outcomes, predictions: pinball(outcomes, predictions, tau=0.5)},
    ConceptKind.COUNT: {"mean_absolute_error": mean_absolute_error, "root_mean_square_error": root_mean_square_error,
                        "poisson_deviance": poisson_deviance},
}


def scores_of(kind: ConceptKind, outcomes: FloatArray, predictions: FloatArray) -> dict[str, float]:
    """The scores that fit a concept of `kind`, by name, the one to choose a model by first.

    >>> scores_of(ConceptKind.REAL, np.array([1.0]), np.array([3.0]))
    {'mean_absolute_error': 2.0, 'root_mean_square_error': 2.0, 'pinball_50': 1.0}
    """
    return {name: score(outcomes, predictions) for name, score in _SCORES[kind].items()}


def _mean_square(outcomes: FloatArray, predictions: FloatArray) -> float:
    _check(outcomes, predictions)
    return float(np.mean(np.square(outcomes - predictions)))


def _check(outcomes: FloatArray, predictions: FloatArray) -> None:
    if outcomes.shape != predictions.shape or outcomes.ndim != 1 or not len(outcomes):
        raise CallerError(f"Expected as many outcomes as predictions, at least one, got {outcomes.shape} "
                          f"and {predictions.shape}")
    if np.isnan(outcomes).any() or np.isnan(predictions).any():
        raise CallerError("Expected outcomes and predictions without NaN; leave out the rows that are not mature")
