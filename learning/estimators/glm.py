"""
Generalised linear models, fitted by statsmodels and kept as data on raw features (`learning.estimators.linear`).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.genmod.generalized_linear_model import GLMResults
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

from factdb.errors import Unavailable
from learning.columns import FeatureType, FloatArray, features_of, numbers, texts
from learning.concept import ConceptKind
from learning.estimators.levels import most_frequent
from learning.estimators.linear import LinearModel, Link, NumberTerm, TextTerm

if TYPE_CHECKING:
    import pandas as pd

ROUNDS_MAX = 50
_Weights: TypeAlias = "dict[tuple[str, _Part | _Level], float]"

_BOUNDS = {ConceptKind.PROBABILITY: (0.0, 1.0), ConceptKind.COUNT: (0.0,)}

LINKS = {ConceptKind.PROBABILITY: Link.LOGIT, ConceptKind.REAL: Link.IDENTITY, ConceptKind.COUNT: Link.LOG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glm:
    """
    Binomial with a logit for a probability, Gaussian for a real value, Poisson with a log for a count.

    Numbers: NULL becomes the training mean, with an indicator of its own. Texts: one indicator for each of the
    `levels_max` most frequent levels but the first; rarer ones share one, and so do those of one outcome only; a level
    never seen weighs what a training row does on average. Columns are standardised for the fit, then folded back.

    >>> import pandas as pd
    >>> model = Glm(kind=ConceptKind.REAL, levels_max=30).fit(
    ...     pd.DataFrame({"x": [0.0, 1.0, 2.0]}), np.array([1.0, 3.0, 5.0]))
    >>> round(model.intercept, 6), round(model.numbers[0].weight, 6)
    (1.0, 2.0)

    References: P. McCullagh and J. A. Nelder, "Generalized Linear Models", 1989.
    """

    kind: ConceptKind
    levels_max: int

    def fit(self, features: pd.DataFrame, concept: FloatArray) -> LinearModel:
        """The model of largest likelihood; Unavailable when no finite one was found."""
        known = features_of(features)
        columns: list[_Column] = []
        for feature in known:
            if feature.type is FeatureType.NUMBER:
                columns.extend(_of_numbers(feature.name, numbers(features, feature.name)))
            else:
                values = texts(features, feature.name)
                columns.extend(_of_texts(feature.name, values, _levels(values, concept, self)))
        silent = {(c.feature, c.part) for c in columns if not c.first and _is_silent(c.values, concept, self.kind)}
        kept = _distinct([c for c in columns if not c.first and (c.feature, c.part) not in silent])
        design = np.column_stack([np.ones(len(concept)), *(column.standard for column in kept)])
        fitted = _fit(design, concept, self.kind)
        weights = np.asarray(fitted.params)
        raw = {(c.feature, c.part): w / c.deviation for c, w in zip(kept, weights[1:].tolist(), strict=True)}
        shift = sum(raw[c.feature, c.part] * c.mean for c in kept)
        return LinearModel(
            features=known,
            link=LINKS[self.kind],
            intercept=float(weights[0]) - shift,
            dispersion=float(fitted.scale),
            numbers=tuple(_number_term(f.name, columns, raw) for f in known if f.type is FeatureType.NUMBER),
            texts=tuple(_text_term(f.name, columns, raw, silent) for f in known if f.type is FeatureType.TEXT),
        )


class _Part(StrEnum):
    NUMBER = "number"
    MISSING = "missing"
    NULL = "null"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    """A column of the design before standardising. `first` marks the level that the others are compared with."""

    feature: str
    part: _Part | _Level
    values: FloatArray
    first: bool

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        return float(np.std(self.values))

    @property
    def standard(self) -> FloatArray:
        return (self.values - self.mean) / self.deviation


def _of_numbers(name: str, values: FloatArray) -> Iterator[_Column]:
    null = np.isnan(values)
    imputed = 0.0 if null.all() else float(np.mean(values[~null]))
    yield _Column(feature=name, part=_Part.NUMBER, values=np.where(null, imputed, values), first=False)
    yield _Column(feature=name, part=_Part.MISSING, values=null.astype(np.float64), first=False)


def _levels(values: list[str | None], concept: FloatArray, estimator: Glm) -> list[str]:
    """The levels with a weight of their own: frequent, and with more than one outcome."""
    texts_of = np.array(values, dtype=object)
    return [level for level in most_frequent(values, estimator.levels_max)
            if not _separates(texts_of == level, concept, estimator.kind)]


def _separates(rows: NDArray[np.bool_], concept: FloatArray, kind: ConceptKind) -> bool:
    """True when all of `rows` came out at a bound of the concept: the likeliest weight of them is infinite."""
    found = concept[rows]
    return kind is not ConceptKind.REAL and any(bool((found == bound).all()) for bound in _BOUNDS[kind])


def _of_texts(name: str, values: list[str | None], kept: list[str]) -> Iterator[_Column]:
    code_of: dict[str | None, int] = {level: code for code, level in enumerate(kept)}
    code_of[None] = len(kept)
    codes = np.array([code_of.get(value, len(kept) + 1) for value in values])
    parts: list[_Part | _Level] = [*(_Level(text=level) for level in kept), _Part.NULL, _Part.OTHER]
    for code, part in enumerate(parts):
        yield _Column(feature=name, part=part, values=(codes == code).astype(np.float64), first=code == 0)


def _is_silent(values: FloatArray, concept: FloatArray, kind: ConceptKind) -> bool:
    """True of a column that nothing can be learned from: constant, or an indicator whose weight would be infinite."""
    if values.min() == values.max():
        return True
    return bool(np.isin(values, (0.0, 1.0)).all()) and _separates(values == 1, concept, kind)


def _distinct(columns: list[_Column]) -> list[_Column]:
    """The columns without those equal to one before: two numbers that are missing together have one indicator."""
    kept: dict[bytes, _Column] = {}
    for column in columns:
        kept.setdefault(hashlib.sha256(column.values.tobytes()).digest(), column)
    return list(kept.values())


def _fit(design: FloatArray, concept: FloatArray, kind: ConceptKind) -> GLMResults:
    match kind:
        case ConceptKind.PROBABILITY:
            family = sm.families.Binomial()
        case ConceptKind.REAL:
            family = sm.families.Gaussian()
        case ConceptKind.COUNT:
            family = sm.families.Poisson()
        case _:
            assert_never(kind)
    start = np.zeros(design.shape[1])
    start[0] = family.link(np.mean(concept))
    # Newton needs half the memory of the default (least squares on copies), and its ridge carries it over columns
    # that depend on each other; of those, and of a perfect fit, no covariance can be had, and nobody asks for it.
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)  # asked below, of the result
        warnings.simplefilter("ignore", HessianInversionWarning)
        try:
            fitted = sm.GLM(concept, design, family=family).fit(
                start, method="newton", max_start_irls=0, maxiter=ROUNDS_MAX, disp=0, skip_hessian=True, tol=1e-12)
        except np.linalg.LinAlgError:
            fitted = None
    if fitted is None or not fitted.mle_retvals["converged"] or not np.isfinite(fitted.params).all():
        raise Unavailable(f"Expected the GLM to settle within {ROUNDS_MAX} rounds; "
                          "is the concept separated by a feature?")
    return fitted


def _number_term(name: str, columns: list[_Column], raw: _Weights) -> NumberTerm:
    values, missing = (column.values for column in columns if column.feature == name)
    seen = values[missing == 0]
    return NumberTerm(name=name, weight=raw.get((name, _Part.NUMBER), 0.0), missing=raw.get((name, _Part.MISSING), 0.0),
                      imputed=float(np.mean(seen)) if len(seen) else 0.0)


def _text_term(name: str, columns: list[_Column], raw: _Weights, silent: Set[tuple[str, _Part | _Level]]) -> TextTerm:
    own = [column for column in columns if column.feature == name]
    heard = [column for column in own if (name, column.part) not in silent]
    rows = sum(column.mean for column in heard)
    neutral = sum(raw.get((name, column.part), 0.0) * column.mean for column in heard) / rows if rows else 0.0
    weight = {column.part: neutral if (name, column.part) in silent else raw.get((name, column.part), 0.0)
              for column in own}
    return TextTerm(name=name, weights={part.text: weight[part] for part in weight if isinstance(part, _Level)},
                    null=weight[_Part.NULL], other=weight[_Part.OTHER])
