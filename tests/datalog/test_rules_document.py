"""docs/rules.md is the language as it is: examples are checked, tables and grammar are those of the code."""

import re
from pathlib import Path

import pytest

from factdb.datalog import parser
from factdb.datalog.check import check, check_query
from factdb.datalog.functions import FUNCTIONS
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY
from factdb.datalog.reader import RESERVED
from factdb.datalog.syntax import AggregateFunction
from factdb.errors import NotYet
from factdb.schema import Type

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


PROGRAM = check(parse("\n".join(blocks("rules"))), EMPTY)


def grammar() -> str:
    """The productions above the methods of the parser, in order."""
    lines = Path(parser.__file__).read_text(encoding="utf-8").splitlines()
    return "".join(f"{line[6:]}\n" for line in lines if re.match(r"    # (\w+ += | {7,}\S)", line))


def test_the_page_shows_programs() -> None:
    assert len(PROGRAM.relations) >= 6
    assert len(PROGRAM.predicates) >= 15


@pytest.mark.parametrize("query", blocks("query"))
def test_a_query_of_the_page_can_be_asked(query: str) -> None:
    assert check_query(query, PROGRAM, {"breed": "Pug"}).columns


@pytest.mark.parametrize("text", blocks("not-yet"))
def test_what_the_page_calls_not_yet_is_refused_as_such(text: str) -> None:
    with pytest.raises(NotYet):
        check(parse(text), PROGRAM)


def test_the_page_lists_the_functions() -> None:
    assert "".join(f"| `{f.signature}` | {f.meaning} |\n" for f in FUNCTIONS.values()) in TEXT


def test_the_page_names_every_aggregate_type_and_reserved_word() -> None:
    missing = [word for word in (*AggregateFunction, *Type, *RESERVED) if not re.search(rf"\b{word}\b", TEXT)]
    assert missing == []


def test_the_page_shows_the_grammar_of_the_parser() -> None:
    assert blocks("text") == [grammar()]
