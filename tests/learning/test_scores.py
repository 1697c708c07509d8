"""The scores agree with scikit-learn and with values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from factdb.errors import CallerError
from learning import scores
from learning.calibration import calibration_error, reliability
from learning.columns import FloatArray
from learning.concept import ConceptKind

SOME = np.random.default_rng(7)
OUTCOMES = (SOME.random(500) < 0.3).astype(float)
CHANCES = np.round(SOME.random(500), 2)  # rounded, so that there are ties
MINUTES, GUESSES = SOME.normal(10, 30, 500), SOME.normal(5, 10, 500)
COUNTS, MEANS = SOME.poisson(3, 500).astype(float), SOME.random(500) * 5 + 0.1


@pytest.mark.parametrize(("ours", "theirs"), [
    (scores.log_loss(OUTCOMES, CHANCES), metrics.log_loss(OUTCOMES, CHANCES)),
    (scores.brier(OUTCOMES, CHANCES), metrics.brier_score_loss(OUTCOMES, CHANCES)),
    (scores.auc(OUTCOMES, CHANCES), metrics.roc_auc_score(OUTCOMES, CHANCES)),
    (scores.pinball(MINUTES, GUESSES, tau=0.9), metrics.mean_pinball_loss(MINUTES, GUESSES, alpha=0.9)),
    (scores.mean_absolute_error(MINUTES, GUESSES), metrics.mean_absolute_error(MINUTES, GUESSES)),
    (scores.root_mean_square_error(MINUTES, GUESSES), metrics.root_mean_squared_error(MINUTES, GUESSES)),
    (scores.poisson_deviance(COUNTS, MEANS), metrics.mean_poisson_deviance(COUNTS, MEANS)),
])
def test_a_score_is_what_scikit_learn_says(ours: float, theirs: float) -> None:
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_a_certain_and_wrong_prediction_costs_much_but_not_infinitely() -> None:
    assert scores.log_loss(np.array([1.0]), np.array([0.0])) == pytest.approx(36.04365338911715)


def test_the_area_under_the_curve_of_one_class_is_not_a_number() -> None:
    assert np.isnan(scores.auc(np.ones(3), np.array([0.1, 0.2, 0.3])))


def test_calibration_by_hand_on_two_bins() -> None:
    outcomes, chances = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.3, 0.5, 0.9])
    assert [(p.predicted, p.observed, p.rows) for p in reliability(outcomes, chances, bins=2)] == [
        (0.2, 0.0, 2), (0.7, 1.0, 2)]
    assert calibration_error(outcomes, chances, bins=2) == pytest.approx(0.25)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.1, 0.2, 0.2, 0.7])), min_size=1, max_size=40),
       st.randoms())
def test_calibration_does_not_depend_on_the_order_of_rows(rows: list[tuple[float, float]], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types it as an object
    def error(pairs: list[tuple[float, float]]) -> float:
        return calibration_error(*(np.array(column) for column in zip(*pairs, strict=True)))
    assert error(shuffled) == pytest.approx(error(rows))


@pytest.mark.parametrize(("outcomes", "predictions"), [
    (np.array([]), np.array([])), (np.ones(2), np.ones(3)), (np.array([np.nan]), np.ones(1)),
])
def test_what_cannot_be_scored_is_refused(outcomes: FloatArray, predictions: FloatArray) -> None:
    for kind in ConceptKind:
        with pytest.raises(CallerError, match="Expected"):
            scores.scores_of(kind, outcomes, predictions)


def test_the_poisson_deviance_refuses_a_negative_mean() -> None:
    with pytest.raises(CallerError, match="0 or more"):
        scores.poisson_deviance(np.ones(2), np.array([1.0, -1.0]))
