"""
Coverage: whether intervals held what came as often as they said.
"""

from __future__ import annotations

import math

from scipy import special

from factdb.errors import CallerError


def wilson_interval(inside: int, trials: int, *, level: float) -> tuple[float, float]:
    """Wilson's interval at `level` of a share, from `inside` of `trials`.

    >>> round(wilson_interval(46, 50, level=0.95)[0], 9)
    0.811617531
    """
    if not 0 <= inside <= trials or trials == 0:
        raise CallerError(f"Expected 0 to {trials} inside of at least 1 trial, got {inside}")
    z = float(special.ndtri((1 + level) / 2))
    share, weight = inside / trials, z**2 / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def undercoverage_probability(inside: int, trials: int, *, level: float) -> float:
    """P(at most `inside` of `trials`) if intervals at `level` were right: small, they are too narrow.

    >>> round(undercoverage_probability(1, 2, level=0.5), 9)
    0.75
    """
    return float(special.bdtr(inside, trials, level))
