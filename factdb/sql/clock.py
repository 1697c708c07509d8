"""
The instant that a body is asked at, as expressions.

At a basis both times are constants. Along a spine the valid time is the row's `observed_at`, and the
system time is that less a knowledge lag, or one constant for all rows. The same body is compiled from
either: that is why training and serving cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from factdb.sql.tables import big, col

OBSERVED_AT = "observed_at"  # the spine's instant, a column of every row of bindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When an atom is asked, in microseconds.

    `instant` None: each row's own `observed_at`. `system_at` None: each row's `observed_at` less `lag`.
    `shift` moves the valid time only: `ago 1h` asks about then, as known now.
    """

    instant: int | None
    system_at: int | None
    lag: int
    shift: int

    @property
    def along(self) -> bool:
        """True along a spine."""
        return self.instant is None

    def shifted(self, by: int) -> Clock:
        """The clock with its valid time moved by `by`."""
        return replace(self, shift=self.shift + by)

    def valid(self, source: str) -> exp.Expression:
        """The valid time of a row of `source`."""
        if self.instant is not None:
            return big(self.instant + self.shift)
        return moved(col(OBSERVED_AT, source), self.shift)

    def system(self, source: str) -> exp.Expression:
        """The system time of a row of `source`."""
        if self.system_at is not None:
            return big(self.system_at)
        return moved(col(OBSERVED_AT, source), -self.lag)


def moved(instant: exp.Expression, by: int) -> exp.Expression:
    """`instant` and `by` microseconds; nothing is added for 0."""
    return exp.paren(instant + big(by)) if by else instant
