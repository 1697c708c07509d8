"""Estimators: what they say of the period ahead, how sure they are, and what they refuse."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from factdb.basis import Basis
from factdb.errors import CallerError, UnknownName
from learning.worlds.continuous import Beta, Normal, StudentT
from learning.worlds.counts import NegativeBinomial
from learning.worlds.distribution import Distribution, Floats, Point
from learning.worlds.evidence import read_history
from learning.worlds.historical import BetaShare, Certain, Estimator, GammaPoisson, Mean, Stated
from learning.worlds.history import History, history_of
from learning.worlds.learned import BinomialModel, PoissonModel, Trend
from tests.learning.worlds.book import HOURS, LIKES_EACH, RATES, nine_hours

HOUR = timedelta(hours=1)


def hourly(values: Floats, *, exposures: Floats | None = None, exposure_ahead: float = 1.0,
           features: Floats | None = None, features_ahead: tuple[float, ...] = ()) -> History:
    instants = [HOURS[0] + HOUR * step for step in range(len(values))]
    return history_of(instants, values, ahead=instants[-1] + HOUR, exposures=exposures, exposure_ahead=exposure_ahead,
                      features=features, features_ahead=features_ahead)


def test_the_mean_and_the_line_of_the_book_come_out() -> None:
    assert Mean().estimate(nine_hours(RATES)).mean == 6500
    likes = Trend().estimate(nine_hours(LIKES_EACH))
    assert isinstance(likes, Point)
    assert likes.value == pytest.approx(28, rel=1e-12)
    assert Certain(Mean()).estimate(nine_hours(RATES)) == Point(6500)
    assert Certain(Mean()).name == "historical"


@pytest.mark.parametrize("estimator", [Mean(), GammaPoisson()])
def test_nine_tenths_of_what_comes_lies_in_the_interval(estimator: Estimator) -> None:
    chance, inside, trials = np.random.default_rng(1), 0, 600
    for _ in range(trials):
        drawn = chance.poisson(200.0, 11).astype(np.float64)
        estimate = estimator.estimate(hourly(drawn[:-1]))
        inside += bool(float(estimate.ppf(0.05)) <= drawn[-1] <= float(estimate.ppf(0.95)))
    assert 0.87 <= inside / trials <= 0.94


def test_nine_tenths_of_what_comes_lies_in_the_interval_of_the_line() -> None:
    chance, inside, trials = np.random.default_rng(2), 0, 300
    for _ in range(trials):
        drawn = 50 + 3 * np.arange(12.0) + chance.normal(0.0, 4.0, 12)
        estimate = Trend().estimate(hourly(drawn[:-1]))
        inside += bool(float(estimate.ppf(0.05)) <= drawn[-1] <= float(estimate.ppf(0.95)))
    assert 0.86 <= inside / trials <= 0.94


def test_a_count_scales_with_the_exposure_ahead() -> None:
    history = hourly(np.array([10.0, 12.0, 8.0]), exposures=np.array([1.0, 1.0, 1.0]), exposure_ahead=2.0)
    estimate = GammaPoisson().estimate(history)
    assert estimate.mean == pytest.approx(2 * 30.5 / 3)
    assert estimate.variance > estimate.mean


def test_a_share_is_the_posterior_of_all_trials() -> None:
    assert BetaShare().estimate(hourly(np.array([1.0, 3.0]), exposures=np.array([10.0, 10.0]))) == Beta(4.5, 16.5)


def test_a_poisson_model_reads_its_features_and_widens_for_over_dispersion() -> None:
    chance = np.random.default_rng(3)
    rush = np.tile([0.0, 1.0], 60)
    calm = hourly(chance.poisson(np.exp(2 + rush)).astype(float), features=rush[:, None], features_ahead=(1.0,))
    mean = float(np.exp(3))
    estimate = PoissonModel().estimate(calm)
    assert estimate.mean == pytest.approx(mean, rel=0.06)
    assert mean < estimate.variance < 1.7 * mean
    wild = replace(calm, values=chance.negative_binomial(2.0, 2.0 / (2.0 + np.exp(2 + rush))).astype(float))
    assert isinstance(PoissonModel().estimate(wild), NegativeBinomial)
    assert PoissonModel().estimate(wild).variance > 3 * mean


def test_a_binomial_model_narrows_with_the_trials() -> None:
    chance = np.random.default_rng(4)
    wind = chance.normal(size=80)
    share = 1 / (1 + np.exp(1 - 0.8 * wind))
    few, many = (hourly(chance.binomial(trials, share).astype(float), exposures=np.full(80, float(trials)),
                        features=wind[:, None], features_ahead=(1.0,)) for trials in (20, 2_000))
    wide, narrow = BinomialModel().estimate(few), BinomialModel().estimate(many)
    assert narrow.mean == pytest.approx(1 / (1 + np.exp(0.2)), abs=0.02)
    assert narrow.variance < wide.variance / 20


def test_an_estimator_refuses_a_history_that_says_too_little() -> None:
    with pytest.raises(CallerError, match="at least 4 values, got 3"):
        Mean().estimate(hourly(np.array([1.0, 2.0, 3.0])))
    with pytest.raises(CallerError, match="at least 5 values"):
        Trend().estimate(hourly(np.array([1.0, 2.0, 3.0, 4.0])))
    with pytest.raises(CallerError, match="whole numbers"):
        GammaPoisson().estimate(hourly(np.array([1.5, 2.0])))
    with pytest.raises(CallerError, match="up to the trials"):
        BetaShare().estimate(hourly(np.array([3.0]), exposures=np.array([2.0])))
    with pytest.raises(CallerError, match="finite numbers"):
        hourly(np.array([1.0, np.nan]))
    with pytest.raises(CallerError, match="features of the period ahead"):
        hourly(np.array([1.0]), features_ahead=(1.0,))
    with pytest.raises(CallerError, match="more than one instant"):
        Trend().estimate(history_of([HOURS[0]] * 6, np.arange(6.0), ahead=HOURS[1]))


def test_an_outcome_that_the_features_determine_is_refused() -> None:
    rush = np.tile([0.0, 1.0], 20)
    with pytest.raises(CallerError, match="determine it"):
        BinomialModel().estimate(hourly(rush, exposures=np.ones(40), features=rush[:, None], features_ahead=(1.0,)))


def test_a_statement_needs_no_history() -> None:
    said: Distribution = Normal(5.0, 1.0)
    nothing = history_of([], [], ahead=HOURS[0])
    assert Stated("the head of sales", said).estimate(nothing) is said


def test_the_order_in_which_a_history_arrives_changes_nothing() -> None:
    turned = history_of(HOURS[:9][::-1], RATES[::-1], ahead=HOURS[9])
    assert isinstance(Mean().estimate(turned), StudentT)
    assert Mean().estimate(turned) == Mean().estimate(nine_hours(RATES))


class _Recorded:
    """A view whose query answers one table."""

    basis = Basis(valid_at=HOURS[9], system_at=HOURS[9], transaction=1)

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def query(self, text: str, parameters: Any = None) -> pa.Table:
        return self._table


def test_a_history_is_read_in_order_without_what_is_not_known() -> None:
    table = pa.table({"h": pa.array([HOURS[1], HOURS[0], HOURS[2]], pa.timestamp("us", tz="UTC")),
                      "n": [5, 3, None], "c": [1.0, 2.0, 3.0]})
    history = read_history(_Recorded(table), "pupdates(h, n, c)", instant="h", value="n", features=["c"],
                           features_ahead=[4.0], ahead=HOURS[3])
    assert list(history.values) == [3.0, 5.0]
    assert history.features.tolist() == [[2.0], [1.0]]
    with pytest.raises(CallerError, match="Expected a history before"):
        read_history(_Recorded(table), "pupdates(h, n, c)", instant="h", value="n", ahead=HOURS[1])
    with pytest.raises(UnknownName, match="variable of the query"):
        read_history(_Recorded(table), "pupdates(h, n, c)", instant="h", value="m", ahead=HOURS[3])
