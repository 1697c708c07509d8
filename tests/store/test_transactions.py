"""
Transactions: all or nothing, once, in strict order of system time, durable when acknowledged.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from factdb.basis import Basis
from factdb.database import Database
from factdb.errors import (
    CallerError,
    Conflict,
    InvalidFact,
    InvalidPeriod,
    NaiveInstant,
    Unavailable,
    UnknownName,
    WrongType,
)
from factdb.fact import Fact, Op, assert_fact, retract_fact
from factdb.period import Period
from tests.store.stores import SetClock, day, dog, dogs, latest, opened, tell

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

WRONG = {
    "an unknown relation": (lambda: assert_fact("dgo", {"dog": "b"}, day(0)), UnknownName, "did you mean dog?"),
    "an unknown column": (
        lambda: assert_fact("dog", {"dog": "b", "nmae": "B"}, day(0)), UnknownName, "did you mean name?"),
    "a wrong type": (lambda: dog("b", name=3), WrongType, "Expected text for dog.name, got int 3"),
    "a bool for a number": (lambda: dog("b", weight=True), WrongType, "Expected float for dog.weight, got bool True"),
    "an integer of 65 bits": (
        lambda: assert_fact("bark", {"dog": "b", "loudness": 2**63}, day(0)), WrongType, "64 bits"),
    "a key that is NULL": (lambda: assert_fact("dog", {"name": "B"}, day(0)), InvalidFact, "key column dog.dog"),
    "a naive instant in a column": (lambda: dog("b", born=datetime(2020, 1, 1)), NaiveInstant, "with a zone"),  # noqa: DTZ001
    "an end on a reading": (
        lambda: assert_fact("position", {"dog": "b", "latitude": 1.0}, day(0), day(1)), InvalidFact, "Expected no end"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_transaction_with_one_wrong_fact_changes_nothing(what: str) -> None:
    make, error, message = WRONG[what]
    with opened() as database:
        tell(database, dog("a", name="A"))
        before = latest(database)
        with pytest.raises(error, match=message):
            tell(database, dog("c", name="C"), make())
        assert latest(database).transaction == before.transaction
        assert dogs(database) == [{"dog": "a", "name": "A"}]


@pytest.mark.parametrize("period", [(day(1), day(1)), (day(2), day(1))])
def test_an_empty_or_inverted_period_is_refused(period: tuple[datetime, datetime]) -> None:
    with pytest.raises(InvalidPeriod, match="Expected a period's start before its end"):
        Period(*period)


def test_a_naive_datetime_is_refused_everywhere() -> None:
    naive = datetime(2013, 1, 1)  # noqa: DTZ001
    with pytest.raises(NaiveInstant):
        assert_fact("dog", {"dog": "a"}, naive)
    with pytest.raises(NaiveInstant):
        Basis(valid_at=naive, system_at=day(0), transaction=0)
    with opened() as database, pytest.raises(NaiveInstant):
        tell(database, dog("a"), system_at=naive)


def test_an_empty_transaction_is_refused() -> None:
    with opened() as database, pytest.raises(InvalidFact, match="at least one fact"):
        tell(database)


def test_a_repeated_idempotency_key_returns_the_first_receipt_and_writes_nothing() -> None:
    with opened() as database:
        first = tell(database, dog("a", name="A"), key="k")
        again = tell(database, dog("a", name="A"), key="k")
        assert (again.transaction, again.system_at, again.facts) == (first.transaction, first.system_at, 1)
        assert again.repeated
        assert not first.repeated
        assert latest(database).transaction == first.transaction


def test_an_idempotency_key_with_other_facts_is_a_conflict() -> None:
    with opened() as database:
        tell(database, dog("a", name="A"), key="k")
        with pytest.raises(Conflict, match="committed with other facts"):
            tell(database, dog("a", name="B"), key="k")
        assert dogs(database) == [{"dog": "a", "name": "A"}]


def test_two_words_on_one_key_in_a_transaction_must_agree() -> None:
    with opened() as database:
        with pytest.raises(Conflict, match="Expected one word on dog"):
            tell(database, dog("a", name="A"), dog("a", name="B"))
        with pytest.raises(Conflict, match="Expected one word"):
            tell(database, dog("a", name="A"), retract_fact("dog", {"dog": "a"}, day(5)))
        tell(database, dog("a", name="A"), dog("a", name="A"))
        assert dogs(database) == [{"dog": "a", "name": "A"}]


def test_system_time_rises_although_the_clock_goes_back() -> None:
    clock = SetClock(NOON)
    with opened(clock=clock) as database:
        receipts = []
        for hour in (0, -1, -1, 2):
            clock.instant = NOON + timedelta(hours=hour)
            receipts.append(tell(database, assert_fact("liked", {"post": str(len(receipts))}, day(0))))
        instants = [receipt.system_at for receipt in receipts]
        assert instants == sorted(set(instants))
        assert instants[-1] == NOON + timedelta(hours=2)


def test_a_stated_system_time_may_not_lie_before_what_the_relation_holds() -> None:
    with opened() as database:
        tell(database, dog("a"), system_at=day(5))
        tell(database, assert_fact("liked", {"post": "p"}, day(0)), system_at=day(2))  # another relation
        with pytest.raises(InvalidFact, match="which it already holds"):
            tell(database, dog("b"), system_at=day(4))
        tell(database, dog("b"), system_at=day(5))


def test_a_stated_system_time_may_not_lie_in_the_future() -> None:
    with opened(clock=SetClock(NOON)) as database, pytest.raises(InvalidFact, match="up to now"):
        tell(database, dog("a"), system_at=NOON + timedelta(microseconds=1))


def test_a_basis_before_the_first_fact_is_empty_and_no_error() -> None:
    with opened() as database:
        tell(database, dog("a"), system_at=day(5))
        view = database.at(database.basis(valid_at=day(10), system_at=day(4)))
        assert view.rows("dog").num_rows == 0
        assert view.history("dog").num_rows == 0
        assert view.query("dog(dog: d)").num_rows == 0
        assert database.at(Basis(valid_at=day(10), system_at=day(9), transaction=0)).rows("dog").num_rows == 0


def test_a_pinned_basis_does_not_see_what_is_stated_later_about_earlier() -> None:
    with opened() as database:
        tell(database, dog("a", name="A"), system_at=day(1))
        pinned = database.basis(valid_at=day(10), system_at=day(9))
        tell(database, dog("a", name="B"), system_at=day(3))
        assert dogs(database, pinned) == [{"dog": "a", "name": "A"}]
        assert dogs(database, database.basis(valid_at=day(10), system_at=day(9))) == [{"dog": "a", "name": "B"}]
        assert Basis.parse(pinned.token) == pinned


def test_who_wrote_what_and_why_is_kept() -> None:
    with opened() as database:
        receipt = tell(database, dog("a"), key="k")
        newest = database.at(latest(database)).transactions(1).to_pylist()[0]
        assert newest == {"transaction": receipt.transaction, "system_at": receipt.system_at, "actor": "ann",
                          "source": "test", "reason": "to see", "idempotency_key": "k", "facts": 1}


def test_a_store_that_is_open_elsewhere_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    with opened(path):
        code = ("from pathlib import Path; from factdb.database import Database\n"
                f"try: Database.open(Path({str(path)!r}))\nexcept Exception as e: print(type(e).__name__, e)")
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.startswith(f"Unavailable The store {path} is open in another process")
    assert "factdb serve" in out


WRITER = """
import sys
from pathlib import Path
from factdb.database import Database
from factdb.fact import assert_fact
from tests.store.stores import DOGS, day
database = Database.open(Path(sys.argv[1]))
database.declare(DOGS, module="dogs")
for number in range(10_000):
    database.transact([assert_fact("liked", {"post": f"{number}-{part}"}, day(0)) for part in range(3)],
                      actor="w", source="t", reason="r")
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill_and_no_half_transaction_does(tmp_path: Path) -> None:
    path = tmp_path / "dogs.duckdb"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True,
                          cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        acknowledged = -1
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged == 25:
                os.kill(writer.pid, signal.SIGKILL)
    with Database.open(path) as database:
        view = database.at(database.basis(valid_at=day(1), system_at=database.clock.now()))
        posts = [row["post"] for row in view.rows("liked").to_pylist()]
    numbers = [int(post.split("-")[0]) for post in posts]
    assert set(range(acknowledged + 1)) <= set(numbers)
    assert all(numbers.count(number) == 3 for number in set(numbers))


def test_readers_and_a_writer_share_a_database() -> None:
    with opened() as database:
        def write(number: int) -> None:
            tell(database, assert_fact("liked", {"post": str(number), "sniffer": "x"}, day(0)),
                 assert_fact("liked", {"post": str(number), "sniffer": "y"}, day(0)))

        def read(_: int) -> int:
            return database.at(latest(database)).rows("liked").num_rows

        with ThreadPoolExecutor(4) as pool:
            writes, reads = pool.map(write, range(20)), pool.map(read, range(20))
            assert all(count % 2 == 0 for count in reads)
            list(writes)
        assert read(0) == 40


def test_every_error_of_a_caller_has_a_code_of_its_own_branch() -> None:
    assert all(issubclass(error, CallerError) for _, error, _ in WRONG.values())
    errors = (UnknownName, WrongType, InvalidFact, NaiveInstant, InvalidPeriod, Unavailable, Conflict)
    assert len({error.code for error in errors}) == len(errors)


def test_a_retraction_needs_only_the_identity() -> None:
    with opened() as database:
        tell(database, dog("a", name="A"))
        tell(database, Fact(op=Op.RETRACT, relation="dog", values={"dog": "a"}, valid=Period(day(0))))
        assert dogs(database) == []


def test_an_empty_idempotency_key_is_a_key_like_others() -> None:
    with opened() as database:
        tell(database, dog("a"), key="")
        assert tell(database, dog("a"), key="").repeated
        with pytest.raises(Conflict):
            tell(database, dog("b"), key="")


def test_a_fact_that_is_not_a_number_agrees_with_itself() -> None:
    with opened() as database:
        tell(database, dog("a", weight=float("nan")), dog("a", weight=float("nan")))
        assert database.at(latest(database)).rows("dog", where={"weight": float("nan")}).num_rows == 1
