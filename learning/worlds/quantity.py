"""
Quantities: named numbers that can be estimated, and later be known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from learning.worlds.units import parse_unit


class Support(StrEnum):
    """The values that a quantity may take."""

    COUNT = "count"        # 0, 1, 2, ...
    POSITIVE = "positive"  # above 0
    UNIT = "unit"          # [0, 1]
    REAL = "real"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest of the values."""
        match self:
            case Support.COUNT | Support.POSITIVE:
                return 0.0, math.inf
            case Support.UNIT:
                return 0.0, 1.0
            case Support.REAL:
                return -math.inf, math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A named estimand. `unit` is such as "likes/pupdate", None for a plain number.

    `resolver` names the predicate that gives the realised value once it is known; without one a quantity may
    be assumed, but its estimators cannot earn weight.
    """

    name: str
    unit: str | None
    support: Support
    resolver: str | None

    def __post_init__(self) -> None:
        parse_unit(self.unit)
