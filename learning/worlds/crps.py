"""
The continuous ranked probability score: how far a distribution was from what came, in the unit of the quantity.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from factdb.errors import CallerError
from learning.worlds.continuous import Normal
from learning.worlds.distribution import Floats


def crps_of_normal(forecast: Normal, outcome: float) -> float:
    """The score of a normal forecast.

    >>> round(crps_of_normal(Normal(0.0, 1.0), 0.0), 9)
    0.233694977
    """
    z = (outcome - forecast.mean) / forecast.sd
    density = math.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    return forecast.sd * (z * (2 * float(special.ndtr(z)) - 1) + 2 * density - 1 / math.sqrt(math.pi))


def crps_of_members(members: Floats, outcome: float) -> float:
    """The score of the distribution in which `members` weigh alike: E|X - y| - E|X - X'| / 2.

    >>> crps_of_members(np.array([0.0, 2.0]), 1.0)
    0.5
    """
    return _distance(members, outcome) - _spread(members) / len(members) ** 2


def fair_crps_of_members(members: Floats, outcome: float) -> float:
    """The score that the distribution behind `members`, a sample of it, gets in expectation; from 2 members on.

    >>> fair_crps_of_members(np.array([0.0, 2.0]), 1.0)
    0.0
    """
    if len(members) < 2:
        raise CallerError("Expected at least 2 members for the fair score")
    return _distance(members, outcome) - _spread(members) / (len(members) * (len(members) - 1))


def _distance(members: Floats, outcome: float) -> float:
    return float(np.abs(members - outcome).mean())


def _spread(members: Floats) -> float:
    """Half the sum of all |x - x'|, from the sorted members: no pair is looked at."""
    ordered, n = np.sort(members), len(members)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered)
