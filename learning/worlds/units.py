"""
Units: products of named bases with exponents, so that a formula over quantities can be checked.

    pupdates/hour * hours * likes/pupdate  ->  likes

A plural is its singular (`likes` is `like`); no unit, "" and "1" are the number without a unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from factdb.errors import CallerError

_FACTOR = re.compile(r"\s*([*/]?)\s*(1|[^\W\d]\w*|%)(?:\^(-?\d+))?\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """Bases with their exponents, none of them 0, in order of name."""

    factors: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return self._times(other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return self._times(other, -1)

    def __pow__(self, exponent: Fraction) -> Unit:
        return Unit(tuple((base, power * exponent) for base, power in self.factors if exponent))

    def _times(self, other: Unit, sign: int) -> Unit:
        powers = dict(self.factors)
        for base, power in other.factors:
            powers[base] = powers.get(base, Fraction(0)) + sign * power
        return Unit(tuple(sorted((base, power) for base, power in powers.items() if power)))

    def __str__(self) -> str:
        over = "*".join(_power(base, power) for base, power in self.factors if power > 0)
        under = "".join("/" + _power(base, -power) for base, power in self.factors if power < 0)
        return (over or "1") + under


def parse_unit(text: str | None) -> Unit:
    """The unit that `text` says, such as "likes/pupdate", "m^2" or "km/h".

    >>> str(parse_unit("pupdates/hour") * parse_unit("hours") * parse_unit("likes/pupdate"))
    'like'
    """
    unit, position, rest = Unit(), 0, (text or "").strip()
    while position < len(rest):
        found = _FACTOR.match(rest, position)
        if found is None or bool(found[1]) != (position > 0):
            raise CallerError(f"Expected a unit such as likes/pupdate or m^2, got {text!r}")
        base = Unit() if found[2] == "1" else Unit(((_singular(found[2]), Fraction(1)),))
        power = base ** Fraction(found[3] or 1)
        unit = unit / power if found[1] == "/" else unit * power
        position = found.end()
    return unit


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word


def _power(base: str, power: Fraction) -> str:
    return base if power == 1 else f"{base}^{power}"
