"""
The program in the store: modules of text, relations that keep their shape, migrations that are never edited.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from factdb.database import Database
from factdb.errors import InvalidFact, ParseError, Unavailable
from factdb.fact import assert_fact
from factdb.store.migrate import migrations
from tests.store.stores import DOGS, day, dog, dogs, latest, opened, tell


def test_a_module_declared_again_changes_nothing() -> None:
    with opened() as database:
        before = latest(database).transaction
        database.declare(DOGS, module="dogs")
        assert latest(database).transaction == before


def test_a_relation_keeps_its_columns_once_declared() -> None:
    with opened() as database:
        with pytest.raises(InvalidFact, match="Expected relation 'dog' to keep its kind, columns and key"):
            database.declare(DOGS.replace("name: text, ", ""), module="dogs")
        with pytest.raises(InvalidFact, match="'dog'"):
            database.declare("relation cat(cat: text).", module="dogs")
        assert "cat" not in database.program.relations


def test_a_wrong_program_changes_nothing() -> None:
    with opened() as database:
        before = latest(database).transaction
        with pytest.raises(ParseError, match="line 1, column"):
            database.declare("heavy(d) :- dog(d, ", module="rules")
        assert "heavy" not in database.program.predicates
        assert latest(database).transaction == before


def test_a_rule_module_can_be_replaced_and_is_in_force_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    with opened(path) as database:
        tell(database, dog("a", weight=5.0), dog("b", weight=50.0))
        database.declare("heavy(d) :- dog(dog: d, weight: w), w > 1.0.", module="rules")
        assert database.at(latest(database)).query("heavy(d)").num_rows == 2
        database.declare("heavy(d) :- dog(dog: d, weight: w), w > 10.0.", module="rules")
        assert database.at(latest(database)).query("heavy(d)").num_rows == 1
    with Database.open(path) as database:
        assert database.at(latest(database)).query("heavy(d)").to_pylist() == [{"d": "b"}]


def test_facts_written_before_closing_without_a_read_are_folded_after_opening(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    with opened(path) as database:
        tell(database, dog("a", name="A"))
    with Database.open(path) as database:
        assert dogs(database) == [{"dog": "a", "name": "A"}]


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_store_of_an_edited_migration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    Database.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE factdb.migrations SET checksum = 'other'")
    with pytest.raises(Unavailable, match="written by another version"):
        Database.open(path)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    Database.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO factdb.migrations VALUES (999, '0999_later.sql', 'x')")
    with pytest.raises(Unavailable, match="open it with a newer factdb"):
        Database.open(path)


def test_a_store_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="expected its folder to exist"):
        Database.open(tmp_path / "nowhere" / "dogs.duckdb")


def test_names_and_values_are_never_read_as_sql() -> None:
    hostile = "x'; DROP TABLE store.log.dog; --"
    with opened() as database:
        tell(database, dog(hostile, name='"a" || 1'))
        view = database.at(latest(database))
        assert view.rows("dog", where={"dog": hostile}).num_rows == 1
        assert view.query("dog(dog: $d, name: n)", {"d": hostile}).to_pylist() == [{"n": '"a" || 1'}]
        assert view.query('dog(dog: d, name: "\\"a\\" || 1")').to_pylist() == [{"d": hostile}]


def test_words_of_sql_are_names_like_any_other() -> None:
    with opened() as database:
        database.declare("relation select(from: text, order: int) key(from). group(o) :- select(_, o).", module="words")
        tell(database, assert_fact("select", {"from": "a", "order": 1}, day(0)))
        assert database.at(latest(database)).query("group(where)").to_pylist() == [{"where": 1}]
