"""Decisions, weights and sensitivity: bounds, limits and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factdb.errors import CallerError, UnknownName
from learning.worlds.continuous import LogNormal, Normal, StudentT
from learning.worlds.counts import Poisson
from learning.worlds.decision import decide, expected_excess, provide, provision_cost
from learning.worlds.distribution import Distribution, Point
from learning.worlds.mixture import Mixture
from learning.worlds.sensitivity import flip_point, shapley
from learning.worlds.weights import earned, stacking
from tests.learning.worlds.book import PRODUCT, four_worlds


def test_at_a_quarter_one_acts_if_the_loss_is_more_than_four_times_the_cost() -> None:
    assert decide(four_worlds(), threshold=200_000, cost=10, loss=50).act
    assert not decide(four_worlds(), threshold=200_000, cost=10, loss=39).act
    tie = decide(four_worlds(), threshold=200_000, cost=10, loss=40)
    assert not tie.act
    assert tie.cost_of_waiting == tie.cost_of_acting == 10
    with pytest.raises(CallerError, match="loss above 0"):
        decide(four_worlds(), threshold=200_000, cost=10, loss=0)


@pytest.mark.parametrize("distribution", [
    Normal(100.0, 10.0), StudentT(100.0, 10.0, 5.0), LogNormal(4.0, 0.3), Poisson(40.0), Point(7.0),
    Mixture((0.5, 0.5), (Normal(50.0, 5.0), Poisson(90.0))),
])
def test_no_other_amount_costs_less_than_the_one_provided(distribution: Distribution) -> None:
    best = provide(distribution, under=3.0, over=1.0)
    assert best.evpi == best.expected_cost >= -1e-9
    for factor in (0.8, 0.95, 1.05, 1.2):
        cost = provision_cost(distribution, best.amount * factor, under=3.0, over=1.0)
        assert cost >= best.expected_cost - 1e-6


def test_the_excess_is_what_a_sampler_finds() -> None:
    drawn = 100 + 10 * np.random.default_rng(1).standard_t(5.0, 400_000)
    for amount in (80.0, 100.0, 130.0):
        assert expected_excess(StudentT(100.0, 10.0, 5.0), amount) == pytest.approx(
            float(np.maximum(drawn - amount, 0).mean()), abs=0.05)


def test_shapley_parts_sum_to_the_difference() -> None:
    parts = shapley(PRODUCT, {"rate": 6500.0, "likes": 23.0}, {"rate": 7250.0, "likes": 28.0})
    assert sum(parts.values()) == pytest.approx(203_000 - 149_500)


def test_a_flip_that_cannot_happen_is_none() -> None:
    values = {"rate": 7250.0, "likes": 28.0}
    assert flip_point(PRODUCT, values, quantity="rate", threshold=-1.0) is None
    assert flip_point(PRODUCT, values, quantity="rate", threshold=203_000.0) == 7250.0
    with pytest.raises(UnknownName, match="did you mean rate"):
        flip_point(PRODUCT, values, quantity="rates", threshold=1.0)


def test_few_replays_earn_nothing() -> None:
    sure = np.tile([0.9, 0.1], (9, 1))
    assert earned(sure).weights == (0.5, 0.5)
    assert not earned(sure).tested
    more = earned(np.tile([0.9, 0.1], (40, 1)))
    assert more.tested
    assert more.weights[0] > 0.9


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 5), st.sampled_from([0.0, 1.0]))
def test_stacked_shares_are_where_no_exchange_gains(seed: int, candidates: int, prior: float) -> None:
    densities = np.random.default_rng(seed).gamma(0.7, size=(60, candidates)) + 1e-6
    weights = stacking(densities, prior=prior)
    gradient = (densities / (densities @ weights)[:, None]).sum(axis=0)
    gradient = gradient + (prior / candidates / weights if prior else 0.0)
    assert weights.sum() == pytest.approx(1.0)
    assert (gradient <= (60 + prior) * (1 + 1e-6)).all()
    assert gradient[weights > 1e-9] == pytest.approx(60 + prior, rel=1e-6)


def test_stacking_finds_the_shares_of_a_mixed_stream() -> None:
    chance = np.random.default_rng(6)
    centres = np.where(chance.random(8_000) < 0.3, 0.0, 3.0)
    values = chance.normal(centres, 1.0)
    densities = np.column_stack([Normal(0.0, 1.0).density(values), Normal(3.0, 1.0).density(values)])
    assert stacking(densities, prior=1.0)[0] == pytest.approx(0.3, abs=0.02)


def test_candidates_that_say_the_same_share_their_weight() -> None:
    densities = np.array([[0.8, 0.2]] * 6 + [[0.2, 0.8]] * 4)
    doubled = stacking(densities[:, [0, 0, 1]], prior=0.0)
    assert doubled[0] + doubled[1] == pytest.approx(2 / 3)
    with pytest.raises(CallerError, match="table of densities"):
        stacking(np.zeros((3, 2)), prior=0.0)
