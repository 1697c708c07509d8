"""What is printed is read back as it was."""

from pathlib import Path

import pytest
from hypothesis import given

from factdb.datalog.parser import parse, parse_query
from factdb.datalog.printer import print_body, print_program
from factdb.datalog.syntax import Literal, Program
from tests.datalog.programs import bodies, programs

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(ROOT.glob("examples/**/*.dl"))


@given(programs)
def test_a_printed_program_is_read_back_as_it_was(program: Program) -> None:
    assert parse(print_program(program)) == program


@given(bodies)
def test_a_printed_body_is_read_back_as_it_was(body: tuple[Literal, ...]) -> None:
    assert parse_query(print_body(body)) == body


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_printing_a_printed_program_changes_nothing(path: Path) -> None:
    once = print_program(parse(path.read_text(encoding="utf-8")))
    assert print_program(parse(once)) == once


@pytest.mark.parametrize(("written", "printed"), [
    ("(1 + 2) * 3", "(1 + 2) * 3"),
    ("1 + (2 * 3)", "1 + 2 * 3"),
    ("1 - (2 - 3)", "1 - (2 - 3)"),
    ("(1 - 2) - 3", "1 - 2 - 3"),
    ("-(1 + 2)", "-(1 + 2)"),
    ("- - 1", "--1"),
    ("90m", "90m"),
    ("1h30m", "90m"),
    ("14d", "2w"),
    ("1500ms", "1500ms"),
    ('"a\\"b\\n"', '"a\\"b\\n"'),
    ('instant "2013-02-01T00:00:00-05:00"', 'instant "2013-02-01T05:00:00+00:00"'),
])
def test_an_expression_is_printed_in_its_shortest_form(written: str, printed: str) -> None:
    assert print_body(parse_query(f"x = {written}")) == f"x = {printed}"
