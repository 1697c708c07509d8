"""
Weights of worlds or estimators, earned on replays: what each said before, against what then came.

A weight is a share of the mixture. With few replays it is noise, so below 10 of them weights are equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from factdb.errors import CallerError, Fault
from learning.worlds.distribution import Floats

REPLAYS_MIN = 10
ROUNDS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """Weights in the order of the candidates, the replays they rest on, and whether these were enough."""

    weights: tuple[float, ...]
    replays: int
    tested: bool


def earned(densities: Floats) -> Earned:
    """Stacked weights of the columns of `densities`; equal, and untested, below 10 replays."""
    replays, candidates = densities.shape
    if replays < REPLAYS_MIN:
        return Earned(weights=(1 / candidates,) * candidates, replays=replays, tested=False)
    weights = stacking(densities, prior=1.0)
    return Earned(weights=tuple(float(weight) for weight in weights), replays=replays, tested=True)


def stacking(densities: Floats, *, prior: float) -> Floats:
    """The shares that make the mixture's log score best: max over w of sum over t of log sum over k of w_k p_k(y_t).

    `densities` has a row a replay and a column a candidate: the density that it gave to what came. `prior` is a
    pseudo-count towards equal shares. The problem is concave; Newton's steps on the shares that are not 0.

    >>> stacking(np.array([[0.8, 0.2]] * 6 + [[0.2, 0.8]] * 4), prior=0.0).round(9)
    array([0.66666667, 0.33333333])

    References: Y. Yao et al., "Using Stacking to Average Bayesian Predictive Distributions", 2018.
    """
    if densities.ndim != 2 or not densities.size or (densities < 0).any() or not densities.any(axis=1).all():
        raise CallerError("Expected a table of densities of at least 0, one of them above it in every row")
    weights = np.full(densities.shape[1], 1 / densities.shape[1])
    for _ in range(ROUNDS_MAX):
        weights = _settled(densities, weights, prior)
        # At the best shares no gradient exceeds the total of all weight; one of share 0 that does was dropped early.
        late = (weights == 0) & (_gradient(densities, weights, prior) > (len(densities) + prior) * (1 + 1e-9))
        if not late.any():
            return weights
        weights = 0.999 * weights + 0.001 * late / late.sum()
    raise Fault(f"Expected stacking to find the shares that are not 0 within {ROUNDS_MAX} rounds")


def pseudo_bma(log_scores: Floats) -> Floats:
    """Shares proportional to exp of the summed log scores.

    >>> pseudo_bma(np.array([-100.0, -101.0])).round(6)
    array([0.731059, 0.268941])
    """
    relative = np.exp(log_scores - log_scores.max())
    return np.asarray(relative / relative.sum(), dtype=np.float64)


def _settled(densities: Floats, weights: Floats, prior: float) -> Floats:
    """The best shares among those that are not 0, by damped Newton steps; a step may bring one to 0."""
    for _ in range(ROUNDS_MAX):
        step = _newton(densities, weights, prior)
        falling = step < 0
        room = float(np.min(-weights[falling] / step[falling], initial=np.inf))
        length = min(1.0, room if prior == 0 else 0.99 * room)
        best = _score(densities, weights, prior)
        while length > 1e-12 and _score(densities, weights + length * step, prior) < best - 1e-13 * abs(best):
            length /= 2
        weights = weights + length * step
        weights[weights < 1e-13] = 0.0
        weights = weights / weights.sum()
        if length * float(np.abs(step).max()) < 1e-13:
            return weights
    raise Fault(f"Expected stacking to settle within {ROUNDS_MAX} rounds")


def _newton(densities: Floats, weights: Floats, prior: float) -> Floats:
    """The step to the top of the parabola at `weights` that keeps their sum and what is 0."""
    free = weights > 0
    ratios = densities[:, free] / (densities @ weights)[:, None]
    curvature = ratios.T @ ratios + np.diag(prior / len(weights) / weights[free] ** 2)
    curvature += np.eye(len(curvature)) * np.trace(curvature) * 1e-14  # candidates that say the same share alike
    right = np.column_stack([_gradient(densities, weights, prior)[free], np.ones(int(free.sum()))])
    solved = np.linalg.solve(curvature, right)
    step = np.zeros(len(weights))
    step[free] = solved[:, 0] - solved[:, 1] * solved[:, 0].sum() / solved[:, 1].sum()
    return step


def _gradient(densities: Floats, weights: Floats, prior: float) -> Floats:
    towards_equal = prior / len(weights) / np.where(weights > 0, weights, 1.0)
    return np.asarray((densities / (densities @ weights)[:, None]).sum(axis=0) + towards_equal, dtype=np.float64)


def _score(densities: Floats, weights: Floats, prior: float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        towards_equal = prior / len(weights) * float(np.log(weights).sum()) if prior else 0.0
        score = float(np.log(densities @ weights).sum()) + towards_equal
    return score if np.isfinite(score) else -np.inf
