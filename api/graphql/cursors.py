"""
Cursors: where in a relation's rows, at which basis, a page ended.

The rows of a relation have one order at a basis, so a place in it stays right whatever is written meanwhile.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from factdb.basis import Basis
from factdb.errors import CallerError


class InvalidCursor(CallerError):
    """A cursor cannot be read, or belongs to another view."""

    code = "INVALID_CURSOR"


def cursor(basis: Basis, place: int) -> str:
    """The text for the row at `place`, counted from 0."""
    return urlsafe_b64encode(f"{basis.token}:{place}".encode()).decode()


def place_after(text: str | None, basis: Basis) -> int:
    """The place of the first row after the cursor `text`; 0 for none. It must be of the same basis.

    >>> from factdb.period import EPOCH
    >>> basis = Basis(valid_at=EPOCH, system_at=EPOCH, transaction=1)
    >>> place_after(cursor(basis, 41), basis)
    42
    """
    if text is None:
        return 0
    try:
        token, _, place = urlsafe_b64decode(text.encode()).decode().partition(":")
        after = int(place) + 1
    except ValueError:
        raise InvalidCursor(f"Expected a cursor of an earlier page, got {text!r}") from None
    if token != basis.token:
        raise InvalidCursor(f"This cursor belongs to another view; ask it in view(at: {{basis: \"{token}\"}})")
    return after
