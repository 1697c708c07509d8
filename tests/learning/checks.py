"""Checks that every estimator gets for free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from learning.columns import FloatArray
from learning.concept import Concept, ConceptKind, bounded
from learning.estimators.kinds import load_model
from learning.estimators.protocol import Estimator

Check = Callable[[], None]

ROWS = 400


def some_features() -> pd.DataFrame:
    """Numbers, a bool, texts, NULLs in both, an infinity, a constant and a column that repeats another."""
    chance = np.random.default_rng(3)
    wind = np.where(chance.random(ROWS) < 0.1, np.nan, chance.gamma(2, 5, ROWS))
    return pd.DataFrame({
        "carrier": chance.choice(np.array(["UA", "B6", "EV", None], dtype=object), ROWS, p=[0.4, 0.3, 0.2, 0.1]),
        "hour": chance.integers(5, 24, ROWS),
        "wind": wind,
        "gust": np.where(np.isnan(wind), np.nan, np.where(chance.random(ROWS) < 0.01, np.inf, wind * 1.4)),
        "rain": chance.random(ROWS) < 0.2,
        "constant": 7,
    })


def some_concept(features: pd.DataFrame, kind: ConceptKind) -> FloatArray:
    """A concept that depends on the features, with noise that is the same each time."""
    chance = np.random.default_rng(4)
    level = (features["hour"] - 12) / 6 + features["rain"] * 1.0 + (features["carrier"] == "EV") * 1.0
    match kind:
        case ConceptKind.PROBABILITY:
            return np.asarray(chance.random(ROWS) < 1 / (1 + np.exp(-level.to_numpy())), dtype=np.float64)
        case ConceptKind.REAL:
            return level.to_numpy() * 20 + chance.normal(0, 5, ROWS)
        case ConceptKind.COUNT:
            return chance.poisson(np.exp(level.to_numpy() / 2)).astype(np.float64)


def concept_of_kind(kind: ConceptKind) -> Concept:
    low = -np.inf if kind is ConceptKind.REAL else 0.0
    return Concept(name="it", kind=kind, unit=None, low=low, high=1.0 if kind is ConceptKind.PROBABILITY else np.inf)


def yield_checks(estimator: Estimator, kind: ConceptKind) -> Iterator[tuple[str, Check]]:
    """The checks of `estimator` on a concept of `kind`, by name."""
    for check in (check_fit_twice_agrees, check_predict_has_no_memory, check_order_of_columns_does_not_matter,
                  check_what_was_never_seen_is_answered, check_bounds_are_kept, check_it_learned_something,
                  check_files_give_the_model_back, check_fit_leaves_its_input_alone):
        yield check.__name__.removeprefix("check_"), partial(check, estimator, kind)


def check_fit_twice_agrees(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    once, twice = (estimator.fit(features, some_concept(features, kind)) for _ in range(2))
    np.testing.assert_array_equal(once.predict(features), twice.predict(features))
    assert once.dump() == twice.dump()


def check_predict_has_no_memory(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    model = estimator.fit(features, some_concept(features, kind))
    batch = model.predict(features)
    alone = [model.predict(features.iloc[i : i + 1])[0] for i in range(0, ROWS, 10)]
    np.testing.assert_array_equal(batch[::10], alone)
    np.testing.assert_array_equal(batch, model.predict(features))
    assert model.predict(features.iloc[:0]).shape == (0,)


def check_order_of_columns_does_not_matter(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    model = estimator.fit(features, some_concept(features, kind))
    np.testing.assert_array_equal(model.predict(features), model.predict(features[features.columns[::-1]]))
    as_arrays = {str(name): features[name].to_numpy() for name in features}
    np.testing.assert_array_equal(model.predict(features), model.predict(as_arrays))


def check_what_was_never_seen_is_answered(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    model = estimator.fit(features, some_concept(features, kind))
    strange = pd.DataFrame({"carrier": ["never seen", None, ""], "hour": [np.nan, -5, 1e6], "wind": [np.nan, np.inf, 0],
                            "gust": [None, None, None], "rain": [None, True, False], "constant": [np.nan, 0, 7]})
    assert np.isfinite(model.predict(strange)[:2]).all()
    assert model.predict(strange).shape == (3,)


def check_bounds_are_kept(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    model = estimator.fit(features, some_concept(features, kind))
    assert bounded(model.predict(features), concept_of_kind(kind)).all()


def check_it_learned_something(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    concept = some_concept(features, kind)
    error = np.mean((estimator.fit(features, concept).predict(features) - concept) ** 2)
    assert error < np.var(concept) * 0.95


def check_files_give_the_model_back(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    model = estimator.fit(features, some_concept(features, kind))
    again = load_model(model.dump())
    np.testing.assert_array_equal(again.predict(features), model.predict(features))
    assert again.features == model.features


def check_fit_leaves_its_input_alone(estimator: Estimator, kind: ConceptKind) -> None:
    features = some_features()
    estimator.fit(features, some_concept(features, kind)).predict(features)
    pd.testing.assert_frame_equal(features, some_features())
