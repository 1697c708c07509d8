"""How many of a count: whole numbers, exact, against sums written out and against a naive sampler."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factdb.errors import CallerError
from learning.worlds.check import check
from learning.worlds.continuous import Beta, Normal, Uniform
from learning.worlds.counts import Binomial, NegativeBinomial, Poisson
from learning.worlds.distribution import Distribution, Point, floats
from learning.worlds.law import Method
from learning.worlds.mixture import Mixture, Samples
from learning.worlds.quantity import Quantity, Support
from learning.worlds.tables import Table, beta_binomial
from learning.worlds.thinning import thinned
from learning.worlds.world import possible_worlds

DEPARTURES = Quantity(name="departures", unit="departures", support=Support.COUNT, resolver=None)
LATE = Quantity(name="late", unit="late/departure", support=Support.UNIT, resolver=None)
HOW_MANY = check("thin(departures, late)", [DEPARTURES, LATE])


def late(departures: Distribution, share: Distribution) -> Distribution:
    """The distribution of the number late; never None here."""
    result = thinned(departures, share)
    assert result is not None
    return result


def test_more_than_k_late_is_the_sum_of_beta_binomials() -> None:
    departures, share = NegativeBinomial.of_moments(18.0, 27.0), Beta(22.0, 78.0)
    result = late(departures, share)
    for k in (0, 3, 8):
        written_out = math.fsum(float(departures.density(n)) * float(beta_binomial(n, 22.0, 78.0).sf(k))
                                for n in range(400))
        assert float(result.sf(k)) == pytest.approx(written_out, rel=1e-11)


@settings(max_examples=25)
@given(st.floats(1.0, 60.0), st.floats(1.01, 3.0), st.floats(0.5, 30.0), st.floats(0.5, 30.0))
def test_mean_and_variance_are_those_of_a_random_sum(mean: float, over: float, a: float, b: float) -> None:
    departures, share = NegativeBinomial.of_moments(mean, over * mean), Beta(a, b)
    result = late(departures, share)
    given_share = departures.mean * (share.mean - share.mean**2 - share.variance)
    whole = (departures.variance + departures.mean**2) * (share.variance + share.mean**2) - (mean * share.mean) ** 2
    assert result.mean == pytest.approx(departures.mean * share.mean, rel=1e-9)
    assert result.variance == pytest.approx(given_share + whole, rel=1e-9)


@pytest.mark.parametrize("departures", [Poisson(14.0), NegativeBinomial.of_moments(14.0, 20.0), Binomial(30, 0.4),
                                        Point(14.0)])
def test_a_known_share_is_the_limit_of_a_sharp_one(departures: Distribution) -> None:
    known, sharp = late(departures, Point(0.25)), late(departures, Beta(2.5e6, 7.5e6))
    for k in range(12):
        assert float(known.sf(k)) == pytest.approx(float(sharp.sf(k)), abs=1e-6)


def test_other_shares_are_integrated_point_by_point() -> None:
    uniform, flat_beta = late(Poisson(9.0), Uniform(0.0, 1.0)), late(Poisson(9.0), Beta(1.0, 1.0))
    assert list(uniform.sf(np.arange(20.0))) == pytest.approx(list(flat_beta.sf(np.arange(20.0))), abs=1e-9)
    two = late(Poisson(9.0), Mixture((0.5, 0.5), (Point(0.2), Point(0.6))))
    assert float(two.sf(3)) == pytest.approx((float(Poisson(1.8).sf(3)) + float(Poisson(5.4).sf(3))) / 2, rel=1e-9)
    assert late(Poisson(9.0), Samples(floats([0.2, 0.6]))).mean == pytest.approx(3.6)


def test_a_count_that_is_not_whole_is_rounded() -> None:
    assert isinstance(late(Point(10.4), Point(0.5)), Table | Binomial)
    assert late(Point(10.4), Point(0.5)).mean == pytest.approx(5.0)
    assert late(Normal(100.0, 3.0), Beta(5.0, 5.0)).mean == pytest.approx(50.0, rel=1e-6)
    assert late(Normal(-5.0, 1.0), Beta(5.0, 5.0)).mean == pytest.approx(0.0, abs=1e-6)


def test_the_question_of_the_flights_has_four_worlds_and_whole_answers() -> None:
    answer = possible_worlds(
        HOW_MANY,
        {"departures": {"historical": NegativeBinomial.of_moments(20.0, 30.0), "learned": Poisson(23.0)},
         "late": {"historical": Beta(40.0, 160.0), "learned": Point(0.31)}},
        thresholds=[3, 6], exact_only=True,
    )
    assert len(answer.worlds) == 4
    assert str(answer.formula.unit) == "late"
    assert answer.mixture.method is Method.SUM_OVER_COUNTS
    assert answer.mixture.error_bound == 0.0
    assert all(value.is_integer() for _, value in answer.mixture.quantiles)
    assert answer.mixture.mean == pytest.approx(np.mean([20 * 0.2, 20 * 0.31, 23 * 0.2, 23 * 0.31]))
    drawn = _naive_late(200_000)
    assert answer.mixture.exceeds[0].probability == pytest.approx(float((drawn > 3).mean()), abs=0.005)


def test_a_count_too_wide_for_a_table_is_drawn() -> None:
    answer = possible_worlds(HOW_MANY, {"departures": {"x": Poisson(60_000.0)}, "late": {"x": Beta(20.0, 80.0)}})
    assert answer.mixture.method is Method.MONTE_CARLO
    assert answer.mixture.mean == pytest.approx(12_000, rel=0.01)


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(CallerError, match=r"a share in \[0, 1\]"):
        thinned(Poisson(5.0), Normal(0.2, 0.1))


def _naive_late(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    chance = np.random.default_rng(5)
    departures = np.where(chance.random(count) < 0.5, chance.negative_binomial(40.0, 2 / 3, count),
                          chance.poisson(23.0, count))
    share = np.where(chance.random(count) < 0.5, chance.beta(40.0, 160.0, count), 0.31)
    return chance.binomial(departures, share)
