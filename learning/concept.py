"""
Concepts: what a model predicts, and the bounds that no prediction may leave.

A probability lies in [0, 1], a count is never negative, whatever the support that was declared says beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from factdb.datalog.program import Predicate
from factdb.errors import InvalidFact, WrongType
from factdb.schema import Type


class ConceptKind(StrEnum):
    """What the number means: it decides the loss, the scores and the bounds."""

    PROBABILITY = "probability"
    REAL = "real"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A quantity that a model predicts; `low` and `high` are its support, infinite where it is open."""

    name: str
    kind: ConceptKind
    unit: str | None
    low: float
    high: float

    def __post_init__(self) -> None:
        lowest = -math.inf if self.kind is ConceptKind.REAL else 0.0
        highest = 1.0 if self.kind is ConceptKind.PROBABILITY else math.inf
        if not lowest <= self.low < self.high <= highest:
            raise InvalidFact(f"Expected the support of {self.kind.value} {self.name!r} within "
                              f"[{lowest:g}, {highest:g}], got [{self.low:g}, {self.high:g}]")


def concept_of(predicate: Predicate) -> Concept:
    """The concept that a rule declares: a bool is a probability, an int from 0 up a count, the rest real.

    >>> from factdb.schema import Column
    >>> concept_of(Predicate(name="late", role="concept", columns=(Column(name="late", type=Type.BOOL, unit=None),),
    ...                      rules=(), unit=None, default=None, support=None)).high
    1.0
    """
    value, support = predicate.columns[-1], predicate.support
    low = -math.inf if support is None or support.low is None else support.low
    high = math.inf if support is None or support.high is None else support.high
    match value.type:
        case Type.BOOL:
            kind, low, high = ConceptKind.PROBABILITY, max(low, 0.0), min(high, 1.0)
        case Type.INT if low >= 0:
            kind = ConceptKind.COUNT
        case Type.INT | Type.FLOAT:
            kind = ConceptKind.REAL
        case _:
            raise WrongType(f"Expected concept {predicate.name!r} to be bool, int or float, got {value.type.value}")
    return Concept(name=predicate.name, kind=kind, unit=predicate.unit, low=low, high=high)


def bounded(values: NDArray[np.float64], concept: Concept) -> NDArray[np.bool_]:
    """True where a value is finite and within the support; elsewhere the caller answers with the baseline.

    >>> late = Concept(name="late", kind=ConceptKind.PROBABILITY, unit=None, low=0.0, high=1.0)
    >>> bounded(np.array([0.0, 1.0, 1.5, -0.1, np.nan, np.inf]), late).tolist()
    [True, True, False, False, False, False]
    """
    with np.errstate(invalid="ignore"):
        return np.isfinite(values) & (values >= concept.low) & (values <= concept.high)
