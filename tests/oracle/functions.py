"""
The functions of the rule language, from their meaning in `factdb.datalog.functions`.

A function of NULL is NULL, except for the few that say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from factdb.period import from_micros
from factdb.schema import Value

SECOND = 1_000_000


def called(function: str, arguments: Sequence[Any]) -> Value:
    """What `function` gives for `arguments`."""
    if function in OF_NULLS:
        return OF_NULLS[function](*arguments)
    return None if None in arguments else FUNCTIONS[function](*arguments)


def _local(instant: int, zone: str) -> datetime:
    return from_micros(instant).astimezone(ZoneInfo(zone))


def _round(value: float) -> int:
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _some(*values: Any) -> list[Any]:
    return [value for value in values if value is not None]


OF_NULLS: Mapping[str, Callable[..., Value]] = {
    "least": lambda *values: min(_some(*values), default=None),
    "greatest": lambda *values: max(_some(*values), default=None),
    "coalesce": lambda *values: next(iter(_some(*values)), None),
    "if": lambda condition, yes, no: yes if condition else no,
}

FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "hour": lambda instant, zone: _local(instant, zone).hour,
    "minute": lambda instant, zone: _local(instant, zone).minute,
    "weekday": lambda instant, zone: _local(instant, zone).weekday(),
    "day": lambda instant, zone: _local(instant, zone).day,
    "month": lambda instant, zone: _local(instant, zone).month,
    "year": lambda instant, zone: _local(instant, zone).year,
    "year_day": lambda instant, zone: _local(instant, zone).timetuple().tm_yday,
    "date_text": lambda instant, zone: _local(instant, zone).date().isoformat(),
    "seconds": lambda duration: duration / SECOND,
    "minutes": lambda duration: duration / (60 * SECOND),
    "hours": lambda duration: duration / (3_600 * SECOND),
    "days": lambda duration: duration / (86_400 * SECOND),
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": _round,
    "sqrt": lambda value: math.sqrt(value) if value >= 0 else None,
    "ln": lambda value: math.log(value) if value > 0 else None,
    "exp": math.exp,
    "float": float,
    "int": int,
    "text": _text,
    "lower": str.lower,
    "upper": str.upper,
    "length": len,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": lambda text, part: part in text,
}
