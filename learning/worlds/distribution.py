"""
Distributions of an uncertain number, as frozen values.

Every distribution answers for arrays as for single numbers. `sf` is strict, P(X > x), and `ppf(p)` is the
least x with P(X <= x) >= p, for counts and points too. All sampling is `ppf` of uniforms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from learning.worlds.parameters import finite

Floats: TypeAlias = NDArray[np.float64]


class Distribution(Protocol):
    """An uncertain number: its moments, its tails and its quantiles.

    `atoms` is True if single values carry probability; then `density` is that probability, not a density.
    """

    @property
    def mean(self) -> float:
        """The expectation."""
        ...

    @property
    def variance(self) -> float:
        """The variance; infinite if it does not exist."""
        ...

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest value that can come."""
        ...

    @property
    def atoms(self) -> bool:
        """True if single values carry probability."""
        ...

    def density(self, x: ArrayLike) -> Floats:
        """The density at x, or P(X = x) of a distribution with atoms."""
        ...

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        ...

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x), exact far out in the tail."""
        ...

    def ppf(self, p: ArrayLike) -> Floats:
        """The least x with P(X <= x) >= p."""
        ...

    def isf(self, q: ArrayLike) -> Floats:
        """The least x with P(X > x) <= q."""
        ...


@dataclass(frozen=True, slots=True)
class Point:
    """One value, for certain.

    >>> float(Point(3.0).sf(2.0))
    1.0
    """

    value: float

    def __post_init__(self) -> None:
        finite(value=self.value)

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def variance(self) -> float:
        """Zero."""
        return 0.0

    @property
    def support(self) -> tuple[float, float]:
        """The value, twice."""
        return self.value, self.value

    @property
    def atoms(self) -> bool:
        """True."""
        return True

    def density(self, x: ArrayLike) -> Floats:
        """1 at the value, 0 elsewhere."""
        return floats(np.asarray(x) == self.value)

    def cdf(self, x: ArrayLike) -> Floats:
        """0 below the value, 1 from it on."""
        return floats(np.asarray(x) >= self.value)

    def sf(self, x: ArrayLike) -> Floats:
        """1 below the value, 0 from it on."""
        return floats(np.asarray(x) < self.value)

    def ppf(self, p: ArrayLike) -> Floats:
        """The value."""
        return np.full(np.shape(p), self.value)

    def isf(self, q: ArrayLike) -> Floats:
        """The value."""
        return np.full(np.shape(q), self.value)


@dataclass(frozen=True, slots=True)
class Affine:
    """`scale` X + `shift`, for a distribution of X whose family is not closed under it; `scale` is not 0."""

    base: Distribution
    scale: float
    shift: float

    @property
    def mean(self) -> float:
        """The expectation."""
        return self.scale * self.base.mean + self.shift

    @property
    def variance(self) -> float:
        """The variance."""
        return self.scale**2 * self.base.variance

    @property
    def support(self) -> tuple[float, float]:
        """The ends of the base's support, moved."""
        low, high = sorted(self.scale * end + self.shift for end in self.base.support)
        return low, high

    @property
    def atoms(self) -> bool:
        """As of the base."""
        return self.base.atoms

    def density(self, x: ArrayLike) -> Floats:
        """The base's density over |scale|, or its probability of the value."""
        density = self.base.density(self._back(x))
        return density if self.atoms else floats(density / abs(self.scale))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        back = self._back(x)
        return self.base.cdf(back) if self.scale > 0 else at_least(self.base, back)

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        back = self._back(x)
        return self.base.sf(back) if self.scale > 0 else below(self.base, back)

    def ppf(self, p: ArrayLike) -> Floats:
        """The base's quantile, moved."""
        return floats(self.scale * (self.base.ppf(p) if self.scale > 0 else self.base.isf(p)) + self.shift)

    def isf(self, q: ArrayLike) -> Floats:
        """The base's quantile from above, moved."""
        return floats(self.scale * (self.base.isf(q) if self.scale > 0 else self.base.ppf(q)) + self.shift)

    def _back(self, x: ArrayLike) -> Floats:
        return floats((floats(x) - self.shift) / self.scale)


def floats(values: ArrayLike) -> Floats:
    """`values` as an array of doubles; a single number gives an array without dimensions."""
    return np.asarray(values, dtype=np.float64)


def below(distribution: Distribution, x: ArrayLike) -> Floats:
    """P(X < x).

    >>> float(below(Point(3.0), 3.0))
    0.0
    """
    cdf = distribution.cdf(x)
    return np.maximum(cdf - distribution.density(x), 0.0) if distribution.atoms else cdf


def at_least(distribution: Distribution, x: ArrayLike) -> Floats:
    """P(X >= x).

    >>> float(at_least(Point(3.0), 3.0))
    1.0
    """
    sf = distribution.sf(x)
    return np.minimum(sf + distribution.density(x), 1.0) if distribution.atoms else sf


def quantile(cdf: Callable[[float], float], p: float, *, low: float, high: float, atoms: bool) -> float:
    """The least x in [low, high] with cdf(x) >= p, to the last bits; `high` must satisfy it.

    Root finding where cdf is continuous, bisection where it has steps.
    """
    if cdf(low) >= p or low == high:
        return low
    if not atoms and cdf(high) > p:
        return float(brentq(lambda x: cdf(x) - p, low, high, xtol=1e-14 * max(abs(low), abs(high)), rtol=1e-14))
    for _ in range(1100):  # bisection of doubles ends in at most 1,075 halvings
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        low, high = (low, middle) if cdf(middle) >= p else (middle, high)
    # A count's cdf takes what is within rounding of a whole number for it, so the step may be met just before.
    whole = float(np.rint(high))
    return whole if 0 < whole - high <= 2e-12 * max(1.0, abs(whole)) else high
