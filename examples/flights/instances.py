"""
The instances of the year: every scheduled departure, two hours before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from factdb.database import Database
from features.feature_set import FeatureSet
from features.instances import Frame, Progress, instances, leaking_instances
from features.spine import Spine, spine_of

FLIGHT = FeatureSet(name="flight two hours before", lag=timedelta(0), features=(
    "departures_1h", "departures_3h", "departures_24h", "delay_1h", "delay_3h", "delay_24h", "cancellations_3h",
    "late_share_3h", "carrier_late_share", "dest_late_share", "plane_last_delay", "plane_age", "wind", "temperature",
    "pressure", "rain", "visibility", "departs_hour", "departs_weekday", "distance", "carrier", "origin",
))
CONCEPTS = ("arrives_late", "arrival_delay")

_YEAR_END = datetime(2014, 1, 3, tzinfo=UTC)


def spine(database: Database) -> Spine:
    """Every scheduled departure of the year, two hours before."""
    return spine_of(database.at(database.basis(valid_at=_YEAR_END, system_at=_YEAR_END)), "two_hours_before")


def honest(database: Database, rows: Spine, done: Progress) -> Frame:
    """The instances of `rows`; a concept is NULL for a flight that was cancelled, diverted or lost from sight."""
    basis = database.basis(valid_at=_YEAR_END, system_at=_YEAR_END)
    return instances(database, rows, FLIGHT, CONCEPTS, basis, done=done)


def leaking(database: Database, rows: Spine, done: Progress) -> Frame:
    """The instances of `rows` that a table with one time would give."""
    basis = database.basis(valid_at=_YEAR_END, system_at=_YEAR_END)
    return leaking_instances(database, rows, FLIGHT, CONCEPTS, basis, done=done)
