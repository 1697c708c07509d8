"""
What a client says of possible worlds: the quantities of a formula, their histories, and how to estimate each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import strawberry

from api.graphql.scalars import Instant, Json
from api.values import parameters
from factdb.database import View
from factdb.errors import InvalidFact
from learning.worlds.continuous import Normal
from learning.worlds.distribution import Distribution, Point
from learning.worlds.evidence import read_history
from learning.worlds.historical import BetaShare, Certain, Estimator, GammaPoisson, Mean, RatioOfSums
from learning.worlds.history import History
from learning.worlds.learned import BinomialModel, PoissonModel, Trend
from learning.worlds.quantity import Quantity, Support


@strawberry.enum(description="How a quantity is estimated. All but STATED need a history.")
class EstimatorKind(Enum):
    """How a quantity is estimated."""

    MEAN = strawberry.enum_value("mean", description="Historical: the mean, with the t predictive of one more value.")
    RATIO_OF_SUMS = strawberry.enum_value("ratio", description="Historical: the values over the exposures, as a point.")
    GAMMA_POISSON = strawberry.enum_value("gamma_poisson", description="Historical: counts at an unknown rate.")
    BETA_SHARE = strawberry.enum_value("beta_share", description="Historical: successes among trials, the exposures.")
    TREND = strawberry.enum_value("trend", description="Learned: the least-squares line, extended.")
    POISSON_MODEL = strawberry.enum_value("poisson", description="Learned: counts by regression on the features.")
    BINOMIAL_MODEL = strawberry.enum_value("binomial", description="Learned: a share by logistic regression.")
    STATED = strawberry.enum_value("stated", description="What the client says: a value, normal if it has an sd.")


_KINDS: Mapping[EstimatorKind, tuple[str, Callable[[str], Estimator]]] = {
    EstimatorKind.MEAN: ("historical", lambda name: Mean(name=name)),
    EstimatorKind.RATIO_OF_SUMS: ("historical", lambda name: RatioOfSums(name=name)),
    EstimatorKind.GAMMA_POISSON: ("historical", lambda name: GammaPoisson(name=name)),
    EstimatorKind.BETA_SHARE: ("historical", lambda name: BetaShare(name=name)),
    EstimatorKind.TREND: ("learned", lambda name: Trend(name=name)),
    EstimatorKind.POISSON_MODEL: ("learned", lambda name: PoissonModel(name=name)),
    EstimatorKind.BINOMIAL_MODEL: ("learned", lambda name: BinomialModel(name=name)),
}

strawberry.enum(Support, name="Support", description="The values that a quantity may take.")


@strawberry.input(description="The past of a quantity, as a rule body answers it at the view's basis.")
class HistoryInput:
    """The past of a quantity."""

    text: str = strawberry.field(description="A rule body; each answer is a period of the past.")
    instant: str = strawberry.field(description="The variable with the instant of a period.")
    value: str = strawberry.field(description="The variable with the value of a period.")
    params: Json | None = strawberry.field(default=None, description="Values for the text's $names.")
    ahead: Instant | None = strawberry.field(default=None, description="Asked about; the view's if left out.")
    exposure: str | None = strawberry.field(default=None, description="The variable with what a value came from.")
    exposure_ahead: float = strawberry.field(default=1.0, description="The exposure of the period asked about.")
    features: list[str] = strawberry.field(default_factory=list, description="The variables that a model may use.")
    features_ahead: list[float] = strawberry.field(default_factory=list, description="Their values, asked about.")


@strawberry.input(description="One way to estimate a quantity. Chosen, one for each quantity, they make a world.")
class EstimatorInput:
    """One way to estimate a quantity."""

    kind: EstimatorKind = strawberry.field(description="How.")
    name: str | None = strawberry.field(default=None, description="How worlds call it; historical, learned or stated.")
    weight: float | None = strawberry.field(default=None, description="Its share; equal if no estimator has one.")
    certain: bool = strawberry.field(default=False, description="Take its mean as if it were certain.")
    value: float | None = strawberry.field(default=None, description="Of STATED: the value, or the mean.")
    sd: float | None = strawberry.field(default=None, description="Of STATED: the standard deviation, if uncertain.")


@strawberry.input(description="A named number that the formula speaks of.")
class QuantityInput:
    """A named number that the formula speaks of."""

    name: str = strawberry.field(description="As in the formula.")
    support: Support = strawberry.field(description="The values that it may take.")
    estimators: list[EstimatorInput] = strawberry.field(description="At least one.")
    unit: str | None = strawberry.field(default=None, description="Such as \"likes/pupdate\"; checked in the formula.")
    history: HistoryInput | None = strawberry.field(default=None, description="Its past.")


def quantity_of(given: QuantityInput) -> Quantity:
    """The quantity that a client names."""
    return Quantity(name=given.name, unit=given.unit, support=given.support, resolver=None)


def estimates_of(given: QuantityInput, view: View) -> dict[str, Distribution]:
    """What each estimator of the quantity says, by its name."""
    history = None if given.history is None else _history(given.history, view)
    made: dict[str, Distribution] = {}
    for estimator in given.estimators:
        name = name_of(estimator)
        if name in made:
            raise InvalidFact(f"Expected estimators of {given.name} with distinct names, got {name!r} twice")
        made[name] = _estimate(estimator, name, history, given)
    return made


def name_of(given: EstimatorInput) -> str:
    """How worlds call the estimator."""
    return given.name or ("stated" if given.kind is EstimatorKind.STATED else _KINDS[given.kind][0])


def _estimate(given: EstimatorInput, name: str, history: History | None, quantity: QuantityInput) -> Distribution:
    if given.kind is EstimatorKind.STATED:
        return _stated(given, name, quantity)
    if history is None:
        raise InvalidFact(f"Expected a history of {quantity.name} for its estimator {name!r}")
    estimator = _KINDS[given.kind][1](name)
    return (Certain(estimator) if given.certain else estimator).estimate(history)


def _stated(given: EstimatorInput, name: str, quantity: QuantityInput) -> Distribution:
    if given.value is None:
        raise InvalidFact(f"Expected a value of the stated estimator {name!r} of {quantity.name}")
    low, high = quantity.support.bounds
    if not low <= given.value <= high or (quantity.support is Support.POSITIVE and given.value == 0):
        raise InvalidFact(f"Expected a value that {quantity.name} may take, of support {quantity.support.name}, "
                          f"got {given.value:g} of its estimator {name!r}")
    return Point(given.value) if given.sd is None else Normal(given.value, given.sd)


def _history(given: HistoryInput, view: View) -> History:
    return read_history(
        view, given.text, instant=given.instant, value=given.value, ahead=given.ahead or view.basis.valid_at,
        exposure=given.exposure, exposure_ahead=given.exposure_ahead, features=given.features,
        features_ahead=given.features_ahead, parameters=parameters(given.params))
