"""
Sums and products of two independent numbers, by one integral.

    P(X Y > c) = E[ P(Y > c / x | X = x) ],    P(X + Y > c) = E[ P(Y > c - x | X = x) ]

The expectation over X is a weighted sum over points: the values of a count, exactly; otherwise the tanh-sinh
rule in the probability of X, whose points crowd double-exponentially towards both tails, so heavy tails cost
nothing extra. X is the narrower of the two, so that P(Y > ...) varies slowly across its points. The step of the
rule is halved until the answer stops moving; the last move bounds the error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from learning.worlds.counts import Count
from learning.worlds.distribution import Affine, Distribution, Floats, Point, at_least, below, floats, quantile
from learning.worlds.mixture import Mixture, Samples
from learning.worlds.tables import Table

_LEVELS_MAX = 7
_SETTLED = 1e-13
_TABLE_ROWS_MAX = 100_000
_CELLS_MAX = 1_000_000


class Operation(StrEnum):
    """What is done with two independent numbers."""

    SUM = "+"
    PRODUCT = "*"


@dataclass(frozen=True, eq=False)
class Rule:
    """Points and weights, which sum to 1: an expectation over a distribution is the weighted sum over the points."""

    points: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class Combined:
    """`outer` + `inner` or `outer` × `inner`, independent. Moments are exact; tails are integrated over `outer`."""

    operation: Operation
    outer: Distribution
    inner: Distribution

    @property
    def mean(self) -> float:
        """The sum or product of the means."""
        if self.operation is Operation.SUM:
            return self.outer.mean + self.inner.mean
        return self.outer.mean * self.inner.mean

    @property
    def variance(self) -> float:
        """The variance, from the two means and variances."""
        v, w = self.outer.variance, self.inner.variance
        if self.operation is Operation.SUM:
            return v + w
        return v * w + v * self.inner.mean**2 + w * self.outer.mean**2

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the greatest value that the two can make."""
        (a, b), (c, d) = self.outer.support, self.inner.support
        if self.operation is Operation.SUM:
            return a + c, b + d
        ends = [0.0 if 0.0 in (x, y) else x * y for x in (a, b) for y in (c, d)]
        return min(ends), max(ends)

    @property
    def atoms(self) -> bool:
        """True if both have atoms, or a product's outer factor can be 0."""
        if self.operation is Operation.SUM or self.inner.atoms:
            return self.outer.atoms and self.inner.atoms
        return self.outer.atoms and float(self.outer.density(0.0)) > 0

    def density(self, x: ArrayLike) -> Floats:
        """The density at x; with atoms, the probability of the value."""
        return _each(x, self._density_at)

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return self._tail(floats(x), self.level, upper=False)

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return self._tail(floats(x), self.level, upper=True)

    def sf_error(self, x: ArrayLike) -> Floats:
        """How far the last halving of the step moved P(X > x): a bound of its error."""
        return np.abs(self.sf(x) - self._tail(floats(x), max(self.level - 1, 0), upper=True))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of each p, by root finding."""
        return _each(p, self._quantile)

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return self.ppf(1 - floats(q))

    @cached_property
    def level(self) -> int:
        """The first halving after which the tails at the middle and two deviations off stand still."""
        spread = math.sqrt(self.variance) if math.isfinite(self.variance) else abs(self.mean)
        probes = self.mean + spread * np.arange(-2.0, 3.0)
        before = self._tail(probes, 1, upper=True)
        for level in range(2, _LEVELS_MAX + 1):
            after = self._tail(probes, level, upper=True)
            if np.abs(after - before).max() < _SETTLED:
                return level
            before = after
        return _LEVELS_MAX

    @cached_property
    def _rules(self) -> dict[int, Rule]:
        return {}

    def _rule(self, level: int) -> Rule:
        if level not in self._rules:
            self._rules[level] = rule_of(self.outer, level)
        return self._rules[level]

    def _tail(self, x: Floats, level: int, *, upper: bool) -> Floats:
        rule = self._rule(level)
        rows = max(1, _CELLS_MAX // len(rule.points))
        column = x.reshape(-1, 1)
        parts = [self._tails(column[start:start + rows], rule.points, upper=upper) @ rule.weights
                 for start in range(0, len(column), rows)]
        return np.concatenate(parts).reshape(x.shape)

    def _tails(self, x: Floats, points: Floats, *, upper: bool) -> Floats:
        """P(... > x | outer = point), or P(... <= x | ...), a row for each x and a column for each point."""
        rising = self.inner.sf if upper else self.inner.cdf
        if self.operation is Operation.SUM:
            return rising(x - points)
        rest = x / np.where(points == 0, 1.0, points)
        result = rising(rest)
        if (points < 0).any():
            result = np.where(points < 0, below(self.inner, rest) if upper else at_least(self.inner, rest), result)
        return np.where(points == 0, x < 0 if upper else x >= 0, result)

    def _density_at(self, x: float) -> float:
        rule = self._rule(self.level)
        points, weights = rule.points, rule.weights
        if self.operation is Operation.SUM:
            return float(weights @ self.inner.density(x - points))
        zero = float(weights[points == 0].sum()) * (x == 0)
        if self.atoms and not self.inner.atoms:
            return zero
        points, weights = points[points != 0], weights[points != 0]
        density = self.inner.density(x / points)
        return float(weights @ (density if self.atoms else density / np.abs(points))) + zero

    def _quantile(self, p: float) -> float:
        low, high = self.support
        if p <= 0 or p >= 1:
            return low if p <= 0 else high
        sd = math.sqrt(self.variance)
        # Cantelli's inequality: no quantile lies further from the mean.
        low = max(low, self.mean - sd * math.sqrt((1 - p) / p))
        high = min(high, self.mean + sd * math.sqrt(p / (1 - p)))
        return quantile(lambda x: float(self.cdf(x)), p, low=low, high=high, atoms=self.atoms)


def combine(operation: Operation, one: Distribution, other: Distribution) -> Combined:
    """The sum or product of two independent numbers; the order of the two does not matter."""
    first, second = sorted((one, other), key=lambda part: _inwardness(operation, part))
    if isinstance(second, Count) and len(values := second.values()) <= _TABLE_ROWS_MAX:
        values = np.arange(values[-1] + 1)
        masses = second.probability(values)
        second = Table(masses / masses.sum())  # a look-up for each point instead of a special function
    return Combined(operation, first, second)


def rule_of(distribution: Distribution, level: int) -> Rule:
    """Points and weights for expectations over `distribution`; each `level` halves the step between points."""
    match distribution:
        case Point(value):
            return Rule(floats([value]), floats([1.0]))
        case Samples(values):
            return Rule(values, np.full(len(values), 1 / len(values)))
        case Count():
            values = distribution.values()
            return Rule(values, distribution.probability(values))
        case Affine(base, scale, shift):
            rule = rule_of(base, level)
            return Rule(scale * rule.points + shift, rule.weights)
        case Mixture(weights, parts):
            rules = [rule_of(part, level) for part in parts]
            return Rule(np.concatenate([rule.points for rule in rules]),
                        np.concatenate([w * rule.weights for w, rule in zip(weights, rules, strict=True)]))
        case Combined(operation, outer, inner):
            a, b = rule_of(outer, level), rule_of(inner, level)
            made = np.add.outer if operation is Operation.SUM else np.multiply.outer
            return Rule(made(a.points, b.points).ravel(), np.multiply.outer(a.weights, b.weights).ravel())
        case _:
            return _tanh_sinh(distribution, level)


def tail_error(distribution: Distribution, x: float) -> float:
    """A bound of the error of P(X > x): 0 of what is not integrated."""
    match distribution:
        case Combined():
            return float(distribution.sf_error(x))
        case Affine(base, scale, shift):
            return tail_error(base, (x - shift) / scale)
        case Mixture(weights, parts):
            return sum(weight * tail_error(part, x) for weight, part in zip(weights, parts, strict=True) if weight)
    return 0.0


def _tanh_sinh(distribution: Distribution, level: int) -> Rule:
    step = 0.5 / 2**level
    t = step * np.arange(-int(3.6 / step), int(3.6 / step) + 1)
    p, q = special.expit(np.pi * np.sinh(t)), special.expit(-np.pi * np.sinh(t))
    weights = floats(step * np.pi * np.cosh(t) * p * q)
    points = np.where(p < 0.5, distribution.ppf(np.minimum(p, 0.5)), distribution.isf(np.minimum(q, 0.5)))
    return Rule(points, weights / weights.sum())


def _inwardness(operation: Operation, part: Distribution) -> tuple[bool, bool, float, float]:
    spread = math.sqrt(part.variance)
    if operation is Operation.PRODUCT:
        spread = spread / abs(part.mean) if part.mean else math.inf
    return isinstance(part, Combined), not part.atoms, spread, part.mean


def _each(x: ArrayLike, of: Callable[[float], float]) -> Floats:
    values = floats(x)
    return floats([of(float(value)) for value in values.ravel()]).reshape(values.shape)
