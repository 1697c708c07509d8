"""
The law of a formula: its distribution, and how that was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from learning.worlds.distribution import Distribution


class Method(StrEnum):
    """How an answer was computed, from the most to the least exact."""

    CONSTANT = "constant"
    CLOSED_FORM = "closed form"
    SUM_OVER_COUNTS = "sum over counts"
    QUADRATURE = "exact moments, quadrature"
    MONTE_CARLO = "monte carlo"


@dataclass(frozen=True, slots=True)
class Law:
    """The distribution of a formula, and how it was found."""

    distribution: Distribution
    method: Method
