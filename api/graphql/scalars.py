"""
Scalars: instants as ISO 8601 in UTC, durations as ISO 8601, integers of 64 bits, JSON.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from api.texts import duration_text, instant_text, integer_json, read_duration, read_instant, read_integer

Instant = NewType("Instant", datetime)
Duration = NewType("Duration", timedelta)
BigInt = NewType("BigInt", int)
Json = NewType("Json", object)

SCALARS: dict[object, ScalarDefinition] = {
    Instant: strawberry.scalar(
        name="DateTime", serialize=instant_text, parse_value=read_instant,
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        description="An instant, ISO 8601 with a zone; answers are in UTC. 9999-12-31T23:59:59.999999Z is for ever."),
    Duration: strawberry.scalar(name="Duration", serialize=duration_text, parse_value=read_duration,
                                description="A length of time, ISO 8601 of days and smaller, such as PT2H."),
    BigInt: strawberry.scalar(
        name="BigInt", serialize=integer_json, parse_value=read_integer,
        description="An integer of 64 bits: a number, or text of digits where it is beyond 2^53."),
    Json: strawberry.scalar(name="JSON", description="Any JSON value."),
}
