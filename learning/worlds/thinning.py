"""
How many of a count have a property: each of N has it with probability p, and both N and p are uncertain.

    P(K = k) = sum over n of P(N = n) E[ Binomial(k; n, p) ]

It is a count, so P(K > 3) means "at least 4". Exact: Poisson and negative binomial stay what they are at a
known share; a Beta share makes each term a beta-binomial; another share is integrated point by point.
"""

from __future__ import annotations

import numpy as np

from factdb.errors import CallerError
from learning.worlds.continuous import Beta
from learning.worlds.counts import (
    VALUES_MAX,
    Binomial,
    Count,
    NegativeBinomial,
    Poisson,
    binomial_probability,
)
from learning.worlds.distribution import Distribution, Floats, Point, floats
from learning.worlds.mixture import Mixture
from learning.worlds.quadrature import rule_of
from learning.worlds.tables import Table, beta_binomial_probability

CELLS_MAX = 4_000_000
SHARE_LEVEL = 5


def thinned(count: Distribution, share: Distribution) -> Distribution | None:
    """The count of those among `count` that have a property of probability `share`, the same for all of them.

    A `count` that is not whole is rounded to the nearest whole number, what is below one half to 0. A share that
    leaves [0, 1] is refused. None if the count is so wide that its table would not fit.

    >>> thinned(Poisson(20.0), Point(0.25))
    Poisson(rate=5.0)
    """
    low, high = share.support
    if low < 0 or high > 1:
        raise CallerError(f"Expected a share in [0, 1], got a distribution on [{low:g}, {high:g}]: "
                          "estimate it with a Beta, or state a point")
    match count, share:
        case Poisson(rate), Point(p):
            return Poisson(rate * p) if p > 0 else Point(0.0)
        case NegativeBinomial(successes, base), Point(p):
            return NegativeBinomial(successes, base / (base + p * (1 - base)))
        case Binomial(trials, base), Point(p):
            return Binomial(trials, base * p)
        case _:
            return _tabulated(*whole_numbers(count), share)


def whole_numbers(count: Distribution) -> tuple[Floats, Floats]:
    """The whole numbers that `count`, rounded to them, can be, and the probability of each."""
    match count:
        case Point(value):
            return floats([max(0.0, np.rint(value))]), floats([1.0])
        case Count():
            values = count.values()
            return values, count.probability(values)
        case Mixture(weights, parts):
            tables = [whole_numbers(part) for part in parts]
            values = np.unique(np.concatenate([values for values, _ in tables]))
            masses = np.zeros(len(values))
            for weight, (some, probability) in zip(weights, tables, strict=True):
                masses[np.searchsorted(values, some)] += weight * probability
            return values, masses
    low, high = (float(np.rint(max(0.0, float(end)))) for end in (count.ppf(1e-15), count.isf(1e-15)))
    if high - low > VALUES_MAX:
        raise CallerError(f"Expected a count that spans at most {VALUES_MAX} whole numbers, got [{low:g}, {high:g}]")
    values = np.arange(low, high + 1)
    edges = np.concatenate([[0.0], count.cdf(values[:-1] + 0.5), [1.0]])
    return values, np.diff(edges)


def _tabulated(values: Floats, masses: Floats, share: Distribution) -> Table | None:
    if (values[-1] + 1) * len(values) > CELLS_MAX:
        return None
    k = np.arange(values[-1] + 1)
    if isinstance(share, Beta):
        of_each = beta_binomial_probability(k[None, :], values[:, None], share.a, share.b)
        result = masses @ of_each
    else:
        rule = rule_of(share, SHARE_LEVEL)
        result = sum((weight * (masses @ binomial_probability(k[None, :], values[:, None], point))
                      for point, weight in zip(rule.points, rule.weights, strict=True)), start=np.zeros(len(k)))
    return Table(floats(result / result.sum()))
