"""Whatever is typed, the answer is a program or a ProgramError: nothing else escapes."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from factdb.datalog.check import check, check_query
from factdb.datalog.lexer import Kind, tokens
from factdb.datalog.parser import parse
from factdb.datalog.printer import print_program
from factdb.datalog.program import EMPTY
from factdb.datalog.syntax import Program
from factdb.errors import ProgramError
from tests.datalog.golden import HERE, SCHEMA, cases
from tests.datalog.programs import programs

TEXTS = [case.text for case in cases(*sorted(HERE.glob("*/*.txt")))]
WORDS = sorted({token.text for case in cases(*sorted((HERE / "cases").glob("*.txt"))) for token in tokens(case.text)
                if token.kind is not Kind.END})


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A known text with pieces cut out, doubled, or replaced by words of the language."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        end = min(end, start + 12)
        piece = draw(st.one_of(st.just(""), st.sampled_from(WORDS), st.just(text[start:end] * 2), st.text(max_size=2)))
        text = f"{text[:start]}{piece}{text[end:]}"
    return text


@given(mutants())
def test_a_mutated_program_is_checked_or_refused(text: str) -> None:
    with contextlib.suppress(ProgramError):
        check(parse(text), SCHEMA)


@given(mutants())
def test_a_mutated_query_is_checked_or_refused(text: str) -> None:
    with contextlib.suppress(ProgramError):
        check_query(text, SCHEMA, {})


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_words_in_any_order_are_checked_or_refused(words: list[str]) -> None:
    with contextlib.suppress(ProgramError):
        check(parse(" ".join(words)), SCHEMA)


@given(programs)
def test_a_program_without_sense_is_refused(program: Program) -> None:
    with contextlib.suppress(ProgramError):
        check(parse(print_program(program)), EMPTY)


@given(st.sampled_from(["(", "-", "not ", "x = count { ", "f(", "1 + ", "x and "]), st.integers(1, 3000))
def test_depth_is_refused_before_the_stack_ends(piece: str, times: int) -> None:
    with contextlib.suppress(ProgramError):
        check_query(f"x = {piece * times}1", SCHEMA, {})
    with contextlib.suppress(ProgramError):
        check_query(piece * times, SCHEMA, {})


def test_a_long_chain_of_rules_is_checked() -> None:
    rules = ["p_0(d) :- dog(d, _, _)."] + [f"p_{n}(d) :- p_{n - 1}(d)." for n in range(1, 1500)]
    text = "\n".join([*reversed(rules), "feature last(dog) = true : p_1499(dog)."])
    assert list(check(parse(text), SCHEMA).predicates)[-1] == "last"
