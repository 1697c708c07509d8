"""
The types that every schema has, whatever the catalog declares.
"""

from __future__ import annotations

import strawberry

from api.graphql.scalars import BigInt, Instant, Json
from factdb.basis import Basis


@strawberry.input(name="At", description="The point of both times that a view is pinned to.")
class At:
    """The point of both times that a view is pinned to."""

    valid: Instant | None = strawberry.field(default=None, description="What held when; now if left out.")
    system: Instant | None = strawberry.field(default=None, description="As known when; now if left out.")
    basis: str | None = strawberry.field(default=None, description="A basis token, instead of times.")


@strawberry.type(name="Basis", description="The pair of times an answer was read at; asked again, it gives the same.")
class BasisType:
    """The pair of times an answer was read at."""

    valid: Instant = strawberry.field(description="What held at this instant.")
    system: Instant = strawberry.field(description="As known at this instant.")
    transaction: BigInt = strawberry.field(description="The last transaction seen; 0 is the empty store.")
    token: str = strawberry.field(description="The basis as text, for `at: {basis: ...}`.")


def basis_type(basis: Basis) -> BasisType:
    """`basis` as clients see it."""
    return BasisType(valid=Instant(basis.valid_at), system=Instant(basis.system_at),
                     transaction=BigInt(basis.transaction), token=basis.token)


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """Where a page ends."""

    has_next_page: bool = strawberry.field(description="True when more rows follow.")
    end_cursor: str | None = strawberry.field(description="For `after`; null of an empty page.")


@strawberry.type(description="A column of a result.")
class ResultColumn:
    """A column of a result."""

    name: str = strawberry.field(description="The variable's, feature's or column's name.")
    type: str = strawberry.field(description="text, int, float, bool, instant or duration.")


@strawberry.type(description="Rows whose columns only the question knows.")
class TableResult:
    """Rows whose columns only the question knows."""

    columns: list[ResultColumn] = strawberry.field(description="In the order of each row's values.")
    rows: Json = strawberry.field(description="A list of rows, each a list of values.")
    row_count: int = strawberry.field(description="How many rows the question has, shown or not.")
    truncated: bool = strawberry.field(description="True when `rows` holds only the first of them.")


@strawberry.type(description="A commit to the log.")
class Transaction:
    """A commit to the log."""

    transaction: BigInt = strawberry.field(description="Its number, from 1.")
    system_at: Instant = strawberry.field(description="When it was committed.")
    actor: str = strawberry.field(description="Who wrote it.")
    source: str = strawberry.field(description="Where its facts come from.")
    reason: str = strawberry.field(description="Why.")
    facts: BigInt = strawberry.field(description="How many facts it holds.")
