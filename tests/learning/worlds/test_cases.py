"""
The exact cases of tests/conformance/worlds_cases.csv, by our code, to at least nine significant digits.

An id stands in `ANSWERS`, in `NOT_YET` with its reason, or in `WITHOUT_NUMBER`; one in none of them fails.
"""

import csv
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from learning.scores import brier, pinball
from learning.worlds.answer import Outcome
from learning.worlds.continuous import LogNormal, Normal, StudentT
from learning.worlds.coverage import undercoverage_probability, wilson_interval
from learning.worlds.crps import crps_of_members, crps_of_normal, fair_crps_of_members
from learning.worlds.decision import decide, provide, provision_cost
from learning.worlds.distribution import Distribution, floats
from learning.worlds.formula import evaluate
from learning.worlds.historical import GammaPoisson, Mean, RatioOfSums
from learning.worlds.history import history_of
from learning.worlds.learned import Line, Trend
from learning.worlds.mixture import Mixture
from learning.worlds.sensitivity import flip_point, shapley
from learning.worlds.weights import pseudo_bma, stacking
from tests.learning.worlds.book import (
    HOURS,
    LIKES_EACH,
    PATTERN,
    PRODUCT,
    RATES,
    four_worlds,
    nine_hours,
    product_of,
)

CASES = Path(__file__).parents[2] / "conformance" / "worlds_cases.csv"

NOT_YET = {
    **dict.fromkeys(("C4", "C5", "C7", "C10", "C11", "C12"), "quantities are independent: no copula"),
    **dict.fromkeys(("C13", "C14"), "no node for the sum of a random count of random terms"),
    **dict.fromkeys(("E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12"), "no shares of variance"),
    **dict.fromkeys(("E13", "E14"), "decisions are about a threshold or an amount, not about any utility"),
    **dict.fromkeys(("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F10b", "F11", "F12", "F13", "F14",
                     "F15", "F16", "F17", "F18", "F19", "F20", "F22"), "no uncertain facts"),
    **dict.fromkeys(("G1", "G2", "G3", "G4", "G5", "G6", "G7"), "no probabilistic rules"),
}
# A comma in the text of these rows took the place of their number.
WITHOUT_NUMBER = {"D15", "F21", "F23"}

NOISY_RATES, NOISY_LIKES = floats(RATES + 100 * PATTERN), floats(LIKES_EACH + 1.5 * PATTERN)
HEAVY = {"rate": {"historical": 0.3, "learned": 0.7}, "likes": {"historical": 0.4, "learned": 0.6}}
POOL = Mixture((0.3, 0.7), (Normal(150.0, 10.0), Normal(200.0, 20.0)))
SERVERS = Normal(182_000.0, 20_000.0)
FOUR = floats([149_500, 166_750, 182_000, 203_000])
LOG_RATE, LOG_LIKES = LogNormal(math.log(7000), 0.1), LogNormal(math.log(25), 0.2)


def _world(rate: str, likes: str) -> Callable[[], float]:
    spelt = {"h": "historical", "l": "learned"}
    choices = {"rate": spelt[rate], "likes": spelt[likes]}
    return lambda: next(world.outcome.mean for world in four_worlds().worlds if dict(world.choices) == choices)


def _exceeds(outcome: Outcome) -> float:
    return outcome.exceeds[0].probability


def _line() -> Line:
    return Trend().fit(nine_hours(NOISY_RATES))


def _statsmodels_upper() -> float:
    x = np.arange(1.0, 10.0)
    fitted = sm.OLS(NOISY_RATES, sm.add_constant(x)).fit()
    frame = fitted.get_prediction(np.array([[1.0, 10.0]])).summary_frame(alpha=0.1)
    return float(frame["obs_ci_upper"].iloc[0])


def _noisy_world(estimator: Mean | Trend) -> float:
    rate = estimator.estimate(nine_hours(NOISY_RATES))
    likes = estimator.estimate(nine_hours(NOISY_LIKES))
    return _exceeds(product_of(rate, likes, thresholds=[200_000]).mixture)


def _after_nine_hours() -> Distribution:
    counts = [6_666] * 8 + [6_672]  # 60,000 in all
    return GammaPoisson(shape=65.0, rate=0.01).estimate(history_of(HOURS[:9], counts, ahead=HOURS[9]))


ANSWERS: dict[str, Callable[[], float]] = {
    "A1hh": _world("h", "h"), "A1hl": _world("h", "l"), "A1lh": _world("l", "h"), "A1ll": _world("l", "l"),
    "A2": lambda: four_worlds().mixture.mean,
    "A3": lambda: _exceeds(four_worlds().mixture),
    "A4": lambda: four_worlds(HEAVY).mixture.mean,
    "A5": lambda: _exceeds(four_worlds(HEAVY).mixture),
    "A6": lambda: four_worlds(HEAVY).between,
    "A6s": lambda: four_worlds(HEAVY).mixture.sd,
    "A7": lambda: shapley(PRODUCT, {"rate": 6500.0, "likes": 23.0}, {"rate": 7250.0, "likes": 28.0})["rate"],
    "A8": lambda: shapley(PRODUCT, {"rate": 6500.0, "likes": 23.0}, {"rate": 7250.0, "likes": 28.0})["likes"],
    "A9": lambda: flip_point(PRODUCT, {"rate": 7250.0, "likes": 28.0}, quantity="likes", threshold=2e5) or math.nan,
    "A10": lambda: flip_point(PRODUCT, {"rate": 7250.0, "likes": 28.0}, quantity="rate", threshold=2e5) or math.nan,
    "A11": lambda: decide(four_worlds(), threshold=200_000, cost=10, loss=50).expected_cost,
    "A12": lambda: decide(four_worlds(), threshold=200_000, cost=10, loss=50).evpi_world,
    "A13": lambda: decide(four_worlds(), threshold=200_000, cost=10, loss=50).evppi["rate"],
    "B1": lambda: Mean().estimate(nine_hours(RATES)).mean,
    "B2": lambda: Trend().estimate(nine_hours(RATES)).mean,
    "B3": lambda: Mean().estimate(nine_hours(LIKES_EACH)).mean,
    "B4": lambda: Trend().estimate(nine_hours(LIKES_EACH)).mean,
    "B5": lambda: float(evaluate(PRODUCT.root, {"rate": RATES, "likes": LIKES_EACH}).mean()),
    "B6": lambda: RatioOfSums().estimate(
        history_of(HOURS[:9], RATES * LIKES_EACH, exposures=RATES, ahead=HOURS[9])).mean,
    "B7": lambda: _line().value,
    "B8": lambda: _line().residual_sd,
    "B9": lambda: _line().prediction_sd,
    "B10": lambda: float(Trend().estimate(nine_hours(NOISY_RATES)).ppf(0.05)),
    "B11": lambda: float(Trend().estimate(nine_hours(NOISY_RATES)).ppf(0.95)),
    "B12": _statsmodels_upper,
    "B13": lambda: _noisy_world(Trend()),
    "B14": lambda: _noisy_world(Mean()),
    "C1": lambda: product_of(Normal(7250.0, 400.0), Normal(28.0, 2.5)).mixture.mean,
    "C2": lambda: product_of(Normal(7250.0, 400.0), Normal(28.0, 2.5)).mixture.sd,
    "C3": lambda: _exceeds(product_of(Normal(7250.0, 400.0), Normal(28.0, 2.5), thresholds=[200_000]).mixture),
    "C6": lambda: _exceeds(product_of(LOG_RATE, LOG_LIKES, thresholds=[200_000]).mixture),
    "C8": lambda: product_of(LOG_RATE, LOG_LIKES).mixture.mean,
    "C9": lambda: product_of(LOG_RATE, LOG_LIKES, levels=[0.9]).mixture.quantiles[0][1],
    "C15": lambda: _after_nine_hours().mean,
    "C16": lambda: float(_after_nine_hours().sf(6_799)),
    "D1": lambda: POOL.mean,
    "D2": lambda: POOL.variance,
    "D2b": lambda: POOL.between,
    "D3": lambda: float(POOL.ppf(0.9)),
    "D4": lambda: float(POOL.sf(200.0)),
    "D5": lambda: crps_of_normal(Normal(0.0, 1.0), 0.0),
    "D6": lambda: crps_of_normal(SERVERS, 203_000.0),
    "D7": lambda: crps_of_members(FOUR, 190_000.0),
    "D8": lambda: fair_crps_of_members(FOUR, 190_000.0),
    "D9": lambda: pinball(floats([203_000]), floats([195_000]), tau=0.9),
    "D10": lambda: brier(floats([1]), floats([0.25])),
    "D11": lambda: float(stacking(np.array([[0.8, 0.2]] * 6 + [[0.2, 0.8]] * 4), prior=0.0)[0]),
    "D12": lambda: float(stacking(np.array([[0.8, 0.2]] * 8 + [[0.2, 0.8]] * 2), prior=0.0)[0]),
    "D13": lambda: float(pseudo_bma(floats([-100, -101]))[0]),
    "D14": lambda: wilson_interval(46, 50, level=0.95)[0],
    "E1": lambda: provide(SERVERS, under=3.0, over=1.0).amount,
    "E2": lambda: provide(SERVERS, under=3.0, over=1.0).evpi,
    "E3": lambda: (provision_cost(SERVERS, SERVERS.mean, under=3.0, over=1.0)
                   - provide(SERVERS, under=3.0, over=1.0).expected_cost),
    "E4": lambda: provide(POOL, under=3.0, over=1.0).amount,
}


def _rows() -> list[list[str]]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


EXACT = {row[0]: float(row[2]) for row in _rows() if row[0] not in WITHOUT_NUMBER}


@pytest.mark.parametrize("case", [name for name in EXACT if name in ANSWERS])
def test_the_case_comes_out_to_nine_digits(case: str) -> None:
    assert ANSWERS[case]() == pytest.approx(EXACT[case], rel=1e-9, abs=1e-300)


def test_every_case_is_answered_or_listed_as_not_yet() -> None:
    ids = [row[0] for row in _rows()]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(ANSWERS) | set(NOT_YET) | WITHOUT_NUMBER
    assert not set(ANSWERS) & set(NOT_YET)


def test_worlds_histories_and_scores_are_answered_in_full() -> None:
    assert not [name for name in NOT_YET if name[0] in "ABD"]


def test_the_rows_without_a_number_have_none() -> None:
    for row in _rows():
        if row[0] in WITHOUT_NUMBER:
            with pytest.raises(ValueError, match="could not convert"):
                float(row[-1])


def test_the_undercoverage_of_38_of_50_at_nine_tenths_is_the_exact_sum() -> None:
    nine, one = Fraction(9, 10), Fraction(1, 10)
    exact = sum(math.comb(50, k) * nine**k * one ** (50 - k) for k in range(39))
    assert undercoverage_probability(38, 50, level=0.9) == pytest.approx(float(exact), rel=1e-12)


def test_knowing_the_world_is_knowing_the_answer_where_worlds_are_points() -> None:
    action = decide(four_worlds(), threshold=200_000, cost=10, loss=50)
    assert action.evpi == pytest.approx(action.evpi_world)


def test_the_trend_is_the_t_predictive_of_statsmodels() -> None:
    estimate = Trend().estimate(nine_hours(NOISY_RATES))
    assert isinstance(estimate, StudentT)
    assert estimate.df == 7
    assert float(estimate.ppf(0.95)) == pytest.approx(_statsmodels_upper(), rel=1e-12)
