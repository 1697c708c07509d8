"""
Instances: the rows of the spine, nothing of their future, the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa
import pytest

from factdb.database import Database
from factdb.errors import InvalidFact, UnknownName
from factdb.fact import assert_fact
from features.feature_set import FeatureSet
from features.instances import instances, leaking_instances, online
from features.leak import leak_meter
from features.spine import Spine, spine_of, table_hash
from tests.store.stores import day, opened, tell

RULES = """
feature likes_3d(post) = count { liked(post, _) within 3d } unit "likes".
feature weight_of(dog) = w : dog(dog: dog, weight: w).
concept likes_next_2d(post) = count { liked(post, _) within next 2d } support [0, inf).
concept likes_for(post) = n : n = count { liked(post, _) within next 2d }, n > 0.
spine liked_at(post, t) :- liked(post, _) at t.
"""
LIKES = FeatureSet(name="likes", features=("likes_3d",), lag=timedelta(0))


@pytest.fixture
def database() -> Iterator[Database]:
    with opened() as database:
        database.declare(RULES, module="rules")
        for number, (post, happened, learned) in enumerate([("p", 0, 0), ("p", 1, 1), ("p", 2, 5), ("q", 3, 5)]):
            tell(database, assert_fact("liked", {"post": post, "sniffer": str(number)}, day(happened)),
                 system_at=day(learned))
        yield database


def spine(*rows: tuple[str | None, int]) -> Spine:
    posts, days = zip(*rows, strict=True)
    return Spine(table=pa.table({"post": pa.array(posts, pa.string()),
                                 "observed_at": pa.array([day(d) for d in days], pa.timestamp("us", tz="UTC"))}))


def test_rows_are_those_of_the_spine_in_order_with_duplicates_and_strangers(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    asked = spine(("q", 6), ("p", 2), ("p", 2), ("stranger", 2), (None, 2), ("p", 6))
    frame = instances(database, asked, LIKES, ["likes_next_2d"], basis)
    assert frame.table.column("post").to_pylist() == ["q", "p", "p", "stranger", None, "p"]
    # The like of day 2 was learned on day 5: on day 2 there are two, and on day 6 the window has left them behind.
    assert frame.table.column("likes_3d").to_pylist() == [0, 2, 2, 0, 0, 0]
    assert frame.table.column_names == ["post", "observed_at", "likes_3d", "likes_next_2d"]


def test_a_lag_hides_what_was_learned_within_it(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    lagging = FeatureSet(name="likes", features=("likes_3d",), lag=timedelta(days=1))
    counts = [instances(database, spine(("p", 1)), s, [], basis).table.column("likes_3d").to_pylist()
              for s in (LIKES, lagging)]
    assert counts == [[2], [1]]


def test_a_lag_below_zero_would_know_facts_before_they_are_learned() -> None:
    with pytest.raises(InvalidFact, match="Expected a lag of 0 or more"):
        FeatureSet(name="likes", features=("likes_3d",), lag=timedelta(hours=-1))


def test_training_and_serving_read_the_same(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    frame = instances(database, spine(*[("p", d) for d in range(8)]), LIKES, [], basis)
    served = [online(database.at(database.basis(valid_at=day(d), system_at=day(d))), LIKES, pa.table({"post": ["p"]}))
              for d in range(8)]
    assert frame.table.column("likes_3d").to_pylist() == [s.column("likes_3d")[0].as_py() for s in served]


def test_a_frame_is_built_again_to_the_byte_whatever_was_learned_since(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    asked = spine_of(database.at(basis), "liked_at")
    first = instances(database, asked, LIKES, ["likes_next_2d"], basis)
    tell(database, assert_fact("liked", {"post": "p", "sniffer": "late"}, day(1)), system_at=day(6))
    again = instances(database, spine_of(database.at(basis), "liked_at"), LIKES, ["likes_next_2d"], basis)
    assert (again.fingerprint, again.spine_hash) == (first.fingerprint, first.spine_hash)
    later = database.basis(valid_at=day(20), system_at=day(20))
    assert instances(database, asked, LIKES, ["likes_next_2d"], later).fingerprint != first.fingerprint


def test_a_spine_of_the_program_is_in_the_order_of_time(database: Database) -> None:
    rows = spine_of(database.at(database.basis(valid_at=day(20), system_at=day(20))), "liked_at")
    assert rows.entities == ("post",)
    assert rows.table.column("observed_at").to_pylist() == [day(0), day(1), day(2), day(3)]
    assert rows.between(day(1), day(3)).table.num_rows == 2


def test_the_leak_meter_counts_the_rows_that_look_ahead(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    asked = spine(("p", 1), ("p", 2), ("p", 3), ("p", 6), ("q", 3))
    honest = instances(database, asked, LIKES, [], basis)
    leaking = leaking_instances(database, asked, LIKES, [], basis)
    report = leak_meter(honest, leaking)
    assert honest.table.column("likes_3d").to_pylist() == [2, 2, 1, 0, 0]
    assert leaking.table.column("likes_3d").to_pylist() == [2, 3, 2, 0, 1]
    assert (report.rows, report.changed_rows, dict(report.changed)) == (5, 3, {"likes_3d": 3})
    assert report.share == pytest.approx(0.6)
    with pytest.raises(InvalidFact, match="one spine"):
        leak_meter(honest, instances(database, spine(("p", 1)), LIKES, [], basis))


def test_a_feature_sets_version_is_that_of_all_it_rests_on(database: Database) -> None:
    before = LIKES.version(database.program)
    database.declare(RULES + "feature other(post) = count { liked(post, _) }.", module="rules")
    assert LIKES.version(database.program) == before
    database.declare(RULES.replace("within 3d", "within 4d"), module="rules")
    assert LIKES.version(database.program) != before


def test_an_unknown_feature_suggests_near_ones(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    wrong = FeatureSet(name="likes", features=("likes_3",), lag=timedelta(0))
    with pytest.raises(UnknownName, match="did you mean likes_3d"):
        instances(database, spine(("p", 1)), wrong, [], basis)
    with pytest.raises(UnknownName, match="concept 'likes_3d'"):
        instances(database, spine(("p", 1)), LIKES, ["likes_3d"], basis)


def test_an_entity_column_that_is_missing_is_named(database: Database) -> None:
    basis = database.basis(valid_at=day(20), system_at=day(20))
    both = FeatureSet(name="both", features=("likes_3d", "weight_of"), lag=timedelta(0))
    assert both.entities(database.program) == ("post", "dog")
    with pytest.raises(UnknownName, match="weight_of is of"):
        instances(database, spine(("p", 1)), both, [], basis)


def test_what_an_engine_leaves_under_a_null_is_no_part_of_the_hash() -> None:
    plain = pa.array([1.0, None, 3.0])
    valid, dirty = plain.buffers()[0], pa.array([1.0, 99.0, 3.0]).buffers()[1]
    same = pa.Array.from_buffers(pa.float64(), 3, [valid, dirty])
    assert table_hash(pa.table({"x": same})) == table_hash(pa.table({"x": plain}))
    assert table_hash(pa.table({"x": plain})) != table_hash(pa.table({"x": [1.0, 0.0, 3.0]}))


def test_a_hash_is_of_columns_with_any_type_and_of_their_names() -> None:
    rows = pa.table({"a": ["x", None], "b": [True, None], "c": [1, None],
                     "d": pa.array([day(1), None], pa.timestamp("us", tz="UTC"))})
    assert table_hash(rows) == table_hash(rows.filter(pa.array([True, True])))
    assert table_hash(rows) != table_hash(rows.rename_columns(["a", "b", "c", "e"]))
    assert table_hash(rows) != table_hash(rows.slice(1))
