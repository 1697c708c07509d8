"""
Cases of the store as files that anyone can read and add to, in the notation of the design's time chapter.

    kind: state                   one relation said(key, value); `set` is a state without a key: said(value),
                                  `log` an event without a key
    @1 +7 [0, 100)                a transaction at system time 1 asserts 7; a reading or an event is at 0
    @2 - [40, 60)                 a retraction; of a set or a log, `@2 -7 [40, 60)`
    V(50, 1) = 7 [0, 100) @1      at valid time 50, system time 1: the value, its period, since when known
    V(50, 2) = --                 absent; a set or a log may have several values, separated by `;`
    H(2) = 7 [0, 40) x [1, inf)   all that was ever believed, known at 2: one line a rectangle

Times are days since 1970; `inf` is for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from factdb.fact import Fact, Op
from factdb.period import EPOCH, FOREVER, Period, to_micros
from factdb.schema import Column, Kind, Relation, Type, Value
from tests.oracle.belief import Held, Rectangle

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
PERIOD = r"\[(\d+), (\d+|inf)\)"
SAID = re.compile(rf"@(\d+) ([+-])(\S*) {PERIOD}")
SHOWN = re.compile(r"V\((\d+), (\d+)\) = (.*)")
HELD = re.compile(rf"(\S+) {PERIOD} @(\d+)")
RECTANGLE = re.compile(rf"H\((\d+)\) = (\S+) {PERIOD} x {PERIOD}")
KINDS = {"state": Kind.STATE, "set": Kind.STATE, "event": Kind.EVENT, "log": Kind.EVENT, "observed": Kind.OBSERVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is said, one fact a transaction, and what must then be shown at (valid, system) and known at system."""

    name: str
    relation: Relation
    said: tuple[tuple[datetime, Fact], ...]
    shown: dict[tuple[datetime, datetime], list[Held]]
    history: dict[datetime, list[Rectangle]]

    @property
    def identity(self) -> dict[str, Value]:
        """The values that ask for the whole history of the case."""
        return {"key": "k"} if self.relation.key else {"value": self.said[0][1].values["value"]}


def read_cases() -> list[Case]:
    """Every case of every file; a case starts at a line `# name`."""
    cases = []
    for path in CASES:
        for part in re.split(r"^# ", path.read_text(), flags=re.MULTILINE)[1:]:
            name, *lines = part.splitlines()
            cases.append(_case(f"{path.stem}: {name}", [line.strip() for line in lines if line.strip()]))
    return cases


def _case(name: str, lines: list[str]) -> Case:
    kind = lines[0].removeprefix("kind: ")
    relation = _relation(kind)
    case = Case(name=name, relation=relation, said=(), shown={}, history={})
    said = []
    for line in lines[1:]:
        if match := SAID.fullmatch(line):
            system_at, op, value, start, end = match.groups()
            row = ({"key": "k"} if relation.key else {}) | ({"value": _value(value)} if value else {})
            said.append((_day(system_at), Fact(op=Op.ASSERT if op == "+" else Op.RETRACT, relation=relation.name,
                                               values=row, valid=Period(_day(start), _day(end)))))
        elif match := SHOWN.fullmatch(line):
            valid_at, system_at, held = match.groups()
            values = [] if held == "--" else held.split("; ")
            case.shown[_day(valid_at), _day(system_at)] = [_held(relation, each) for each in values]
        elif match := RECTANGLE.fullmatch(line):
            system_at, value, *bounds = match.groups()
            valid_from, valid_to, system_from, system_to = (to_micros(_day(bound)) for bound in bounds)
            case.history.setdefault(_day(system_at), []).append(Rectangle(
                row=_row(relation, value), valid_from=valid_from, valid_to=valid_to, system_from=system_from,
                system_to=system_to))
        else:
            raise AssertionError(f"{name}: cannot read {line!r}")
    return Case(name=name, relation=relation, said=tuple(said), shown=case.shown, history=case.history)


def _relation(kind: str) -> Relation:
    value = Column(name="value", type=Type.INT, unit=None)
    if kind in {"set", "log"}:
        return Relation(name="said", kind=KINDS[kind], columns=(value,), key=())
    key = Column(name="key", type=Type.TEXT, unit=None)
    return Relation(name="said", kind=KINDS[kind], columns=(key, value), key=("key",))


def _held(relation: Relation, text: str) -> Held:
    match = HELD.fullmatch(text)
    assert match, f"cannot read {text!r}"
    value, *times = match.groups()
    valid_from, valid_to, system_from = (to_micros(_day(each)) for each in times)
    return Held(row=_row(relation, value), valid_from=valid_from, valid_to=valid_to, system_from=system_from)


def _row(relation: Relation, value: str) -> tuple[Value, ...]:
    return ("k", _value(value)) if relation.key else (_value(value),)


def _value(text: str) -> int | None:
    return None if text == "null" else int(text)


def _day(text: str) -> datetime:
    return FOREVER if text == "inf" else EPOCH + timedelta(days=int(text))
