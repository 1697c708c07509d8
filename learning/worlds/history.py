"""
Histories: what was known at a basis about a quantity, period by period, and the period that is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from factdb.errors import CallerError
from factdb.period import to_micros
from learning.worlds.distribution import Floats, floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """The period that is asked about: its instant in microseconds, its exposure, and its features."""

    instant: int
    exposure: float
    features: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Values of a quantity by instant, oldest first.

    `exposures` are what each value came from (hours observed, trials made), 1 where that means nothing;
    `features` has a row for each value and a column for each feature, perhaps none.
    """

    instants: NDArray[np.int64]
    values: Floats
    exposures: Floats
    features: Floats
    ahead: Ahead

    def __post_init__(self) -> None:
        rows = len(self.values)
        if not len(self.instants) == len(self.exposures) == len(self.features) == rows:
            raise CallerError(f"Expected instants, values, exposures and features of one length, got "
                              f"{len(self.instants)}, {rows}, {len(self.exposures)} and {len(self.features)}")
        if self.features.shape[1:] != self.ahead.features.shape:
            raise CallerError(f"Expected as many features of the period ahead as of the history, got "
                              f"{self.ahead.features.shape} and {self.features.shape[1:]}")
        if not (np.isfinite(self.values).all() and np.isfinite(self.exposures).all()
                and np.isfinite(self.features).all()):
            raise CallerError("Expected a history of finite numbers; leave out what is not known")
        if (np.diff(self.instants) < 0).any():
            raise CallerError("Expected a history with its oldest value first")

    def at_least(self, rows: int) -> None:
        """Refuse a history of fewer than `rows` values."""
        if len(self.values) < rows:
            raise CallerError(f"Expected a history of at least {rows} values, got {len(self.values)}")


def history_of(instants: Sequence[datetime], values: ArrayLike, *, ahead: datetime, exposures: ArrayLike | None = None,
               exposure_ahead: float = 1.0, features: ArrayLike | None = None,
               features_ahead: ArrayLike = ()) -> History:
    """The history of `values` at `instants`, put in order of time, ties by value; exposures are 1 unless given."""
    micros = np.array([to_micros(instant) for instant in instants], dtype=np.int64)
    numbers = floats(values)
    order = np.lexsort((numbers, micros))
    weights = np.ones(len(numbers)) if exposures is None else floats(exposures)
    columns = np.empty((len(numbers), 0)) if features is None else floats(features)
    return History(instants=micros[order], values=numbers[order], exposures=weights[order], features=columns[order],
                   ahead=Ahead(instant=to_micros(ahead), exposure=exposure_ahead, features=floats(features_ahead)))
