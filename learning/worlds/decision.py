"""
Decisions on an answer: whether to act against a threshold, how much to provide, and what knowing more is worth.

Information is worth the expected cost that it saves: of the answer itself (EVPI), of which world is right, or of
which estimator of one quantity is right (EVPPI). None of them is negative; the part is never worth more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy.integrate import quad

from factdb.errors import CallerError
from learning.worlds.answer import Answer
from learning.worlds.continuous import Normal
from learning.worlds.counts import Count
from learning.worlds.distribution import Distribution, Point
from learning.worlds.mixture import Mixture


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Whether to act, at `cost`, against a `loss` that comes if the answer exceeds `threshold` and nobody acted.

    `evpi` is the worth of knowing the answer, `evpi_world` of knowing which world is right, `evppi` by quantity
    of knowing which of its estimators is right.
    """

    threshold: float
    probability: float
    act: bool
    expected_cost: float
    cost_of_acting: float
    cost_of_waiting: float
    evpi: float
    evpi_world: float
    evppi: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """How much to provide, what it is expected to cost, and what knowing the need beforehand is worth (the same)."""

    amount: float
    expected_cost: float
    evpi: float


def decide(answer: Answer, *, threshold: float, cost: float, loss: float) -> Action:
    """The cheaper of acting and waiting: act if P(exceeds) is above cost / loss. A tie waits."""
    if not (cost >= 0 and loss > 0 and math.isfinite(cost + loss)):
        raise CallerError(f"Expected a cost of at least 0 and a loss above 0, got {cost} and {loss}")
    parts = [(world.choices, world.weight, float(world.outcome.distribution.sf(threshold)))
             for world in answer.worlds]
    probability = sum(weight * exceeds for _, weight, exceeds in parts)
    least = min(cost, loss * probability)

    def saved(groups: Iterable[list[tuple[float, float]]]) -> float:
        told = sum(min(cost * sum(weight for weight, _ in group), loss * sum(weight * p for weight, p in group))
                   for group in groups)
        return max(0.0, least - told)

    return Action(
        threshold=threshold, probability=probability, act=cost < loss * probability, expected_cost=least,
        cost_of_acting=cost, cost_of_waiting=loss * probability,
        evpi=least - min(cost, loss) * probability, evpi_world=saved([(weight, p)] for _, weight, p in parts),
        evppi={name: saved(_by_choice(parts, name)) for name in answer.formula.quantities},
    )


def provide(distribution: Distribution, *, under: float, over: float) -> Provision:
    """The amount that costs least, each unit short costing `under` and each too many `over`: a quantile."""
    if not (under > 0 and over > 0):
        raise CallerError(f"Expected costs above 0 of a unit short and a unit too many, got {under} and {over}")
    amount = float(distribution.ppf(under / (under + over)))
    cost = provision_cost(distribution, amount, under=under, over=over)
    return Provision(amount=amount, expected_cost=cost, evpi=cost)


def provision_cost(distribution: Distribution, amount: float, *, under: float, over: float) -> float:
    """The expected cost of providing `amount`."""
    short = expected_excess(distribution, amount)
    return under * short + over * (short + amount - distribution.mean)


def expected_excess(distribution: Distribution, amount: float) -> float:
    """E[max(X - amount, 0)].

    >>> expected_excess(Point(5.0), 3.0)
    2.0
    """
    match distribution:
        case Point(value):
            return max(0.0, value - amount)
        case Normal(mean, sd):
            z = (amount - mean) / sd
            density = math.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
            return sd * density - (amount - mean) * float(distribution.sf(amount))
        case Mixture(weights, parts):
            return sum(weight * expected_excess(part, amount)
                       for weight, part in zip(weights, parts, strict=True) if weight)
        case Count():
            values = distribution.values()
            above = values[values > amount]
            return float(distribution.probability(above) @ (above - amount))
    high = float(distribution.isf(1e-12))
    tail, _ = quad(lambda x: float(distribution.sf(x)), amount, max(amount, high), limit=200)
    return float(tail)


def _by_choice(parts: list[tuple[tuple[tuple[str, str], ...], float, float]],
               name: str) -> Iterable[list[tuple[float, float]]]:
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for choices, weight, exceeds in parts:
        groups[dict(choices)[name]].append((weight, exceeds))
    return groups.values()
