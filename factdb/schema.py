"""
Relations: declared predicates with typed columns, an optional key and a temporal kind.

| kind     | a fact says                  | it is valid                                          |
| -------- | ---------------------------- | ---------------------------------------------------- |
| event    | it happened at an instant    | from its instant on; windows select on the instant   |
| observed | a reading taken at an instant| until the next reading of its key, however late      |
| state    | it holds over a period       | as stated; a later word overwrites what it overlaps  |

Without a key the whole row is the key: the relation is a set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isnan, nan
from typing import TypeAlias

from factdb.errors import InvalidFact, UnknownName, WrongType
from factdb.period import MICROSECOND, to_micros

Value: TypeAlias = str | int | float | bool | datetime | timedelta | None

Stored: TypeAlias = str | int | float | bool | None

NAMES_OF_TIMES = frozenset({"valid_from", "valid_to", "system_from", "system_to", "seen_from", "seen_to",
                            "observed_from", "observed_to", "transaction", "position", "op"})


class Kind(StrEnum):
    """How a relation's facts hold in valid time."""

    STATE = "state"
    EVENT = "event"
    OBSERVED = "observed"


class Type(StrEnum):
    """The type of a column or a term."""

    TEXT = "text"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    INSTANT = "instant"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A typed part of a relation; `unit` is for people and for checks of formulas."""

    name: str
    type: Type
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A declared predicate. `key` names columns; empty, the whole row is the key."""

    name: str
    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        lowered = {name.lower() for name in names}
        if len(lowered) != len(names):
            hint = "; capitals do not tell two apart" if len(set(names)) == len(names) else ""
            raise InvalidFact(f"Expected distinct columns in relation {self.name!r}, got {', '.join(names)}{hint}")
        if clash := NAMES_OF_TIMES & lowered:
            raise InvalidFact(f"Relation {self.name!r} cannot have a column {min(clash)!r}: "
                              "every relation has one by nature")
        for name in self.key:
            self.column(name)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell one thing from another: the key, or all of them."""
        return self.key or tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`; UnknownName suggests near ones."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownName(f"column of {self.name}", name, [column.name for column in self.columns])

    def stored(self, name: str, value: Value) -> Stored:
        """`value` checked against the column `name`, stored-ready: instants and durations in microseconds."""
        return _stored(self.name, self.column(name), value)

    def row(self, values: Mapping[str, Value]) -> tuple[Stored, ...]:
        """`values` in column order, checked and stored-ready: instants and durations in microseconds.

        A column left out is NULL; a key column may not be NULL.
        """
        for name in values:
            self.column(name)
        row = tuple(_stored(self.name, column, values.get(column.name)) for column in self.columns)
        for column, value in zip(self.columns, row, strict=True):
            if value is None and column.name in self.key:
                raise InvalidFact(f"Expected a value for key column {self.name}.{column.name}, got NULL")
        return row


def _stored(relation: str, column: Column, value: Value) -> Stored:
    match column.type, value:
        case _, None:
            return None
        case Type.BOOL, bool():
            return value
        case (Type.INT | Type.FLOAT | Type.TEXT | Type.INSTANT | Type.DURATION), bool():
            pass
        case Type.TEXT, str():
            return _encodable(relation, column, value)
        case Type.INT, int():
            return _fitting(relation, column, value)
        case Type.FLOAT, int():
            return float(_fitting(relation, column, value))
        case Type.FLOAT, float():
            return nan if isnan(value) else value  # one NaN, so that it is found again
        case Type.INSTANT, datetime():
            return to_micros(value)
        case Type.DURATION, timedelta():
            return _fitting(relation, column, value // MICROSECOND)
    raise WrongType(f"Expected {column.type.value} for {relation}.{column.name}, "
                    f"got {type(value).__name__} {value!r}")


def _fitting(relation: str, column: Column, value: int) -> int:
    if not fits(value):
        raise WrongType(f"Expected {column.type.value} of 64 bits for {relation}.{column.name}, got {value}")
    return value


def _encodable(relation: str, column: Column, value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise WrongType(f"Expected text that UTF-8 can hold for {relation}.{column.name}, got {value!r}") from None
    return value


def fits(value: int) -> bool:
    """True when `value` is a whole number of 64 bits.

    >>> fits(2**63)
    False
    """
    return -(2**63) <= value < 2**63
