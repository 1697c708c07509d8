"""
Possible worlds: one estimator chosen for each quantity makes a world; a world answers a formula.

The answer is every world with its weight, and the mixture of them. A weight is the share of the mixture that a
world is given, not the probability that its model is true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

from factdb.errors import CallerError, UnknownName
from learning.worlds.answer import Answer, World, mix, outcome_of
from learning.worlds.check import Formula
from learning.worlds.distribution import Distribution
from learning.worlds.law import Method
from learning.worlds.planner import law_of

WORLDS_MAX = 4_096
DRAWS = 2**16
DRAWS_TOTAL_MAX = 2**25
LEVELS = (0.05, 0.5, 0.95)


def possible_worlds(
    formula: Formula,
    estimates: Mapping[str, Mapping[str, Distribution]],
    *,
    weights: Mapping[str, Mapping[str, float]] | None = None,
    thresholds: Sequence[float] = (),
    levels: Sequence[float] = LEVELS,
    seed: int = 0,
    draws: int = DRAWS,
    exact_only: bool = False,
) -> Answer:
    """The answer of every choice of one estimator per quantity, and their mixture.

    `estimates` has, by quantity and estimator, its distribution; `weights` likewise the shares, equal where a
    quantity has none; a world weighs the product. The order in which anything is given changes nothing.
    """
    _check(thresholds, levels, draws)
    for name in formula.quantities:
        if not estimates.get(name):
            raise UnknownName("estimate of quantity", name, estimates)
    shares = {name: shares_of(estimates[name], (weights or {}).get(name)) for name in formula.quantities}
    if math.prod(len(share) for share in shares.values()) > WORLDS_MAX:
        raise CallerError(f"Expected at most {WORLDS_MAX} worlds, got "
                          f"{' × '.join(str(len(share)) for share in shares.values())}")
    worlds: list[World] = []
    drawn = 0
    for chosen in product(*(sorted(share) for share in shares.values())):
        choices = tuple(zip(formula.quantities, chosen, strict=True))
        law = law_of(formula.root, {name: estimates[name][estimator] for name, estimator in choices},
                     seed=seed, draws=draws, exact_only=exact_only)
        drawn += draws if law.method is Method.MONTE_CARLO else 0
        if drawn > DRAWS_TOTAL_MAX:
            raise CallerError(f"Expected at most {DRAWS_TOTAL_MAX} draws in all worlds together; ask for fewer "
                              "in each, or for fewer worlds")
        weight = math.prod(shares[name][estimator] for name, estimator in choices)
        worlds.append(World(choices=choices, weight=weight, outcome=outcome_of(law, thresholds, levels)))
    return mix(formula, worlds, thresholds=thresholds, levels=levels)


def shares_of(estimates: Mapping[str, Distribution], weights: Mapping[str, float] | None) -> dict[str, float]:
    """The share of each estimator, by name: equal without `weights`, else those, made to sum to 1.

    >>> from learning.worlds.distribution import Point
    >>> shares_of({"a": Point(1.0), "b": Point(2.0)}, {"a": 3.0, "b": 1.0})
    {'a': 0.75, 'b': 0.25}
    """
    if not weights:
        return {name: 1 / len(estimates) for name in estimates}
    for name in weights:
        if name not in estimates:
            raise UnknownName("estimator", name, estimates)
    total = sum(weights.values())
    if not math.isfinite(total) or total <= 0 or min(weights.values()) < 0:
        raise CallerError(f"Expected weights of at least 0, one of them above it, got {dict(weights)}")
    return {name: weights.get(name, 0.0) / total for name in estimates}


def _check(thresholds: Sequence[float], levels: Sequence[float], draws: int) -> None:
    if wrong := [level for level in levels if not 0 < level < 1]:
        raise CallerError(f"Expected levels of quantiles between 0 and 1, got {wrong[0]}")
    if wrong := [threshold for threshold in thresholds if not math.isfinite(threshold)]:
        raise CallerError(f"Expected finite thresholds, got {wrong[0]}")
    if not 1 <= draws <= DRAWS_TOTAL_MAX:
        raise CallerError(f"Expected from 1 to {DRAWS_TOTAL_MAX} draws, got {draws}")
