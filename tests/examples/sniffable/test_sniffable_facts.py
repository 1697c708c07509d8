"""The simulator: the same seed gives the same facts, and their times are honest."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from examples.sniffable.crowd import HOURS, likes_each_of, pupdates_of, simulate_crowd
from examples.sniffable.facts import ASKED, INSTANT, SETTLED, THE_DAY, facts
from features.spine import table_hash


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tables: dict[str, pa.Table]) -> None:
    again, other = facts(7), facts(8)
    assert {name: table_hash(rows) for name, rows in tables.items()} == \
           {name: table_hash(rows) for name, rows in again.items()}
    assert table_hash(tables["liked"]) != table_hash(other["liked"])


def test_facts_stand_in_the_order_in_which_they_were_learned(tables: dict[str, pa.Table]) -> None:
    for name, rows in tables.items():
        known = rows.column("system_from")
        assert known.type == INSTANT, name
        assert pc.all(pc.less_equal(known[:-1], known[1:])).as_py(), name
        if name != "hour_of_day":
            assert pc.all(pc.less_equal(rows.column("valid_from"), known)).as_py(), name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_seed_yields_the_numbers_of_the_book(seed: int) -> None:
    pupdates, tallies = simulate_crowd(seed)
    right = tallies.drop_duplicates("pupdate", keep="last")
    for hour in range(1, HOURS + 1):
        posted = pupdates[(pupdates["at"] >= hour - 1) & (pupdates["at"] < hour)]
        assert len(posted) == pupdates_of(hour)
        assert right[right["pupdate"].isin(posted["pupdate"])]["likes"].mean() == likes_each_of(hour)
    assert len(pupdates) == 58_500
    assert (tallies["likes"] >= 0).all()


def test_some_facts_are_late_some_are_put_right_and_all_settle(tables: dict[str, pa.Table]) -> None:
    delay = pc.subtract(tables["pupdate"].column("system_from"), tables["pupdate"].column("valid_from"))
    minutes = pc.divide(delay.cast(pa.int64()), 60_000_000).to_numpy()
    assert 0.02 < (minutes > 1).mean() < 0.06
    tallies = tables["tally"]
    assert 0.015 < 1 - len(set(tallies.column("pupdate").to_pylist())) / tallies.num_rows < 0.025
    assert pc.max(tallies.column("system_from")).as_py() < SETTLED
    assert pc.max(tallies.filter(pc.less(tallies.column("valid_from"), pa.scalar(ASKED, INSTANT)))
                  .column("system_from")).as_py() < ASKED
    assert (SETTLED - THE_DAY).total_seconds() / 3600 == 9.5


def test_the_confidences_of_a_breed_sum_to_one_each_time(tables: dict[str, pa.Table]) -> None:
    told = tables["breed_guess"].group_by(["dog", "valid_from"]).aggregate([("confidence", "sum")])
    assert pc.all(pc.less(pc.abs(pc.subtract(told.column("confidence_sum"), 1.0)), 1e-6)).as_py()
