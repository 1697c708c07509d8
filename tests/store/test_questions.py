"""
Questions are compiled once and remembered: two that differ are never taken for one.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from factdb.datalog.check import check_query
from factdb.sql.program import SqlProgram
from factdb.sql.query import of_query
from tests.store.stores import dog, latest, opened, tell


def test_an_hour_that_comes_twice_is_two_instants() -> None:
    first = datetime(2013, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    second = first.replace(fold=1)
    with opened() as database:
        tell(database, dog("a", born=first))
        view = database.at(latest(database))
        assert [view.rows("dog", where={"born": born}).num_rows for born in (first, second)] == [1, 0]
        found = [view.query("dog(dog: d, born: $born)", {"born": born}).num_rows for born in (first, second)]
        assert found == [1, 0]


@pytest.mark.parametrize(("text", "holds"), [
    ('dog(dog: "a")', [True]), ('dog(dog: "b")', []), ('not dog(dog: "b")', [True]), ("1 = 2", []),
    ("dog(dog: $dog)", [True]),
])
def test_a_question_without_variables_is_answered_by_whether_it_holds(text: str, holds: list[bool]) -> None:
    with opened() as database:
        tell(database, dog("a"))
        found = database.at(latest(database)).query(text, {"dog": "a"} if "$" in text else {})
        assert found.to_pydict() == {"holds": holds}


def test_a_question_compiled_while_the_program_changes_is_not_remembered() -> None:
    with opened() as database:
        tell(database, dog("a", weight=1.0))
        database.declare("big(d) :- dog(dog: d, weight: w), w > 10.", module="size")
        store, basis = database._store, latest(database)  # the front door cannot be stopped half-way

        def compiled(dense: frozenset[str]) -> SqlProgram:
            before = database.program
            if "w > 10" in before.text:
                database.declare("big(d) :- dog(dog: d, weight: w), w > 0.", module="size")
            return of_query(check_query("big(d)", before, {}), before, dense)

        assert store.answer("big", compiled, basis, {}).num_rows == 0
        assert store.answer("big", compiled, basis, {}).num_rows == 1


def test_hundreds_of_features_are_answered_in_one_call() -> None:
    names = [f"f{number}" for number in range(250)]
    with opened() as database:
        tell(database, dog("a", weight=1.0))
        database.declare("\n".join(f"feature {name}(dog) = w + {place} : dog(dog: dog, weight: w)."
                                   for place, name in enumerate(names)), module="many")
        answers = database.at(latest(database)).features(names, pa.table({"dog": ["b", "a"]}))
        assert answers.column_names == names
        assert answers.slice(1).to_pylist() == [{name: 1.0 + place for place, name in enumerate(names)}]


def test_a_question_without_names_has_as_many_rows_as_were_asked() -> None:
    with opened() as database:
        assert database.at(latest(database)).features([], pa.table({"dog": ["a"]})).num_columns == 0


def test_what_is_compiled_outlives_new_facts() -> None:
    with opened() as database:
        tell(database, dog("a"))
        store, basis, compiled = database._store, latest(database), list[str]()

        def compile_once(dense: frozenset[str]) -> SqlProgram:
            compiled.append("now")
            return of_query(check_query("dog(dog: d)", database.program, {}), database.program, dense)

        assert store.answer("dogs", compile_once, basis, {}).num_rows == 1
        tell(database, dog("b"))
        assert store.answer("dogs", compile_once, latest(database), {}).num_rows == 2
        assert compiled == ["now"]
