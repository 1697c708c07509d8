"""
Texts of instants, durations and integers: ISO 8601 outside, typed inside.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from factdb.errors import WrongType
from factdb.period import parse_instant

# Integers that a JavaScript number holds exactly.
_EXACT_MAX = 2**53 - 1

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?")


def instant_text(instant: datetime) -> str:
    """`instant` as ISO 8601 in UTC with a Z; microseconds only where there are any.

    >>> instant_text(datetime(2013, 2, 1, 10, tzinfo=UTC))
    '2013-02-01T10:00:00Z'
    """
    return instant.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def read_instant(given: object) -> datetime:
    """The instant in a client's text; one without a zone is refused."""
    if not isinstance(given, str):
        raise WrongType(f"Expected a DateTime such as \"2013-02-01T05:00:00Z\", got {given!r}")
    return parse_instant(given)


def duration_text(duration: timedelta) -> str:
    """`duration` as ISO 8601.

    >>> duration_text(timedelta(days=1, hours=2, microseconds=500)), duration_text(timedelta(0))
    ('P1DT2H0.0005S', 'PT0S')
    """
    if duration < timedelta(0):
        return f"-{duration_text(-duration)}"
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    precise = f"{seconds}.{duration.microseconds:06}".rstrip("0").rstrip(".")
    parts = {"H": str(hours), "M": str(minutes), "S": precise}
    clock = "".join(f"{value}{unit}" for unit, value in parts.items() if value != "0")
    days = f"{duration.days}D" if duration.days else ""
    return f"P{days}{clock and 'T'}{clock}" if days or clock else "PT0S"


def read_duration(given: object) -> timedelta:
    """The duration in a client's ISO 8601 text, of days at most.

    >>> read_duration("PT2H30M")
    datetime.timedelta(seconds=9000)
    """
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    parts = {unit: float(value) for unit, value in (found.groupdict() if found else {}).items()
             if value is not None and unit != "sign"}
    if not found or not parts:
        raise WrongType(f"Expected an ISO 8601 duration such as \"PT2H\", got {given!r}")
    try:
        duration = timedelta(**parts)
    except OverflowError:
        raise WrongType(f"Expected a duration of fewer than 1,000,000,000 days, got {given!r}") from None
    return -duration if found["sign"] else duration


def integer_json(value: int) -> int | str:
    """`value` as a JSON number, or as text where a JavaScript number would lose digits."""
    return value if abs(value) <= _EXACT_MAX else str(value)


def read_integer(given: object) -> int:
    """The integer in a client's number or text of digits."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and re.fullmatch(r"-?\d{1,19}", given):
        return int(given)
    raise WrongType(f"Expected an integer, got {given!r}")
