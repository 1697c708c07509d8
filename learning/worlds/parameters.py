"""
Checks of the parameters of distributions: one that cannot be is refused where it is made.
"""

from __future__ import annotations

import math

from factdb.errors import CallerError


def finite(**values: float) -> None:
    """Refuse a value that is not a finite number.

    >>> finite(mean=2.0)
    """
    for name, value in values.items():
        if not math.isfinite(value):
            raise CallerError(f"Expected a finite {name}, got {value}")


def positive(**values: float) -> None:
    """Refuse a value that is not a finite number above 0."""
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise CallerError(f"Expected a {name} above 0, got {value}")


def share(**values: float) -> None:
    """Refuse a value outside [0, 1]."""
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise CallerError(f"Expected a {name} in [0, 1], got {value}")
