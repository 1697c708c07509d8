"""
Instants and half-open periods of time, [start, end).

Half-open everywhere: two periods that meet share no instant and leave no gap. An instant is UTC with
microseconds; it is a `datetime` outside and an integer of microseconds since 1970 in the store.
"for ever" is one sentinel, FOREVER, never None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from factdb.errors import InvalidPeriod, NaiveInstant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_MICROS, FOREVER_MICROS = ((end - EPOCH) // MICROSECOND for end in (datetime.min.replace(tzinfo=UTC), FOREVER))


def to_micros(instant: datetime) -> int:
    """Microseconds from 1970 to `instant`, exact; one without a zone, or outside of the years in UTC, is refused.

    >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    if instant.tzinfo is None:
        raise NaiveInstant(f"Expected an instant with a zone, got {instant.isoformat()}; "
                           "for UTC, add tzinfo=UTC or a trailing Z")
    micros = (instant - EPOCH) // MICROSECOND
    if not FIRST_MICROS <= micros <= FOREVER_MICROS:
        raise NaiveInstant(f"Expected an instant from year 1 to 9999 in UTC, got {instant.isoformat()}")
    return micros


def from_micros(micros: int) -> datetime:
    """The UTC instant `micros` after 1970; whatever is past FOREVER is FOREVER.

    >>> from_micros(86400000000).isoformat()
    '1970-01-02T00:00:00+00:00'
    """
    return EPOCH + timedelta(microseconds=min(micros, FOREVER_MICROS))


def parse_instant(text: str) -> datetime:
    """The instant that an ISO 8601 `text` with a zone names, in UTC.

    >>> parse_instant("2013-02-01T05:00:00-05:00").isoformat()
    '2013-02-01T10:00:00+00:00'
    """
    try:
        instant = datetime.fromisoformat(text)
        to_micros(instant)
        return instant.astimezone(UTC)
    except ValueError:
        raise NaiveInstant(f"Expected an ISO 8601 instant such as 2013-02-01T05:00:00Z, got {text!r}") from None
    except OverflowError:
        raise NaiveInstant(f"Expected an instant from year 1 to 9999 in UTC, got {text!r}") from None


@dataclass(frozen=True, slots=True)
class Period:
    """Instants from `start` up to, but not at, `end`; FOREVER if it is open."""

    start: datetime
    end: datetime = FOREVER

    def __post_init__(self) -> None:
        if not to_micros(self.start) < to_micros(self.end):
            raise InvalidPeriod(f"Expected a period's start before its end, got "
                                f"[{self.start.isoformat()}, {self.end.isoformat()})")

    def __contains__(self, instant: datetime) -> bool:
        """True when `instant` lies in the period; its end does not.

        >>> Period(EPOCH, EPOCH + MICROSECOND).__contains__(EPOCH + MICROSECOND)
        False
        """
        return self.start <= instant < self.end
