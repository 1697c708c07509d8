"""
Sensitivity: what each quantity contributes to a difference, and where an answer crosses a threshold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

from scipy.optimize import brentq

from factdb.errors import CallerError, UnknownName
from learning.worlds.check import Formula
from learning.worlds.distribution import floats
from learning.worlds.formula import evaluate

QUANTITIES_MAX = 12
DOUBLINGS_MAX = 200


def shapley(formula: Formula, base: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """How much of `formula` at `other` minus at `base` each quantity accounts for; the parts sum to it.

    The part of a quantity is what changing it adds, averaged over all orders in which they can be changed.
    """
    names = list(formula.quantities)
    if len(names) > QUANTITIES_MAX:
        raise CallerError(f"Expected at most {QUANTITIES_MAX} quantities, got {len(names)}")
    n = len(names)
    values = {frozenset(changed): _at(formula, {**base, **{name: other[name] for name in changed}})
              for size in range(n + 1) for changed in combinations(names, size)}
    return {name: sum((values[before | {name}] - value) / (n * math.comb(n - 1, len(before)))
                      for before, value in values.items() if name not in before) for name in names}


def flip_point(formula: Formula, values: Mapping[str, float], *, quantity: str, threshold: float) -> float | None:
    """The value of `quantity` nearest to its own in `values` at which the formula crosses `threshold`.

    The others stay as they are. None if doubling the distance finds no crossing on either side.
    """
    if quantity not in formula.quantities:
        raise UnknownName("quantity", quantity, formula.quantities)
    start = values[quantity]
    low, high = formula.quantities[quantity].support.bounds

    def gap(value: float) -> float:
        return _at(formula, {**values, quantity: value}) - threshold

    if (here := gap(start)) == 0:
        return start
    distance = max(abs(start), 1.0) * 1e-3
    for _ in range(DOUBLINGS_MAX):
        # A positive quantity never is 0, but may come as near as can be.
        for end in (max(low, start - distance, min(start, 1e-300) if low == 0 else low), min(high, start + distance)):
            if here * gap(end) <= 0:
                return float(brentq(gap, *sorted((start, end)), xtol=1e-12 * max(abs(start), 1.0), rtol=1e-14))
        distance *= 2
        if distance > 1e15 * max(abs(start), 1.0):
            break
    return None


def _at(formula: Formula, values: Mapping[str, float]) -> float:
    return float(evaluate(formula.root, {name: floats(value) for name, value in values.items()}))
