"""The oracle of rules, held against answers written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY
from factdb.fact import assert_fact, retract_fact
from factdb.period import to_micros
from factdb.schema import Value
from tests.conformance.windows import ENTITY, WindowCase, read_window_cases
from tests.conformance.windows import PROGRAM as WINDOWS
from tests.laws.constructs import SCHEMA
from tests.oracle.belief import Row, Word
from tests.oracle.rules import Oracle, Point
from tests.oracle.strategies import Commit, day

LATEST = 1_000


def oracle(text: str, commits: Sequence[Commit]) -> Oracle:
    program = check(parse(text), EMPTY)
    words: dict[str, list[Word]] = {name: [] for name in program.relations}
    for number, commit in enumerate(commits, start=1):
        for position, fact in enumerate(commit.facts):
            words[fact.relation].append(Word.of(program.relations[fact.relation], fact, transaction=number,
                                                system_from=to_micros(commit.system_at), position=position))
    return Oracle(program, words)


def at(instant: datetime) -> Point:
    return Point(valid_at=to_micros(instant), system_at=to_micros(instant), transaction=LATEST)


@pytest.mark.parametrize("case", read_window_cases(), ids=lambda case: case.name)
def test_a_window_has_its_expected_aggregates(case: WindowCase) -> None:
    answers = oracle(WINDOWS, case.commits)
    for instant, expected in case.expected:
        assert {name: answers.value(name, (ENTITY,), at(instant)) for name in expected} == expected, instant


KENNEL = [
    Commit(system_at=day(0), facts=(
        assert_fact("dog", {"dog": "a", "breed": "x", "weight": 2}, day(0)),
        assert_fact("dog", {"dog": "b", "breed": None, "weight": 0}, day(0)),
        assert_fact("friend", {"dog": "a", "other": "b"}, day(0), day(3)),
        assert_fact("friend", {"dog": "a", "other": "c"}, day(0)),
        assert_fact("place", {"dog": "a", "radius": 1.0}, day(0)),
        assert_fact("place", {"dog": "a", "radius": 3.0}, day(4)),
        assert_fact("pupdate", {"pupdate": "p", "dog": "a", "tags": 1}, day(1)),
        assert_fact("pupdate", {"pupdate": "q", "dog": "a", "tags": None}, day(2)),
        assert_fact("pupdate", {"pupdate": "r", "dog": "a", "tags": 4}, day(5)))),
    Commit(system_at=day(2), facts=(
        assert_fact("liked", {"pupdate": "p", "sniffer": "b", "stars": 1.0}, day(1)),
        assert_fact("liked", {"pupdate": "p", "sniffer": "b", "stars": 1.0}, day(2)),
        retract_fact("dog", {"dog": "b"}, day(4)))),
]

ANSWERS: Mapping[str, tuple[str, Row, float, Value]] = {
    "a column": ("dog(dog, _, it)", ("a",), 2, 2),
    "a retracted row": ("dog(dog, _, it)", ("b",), 4, None),
    "an unknown entity": ("dog(dog, _, it)", ("z",), 2, None),
    "NULL joins nothing": ("it = count { dog(dog, b, _), dog(o, b, _) }", ("b",), 2, 0),
    "NULL is tested for": ("dog(dog, b, it), b is null", ("b",), 2, 0),
    "not of a joined NULL holds": ('dog(dog, b, it), not dog("a", b, _)', ("b",), 2, 0),
    "comparison with NULL is false": ('dog(dog, b, it), b != "x"', ("b",), 2, None),
    "two instants are two likes": ("it = count { liked(_, dog, _) }", ("b",), 2, 2),
    "one sniffer of two likes": ("it = count distinct p { liked(p, dog, _) }", ("b",), 2, 1),
    "an event is not seen before its instant": ("it = count { pupdate(_, dog, _) }", ("a",), 1.5, 1),
    "a window leaves its start out": ("it = count { pupdate(_, dog, _) within 1d }", ("a",), 2, 1),
    "a window has its end": ("it = count { pupdate(_, dog, _) within 1d }", ("a",), 3, 0),
    "a state in a window": ("it = count { friend(dog, _) within 1d }", ("a",), 3.5, 2),
    "a state that left the window": ("it = count { friend(dog, _) within 1d }", ("a",), 4, 1),
    "readings in a window": ("it = count { place(dog, _) within 1d }", ("a",), 4.5, 2),
    "readings out of a window": ("it = count { place(dog, _) within 1d }", ("a",), 5, 1),
    "a while ago": ("place(dog, it) ago 1d", ("a",), 4.5, 1.0),
    "at the instant of an event": ("pupdate(p, dog, _) at t, t > now() - 2h, place(dog, it) at t", ("a",), 5, 3.0),
    "division rounds down": ("dog(dog, _, w), it = (w - 5) // 2", ("a",), 2, -2),
    "division by zero": ("dog(dog, _, w), it = 1 // w, it is null", ("b",), 2, None),
    "sum without rows": ("it = sum n { pupdate(_, dog, n) }", ("z",), 2, 0),
    "sum skips NULL": ("it = sum n { pupdate(_, dog, n) }", ("a",), 5, 5),
    "avg without rows": ("it = avg n { pupdate(_, dog, n) }", ("z",), 2, None),
    "avg skips NULL": ("it = avg n { pupdate(_, dog, n) }", ("a",), 5, 2.5),
    "last may be NULL": ("it = last n { pupdate(_, dog, n) }", ("a",), 3, None),
    "first": ("it = first n { pupdate(_, dog, n) }", ("a",), 5, 1),
    "variance of one": ("it = variance n { pupdate(_, dog, n) }", ("a",), 3, None),
    "variance of two": ("it = variance n { pupdate(_, dog, n) }", ("a",), 5, 4.5),
    "median": ("it = median n { pupdate(_, dog, n) }", ("a",), 5, 2.5),
    "quantile": ("it = quantile(0.9) n { pupdate(_, dog, n) }", ("a",), 5, 3.7),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_body_has_its_written_answer(name: str) -> None:
    body, entity, asked, expected = ANSWERS[name]
    answers = oracle(f"{SCHEMA} feature it(dog) = it : {body}.", KENNEL)
    assert answers.value("it", entity, at(day(asked))) == pytest.approx(expected)


def test_a_default_stands_where_there_is_no_row() -> None:
    text = f"{SCHEMA} feature it(dog) = w : dog(dog, _, w) default 7. feature two(dog) = n : it(dog, n)."
    answers = oracle(text, KENNEL)
    assert [answers.value(name, ("z",), at(day(2))) for name in ("it", "two")] == [7, 7]


def test_a_concept_sees_what_is_to_come_as_known_at_its_system_time() -> None:
    answers = oracle(f"{SCHEMA} concept it(dog) = count {{ liked(_, dog, _) within next 1d }}.", KENNEL)
    early, late = (Point(valid_at=to_micros(day(1)), system_at=to_micros(day(known)), transaction=LATEST)
                   for known in (1, 2))
    assert [answers.value("it", ("b",), point) for point in (early, late)] == [0, 1]


def test_a_rule_is_a_set_of_rows() -> None:
    answers = oracle(f"{SCHEMA} known(d) :- dog(d, _, _). known(d) :- friend(d, _). known(d) :- friend(_, d).", KENNEL)
    assert answers.predicate("known", at(day(1))) == {("a",), ("b",), ("c",)}
