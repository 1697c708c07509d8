"""
Nothing that is learned later changes a feature; a concept is known as of its basis.
"""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from factdb.errors import LookAhead
from tests.laws.constructs import FEATURES_OF_DOGS, RELATIONS, SCHEMA, small_histories, together
from tests.laws.front_door import opened, told
from tests.oracle.strategies import Commit, day

LAGS = (timedelta(0), timedelta(hours=12), timedelta(days=2))
TABLE = pa.table({"dog": ["a", "b", "c"], "observed_at": pa.array([day(4)] * 3, pa.timestamp("us", tz="UTC"))})


@settings(max_examples=10)
@given(st.data())
def test_what_we_learn_later_changes_no_feature(data: DataObject) -> None:
    commits, lag = data.draw(small_histories()), data.draw(st.sampled_from(LAGS))
    chosen = data.draw(st.lists(st.sampled_from(FEATURES_OF_DOGS), min_size=1, max_size=8, unique=True))
    names, text = together(chosen)
    known_then = [commit for commit in commits if commit.system_at <= day(4) - lag]
    with opened(SCHEMA + text) as then, opened(SCHEMA + text) as now:
        told(then, RELATIONS, known_then)
        told(now, RELATIONS, commits)
        frames = [database.along(TABLE, names, basis=database.basis(valid_at=day(30), system_at=day(30)), lag=lag)
                  for database in (then, now)]
        assert frames[0].equals(frames[1])


@settings(max_examples=10)
@given(small_histories(), small_histories())
def test_what_we_learn_later_changes_no_frame_at_an_old_basis(commits: list[Commit], later: list[Commit]) -> None:
    concept = "concept c(dog) = count { pupdate(_, dog, _) within next 2d }. feature f(dog) = count { friend(dog, _) }."
    with opened(SCHEMA + concept) as database:
        told(database, RELATIONS, commits)
        basis = database.basis(valid_at=day(20), system_at=day(20))
        before = database.along(TABLE, ["c", "f"], basis=basis, lag=None)
        told(database, RELATIONS, [Commit(facts=commit.facts, system_at=commit.system_at + timedelta(days=19))
                                   for commit in later])
        assert database.along(TABLE, ["c", "f"], basis=basis, lag=None).equals(before)


@pytest.mark.parametrize("future", ["within next 1d", "ahead 1d"])
def test_a_feature_that_looks_ahead_is_refused_at_any_depth(future: str) -> None:
    with opened(SCHEMA) as database, pytest.raises(LookAhead):
        database.declare(f"""later(d, w) :- dog(d, _, w) {future}.
                             feature half(dog) = w // 2 : later(dog, w).""", module="laws ahead")
