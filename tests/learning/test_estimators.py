"""Every estimator keeps the protocol's promises; each does what its own text says."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import skops.io
import statsmodels.api as sm

from factdb.errors import InvalidFact, Unavailable, UnknownName, WrongType
from learning.columns import features_of
from learning.concept import ConceptKind
from learning.estimators.baseline import HistoricalMean
from learning.estimators.boosted import TRUSTED, Boosted
from learning.estimators.glm import Glm
from learning.estimators.kinds import load_model
from tests.learning.checks import Check, some_concept, some_features, yield_checks

EVERY = [
    pytest.param(check, id=f"{type(estimator).__name__}-{kind.value}-{name}")
    for kind in ConceptKind
    for estimator in (HistoricalMean(by=("carrier", "hour"), weight=20.0), Glm(kind=kind, levels_max=30),
                      Boosted(kind=kind, rounds=20, seed=0))
    for name, check in yield_checks(estimator, kind)
]


@pytest.mark.parametrize("check", EVERY)
def test_every_estimator(check: Check) -> None:
    check()


def test_the_baseline_shrinks_a_cell_to_the_mean_of_its_carrier() -> None:
    rows = pd.DataFrame({"carrier": ["UA", "UA", "B6", "B6"], "hour": [5, 6, 5, 5]})
    model = HistoricalMean(by=("carrier", "hour"), weight=1.0).fit(rows, np.array([1.0, 1.0, 0.0, 0.0]))
    united = (2 + 0.5) / 3
    asked = pd.DataFrame({"carrier": ["UA", "UA", "ZZ"], "hour": [5, 23, 5]})
    assert model.predict(asked).tolist() == pytest.approx([(1 + united) / 2, united, 0.5])


def test_a_baseline_by_nothing_is_the_mean() -> None:
    model = HistoricalMean(by=(), weight=1.0).fit(some_features(), np.full(400, 3.0))
    assert model.predict({"anything": [1, 2]}).tolist() == [3.0, 3.0]


def test_a_baseline_by_three_features_is_refused() -> None:
    with pytest.raises(InvalidFact, match="at most 2"):
        HistoricalMean(by=("a", "b", "c"), weight=1.0)


def test_a_text_null_is_not_the_text_null() -> None:
    rows = pd.DataFrame({"carrier": ["null", None]}, dtype=object)
    assert HistoricalMean(by=("carrier",), weight=0.0).fit(rows, np.array([0.0, 1.0])).predict(rows).tolist() == [0, 1]


@pytest.mark.parametrize("kind", ConceptKind)
def test_the_glm_as_data_predicts_what_statsmodels_does(kind: ConceptKind) -> None:
    features = some_features()
    concept = some_concept(features, kind)
    family = {ConceptKind.PROBABILITY: sm.families.Binomial(), ConceptKind.REAL: sm.families.Gaussian(),
              ConceptKind.COUNT: sm.families.Poisson()}[kind]
    gust = features["gust"].replace(np.inf, np.nan)
    by_hand = sm.add_constant(np.column_stack([
        features["carrier"] == "B6", features["carrier"] == "EV", features["carrier"].isna(), features["hour"],
        features["wind"].fillna(features["wind"].mean()), features["wind"].isna(),
        gust.fillna(gust.mean()), gust.isna(), features["rain"],
    ]).astype(float))
    theirs = sm.GLM(concept, by_hand, family=family).fit(tol=1e-14, maxiter=200)
    ours = Glm(kind=kind, levels_max=30).fit(features, concept)
    np.testing.assert_allclose(ours.predict(features), theirs.predict(by_hand), rtol=1e-9, atol=1e-9)
    assert ours.dispersion == pytest.approx(theirs.scale)


def test_a_glm_pools_rare_levels_and_gives_a_new_one_an_average_weight() -> None:
    rows = pd.DataFrame({"dog": ["pug"] * 50 + ["lab"] * 30 + ["chow", "corgi"] * 10})
    concept = np.concatenate([np.zeros(50), np.full(30, 10.0), np.full(20, 100.0)])
    pooled = Glm(kind=ConceptKind.REAL, levels_max=2).fit(rows, concept)
    assert pooled.predict({"dog": ["pug", "lab", "chow", "never seen"]}) == pytest.approx([0, 10, 100, 100], abs=1e-6)
    whole = Glm(kind=ConceptKind.REAL, levels_max=4).fit(rows, concept)
    assert whole.predict(pd.DataFrame({"dog": ["never seen", None]})) == pytest.approx([23, 23], abs=1e-6)


def test_a_level_of_one_outcome_only_has_no_weight_of_its_own() -> None:
    carriers = ["UA"] * 60 + ["B6"] * 60 + ["OO"] * 5
    late = np.concatenate([np.resize([0.0, 1.0], 60), np.resize([0.0, 0.0, 1.0], 60), np.zeros(5)])
    model = Glm(kind=ConceptKind.PROBABILITY, levels_max=30).fit(
        pd.DataFrame({"carrier": carriers, "gust": [1.0] * 121 + [None] * 4}), late)
    united, jetblue, sky = model.predict(pd.DataFrame({"carrier": ["UA", "B6", "OO"], "gust": [1.0, 1.0, None]}))
    assert jetblue < sky < united


def test_a_glm_that_does_not_settle_is_refused() -> None:
    rows = pd.DataFrame({"x": np.arange(20.0)})
    with pytest.raises(Unavailable, match="separated"):
        Glm(kind=ConceptKind.PROBABILITY, levels_max=30).fit(rows, (np.arange(20.0) > 9).astype(np.float64))


def test_trees_of_another_type_than_those_trusted_are_not_built() -> None:
    features = some_features()
    files = Boosted(kind=ConceptKind.REAL, rounds=2, seed=0).fit(features, np.ones(400)).dump()
    assert set(skops.io.get_untrusted_types(data=files["model.skops"])) <= set(TRUSTED)
    files["model.skops"] = skops.io.dumps(json.JSONDecoder)
    with pytest.raises(TypeError, match="JSONDecoder"):
        load_model(files)


def test_a_kind_without_code_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean glm"):
        load_model({"model.json": b'{"kind": "glmm"}'})


def test_a_feature_left_out_is_an_error_and_one_too_many_is_not() -> None:
    features = some_features()
    model = Glm(kind=ConceptKind.REAL, levels_max=30).fit(features, some_concept(features, ConceptKind.REAL))
    with pytest.raises(UnknownName, match="wind"):
        model.predict(features.drop(columns="wind"))
    assert (model.predict(features.assign(more=1)) == model.predict(features)).all()


def test_an_instant_is_not_a_feature() -> None:
    with pytest.raises(WrongType, match="datetime64"):
        features_of(pd.DataFrame({"t": pd.to_datetime(["2013-01-01"])}))
