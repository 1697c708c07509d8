"""
Golden files: cases of a text and what is said about it.

A file is a comment, then sections: `== name`, the text, `----`, what is expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY, CheckedProgram

HERE = Path(__file__).parent
SCHEMA = check(parse("""
relation dog(dog: text, breed: text, weight: int) key(dog).
relation friend(dog: text, other: text).
relation chip(dog: text, born: instant, rest: duration) key(dog).
event pupdate(pupdate: text, dog: text, tags: int) key(pupdate).
observed place(dog: text, radius: float) key(dog).
feature weight(dog) = w : dog(dog, _, w).
concept posts_tomorrow(dog) = count { pupdate(_, dog, _) within next 1d }.
"""), EMPTY)


@dataclass(frozen=True, slots=True)
class Case:
    """A named text and what is expected of it."""

    file: str
    name: str
    text: str
    expected: str


def cases(*paths: Path) -> list[Case]:
    """The cases of the files, in order."""
    return [case for path in paths for case in _of(path)]


def program(text: str) -> CheckedProgram:
    """The checked program `text` over SCHEMA."""
    return check(parse(text), SCHEMA)


def _of(path: Path) -> list[Case]:
    found = []
    for section in path.read_text(encoding="utf-8").split("\n== ")[1:]:
        name, rest = section.split("\n", 1)
        text, _, expected = rest.partition("\n----\n")
        found.append(Case(path.name, name, text, expected.strip("\n")))
    return found
