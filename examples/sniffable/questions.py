"""
What the demo asks over GraphQL: a prediction, what was believed when, and the worlds of the next hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from examples.sniffable.facts import ASKED

THRESHOLD, COST, LOSS = 200_000, 10, 50

_PREDICT = """predict(concept: LIKES_24H, entity: $entity{n}, at: $at{n}, actor: "examples/sniffable") {{ __typename
    ... on Recorded {{ prediction {{ value baseline unit servedBy degraded predictionId
      features {{ name value }} model {{ id kind artifact }} }} transacted {{ transaction }} }}
    ... on Refused {{ code message }} ... on Conflict {{ code message }} }}"""

OUTCOMES = """query($at: At) { view(at: $at) {
  outcomes(concept: LIKES_24H, maturesAfter: "P1D") { totalCount scores rows { entity value outcome } } } }"""

BELIEFS = """query($then: At, $now: At, $pupdate: String!) {
  then: view(at: $then) { tallyByKey(pupdate: $pupdate) { likes systemFrom } }
  now: view(at: $now) { tallyByKey(pupdate: $pupdate) { likes systemFrom } tallyHistory(pupdate: $pupdate) {
    likes systemFrom systemTo } } }"""

WORLDS = """query($at: At, $quantities: [QuantityInput!]!, $threshold: Float!, $cost: Float!, $loss: Float!) {
  view(at: $at) { basis { token }
    possibleWorlds(formula: "pupdates * likes", quantities: $quantities, thresholds: [$threshold], exactOnly: true) {
      unit within between
      mixture { mean sd method errorBound quantiles { level value } exceeds { probability } }
      worlds { weight choices { quantity estimator } outcome { mean sd quantiles { level value }
        exceeds { probability } } }
      decide(threshold: $threshold, cost: $cost, loss: $loss) { act probability expectedCost evpi evpiWorld } } } }"""

HOURS = """query($at: At) { view(at: $at) {
  pupdates: query(text: "pupdates_of_hour(starts, n)") { rows }
  likes: query(text: "likes_each_of_hour(starts, m)") { rows } } }"""


def predictions(asked: Sequence[tuple[str, datetime]]) -> tuple[str, dict[str, Any]]:
    """A mutation, and its variables, that records a prediction of each pupdate as asked then; p0 is the first."""
    numbers = range(len(asked))
    declared = ", ".join(f"$at{n}: At, $entity{n}: JSON!" for n in numbers)
    fields = "\n  ".join(f"p{n}: {_PREDICT.format(n=n)}" for n in numbers)
    variables: dict[str, Any] = {}
    for n, (pupdate, instant) in enumerate(asked):
        variables |= {f"at{n}": at(instant, instant), f"entity{n}": {"pupdate": pupdate}}
    return f"mutation({declared}) {{\n  {fields} }}", variables


def at(valid: datetime, system: datetime) -> dict[str, str]:
    """The input of a view at the two times."""
    return {"valid": valid.isoformat(), "system": system.isoformat()}


def worlds_variables(system: datetime, *, certain: bool) -> dict[str, Any]:
    """The variables of WORLDS as known at `system`; with `certain`, each estimator is taken at its mean."""
    return {"at": at(ASKED, system), "threshold": THRESHOLD, "cost": COST, "loss": LOSS,
            "quantities": [_quantity("pupdates", "pupdates", "pupdates_of_hour(starts, n)", certain=certain),
                           _quantity("likes", "likes/pupdate", "likes_each_of_hour(starts, n)", certain=certain)]}


def _quantity(name: str, unit: str, text: str, *, certain: bool) -> Mapping[str, Any]:
    return {
        "name": name, "unit": unit, "support": "POSITIVE",
        "history": {"text": text, "instant": "starts", "value": "n", "ahead": ASKED.isoformat()},
        "estimators": [{"kind": "MEAN", "certain": certain}, {"kind": "TREND", "certain": certain}],
    }
