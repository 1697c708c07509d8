"""
Pinning: the basis that a client means.
"""

from __future__ import annotations

from datetime import datetime

from factdb.basis import Basis
from factdb.database import Database
from factdb.errors import InvalidBasis


def pin(database: Database, *, now: datetime, valid: datetime | None, system: datetime | None,
        token: str | None) -> Basis:
    """The basis of a token, or of two times of which one left out is `now`; never of both."""
    if token is None:
        return database.basis(valid_at=valid or now, system_at=system or now)
    if valid or system:
        raise InvalidBasis("Expected either a basis or times, got both")
    named = Basis.parse(token)
    return database.basis(valid_at=named.valid_at, system_at=named.system_at, transaction=named.transaction)
