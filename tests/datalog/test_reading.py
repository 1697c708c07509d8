"""What is read, and what the passes make of it, as the case files show."""

import pytest

from factdb.datalog.check import check_query
from factdb.datalog.parser import parse
from factdb.datalog.printer import print_body, print_program
from factdb.datalog.program import CheckedProgram, Predicate
from factdb.datalog.syntax import Program
from tests.datalog.golden import HERE, SCHEMA, Case, cases, program

READ = cases(HERE / "cases" / "read.txt")
CHECKED = cases(HERE / "cases" / "checked.txt")


def shown(checked: CheckedProgram) -> str:
    """The predicates of `checked` that SCHEMA has not, in order, as the case files show them."""
    return "\n".join(_shown(predicate) for name, predicate in checked.predicates.items()
                     if name not in SCHEMA.predicates)


def _shown(predicate: Predicate) -> str:
    columns = ", ".join(f"{column.name}: {column.type}" for column in predicate.columns)
    default = "" if predicate.default is None else f" default {predicate.default.value!r}"
    rules = [f"  {print_program(Program('', (checked.rule,))).strip()}\n"
             f"  {', '.join(f'{name}: {type_}' for name, type_ in checked.types.items())}"
             for checked in predicate.rules]
    return "\n".join((f"{predicate.role} {predicate.name}({columns}){default}", *rules))


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_a_text_is_read_as_the_case_says(case: Case) -> None:
    assert print_program(parse(case.text)).strip() == case.expected


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_what_is_expected_reads_back_as_the_same(case: Case) -> None:
    assert parse(case.expected) == parse(case.text)


@pytest.mark.parametrize("case", CHECKED, ids=lambda case: case.name)
def test_the_passes_make_of_a_text_what_the_case_says(case: Case) -> None:
    assert shown(program(case.text)) == case.expected


def test_a_query_has_a_column_for_each_named_variable_in_order_of_appearance() -> None:
    query = check_query("n = count { friend(d, o) }, dog(d, _, w), w > $low.", SCHEMA, {"low": 3})
    assert [column.name for column in query.columns] == ["n", "d", "w"]
    assert print_body(query.body) == "dog(d, _, w), n = count { friend(d, o) }, w > 3"


def test_an_expression_as_an_argument_of_a_query_is_no_column() -> None:
    query = check_query("dog(d, _, w), pupdate(_, d, w + 1)", SCHEMA, {})
    assert [column.name for column in query.columns] == ["d", "w"]


def test_a_checked_program_keeps_what_it_stands_on() -> None:
    checked = program("a(d) :- dog(d, _, _).")
    assert [*SCHEMA.predicates, "a"] == list(checked.predicates)
    assert checked.relations == SCHEMA.relations
    assert checked.text == f"{SCHEMA.text}\na(d) :- dog(d, _, _)."


def test_a_version_is_that_of_the_whole_text() -> None:
    once, twice = program("a(d) :- dog(d, _, _)."), program("a(d) :- dog(d, _, _).")
    assert once.version == twice.version != program("a(e) :- dog(e, _, _).").version
