"""
What the demo asks over GraphQL: a prediction, what was believed when, and the worlds of an airport's next hour.

Each question is a query with its variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from examples.flights.moments import LATE_MAX

Question: TypeAlias = tuple[str, dict[str, Any]]

_PREDICT = """query($at: At, $flight: String!, $entity: JSON!, $airport: String!) {
  view(at: $at) {
    basis { token }
    scheduledByKey(flight: $flight) { carrier number origin dest departs arrives systemFrom }
    assignedByKey(flight: $flight) { tailnum systemFrom }
    weatherByKey(origin: $airport) { temperature wind rain visibility pressure validFrom systemFrom }
    late: predict(concept: ARRIVES_LATE, entity: $entity) { ...told }
    delay: predict(concept: ARRIVAL_DELAY, entity: $entity) { ...told } } }
fragment told on Prediction { value baseline unit servedBy degraded predictionId features { name value }
  model { id kind artifact fingerprint basis } }"""

_BELIEFS = """query($before: At, $meanwhile: At, $after: At, $flight: String!) {
  before: view(at: $before) { ...believed }
  meanwhile: view(at: $meanwhile) { ...believed }
  after: view(at: $after) { ...believed } }
fragment believed on View {
  scheduledByKey(flight: $flight) { departs arrives }
  departedByKey(flight: $flight) { delay validFrom systemFrom }
  flownByKey(flight: $flight) { delay landed validFrom systemFrom } }"""

_NOW = """query($at: At, $airport: String!) { view(at: $at) {
  originFeatures(origin: $airport) { scheduledNextHour originDelay1h } } }"""

_WORLDS = """query($at: At, $quantities: [QuantityInput!]!, $threshold: Float!) {
  view(at: $at) { basis { token }
    possibleWorlds(formula: "thin(departures, late)", quantities: $quantities, thresholds: [$threshold],
                   levels: [0.05, 0.5, 0.95], exactOnly: true) {
      unit within between
      mixture { ...said }
      worlds { weight choices { quantity estimator } outcome { ...said } } } } }
fragment said on Outcome { mean sd method errorBound quantiles { level value } exceeds { threshold probability } }"""

_CAME = """query($at: At, $airport: String!) { view(at: $at) {
  originConcepts(origin: $airport) { departuresNextHour lateNextHour } } }"""


def prediction(flight: str, airport: str, asked: datetime) -> Question:
    """What the champions say of `flight` as of `asked`, and the facts and features behind it."""
    return _PREDICT, {"at": _at(asked), "flight": flight, "entity": {"flight": flight}, "airport": airport}


def beliefs(flight: str, before: datetime, meanwhile: datetime, after: datetime) -> Question:
    """What was believed of `flight` at three instants."""
    return _BELIEFS, {"before": _at(before), "meanwhile": _at(meanwhile), "after": _at(after), "flight": flight}


def now(airport: str, asked: datetime) -> Question:
    """What is planned at `airport` for the hour after `asked`, and the mean delay of the hour before."""
    return _NOW, {"at": _at(asked), "airport": airport}


def worlds(airport: str, asked: datetime, known: Mapping[str, Any]) -> Question:
    """How many of the next hour's departures will arrive late, in every world; `known` is the answer to `now`."""
    features = known["view"]["originFeatures"]
    return _WORLDS, {"at": _at(asked), "threshold": LATE_MAX, "quantities": [
        _quantity("departures", "departures", "COUNT", ("GAMMA_POISSON", "POISSON_MODEL"), {
            "params": {"airport": airport},
            "text": "departures_then($airport, start, departures, planned)", "value": "departures",
            "features": ["planned"], "featuresAhead": [features["scheduledNextHour"]]}),
        _quantity("late", "late/departure", "UNIT", ("BETA_SHARE", "BINOMIAL_MODEL"), {
            "params": {"airport": airport},
            "text": "late_then($airport, start, late, landed, delay)", "value": "late", "exposure": "landed",
            "features": ["delay"], "featuresAhead": [features["originDelay1h"]]})]}


def what_came(airport: str, asked: datetime) -> Question:
    """What the hour after `asked` brought, as known a day later."""
    return _CAME, {"at": {"valid": asked.isoformat(), "system": (asked + timedelta(days=1)).isoformat()},
                   "airport": airport}


def _at(instant: datetime) -> dict[str, str]:
    """The input of a view of `instant` as known at `instant`."""
    return {"valid": instant.isoformat(), "system": instant.isoformat()}


def _quantity(name: str, unit: str, support: str, kinds: tuple[str, str],
              history: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "unit": unit, "support": support, "estimators": [{"kind": kind} for kind in kinds],
            "history": {**history, "instant": "start"}}
