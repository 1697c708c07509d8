"""
Counts known by a table of probabilities, such as successes whose common share is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from factdb.errors import CallerError
from learning.worlds.counts import Count, log_choose
from learning.worlds.distribution import Floats, floats


@dataclass(frozen=True, eq=False)
class Table(Count):
    """Probabilities of 0, 1, 2, ... up to the length of `masses`; they sum to 1.

    >>> float(Table(np.array([0.25, 0.75])).sf(0))
    0.75
    """

    masses: Floats

    def __post_init__(self) -> None:
        total = float(self.masses.sum())
        if not (self.masses >= 0).all() or abs(total - 1) > 1e-9:
            raise CallerError(f"Expected probabilities that sum to 1, got a sum of {total}")

    @property
    def mean(self) -> float:
        """The expectation."""
        return float(self.masses @ self.values())

    @property
    def variance(self) -> float:
        """The variance."""
        return float(self.masses @ (self.values() - self.mean) ** 2)

    @property
    def support(self) -> tuple[float, float]:
        """0 to the last of the masses."""
        return 0.0, float(len(self.masses) - 1)

    def values(self) -> Floats:
        """Every whole number of the support."""
        return np.arange(len(self.masses), dtype=np.float64)

    def probability(self, k: Floats) -> Floats:
        """P(X = k)."""
        return floats(self.masses[np.asarray(k, dtype=np.intp)])

    def upper(self, k: Floats) -> Floats:
        """P(X > k)."""
        above = np.append(np.cumsum(self.masses[::-1])[::-1][1:], 0.0)
        return floats(above[self._index(k)])

    def lower(self, k: Floats) -> Floats:
        """P(X <= k)."""
        return floats(np.minimum(np.cumsum(self.masses), 1.0)[self._index(k)])

    def _index(self, k: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        return np.minimum(k, len(self.masses) - 1).astype(np.intp)


def beta_binomial(trials: int, a: float, b: float) -> Table:
    """Successes among `trials` whose common share is Beta(a, b).

    >>> round(beta_binomial(2, 1.0, 1.0).mean, 12)
    1.0
    """
    k = np.arange(trials + 1, dtype=np.float64)
    masses = beta_binomial_probability(k, floats(trials), a, b)
    return Table(masses / masses.sum())


def beta_binomial_probability(k: Floats, trials: Floats, a: float, b: float) -> Floats:
    """P(X = k) of a beta-binomial, 0 where k > trials; arrays broadcast."""
    inside = k <= trials
    some = np.where(inside, k, 0.0)
    log = log_choose(trials, some) + special.betaln(some + a, trials - some + b) - special.betaln(a, b)
    return floats(np.where(inside, np.exp(log), 0.0))
