"""
Possible worlds in a view: every choice of one estimator for each quantity, what each world says, and their mixture.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.worlds_inputs import QuantityInput, estimates_of, name_of, quantity_of
from factdb.errors import InvalidFact
from learning.worlds import answer as told
from learning.worlds.check import check
from learning.worlds.decision import decide
from learning.worlds.world import DRAWS, LEVELS, possible_worlds

_DRAWS_MAX = 2**20


@strawberry.type(description="The value that is exceeded with probability 1 - level.")
class Quantile:
    """The value below which the share `level` lies."""

    level: float = strawberry.field(description="In (0, 1).")
    value: float | None = strawberry.field(description="Null if it is not finite.")


@strawberry.type(description="The probability to exceed a threshold.")
class Exceedance:
    """The probability to exceed a threshold."""

    threshold: float = strawberry.field(description="Strictly exceeded.")
    probability: float = strawberry.field(description="P(answer > threshold).")
    lower: float = strawberry.field(description="Surely below it if exact; else the 95% interval's end.")
    upper: float = strawberry.field(description="Surely above it if exact; else the 95% interval's end.")


@strawberry.type(description="What a world, or the mixture of all, says of the formula.")
class Outcome:
    """What a world, or the mixture of all, says."""

    mean: float | None = strawberry.field(description="The expectation.")
    sd: float | None = strawberry.field(description="The standard deviation; null if it is not finite.")
    quantiles: list[Quantile] = strawberry.field(description="At the levels asked for.")
    exceeds: list[Exceedance] = strawberry.field(description="At the thresholds asked for, in order.")
    method: str = strawberry.field(description="How it was computed, from constant to monte carlo.")
    error_bound: float = strawberry.field(description="Bounds the error of each probability.")


@strawberry.type(description="The estimator that a world takes for a quantity.")
class Choice:
    """The estimator that a world takes for a quantity."""

    quantity: str = strawberry.field(description="The quantity's name.")
    estimator: str = strawberry.field(description="The estimator's name.")


@strawberry.type(description="One estimator chosen for each quantity.")
class World:
    """One estimator chosen for each quantity."""

    choices: list[Choice] = strawberry.field(description="One for each quantity of the formula.")
    weight: float = strawberry.field(description="Its share of the mixture; not the probability that it is true.")
    outcome: Outcome = strawberry.field(description="What it says.")


@strawberry.type(description="Whether to act against a loss, and what knowing more is worth.")
class Action:
    """Whether to act against a loss."""

    act: bool = strawberry.field(description="True if acting costs less than waiting is expected to.")
    probability: float = strawberry.field(description="P(answer > threshold) in the mixture.")
    expected_cost: float = strawberry.field(description="Of the cheaper of the two.")
    evpi: float = strawberry.field(description="The worth of knowing the answer.")
    evpi_world: float = strawberry.field(description="The worth of knowing which world is right.")


@strawberry.type(description="Every world, the heaviest first, and the mixture of all.")
class PossibleWorlds:
    """Every world, and the mixture of all."""

    answer: strawberry.Private[told.Answer]
    formula: str = strawberry.field(description="As checked.")
    unit: str = strawberry.field(description="The unit of the answer.")
    worlds: list[World] = strawberry.field(description="The heaviest first, then the least.")
    mixture: Outcome = strawberry.field(description="All worlds by their weights.")
    within: float | None = strawberry.field(description="The mixture's variance within worlds.")
    between: float | None = strawberry.field(description="The mixture's variance between worlds.")

    def decision(self, *, threshold: float, cost: float, loss: float) -> Action:
        """Whether to act at `cost` against a `loss` that comes if the answer exceeds `threshold`."""
        action = decide(self.answer, threshold=threshold, cost=cost, loss=loss)
        return Action(act=action.act, probability=action.probability, expected_cost=action.expected_cost,
                      evpi=action.evpi, evpi_world=action.evpi_world)

    decide: Action = strawberry.field(
        resolver=decision, description="Whether to act at `cost` against a `loss` if the answer exceeds `threshold`.")


def world_fields() -> list[StrawberryField]:
    """The field of a view."""
    fields: list[Any] = [strawberry.field(resolver=_possible_worlds, name="possibleWorlds", description=(
        "What a formula over uncertain quantities may come to, in every world and in their mixture."))]
    return fields


def _possible_worlds(  # the arguments of the field, one a line
    root: strawberry.Parent[Any], info: Info, *,
    formula: Annotated[str, strawberry.argument(description="Such as `rate * likes`, or `thin(departures, share)`.")],
    quantities: Annotated[list[QuantityInput], strawberry.argument(description="Those of the formula.")],
    thresholds: Annotated[list[float] | None, strawberry.argument(description="To be exceeded.")] = None,
    levels: Annotated[list[float] | None, strawberry.argument(description="Of quantiles; .05, .5 and .95.")] = None,
    seed: Annotated[int, strawberry.argument(description="Where an answer is drawn: the same seed, the same.")] = 0,
    draws: Annotated[int, strawberry.argument(description="At most 2^20.")] = DRAWS,
    exact_only: Annotated[bool, strawberry.argument(description="Refuse an answer that would be drawn.")] = False,
) -> PossibleWorlds:
    if not 0 < draws <= _DRAWS_MAX:
        raise InvalidFact(f"Expected from 1 to {_DRAWS_MAX} draws, got {draws}")
    answer = possible_worlds(
        check(formula, [quantity_of(given) for given in quantities]),
        {given.name: estimates_of(given, root) for given in quantities}, weights=_weights(quantities),
        thresholds=thresholds or (), levels=LEVELS if levels is None else levels, seed=seed, draws=draws,
        exact_only=exact_only)
    return PossibleWorlds(
        answer=answer, formula=answer.formula.text, unit=str(answer.formula.unit),
        worlds=[World(choices=[Choice(quantity=name, estimator=chosen) for name, chosen in world.choices],
                      weight=world.weight, outcome=_outcome(world.outcome)) for world in answer.worlds],
        mixture=_outcome(answer.mixture), within=_finite(answer.within), between=_finite(answer.between))


def _weights(quantities: list[QuantityInput]) -> dict[str, dict[str, float]]:
    weights = {given.name: {name_of(each): each.weight for each in given.estimators if each.weight is not None}
               for given in quantities}
    return {name: shares for name, shares in weights.items() if shares}


def _outcome(outcome: told.Outcome) -> Outcome:
    return Outcome(
        mean=_finite(outcome.mean), sd=_finite(outcome.sd),
        quantiles=[Quantile(level=level, value=_finite(value)) for level, value in outcome.quantiles],
        exceeds=[Exceedance(threshold=each.threshold, probability=each.probability, lower=each.lower, upper=each.upper)
                 for each in outcome.exceeds],
        method=outcome.method.value, error_bound=outcome.error_bound)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
