"""
What an estimator and a model are. Before `fit` it is an estimator, after it a model.

An estimator never sees the store: it takes the columns of a frame. A model is a value: predicting changes nothing in
it, a row's prediction does not depend on the other rows, and the order of columns does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from learning.columns import Feature, FloatArray, Table

if TYPE_CHECKING:
    import pandas as pd


class Model(Protocol):
    """What was learned, as data."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """The columns that `predict` reads, in the order in which they were fitted."""

    def predict(self, features: Table) -> FloatArray:
        """One value for each row; a NULL or a category never seen is allowed, a column left out is not."""

    def dump(self) -> dict[str, bytes]:
        """The model as files by name, equal bytes when fitted on equal rows; `kinds.load_model` reads them."""


class Estimator(Protocol):
    """A way to learn a concept from features."""

    def fit(self, features: pd.DataFrame, concept: FloatArray) -> Model:
        """The model of `concept`, a value without NaN for each row of `features`; the same rows give the same model."""
