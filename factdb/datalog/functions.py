"""
The functions of the rule language: one value each, with what it takes, what it gives and what it means.

The compiler maps each name to SQL; a name that is not here is not in the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from factdb.schema import Type

_NUMBER = frozenset({Type.INT, Type.FLOAT})


class Slot(Enum):
    """The types that an argument may have. As a result, NUMBER, MEASURE and ANY are the arguments' common type."""

    TEXT = frozenset({Type.TEXT})
    INT = frozenset({Type.INT})
    FLOAT = frozenset({Type.FLOAT})
    BOOL = frozenset({Type.BOOL})
    INSTANT = frozenset({Type.INSTANT})
    DURATION = frozenset({Type.DURATION})
    NUMBER = _NUMBER
    MEASURE = _NUMBER | {Type.DURATION}
    SCALAR = _NUMBER | {Type.BOOL}
    ANY = frozenset(Type)
    ZONE = "the name of a time zone, as a constant"

    @property
    def types(self) -> frozenset[Type]:
        """The types that are allowed here."""
        return frozenset({Type.TEXT}) if self is Slot.ZONE else frozenset(self.value)


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function of scalars. `variadic`: the last argument may be repeated."""

    name: str
    arguments: tuple[Slot, ...]
    result: Slot
    meaning: str
    variadic: bool = False

    @property
    def signature(self) -> str:
        """The function as the documentation shows it.

        >>> FUNCTIONS["hour"].signature
        'hour(instant, zone) -> int'
        """
        arguments = ", ".join(slot.name.lower() for slot in self.arguments)
        return f"{self.name}({arguments}{', ...' if self.variadic else ''}) -> {self.result.name.lower()}"


_TABLE = (
    Function("now", (), Slot.INSTANT, "The instant of the question: the basis' valid time, or the spine row's."),
    Function("hour", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The hour on the zone's clocks, 0 to 23."),
    Function("minute", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The minute on the zone's clocks, 0 to 59."),
    Function("weekday", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The day of the week in the zone, Monday 0 to Sunday 6."),
    Function("day", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The day of the month in the zone, 1 to 31."),
    Function("month", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The month in the zone, 1 to 12."),
    Function("year", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The year in the zone."),
    Function("year_day", (Slot.INSTANT, Slot.ZONE), Slot.INT, "The day of the year in the zone, 1 to 366."),
    Function("date_text", (Slot.INSTANT, Slot.ZONE), Slot.TEXT, "The date in the zone, as 2013-02-01."),
    Function("seconds", (Slot.DURATION,), Slot.FLOAT, "The duration in seconds."),
    Function("minutes", (Slot.DURATION,), Slot.FLOAT, "The duration in minutes."),
    Function("hours", (Slot.DURATION,), Slot.FLOAT, "The duration in hours."),
    Function("days", (Slot.DURATION,), Slot.FLOAT, "The duration in days of 24 hours."),
    Function("abs", (Slot.MEASURE,), Slot.MEASURE, "The value without its sign."),
    Function("floor", (Slot.NUMBER,), Slot.INT, "The largest whole number that is not above the argument."),
    Function("ceil", (Slot.NUMBER,), Slot.INT, "The smallest whole number that is not below the argument."),
    Function("round", (Slot.NUMBER,), Slot.INT, "The nearest whole number; halves go away from zero."),
    Function("sqrt", (Slot.NUMBER,), Slot.FLOAT, "The square root; NULL below zero."),
    Function("ln", (Slot.NUMBER,), Slot.FLOAT, "The natural logarithm; NULL at zero and below."),
    Function("exp", (Slot.NUMBER,), Slot.FLOAT, "e to the power of the argument."),
    Function("least", (Slot.ANY, Slot.ANY), Slot.ANY, "The smallest argument; NULLs are skipped.", variadic=True),
    Function("greatest", (Slot.ANY, Slot.ANY), Slot.ANY, "The largest argument; NULLs are skipped.", variadic=True),
    Function("coalesce", (Slot.ANY, Slot.ANY), Slot.ANY, "The first argument that is not NULL.", variadic=True),
    Function("if", (Slot.BOOL, Slot.ANY, Slot.ANY), Slot.ANY,
             "The second argument where the first is true, else the third."),
    Function("float", (Slot.SCALAR,), Slot.FLOAT, "The argument as a float; true is 1."),
    Function("int", (Slot.SCALAR,), Slot.INT, "The argument as a whole number, cut towards zero; true is 1."),
    Function("text", (Slot.ANY,), Slot.TEXT, "The argument as text."),
    Function("lower", (Slot.TEXT,), Slot.TEXT, "The text in lower case."),
    Function("upper", (Slot.TEXT,), Slot.TEXT, "The text in upper case."),
    Function("length", (Slot.TEXT,), Slot.INT, "The number of characters."),
    Function("starts_with", (Slot.TEXT, Slot.TEXT), Slot.BOOL, "True when the first text starts with the second."),
    Function("ends_with", (Slot.TEXT, Slot.TEXT), Slot.BOOL, "True when the first text ends with the second."),
    Function("contains", (Slot.TEXT, Slot.TEXT), Slot.BOOL, "True when the second text stands in the first."),
)

FUNCTIONS = {function.name: function for function in _TABLE}
