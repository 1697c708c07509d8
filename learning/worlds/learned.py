"""
Learned estimators: models fitted to the history and read at the period ahead, by statsmodels.

Each predicts the value that will be seen, not only its mean: the spread of single values is in it.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from factdb.errors import CallerError
from learning.worlds.continuous import Beta, StudentT
from learning.worlds.counts import NegativeBinomial, Poisson
from learning.worlds.distribution import Distribution, Floats, Point, floats
from learning.worlds.history import History

EXACT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fitted line read at the period ahead: the value, the spread of residuals, and that of a prediction."""

    value: float
    residual_sd: float
    prediction_sd: float
    df: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The least-squares line through the history, extended to the period ahead, with its t predictive.

    From 5 values on. Residuals are taken as independent and normal; if they are nothing but rounding, the
    estimate is a point.
    """

    name: str = "learned"

    def fit(self, history: History) -> Line:
        """The line's value at the period ahead, and how far off it may be."""
        history.at_least(5)
        x, ahead = _times(history)
        fitted = sm.OLS(history.values, np.column_stack([np.ones(len(x)), x])).fit()
        said = fitted.get_prediction(np.array([[1.0, ahead]]))
        return Line(value=float(said.predicted_mean[0]), residual_sd=math.sqrt(fitted.scale),
                    prediction_sd=float(said.se_obs[0]), df=float(fitted.df_resid))

    def estimate(self, history: History) -> Distribution:
        """A Student t; a point if the history is a line."""
        line = self.fit(history)
        if line.residual_sd <= EXACT * float(np.abs(history.values).max()):
            return Point(line.value)
        return StudentT(line.value, line.prediction_sd, line.df)


@dataclass(frozen=True, slots=True)
class PoissonModel:
    """Counts by a Poisson regression on the features and, where it varies, the logarithm of the exposure.

    The predictive is the negative binomial with the mean of the model and a variance that adds up the spread of
    counts (over-dispersion by Pearson's statistic, if there is any) and the uncertainty of the fit.
    """

    name: str = "learned"

    def estimate(self, history: History) -> Distribution:
        """The count of the period ahead."""
        history.at_least(history.features.shape[1] + 3)
        model = sm.GLM(history.values, _design(history.features), family=sm.families.Poisson(),
                       offset=np.log(history.exposures))
        eta, variance, dispersion = _fit(model, history.ahead.features)
        mean = math.exp(eta + math.log(history.ahead.exposure) + variance / 2)
        spread = dispersion * mean + mean**2 * math.expm1(variance)
        return NegativeBinomial.of_moments(mean, spread) if spread > mean * (1 + EXACT) else Poisson(mean)


@dataclass(frozen=True, slots=True)
class BinomialModel:
    """A share by a logistic regression of successes among exposures, which are trials, on the features.

    The estimate is the Beta with the mean of the model and the variance that the fit leaves, wider by Pearson's
    statistic where the data are over-dispersed.
    """

    name: str = "learned"

    def estimate(self, history: History) -> Distribution:
        """The share of the period ahead."""
        history.at_least(history.features.shape[1] + 3)
        outcomes = np.column_stack([history.values, history.exposures - history.values])
        eta, variance, dispersion = _fit(
            sm.GLM(outcomes, _design(history.features), family=sm.families.Binomial()), history.ahead.features)
        mean = 1 / (1 + math.exp(-eta))
        spread = dispersion * variance * (mean * (1 - mean)) ** 2
        total = mean * (1 - mean) / spread - 1
        if not total > 0:
            raise CallerError("Expected a history that says something about the share; every share fits it alike")
        return Beta(mean * total, (1 - mean) * total)


def _times(history: History) -> tuple[Floats, float]:
    """The instants, and the one ahead, in mean steps of the history from its middle: a well conditioned fit."""
    first = int(history.instants[0])
    step = (int(history.instants[-1]) - first) / (len(history.instants) - 1)
    if not step > 0:
        raise CallerError("Expected a history of more than one instant")
    x = floats((history.instants - first) / step)
    return x - x.mean(), (history.ahead.instant - first) / step - float(x.mean())


def _design(features: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), features])


def _fit(model: sm.GLM, ahead: Floats) -> tuple[float, float, float]:
    """The linear predictor ahead, its variance, and the over-dispersion of the data, at least 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fitted = model.fit()
        except (PerfectSeparationWarning, np.linalg.LinAlgError) as error:
            raise CallerError("Expected features that leave the outcome open; they determine it in this history: "
                              f"{error}") from None
    row = np.concatenate([[1.0], ahead])
    dispersion = max(1.0, float(fitted.pearson_chi2) / float(fitted.df_resid))
    return float(row @ fitted.params), float(row @ fitted.cov_params() @ row), dispersion
