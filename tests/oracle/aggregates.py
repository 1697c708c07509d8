"""
What an aggregate is worth over a group of values, each written out from its definition.

NULL is skipped, except by `count` without an expression, `first` and `last`. Of no values at all `count` and
`sum` are 0 and the others have no value: `NOTHING`, which is not NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any, Final

from factdb.datalog.syntax import AggregateFunction
from factdb.schema import Value

NOTHING: Final = object()


def aggregated(function: AggregateFunction, parameter: float | None, values: Sequence[Any]) -> Any:
    """The value of `function` over `values`, which hold no NULL; of `first` and `last`, in order and with NULLs."""
    if function in {AggregateFunction.COUNT, AggregateFunction.SUM}:
        return len(values) if function is AggregateFunction.COUNT else sum(values)
    if not values:
        return NOTHING
    if function is AggregateFunction.QUANTILE:
        return _quantile(values, parameter if parameter is not None else 0.5)
    return DEFINITIONS[function](values)


def _quantile(values: Sequence[Any], share: float) -> float:
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return float(ranked[below] + (ranked[above] - ranked[below]) * (place - below))


def _variance(values: Sequence[Any]) -> float | None:
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return float(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _deviation(values: Sequence[Any]) -> float | None:
    variance = _variance(values)
    return None if variance is None else sqrt(variance)


DEFINITIONS: Mapping[AggregateFunction, Callable[[Sequence[Any]], Value]] = {
    AggregateFunction.AVG: lambda values: sum(values) / len(values),
    AggregateFunction.MIN: min,
    AggregateFunction.MAX: max,
    AggregateFunction.MEDIAN: lambda values: _quantile(values, 0.5),
    AggregateFunction.STDDEV: _deviation,
    AggregateFunction.VARIANCE: _variance,
    AggregateFunction.FIRST: lambda values: values[0],
    AggregateFunction.LAST: lambda values: values[-1],
    AggregateFunction.ANY: any,
    AggregateFunction.EVERY: all,
}
