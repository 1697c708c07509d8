"""A query answers the distinct bindings of its body, as the definition says, at any basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from factdb.basis import Basis
from factdb.database import Database
from factdb.datalog.check import check_query
from factdb.datalog.syntax import Role
from tests.laws.constructs import RELATIONS, SCHEMA, crowded_history, sections
from tests.laws.front_door import ARROW, opened, point, stored_rows, told
from tests.oracle.belief import Word
from tests.oracle.rules import Oracle
from tests.oracle.strategies import day

QUERIES = sections("queries.dl")
TIMES = ((5, 5), (4, 2.5), (2, 7))

Kennel = tuple[Database, Mapping[str, Sequence[Word]]]


@pytest.fixture(scope="module")
def kennels() -> Iterator[list[Kennel]]:
    with ExitStack() as stack:
        databases = [stack.enter_context(opened(SCHEMA)) for _ in range(2)]
        yield [(database, told(database, RELATIONS, crowded_history(seed))) for seed, database in enumerate(databases)]


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_the_answers_of_the_definition(name: str, kennels: list[Kennel]) -> None:
    rules, text = QUERIES[name].split("?")
    for database, words in kennels:
        program = database.declare(rules, module="query")
        query = check_query(text, program, {})
        for basis in bases(database):
            table = database.at(basis).query(text)
            assert table.schema.names == [variable.name for variable in query.columns]
            assert list(table.schema.types) == [ARROW[query.types[variable.name]] for variable in query.columns]
            expected = Oracle(program, words).query(query, point(basis))
            assert sorted(stored_rows(table), key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("name", [name for name, text in QUERIES.items() if ":-" in text])
def test_a_rule_has_the_rows_of_the_definition(name: str, kennels: list[Kennel]) -> None:
    for database, words in kennels:
        program = database.declare(QUERIES[name].split("?")[0], module="query")
        rules = [predicate.name for predicate in program.predicates.values() if predicate.role is Role.RULE]
        for basis in bases(database):
            for rule in rules:
                expected = Oracle(program, words).predicate(rule, point(basis))
                assert sorted(stored_rows(database.at(basis).predicate(rule)), key=repr) == sorted(expected, key=repr)


def bases(database: Database) -> list[Basis]:
    """On the diagonal, behind it and ahead of it."""
    return [database.basis(valid_at=day(valid), system_at=day(known)) for valid, known in TIMES]
