"""
Whatever a caller says, an error is one of ours: no exception of the engine, of Arrow or of Python comes through.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pytest

from factdb.basis import Basis
from factdb.database import Database
from factdb.errors import CallerError, FactDBError, InvalidFact, NaiveInstant, ProgramError, Unavailable, WrongType
from factdb.fact import assert_fact
from factdb.schema import Value
from tests.laws.front_door import opened
from tests.store.stores import day, latest, tell

PROGRAM = """
relation said(key: text, float: float, int: int, time: instant, span: duration) key(key).
feature f(key) = x : said(key: key, float: x).
event tick(key: text).
"""
SOME: dict[str, Value] = {"key": "a", "float": 1e300, "int": 2**63 - 1, "time": datetime(9999, 1, 1, tzinfo=UTC),
                          "span": timedelta(1)}
EAST = timezone(timedelta(hours=5))

WRITES: dict[str, dict[str, Value]] = {
    "a whole number too large for a float": {"float": 10**400},
    "a duration of more than 64 bits": {"span": timedelta.max},
    "half a character": {"key": "\ud800"},
    "an instant before the first year": {"time": datetime(1, 1, 1, tzinfo=EAST)},
    "an instant after the last year": {"time": datetime.max.replace(tzinfo=timezone(-timedelta(hours=5)))},
}
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "a float too large for an int": ("said(float: x), y = floor(x)", {}),
    "a sum of more than 64 bits": ("n = sum i { said(key: k, int: i), tick(t) }", {}),
    "an instant after the last year": ("said(time: t), later = t + 9000d", {}),
    "a duration of more than 64 bits": ("said(span: d), e = d * 1e300", {}),
    "a parameter of more than 64 bits": ("said(int: i), i > $x", {"x": 2**63}),
    "a duration too long as a parameter": ("said(span: $x)", {"x": timedelta.max}),
    "a parameter of no type": ("said(key: $x)", {"x": ["a"]}),
    "half a character": ("said(key: $x)", {"x": "\ud800"}),
    "two windows": ("tick(k) within 7d within 1d", {}),
    "two instants": ("tick(k) at t at u", {}),
}


def told(database: Database) -> None:
    tell(database, assert_fact("said", SOME, day(0)), assert_fact("tick", {"key": "x"}, day(0)),
         assert_fact("tick", {"key": "y"}, day(0)))


@pytest.mark.parametrize("what", WRITES)
def test_a_value_that_does_not_fit_is_refused_when_it_is_told(what: str) -> None:
    with opened(PROGRAM) as database, pytest.raises((WrongType, NaiveInstant)):
        tell(database, assert_fact("said", {**SOME, **WRITES[what]}, day(0)))


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_that_goes_beyond_what_fits_is_the_callers_error(what: str) -> None:
    text, parameters = QUESTIONS[what]
    with opened(PROGRAM) as database:
        told(database)
        with pytest.raises(CallerError):
            database.at(latest(database)).query(text, parameters)


WRONG: dict[str, Callable[[Database], object]] = {
    "a list to be found": lambda d: d.at(latest(d)).rows("said", where={"key": ["a"]}),  # type: ignore[dict-item]
    "a limit below zero": lambda d: d.at(latest(d)).rows("said", limit=-1),
    "fewer than no transactions": lambda d: d.at(latest(d)).transactions(-1),
    "no actor": lambda d: d.transact([assert_fact("tick", {"key": "a"}, day(0))],
                                     actor=None, source="s", reason="r"),  # type: ignore[arg-type]
    "half a character in a program": lambda d: d.declare("# \ud800", module="more"),
    "a basis of a transaction past all numbers": lambda d: d.at(Basis.parse("1.2." + "9" * 60)).rows("said"),
    "a lag below zero": lambda d: d.along(spine(), ["f"], basis=latest(d), lag=timedelta(-1)),
    "a lag past all numbers": lambda d: d.along(spine(), ["f"], basis=latest(d), lag=timedelta.max),
    "a timeline of what is not known yet": lambda d: d.at(latest(d)).timeline("said", lag=timedelta(-1)),
    "nanoseconds in a spine": lambda d: d.along(spine(pa.array([1], pa.timestamp("ns", "UTC"))), ["f"],
                                                basis=latest(d)),
    "numbers for entities of text": lambda d: d.at(latest(d)).features(["f"], pa.table({"key": [1]})),
    "entities twice": lambda d: d.at(latest(d)).features(
        ["f"], pa.table([pa.array(["a"]), pa.array(["b"])], names=["key", "key"])),
}


def spine(instants: pa.Array | None = None) -> pa.Table:
    at = pa.array([day(1)], pa.timestamp("us", "UTC")) if instants is None else instants
    return pa.table({"key": ["a"], "observed_at": at})


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_word_is_the_callers_error(what: str) -> None:
    with opened(PROGRAM) as database:
        told(database)
        with pytest.raises(CallerError):
            WRONG[what](database)


def test_a_long_chain_of_rules_is_refused_and_the_store_lives_on() -> None:
    with opened(PROGRAM) as database:
        told(database)
        database.declare("c0(k) :- tick(k). " + " ".join(f"c{n}(k) :- c{n - 1}(k)." for n in range(1, 400)),
                         module="chain")
        with pytest.raises(InvalidFact, match="fewer"):
            database.at(latest(database)).query("c399(k)")
        assert database.at(latest(database)).query("c9(k)").num_rows == 2


def test_a_refused_load_leaves_the_store_as_it_was() -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])
    with opened(PROGRAM) as database:
        with pytest.raises(InvalidFact, match="unicode"):
            database.load("tick", pa.table({"key": broken, "at": pa.array([day(0)], pa.timestamp("us", "UTC"))}),
                          valid_from="at", actor="a", source="s", reason="r")
        told(database)
        assert database.at(latest(database)).rows("tick")["key"].to_pylist() == ["x", "y"]


def test_last_of_derived_predicates_is_refused_where_it_is_declared() -> None:
    text = "both(k) :- tick(k).\nfeature g(key) = last k { both(k), key = k }."
    with opened(PROGRAM) as database, pytest.raises(ProgramError, match=r"line 2, column 18.*\n  feature g\(key\)"):
        database.declare(text, module="more")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "a.duckdb")
    database.declare(PROGRAM, module="said")
    view = database.at(latest(database))
    database.close()
    database.close()
    for ask in (lambda: view.rows("said"), lambda: told(database), lambda: database.declare("# more", module="more")):
        with pytest.raises(Unavailable, match="closed"):
            ask()


def test_closing_waits_for_readings_under_way(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "a.duckdb")
    database.declare(PROGRAM, module="said")
    keys = [str(number) for number in range(50_000)]
    database.load("tick", pa.table({"key": keys, "at": pa.array([day(0)] * len(keys), pa.timestamp("us", "UTC"))}),
                  valid_from="at", actor="a", source="s", reason="r")
    view, strange = database.at(latest(database)), list[BaseException]()

    def read() -> None:
        try:
            while True:
                assert view.rows("tick").num_rows == len(keys)
        except Unavailable:
            pass
        except BaseException as error:  # what no caller may meet
            strange.append(error)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    view.rows("tick")
    database.close()
    for reader in readers:
        reader.join()
    assert not strange
    with Database.open(tmp_path / "a.duckdb") as again:
        assert again.at(view.basis).rows("tick").num_rows == len(keys)


def test_a_second_database_on_one_file_is_refused_and_leaves_nothing_locked(tmp_path: Path) -> None:
    with Database.open(tmp_path / "a.duckdb"), pytest.raises(Unavailable, match="in this process already") as caught:
        Database.open(tmp_path / "a.duckdb")
    assert caught
    Database.open(tmp_path / "a.duckdb").close()


@pytest.mark.parametrize("content", [b"", b"no store" * 1000])
def test_a_file_in_a_folder_called_lock_is_not_said_to_be_open(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "a").write_bytes(content)
    with pytest.raises(Unavailable, match="not a valid DuckDB database"):
        Database.open(tmp_path / "locks" / "a")


def test_a_memory_limit_that_is_none_and_a_folder_are_no_store(tmp_path: Path) -> None:
    for path, limit in ((tmp_path / "a", "lots"), (tmp_path, "1GB")):
        with pytest.raises(FactDBError, match="Cannot open"):
            Database.open(path, memory_limit=limit)
