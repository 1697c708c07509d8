"""
The only reader of the wall clock.
"""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """The wall clock, in UTC. A test hands the store a clock of its own."""

    def now(self) -> datetime:
        """The present instant, with microseconds."""
        return datetime.now(UTC)
