"""
Distributions of a count: whole numbers from 0 on.

Quantiles are looked up in a table of the whole numbers that matter (all but 1e-18 of the probability on
either side), so sampling a count is one search per draw whatever the family.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from factdb.errors import CallerError
from learning.worlds.distribution import Floats, floats
from learning.worlds.parameters import finite, positive, share

_TAIL = 1e-18
VALUES_MAX = 2_000_000


class Count(ABC):
    """A distribution of whole numbers: what its families share. `probability` wants whole numbers in the support."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The expectation."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """The variance."""

    @property
    def support(self) -> tuple[float, float]:
        """From 0 on."""
        return 0.0, math.inf

    @property
    def atoms(self) -> bool:
        """True."""
        return True

    @abstractmethod
    def probability(self, k: Floats) -> Floats:
        """P(X = k) of whole numbers k in the support."""

    @abstractmethod
    def upper(self, k: Floats) -> Floats:
        """P(X > k) of whole numbers k >= 0."""

    @abstractmethod
    def lower(self, k: Floats) -> Floats:
        """P(X <= k) of whole numbers k >= 0."""

    def density(self, x: ArrayLike) -> Floats:
        """P(X = x); 0 between whole numbers."""
        x = _whole(x)
        low, high = self.support
        can_be = (x == np.floor(x)) & (x >= low) & (x <= high) & np.isfinite(x)
        return floats(np.where(can_be, self.probability(np.where(can_be, x, low)), 0.0))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        k = np.floor(_whole(x))
        return floats(np.where(k < 0, 0.0, np.where(k == np.inf, 1.0, self.lower(_finite(k)))))

    def sf(self, x: ArrayLike) -> Floats:
        """P(X > x)."""
        k = np.floor(_whole(x))
        return floats(np.where(k < 0, 1.0, np.where(k == np.inf, 0.0, self.upper(_finite(k)))))

    def ppf(self, p: ArrayLike) -> Floats:
        """The least whole number k with P(X <= k) >= p."""
        values = self.values()
        return floats(values[np.minimum(np.searchsorted(self.lower(values), p), len(values) - 1)])

    def isf(self, q: ArrayLike) -> Floats:
        """The least whole number k with P(X > k) <= q."""
        values = self.values()
        return floats(values[np.minimum(np.searchsorted(-self.upper(values), -floats(q)), len(values) - 1)])

    def values(self) -> Floats:
        """The whole numbers that matter, in order: all but 1e-18 of the probability on either side."""
        low, step = math.floor(self.mean), 1
        while low > 0 and float(self.lower(floats(low))) > _TAIL:
            low, step = max(0, low - step), step * 2
        high, step = math.ceil(self.mean) + 1, 1
        while float(self.upper(floats(high))) > _TAIL and high < self.support[1]:
            high, step = high + step, step * 2
        if high - low > VALUES_MAX:
            raise CallerError(f"Expected a count that spans at most {VALUES_MAX} whole numbers, got [{low}, {high}]")
        return np.arange(low, min(high, self.support[1]) + 1, dtype=np.float64)


def _whole(x: ArrayLike) -> Floats:
    """`x`, a whole number where it all but is one: scaled and scaled back, a count must not miss its step."""
    x = floats(x)
    whole = np.rint(x)
    return np.where(np.abs(x - whole) <= 1e-12 * np.maximum(1.0, np.abs(whole)), whole, x)


def _finite(k: Floats) -> Floats:
    return np.where(np.isfinite(k), np.maximum(k, 0.0), 0.0)


@dataclass(frozen=True, slots=True)
class Poisson(Count):
    """The count of independent events of `rate`.

    >>> Poisson(4.0).variance
    4.0
    """

    rate: float

    def __post_init__(self) -> None:
        finite(rate=self.rate)
        if self.rate < 0:
            raise CallerError(f"Expected a rate of at least 0, got {self.rate}")

    @property
    def mean(self) -> float:
        """The rate."""
        return self.rate

    @property
    def variance(self) -> float:
        """The rate."""
        return self.rate

    def probability(self, k: Floats) -> Floats:
        """P(X = k)."""
        return floats(np.exp(special.xlogy(k, self.rate) - self.rate - special.gammaln(k + 1)))

    def upper(self, k: Floats) -> Floats:
        """P(X > k)."""
        return floats(special.pdtrc(k, self.rate))

    def lower(self, k: Floats) -> Floats:
        """P(X <= k)."""
        return floats(special.pdtr(k, self.rate))


@dataclass(frozen=True, slots=True)
class NegativeBinomial(Count):
    """Failures before `successes` (any positive number) at `share`: a Poisson whose rate is gamma distributed.

    >>> NegativeBinomial(3.0, 0.5).mean
    3.0
    """

    successes: float
    share: float

    def __post_init__(self) -> None:
        positive(successes=self.successes, share=self.share)
        share(share=self.share)

    @classmethod
    def of_moments(cls, mean: float, variance: float) -> NegativeBinomial:
        """The negative binomial of this mean and variance; the variance must be the greater.

        >>> round(NegativeBinomial.of_moments(23.0, 115.0).variance, 9)
        115.0
        """
        if not variance > mean > 0:
            raise CallerError(f"Expected a negative binomial's variance above its mean above 0, got {variance}, {mean}")
        return cls(mean**2 / (variance - mean), mean / variance)

    @property
    def mean(self) -> float:
        """successes (1 - share) / share."""
        return self.successes * (1 - self.share) / self.share

    @property
    def variance(self) -> float:
        """mean / share."""
        return self.mean / self.share

    def probability(self, k: Floats) -> Floats:
        """P(X = k)."""
        log = (special.gammaln(k + self.successes) - special.gammaln(self.successes) - special.gammaln(k + 1)
               + self.successes * math.log(self.share) + special.xlog1py(k, -self.share))
        return floats(np.exp(log))

    def upper(self, k: Floats) -> Floats:
        """P(X > k)."""
        return floats(special.betaincc(self.successes, k + 1, self.share))

    def lower(self, k: Floats) -> Floats:
        """P(X <= k)."""
        return floats(special.betainc(self.successes, k + 1, self.share))


@dataclass(frozen=True, slots=True)
class Binomial(Count):
    """Successes among `trials`, each with `share`.

    >>> Binomial(10, 0.5).mean
    5.0
    """

    trials: int
    share: float

    def __post_init__(self) -> None:
        share(share=self.share)
        if self.trials < 0:
            raise CallerError(f"Expected trials of at least 0, got {self.trials}")

    @property
    def mean(self) -> float:
        """trials × share."""
        return self.trials * self.share

    @property
    def variance(self) -> float:
        """trials × share × (1 - share)."""
        return self.mean * (1 - self.share)

    @property
    def support(self) -> tuple[float, float]:
        """0 to trials."""
        return 0.0, float(self.trials)

    def probability(self, k: Floats) -> Floats:
        """P(X = k)."""
        return binomial_probability(k, float(self.trials), self.share)

    def upper(self, k: Floats) -> Floats:
        """P(X > k)."""
        inside = np.minimum(k, self.trials - 1)
        return floats(np.where(k >= self.trials, 0.0, special.betainc(inside + 1, self.trials - inside, self.share)))

    def lower(self, k: Floats) -> Floats:
        """P(X <= k)."""
        inside = np.minimum(k, self.trials - 1)
        return floats(np.where(k >= self.trials, 1.0, special.betaincc(inside + 1, self.trials - inside, self.share)))


def binomial_probability(k: Floats, trials: ArrayLike, share: ArrayLike) -> Floats:
    """P(X = k) of a binomial, 0 where k > trials; arrays broadcast."""
    trials, share = floats(trials), floats(share)
    inside = k <= trials
    some = np.where(inside, k, 0.0)
    log = log_choose(trials, some) + special.xlogy(some, share) + special.xlog1py(trials - some, -share)
    return floats(np.where(inside, np.exp(log), 0.0))


def log_choose(n: Floats, k: Floats) -> Floats:
    """The logarithm of the number of ways to choose k of n."""
    return floats(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))
