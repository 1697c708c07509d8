"""
Historical estimators: what was, said again of the next period, with the uncertainty that a finite history leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from factdb.errors import CallerError
from learning.worlds.continuous import Beta, StudentT
from learning.worlds.counts import NegativeBinomial
from learning.worlds.distribution import Distribution, Point
from learning.worlds.history import History


class Estimator(Protocol):
    """A named way to estimate a quantity from its history. It sees nothing else."""

    @property
    def name(self) -> str:
        """How the choices of a world call it."""
        ...

    def estimate(self, history: History) -> Distribution:
        """What the quantity will be in the period ahead."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the history, with the t predictive of one more value: scale s sqrt(1 + 1/n), n - 1 degrees.

    Values are taken as independent and normal. From 4 values on, for with fewer there is no variance.

    >>> from datetime import UTC, datetime, timedelta
    >>> from learning.worlds.history import history_of
    >>> hours = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in range(6)]
    >>> Mean().estimate(history_of(hours[:5], [1, 2, 3, 4, 5], ahead=hours[5])).mean
    3.0
    """

    name: str = "historical"

    def estimate(self, history: History) -> Distribution:
        """A Student t; a point if all values are one."""
        history.at_least(4)
        n, sd = len(history.values), float(history.values.std(ddof=1))
        mean = float(history.values.mean())
        return StudentT(mean, sd * math.sqrt(1 + 1 / n), n - 1) if sd > 0 else Point(mean)


@dataclass(frozen=True, slots=True)
class RatioOfSums:
    """The sum of the values over the sum of the exposures, as a point: every unit of exposure weighs alike.

    It is another estimand than the mean of the ratios, in which every period weighs alike.
    """

    name: str = "ratio of sums"

    def estimate(self, history: History) -> Distribution:
        """A point."""
        history.at_least(1)
        if not (total := float(history.exposures.sum())) > 0:
            raise CallerError(f"Expected a positive sum of exposures, got {total}")
        return Point(float(history.values.sum()) / total)


@dataclass(frozen=True, slots=True)
class GammaPoisson:
    """Counts at an unknown rate per exposure, with a Gamma(`shape`, `rate`) prior.

    The predictive is negative binomial; shape and rate of the default are Jeffreys' prior.
    """

    shape: float = 0.5
    rate: float = 0.0
    name: str = "historical"

    def estimate(self, history: History) -> Distribution:
        """The count of the period ahead, over its exposure."""
        if (history.values < 0).any() or (history.values != np.floor(history.values)).any():
            raise CallerError("Expected counts, whole numbers of at least 0")
        shape, rate = self.shape + float(history.values.sum()), self.rate + float(history.exposures.sum())
        if not rate > 0:
            raise CallerError("Expected some exposure in the history or the prior, got none")
        return NegativeBinomial(shape, rate / (rate + history.ahead.exposure))


@dataclass(frozen=True, slots=True)
class BetaShare:
    """A share, from values that are successes among exposures that are trials, with a Beta(`a`, `b`) prior.

    The trials are taken as independent at one share. The default is Jeffreys' prior.
    """

    a: float = 0.5
    b: float = 0.5
    name: str = "historical"

    def estimate(self, history: History) -> Distribution:
        """The posterior of the share; `thin(count, share)` makes the number of successes of it."""
        if (history.values < 0).any() or (history.values > history.exposures).any():
            raise CallerError("Expected successes from 0 up to the trials of their period")
        successes = float(history.values.sum())
        return Beta(self.a + successes, self.b + float(history.exposures.sum()) - successes)


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody, or a published model, says: a distribution, whatever the history."""

    name: str
    distribution: Distribution

    def estimate(self, history: History) -> Distribution:
        """The stated distribution."""
        del history
        return self.distribution


@dataclass(frozen=True, slots=True)
class Certain:
    """Another estimator taken at its mean, as if it were certain: how worlds are told on the back of an envelope."""

    inner: Estimator

    @property
    def name(self) -> str:
        """As of the inner estimator."""
        return self.inner.name

    def estimate(self, history: History) -> Distribution:
        """A point, the mean of the inner estimate."""
        return Point(self.inner.estimate(history).mean)
