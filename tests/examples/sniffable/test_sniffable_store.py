"""The simulated network in a store: the book's numbers come out of its data, and of what was known of it when."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from examples.sniffable.facts import ASKED, SETTLED
from examples.sniffable.load import load
from factdb.database import Database, View
from learning.worlds.answer import Answer
from learning.worlds.check import check
from learning.worlds.decision import decide
from learning.worlds.evidence import read_history
from learning.worlds.historical import Certain, Estimator, Mean
from learning.worlds.learned import Trend
from learning.worlds.quantity import Quantity, Support
from learning.worlds.world import possible_worlds

QUANTITIES = {
    "pupdates": (Quantity(name="pupdates", unit="pupdates", support=Support.POSITIVE, resolver="pupdates_of_hour"),
                 "pupdates_of_hour(starts, n)"),
    "likes": (Quantity(name="likes", unit="likes/pupdate", support=Support.POSITIVE, resolver="likes_each_of_hour"),
              "likes_each_of_hour(starts, n)"),
}


def worlds(view: View, historical: Estimator, learned: Estimator) -> Answer:
    """The worlds of the likes of the next hour, as the view knows the hours before."""
    histories = {name: read_history(view, text, instant="starts", value="n", ahead=ASKED)
                 for name, (_, text) in QUANTITIES.items()}
    return possible_worlds(
        check("pupdates * likes", [quantity for quantity, _ in QUANTITIES.values()]),
        {name: {"historical": historical.estimate(history), "learned": learned.estimate(history)}
         for name, history in histories.items()},
        thresholds=[200_000],
    )


def at(database: Database, system_at: datetime) -> View:
    return database.at(database.basis(valid_at=ASKED, system_at=system_at))


def test_the_four_worlds_of_the_book_come_out_of_the_store(database: Database) -> None:
    answer = worlds(at(database, SETTLED), Certain(Mean()), Certain(Trend()))
    assert [world.outcome.mean for world in answer.worlds] == \
           pytest.approx([149_500, 166_750, 182_000, 203_000], rel=1e-9)
    assert answer.mixture.mean == pytest.approx(175_312.5, rel=1e-9)
    assert answer.mixture.exceeds[0].probability == 0.25
    action = decide(answer, threshold=200_000, cost=10, loss=50)
    assert (action.act, action.expected_cost) == (True, 10)
    assert action.evppi["likes"] == pytest.approx(5)


def test_with_the_spread_of_a_single_hour_the_worlds_are_no_longer_certain(database: Database) -> None:
    answer = worlds(at(database, SETTLED), Mean(), Trend())
    certain = worlds(at(database, SETTLED), Certain(Mean()), Certain(Trend()))
    assert answer.mixture.mean == pytest.approx(certain.mixture.mean)
    assert 0.25 < answer.mixture.exceeds[0].probability < 0.35
    assert answer.within > 0


def test_asked_on_the_hour_the_stragglers_are_missing_and_the_robots_counted(database: Database) -> None:
    then = at(database, ASKED).query("pupdates_of_hour(starts, n)").column("n").to_pylist()
    now = at(database, SETTLED).query("pupdates_of_hour(starts, n)").column("n").to_pylist()
    assert now == [6_500 + 150 * (hour - 5) for hour in range(1, 10)]
    assert then[:-1] == now[:-1]
    assert then[-1] < now[-1]
    likes_then = at(database, ASKED).query("likes_each_of_hour(starts, m)").column("m").to_pylist()
    assert likes_then[-1] > 27.1


def test_a_tally_that_was_put_right_is_believed_as_first_told_until_then(database: Database) -> None:
    history = at(database, SETTLED).history("tally").to_pylist()
    wrong = next(row for row in history if row["system_to"] <= SETTLED)
    asked_then = at(database, wrong["system_to"] - timedelta(microseconds=1))
    told = asked_then.rows("tally", where={"pupdate": wrong["pupdate"]}).column("likes").to_pylist()
    right = at(database, SETTLED).rows("tally", where={"pupdate": wrong["pupdate"]}).column("likes").to_pylist()
    assert told == [wrong["likes"]]
    assert right[0] < told[0]


def test_a_location_has_the_radius_that_was_known_then(database: Database) -> None:
    beliefs = at(database, SETTLED).history("location").to_pylist()
    first = next(row for row in beliefs if row["system_to"] <= SETTLED)
    where = {"pupdate": first["pupdate"]}
    coarse = database.at(database.basis(valid_at=first["valid_from"], system_at=first["system_from"]))
    fine = database.at(database.basis(valid_at=first["valid_from"], system_at=SETTLED))
    assert coarse.rows("location", where=where).column("radius").to_pylist() == [first["radius"]]
    assert fine.rows("location", where=where).column("radius").to_pylist()[0] < first["radius"]


def test_loading_again_changes_nothing(database: Database, tables: dict[str, pa.Table]) -> None:
    before = at(database, SETTLED).basis.transaction
    again = load(database, tables, lambda _: None)
    assert sum(each.facts for each in again) == 0
    assert at(database, SETTLED).basis.transaction == before
