"""
Pools of distributions: a weighted mixture of worlds, and a sample whose members weigh alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from factdb.errors import CallerError
from learning.worlds.distribution import Distribution, Floats, floats, quantile


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of `parts`, each with its weight; weights are not negative and sum to 1.

    >>> from learning.worlds.distribution import Point
    >>> Mixture((0.25, 0.75), (Point(0.0), Point(4.0))).mean
    3.0
    """

    weights: tuple[float, ...]
    parts: tuple[Distribution, ...]

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.parts) or min(self.weights, default=-1.0) < 0:
            raise CallerError(f"Expected a weight of at least 0 for each of {len(self.parts)} parts, "
                              f"got {self.weights}")
        if not math.isclose(sum(self.weights), 1.0, abs_tol=1e-9):
            raise CallerError(f"Expected weights that sum to 1, got a sum of {sum(self.weights)}")

    @property
    def mean(self) -> float:
        """The weighted mean of the parts' means."""
        return sum(weight * part.mean for weight, part in self._weighty)

    @property
    def within(self) -> float:
        """The variance inside the parts, on average."""
        return sum(weight * part.variance for weight, part in self._weighty)

    @property
    def between(self) -> float:
        """The variance of the parts' means."""
        mean = self.mean
        return sum(weight * (part.mean - mean) ** 2 for weight, part in self._weighty)

    @property
    def variance(self) -> float:
        """within + between: the law of total variance."""
        return self.within + self.between

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the greatest value of any part."""
        supports = [part.support for _, part in self._weighty]
        return min(low for low, _ in supports), max(high for _, high in supports)

    @property
    def atoms(self) -> bool:
        """True if any part has atoms."""
        return any(part.atoms for _, part in self._weighty)

    def density(self, x: ArrayLike) -> Floats:
        """The weighted density; of a mixture with atoms, the probability of the value."""
        atoms = self.atoms
        return _total([weight * part.density(x) for weight, part in self._weighty if part.atoms == atoms])

    def cdf(self, x: ArrayLike) -> Floats:
        """The weighted cdf of the parts."""
        return _total([weight * part.cdf(x) for weight, part in self._weighty])

    def sf(self, x: ArrayLike) -> Floats:
        """The weighted sf of the parts."""
        return _total([weight * part.sf(x) for weight, part in self._weighty])

    def ppf(self, p: ArrayLike) -> Floats:
        """The quantile of each p, by root finding between the parts' quantiles."""
        levels = floats(p)
        return floats([self._quantile(float(level)) for level in levels.ravel()]).reshape(levels.shape)

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return self.ppf(1 - floats(q))

    @property
    def _weighty(self) -> list[tuple[float, Distribution]]:
        return [(weight, part) for weight, part in zip(self.weights, self.parts, strict=True) if weight > 0]

    def _quantile(self, p: float) -> float:
        ends = [float(part.ppf(p)) for _, part in self._weighty]
        return quantile(lambda x: float(self.cdf(x)), p, low=min(ends), high=max(ends), atoms=self.atoms)


def _total(terms: Sequence[Floats]) -> Floats:
    return floats(sum(terms[1:], start=terms[0]))


@dataclass(frozen=True, eq=False)
class Samples:
    """An empirical distribution: the members of `values` weigh alike. They are kept in ascending order.

    >>> Samples(np.array([3.0, 1.0])).mean
    2.0
    """

    values: Floats

    def __post_init__(self) -> None:
        if not self.values.size or not np.isfinite(self.values).all():
            raise CallerError(f"Expected at least one finite value in a sample, got {self.values.size} values")
        object.__setattr__(self, "values", np.sort(floats(self.values)))

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return float(self.values.mean())

    @property
    def variance(self) -> float:
        """The mean squared distance from the mean."""
        return float(self.values.var())

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest value."""
        return float(self.values[0]), float(self.values[-1])

    @property
    def atoms(self) -> bool:
        """True."""
        return True

    def density(self, x: ArrayLike) -> Floats:
        """The share of values equal to x."""
        return floats(self._rank(x, "right") - self._rank(x, "left"))

    def cdf(self, x: ArrayLike) -> Floats:
        """The share of values up to x."""
        return self._rank(x, "right")

    def sf(self, x: ArrayLike) -> Floats:
        """The share of values above x."""
        return 1 - self._rank(x, "right")

    def ppf(self, p: ArrayLike) -> Floats:
        """The least value that at least a share p does not exceed."""
        rank = np.ceil(floats(p) * len(self.values) - 1e-9).astype(np.intp) - 1
        return floats(self.values[np.clip(rank, 0, len(self.values) - 1)])

    def isf(self, q: ArrayLike) -> Floats:
        """The quantile of 1 - q."""
        return self.ppf(1 - floats(q))

    def _rank(self, x: ArrayLike, side: str) -> Floats:
        found = np.searchsorted(self.values, floats(x), side="right" if side == "right" else "left")
        return floats(found / len(self.values))
