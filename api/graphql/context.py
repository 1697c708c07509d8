"""
What a resolver may use: the store, the predictor, and the one "now" of the request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import strawberry

from api.champions import Champions
from api.graphql.limits import Limits
from api.pin import pin
from factdb.basis import Basis
from factdb.database import Database


@dataclass(slots=True, kw_only=True)
class Context:
    """One request: `now` was read from the clock once, and stands wherever a time is left out.

    `pinned` collects the basis of every view, by the path of its field, for the answer's extensions.
    """

    database: Database
    champions: Champions | None
    limits: Limits
    now: datetime
    pinned: dict[str, Basis] = field(default_factory=dict)

    def basis(self, *, valid: datetime | None, system: datetime | None, token: str | None) -> Basis:
        """The basis that an `at` means: a token's, or the times given, now where one is left out."""
        return pin(self.database, now=self.now, valid=valid, system=system, token=token)


Info: TypeAlias = strawberry.Info[Context, None]
