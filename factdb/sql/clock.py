"""
The instant that a body is asked at, as expressions.

At a basis both times are the basis' own: parameters of the statement, so that its text is the same at
every basis. Along a spine the valid time is the row's `observed_at`, and the system time is that less a
knowledge lag, or the basis' for all rows. The same body is compiled from either: that is why training and
serving cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from factdb.sql.terms import SYSTEM_AT, VALID_AT, big, col, parameter

OBSERVED_AT = "observed_at"  # the spine's instant, a column of every row of bindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When an atom is asked, in microseconds.

    `along`: each row's own `observed_at`, else the basis' valid time. `known`: what the basis knows, else
    what it knew at `observed_at` less `lag`. `shift` moves the valid time only: `ago 1h` asks about
    then, as known now.
    """

    along: bool
    known: bool
    lag: int
    shift: int

    def shifted(self, by: int) -> Clock:
        """The clock with its valid time moved by `by`."""
        return replace(self, shift=self.shift + by)

    def valid(self, source: str) -> exp.Expr:
        """The valid time of a row of `source`."""
        return moved(col(OBSERVED_AT, source) if self.along else parameter(VALID_AT), self.shift)

    def system(self, source: str) -> exp.Expr:
        """The system time of a row of `source`."""
        if self.known:
            return parameter(SYSTEM_AT)
        return exp.func("least", moved(col(OBSERVED_AT, source), -self.lag), parameter(SYSTEM_AT))


def moved(instant: exp.Expr, by: int) -> exp.Expr:
    """`instant` and `by` microseconds; nothing is added for 0."""
    return exp.paren(instant + big(by)) if by else instant
