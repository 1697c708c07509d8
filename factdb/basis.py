"""
The basis: the pair of times that a reader pins, with the transaction it resolves to.

Nothing below the API reads "now"; a basis is always passed, so an answer can be asked again, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from factdb.errors import InvalidBasis
from factdb.period import from_micros, to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What was true at `valid_at`, as far as the store knew at `system_at`, through `transaction`.

    `transaction` 0 is the empty store. Facts of later transactions are not seen, whatever system
    time they state.
    """

    valid_at: datetime
    system_at: datetime
    transaction: int

    def __post_init__(self) -> None:
        to_micros(self.valid_at)
        to_micros(self.system_at)

    @property
    def token(self) -> str:
        """The basis as text that `Basis.parse` reads back.

        >>> from factdb.period import EPOCH
        >>> Basis.parse(Basis(valid_at=EPOCH, system_at=EPOCH, transaction=3).token).transaction
        3
        """
        return f"{to_micros(self.valid_at)}.{to_micros(self.system_at)}.{self.transaction}"

    @classmethod
    def parse(cls, token: str) -> Basis:
        """The basis that `token` names."""
        try:
            valid_at, system_at, transaction = map(int, token.split("."))
            return cls(valid_at=from_micros(valid_at), system_at=from_micros(system_at), transaction=transaction)
        except (ValueError, OverflowError):
            raise InvalidBasis(f"Expected a basis token such as 1.2.3, got {token!r}") from None
