"""
What the demo asks over GraphQL on the evening of a foggy day: a prediction, what was believed when, and the worlds of
the next hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

AIRPORT = "JFK"
ASKED = datetime(2013, 12, 5, 22, tzinfo=UTC)  # 17:00 in New York
FLIGHT = "DL435 2013-12-05 JFK"  # due to leave for San Francisco at 19:00
IN_THE_AIR = datetime(2013, 12, 6, 4, tzinfo=UTC)
LANDED = datetime(2013, 12, 6, 12, tzinfo=UTC)
LATE_MAX = 8

# The day is lived again from 3:00 to 21:00, and looked back upon at these instants.
HOURS = tuple(datetime(2013, 12, 5, 8, tzinfo=UTC) + timedelta(hours=hour) for hour in range(19))
KNOWN_AT = tuple(datetime(2013, 12, day, hour, tzinfo=UTC) for day, hour in ((5, 18), (6, 0), (6, 6), (8, 0)))

PREDICT = """query($at: At, $flight: String!, $entity: JSON!, $airport: String!) {
  view(at: $at) {
    basis { token }
    scheduledByKey(flight: $flight) { carrier number origin dest departs arrives systemFrom }
    assignedByKey(flight: $flight) { tailnum systemFrom }
    weatherByKey(origin: $airport) { temperature wind rain visibility pressure validFrom systemFrom }
    late: predict(concept: ARRIVES_LATE, entity: $entity) { ...told }
    delay: predict(concept: ARRIVAL_DELAY, entity: $entity) { ...told } } }
fragment told on Prediction { value baseline unit servedBy degraded predictionId features { name value }
  model { id kind artifact fingerprint basis } }"""

BELIEFS = """query($before: At, $meanwhile: At, $after: At, $flight: String!) {
  before: view(at: $before) { ...believed }
  meanwhile: view(at: $meanwhile) { ...believed }
  after: view(at: $after) { ...believed } }
fragment believed on View {
  scheduledByKey(flight: $flight) { departs arrives }
  departedByKey(flight: $flight) { delay validFrom systemFrom }
  flownByKey(flight: $flight) { delay landed validFrom systemFrom } }"""

NOW = """query($at: At, $airport: String!) { view(at: $at) {
  originFeatures(origin: $airport) { scheduledNextHour originDelay1h } } }"""

WORLDS = """query($at: At, $quantities: [QuantityInput!]!, $threshold: Float!) {
  view(at: $at) { basis { token }
    possibleWorlds(formula: "thin(departures, late)", quantities: $quantities, thresholds: [$threshold],
                   levels: [0.05, 0.5, 0.95], exactOnly: true) {
      unit within between
      mixture { ...said }
      worlds { weight choices { quantity estimator } outcome { ...said } } } } }
fragment said on Outcome { mean sd method errorBound quantiles { level value } exceeds { threshold probability } }"""

CAME = """query($at: At, $airport: String!) { view(at: $at) {
  originConcepts(origin: $airport) { departuresNextHour lateNextHour } } }"""


def at(instant: datetime) -> dict[str, str]:
    """The input of a view of `instant` as known at `instant`."""
    return {"valid": instant.isoformat(), "system": instant.isoformat()}


def about_the_flight() -> dict[str, Any]:
    """The variables of PREDICT."""
    return {"at": at(ASKED), "flight": FLIGHT, "entity": {"flight": FLIGHT}, "airport": AIRPORT}


def about_beliefs() -> dict[str, Any]:
    """The variables of BELIEFS: two hours before the departure, in the air, and after the landing."""
    return {"before": at(ASKED), "meanwhile": at(IN_THE_AIR), "after": at(LANDED), "flight": FLIGHT}


def about_now() -> dict[str, Any]:
    """The variables of NOW."""
    return {"at": at(ASKED), "airport": AIRPORT}


def about_what_came() -> dict[str, Any]:
    """The variables of CAME: the hour after the question, as known when all had landed."""
    return {"at": {"valid": ASKED.isoformat(), "system": LANDED.isoformat()}, "airport": AIRPORT}


def about_worlds(planned: int, delay: float) -> dict[str, Any]:
    """The variables of WORLDS, given what is planned for the next hour and the mean delay of the last."""
    return {"at": at(ASKED), "threshold": LATE_MAX, "quantities": [
        _quantity("departures", "departures", "COUNT", ("GAMMA_POISSON", "POISSON_MODEL"), {
            "text": "departures_then($airport, start, departures, planned)", "value": "departures",
            "features": ["planned"], "featuresAhead": [planned]}),
        _quantity("late", "late/departure", "UNIT", ("BETA_SHARE", "BINOMIAL_MODEL"), {
            "text": "late_then($airport, start, late, landed, delay)", "value": "late", "exposure": "landed",
            "features": ["delay"], "featuresAhead": [delay]})]}


def _quantity(name: str, unit: str, support: str, kinds: tuple[str, str],
              history: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "unit": unit, "support": support, "estimators": [{"kind": kind} for kind in kinds],
            "history": {**history, "instant": "start", "params": {"airport": AIRPORT}}}
