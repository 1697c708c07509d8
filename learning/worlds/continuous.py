"""
The continuous families: closed forms over scipy.special.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from learning.worlds.distribution import Floats, floats
from learning.worlds.parameters import finite, positive


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal distribution; `sd` is positive.

    >>> round(float(Normal(0.0, 1.0).ppf(0.975)), 6)
    1.959964
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        finite(mean=self.mean)
        positive(sd=self.sd)

    @property
    def variance(self) -> float:
        """sd squared."""
        return self.sd**2

    @property
    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

    @property
    def atoms(self) -> bool:
        """False."""
        return False

    def density(self, x: ArrayLike) -> Floats:
        """The density at x."""
        return floats(np.exp(-0.5 * self._z(x) ** 2) / (self.sd * math.sqrt(2 * math.pi)))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return floats(special.ndtr(self._z(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return floats(special.ndtr(-self._z(x)))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of p."""
        return floats(self.mean + self.sd * special.ndtri(p))

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return floats(self.mean - self.sd * special.ndtri(q))

    def _z(self, x: ArrayLike) -> Floats:
        return floats((floats(x) - self.mean) / self.sd)


@dataclass(frozen=True, slots=True)
class StudentT:
    """`location` + `scale` t with `df` degrees of freedom: the predictive of a mean or a line.

    >>> round(float(StudentT(0.0, 1.0, 7.0).ppf(0.95)), 6)
    1.894579
    """

    location: float
    scale: float
    df: float

    def __post_init__(self) -> None:
        finite(location=self.location)
        positive(scale=self.scale, df=self.df)

    @property
    def mean(self) -> float:
        """The location; not a number at one degree of freedom or fewer."""
        return self.location if self.df > 1 else math.nan

    @property
    def variance(self) -> float:
        """scale² df / (df - 2); infinite at two degrees of freedom or fewer."""
        return self.scale**2 * self.df / (self.df - 2) if self.df > 2 else math.inf

    @property
    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

    @property
    def atoms(self) -> bool:
        """False."""
        return False

    def density(self, x: ArrayLike) -> Floats:
        """The density at x."""
        log = (special.gammaln((self.df + 1) / 2) - special.gammaln(self.df / 2)
               - 0.5 * math.log(self.df * math.pi) - (self.df + 1) / 2 * np.log1p(self._z(x) ** 2 / self.df))
        return floats(np.exp(log) / self.scale)

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return floats(special.stdtr(self.df, self._z(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return floats(special.stdtr(self.df, -self._z(x)))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of p."""
        return floats(self.location + self.scale * special.stdtrit(self.df, p))

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return floats(self.location - self.scale * special.stdtrit(self.df, q))

    def _z(self, x: ArrayLike) -> Floats:
        return floats((floats(x) - self.location) / self.scale)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """exp of a normal with `log_mean` and `log_sd`.

    >>> round(LogNormal(0.0, 1.0).mean, 6)
    1.648721
    """

    log_mean: float
    log_sd: float

    def __post_init__(self) -> None:
        finite(log_mean=self.log_mean)
        positive(log_sd=self.log_sd)

    @property
    def mean(self) -> float:
        """exp(log_mean + log_sd² / 2)."""
        return math.exp(self.log_mean + self.log_sd**2 / 2)

    @property
    def variance(self) -> float:
        """mean² (exp(log_sd²) - 1)."""
        return math.expm1(self.log_sd**2) * self.mean**2

    @property
    def support(self) -> tuple[float, float]:
        """From 0 on; 0 itself never comes."""
        return 0.0, math.inf

    @property
    def atoms(self) -> bool:
        """False."""
        return False

    def density(self, x: ArrayLike) -> Floats:
        """The density at x."""
        x, log = floats(x), self._log
        safe = np.where(x > 0, x, 1.0)
        return floats(np.where(x > 0, log.density(np.log(safe)) / safe, 0.0))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return self._log.cdf(_log(x))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return self._log.sf(_log(x))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of p."""
        return np.exp(self._log.ppf(p))

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return np.exp(self._log.isf(q))

    @property
    def _log(self) -> Normal:
        return Normal(self.log_mean, self.log_sd)


def _log(x: ArrayLike) -> Floats:
    x = floats(x)
    return floats(np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), -np.inf))


@dataclass(frozen=True, slots=True)
class Beta:
    """A share in [0, 1] after `a` - 1 successes and `b` - 1 failures, say.

    >>> Beta(1.0, 3.0).mean
    0.25
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        positive(a=self.a, b=self.b)

    @property
    def mean(self) -> float:
        """a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """a b / ((a + b)² (a + b + 1))."""
        total = self.a + self.b
        return self.a * self.b / (total**2 * (total + 1))

    @property
    def support(self) -> tuple[float, float]:
        """[0, 1]."""
        return 0.0, 1.0

    @property
    def atoms(self) -> bool:
        """False."""
        return False

    def density(self, x: ArrayLike) -> Floats:
        """The density at x; 0 at the ends and beyond."""
        x = floats(x)
        inside = (x > 0) & (x < 1)
        safe = np.where(inside, x, 0.5)
        log = special.xlogy(self.a - 1, safe) + special.xlog1py(self.b - 1, -safe) - special.betaln(self.a, self.b)
        return floats(np.where(inside, np.exp(log), 0.0))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return floats(special.betainc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return floats(special.betaincc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of p."""
        return floats(special.betaincinv(self.a, self.b, p))

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return floats(special.betainccinv(self.a, self.b, q))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any value of [low, high] alike.

    >>> Uniform(2.0, 4.0).mean
    3.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        finite(low=self.low, high=self.high)
        positive(width=self.high - self.low)

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        """A twelfth of the squared width."""
        return (self.high - self.low) ** 2 / 12

    @property
    def support(self) -> tuple[float, float]:
        """[low, high]."""
        return self.low, self.high

    @property
    def atoms(self) -> bool:
        """False."""
        return False

    def density(self, x: ArrayLike) -> Floats:
        """The density at x."""
        x = floats(x)
        return floats(((x >= self.low) & (x <= self.high)) / (self.high - self.low))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return floats(np.clip((floats(x) - self.low) / (self.high - self.low), 0.0, 1.0))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        return floats(np.clip((self.high - floats(x)) / (self.high - self.low), 0.0, 1.0))

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of p."""
        return floats(self.low + (self.high - self.low) * floats(p))

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return floats(self.high - (self.high - self.low) * floats(q))
