"""
What possible worlds answer: each world's outcome, and the mixture of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

from learning.worlds.check import Formula
from learning.worlds.distribution import Distribution
from learning.worlds.law import Law, Method
from learning.worlds.mixture import Mixture, Samples
from learning.worlds.quadrature import tail_error


@dataclass(frozen=True, slots=True)
class Exceedance:
    """P(answer > threshold), with the interval that is sure to hold it (exact) or holds it at 95% (draws)."""

    threshold: float
    probability: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a world, or the mixture of all, says. `error_bound` bounds the error of each probability."""

    distribution: Distribution
    mean: float
    sd: float
    quantiles: tuple[tuple[float, float], ...]
    exceeds: tuple[Exceedance, ...]
    method: Method
    error_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One estimator chosen for each quantity, by name of the quantity; what it says, and its weight."""

    choices: tuple[tuple[str, str], ...]
    weight: float
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Every world, the heaviest first and then the least; their mixture, and its variance in two parts."""

    formula: Formula
    worlds: tuple[World, ...]
    mixture: Outcome
    within: float
    between: float


def outcome_of(law: Law, thresholds: Sequence[float], levels: Sequence[float]) -> Outcome:
    """The outcome of one law: moments, quantiles at `levels` and the probability to exceed each of `thresholds`."""
    distribution = law.distribution
    exceeds = tuple(_exceedance(law, float(threshold)) for threshold in thresholds)
    return Outcome(
        distribution=distribution, mean=distribution.mean, sd=math.sqrt(distribution.variance),
        quantiles=tuple((level, float(distribution.ppf(level))) for level in levels), exceeds=exceeds,
        method=law.method, error_bound=max((item.upper - item.lower for item in exceeds), default=0.0),
    )


def mix(formula: Formula, worlds: Sequence[World], *, thresholds: Sequence[float], levels: Sequence[float]) -> Answer:
    """The answer of `worlds` with the weights that they carry; these sum to 1."""
    ordered = tuple(sorted(worlds, key=lambda world: (-world.weight, world.outcome.mean, world.choices)))
    mixture = Mixture(tuple(world.weight for world in ordered), tuple(world.outcome.distribution for world in ordered))
    sd = math.sqrt(mixture.variance)
    exceeds = tuple(_mixed(ordered, position, float(threshold)) for position, threshold in enumerate(thresholds))
    outcome = Outcome(
        distribution=mixture, mean=mixture.mean, sd=sd,
        quantiles=tuple((level, float(mixture.ppf(level))) for level in levels), exceeds=exceeds,
        method=max((world.outcome.method for world in ordered), key=list(Method).index),
        error_bound=sum(world.weight * world.outcome.error_bound for world in ordered),
    )
    return Answer(formula=formula, worlds=ordered, mixture=outcome, within=mixture.within, between=mixture.between)


def _exceedance(law: Law, threshold: float) -> Exceedance:
    probability = float(law.distribution.sf(threshold))
    if law.method is Method.MONTE_CARLO and isinstance(law.distribution, Samples):
        return _of_draws(threshold, round(probability * len(law.distribution.values)), len(law.distribution.values))
    error = tail_error(law.distribution, threshold)
    return Exceedance(threshold, probability, max(0.0, probability - error), min(1.0, probability + error))


def _of_draws(threshold: float, above: int, draws: int) -> Exceedance:
    # Draws never prove that a thing cannot happen: at none of n, the 95% bound is 1 - .05^(1/n), about 3/n.
    edge = 1 - 0.05 ** (1 / draws)
    lower = 0.0 if above == 0 else (1 - edge if above == draws else float(betaincinv(above, draws - above + 1, 0.025)))
    upper = 1.0 if above == draws else (edge if above == 0 else float(betaincinv(above + 1, draws - above, 0.975)))
    return Exceedance(threshold, (above + 0.5) / (draws + 1), lower, upper)


def _mixed(worlds: Sequence[World], position: int, threshold: float) -> Exceedance:
    parts = [(world.weight, world.outcome.exceeds[position]) for world in worlds]
    return Exceedance(threshold, sum(weight * part.probability for weight, part in parts),
                      sum(weight * part.lower for weight, part in parts),
                      sum(weight * part.upper for weight, part in parts))
