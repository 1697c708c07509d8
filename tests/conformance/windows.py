"""
The window cases of `window_cases.json`: versions of events, told as facts, and the aggregates expected at each hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from factdb.fact import Fact, assert_fact, retract_fact
from factdb.period import EPOCH, MICROSECOND
from factdb.schema import Value
from tests.oracle.strategies import Commit

ENTITY = "e"
PROGRAM = """
event happened(event: int, entity: text, value: int, category: int) key(event).
feature count(entity) = count { happened(_, entity, _, _) within 7d }.
feature sum(entity) = sum v { happened(_, entity, v, _) within 7d }.
feature min(entity) = min v { happened(_, entity, v, _) within 7d }.
feature max(entity) = max v { happened(_, entity, v, _) within 7d }.
feature distinct_categories(entity) = count distinct c { happened(_, entity, _, c) within 7d }.
feature first(entity) = first v { happened(_, entity, v, _) within 7d }.
feature last(entity) = last v { happened(_, entity, v, _) within 7d }.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCase:
    """What becomes known, and the value of every feature at some hours, as known at each."""

    name: str
    commits: tuple[Commit, ...]
    expected: tuple[tuple[datetime, dict[str, Value]], ...]


def read_window_cases() -> list[WindowCase]:
    """Every case of the file."""
    cases = json.loads((Path(__file__).parent / "window_cases.json").read_text())["cases"]
    return [WindowCase(name=case["case"], commits=tuple(_commits(case["versions"])),
                       expected=tuple((_hour(answer.pop("at")), answer) for answer in case["expected"]))
            for case in cases]


def _commits(versions: list[dict[str, Any]]) -> Iterator[Commit]:
    """Each version is asserted when it is known; one that nothing succeeds is retracted when it is superseded."""
    said: list[tuple[datetime, Fact]] = []
    for version in versions:
        values = {"event": version["event"], "entity": ENTITY, "value": version["value"],
                  "category": version["category"]}
        said.append((_hour(version["known"]), assert_fact("happened", values, _hour(version["valid"]))))
        if version["superseded"] is not None and not _succeeded(version, versions):
            at = _hour(version["valid"])
            said.append((_hour(version["superseded"]),
                         retract_fact("happened", {"event": version["event"]}, at, at + MICROSECOND)))
    for system_at, fact in sorted(said, key=lambda pair: pair[0]):
        yield Commit(facts=(fact,), system_at=system_at)


def _succeeded(version: dict[str, Any], versions: list[dict[str, Any]]) -> bool:
    return any(other["event"] == version["event"] and other["known"] == version["superseded"]
               for other in versions if other is not version)


def _hour(number: int) -> datetime:
    return EPOCH + timedelta(hours=number)
