"""
Mutations on facts. A refusal that a program must decide about is data; the request itself was well made.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry.types.field import StrawberryField

from api.facts import fact_of
from api.graphql.context import Info
from api.graphql.limits import checked_page
from api.graphql.scalars import BigInt, Instant, Json
from api.graphql.types import BasisType, basis_type
from factdb.errors import CallerError, Conflict
from factdb.fact import Op, Receipt

strawberry.enum(Op, name="Op", description="What a fact does to the belief about its key.")


@strawberry.input(description="One word on one key of one relation, over a period of valid time.")
class FactInput:
    """One word on one key of one relation."""

    relation: str = strawberry.field(description="The relation's name, as declared.")
    values: Json = strawberry.field(description="An object of columns, as declared; instants and durations as texts.")
    valid_from: Instant = strawberry.field(description="From when it holds; an event's or reading's instant.")
    valid_to: Instant | None = strawberry.field(default=None, description="Up to when it holds; for ever if left out.")
    op: Op = strawberry.field(default=Op.ASSERT, description="Assert, or retract.")


@strawberry.type(description="The facts are durable.")
class Transacted:
    """The facts are durable."""

    transaction: BigInt = strawberry.field(description="The transaction's number.")
    system_at: Instant = strawberry.field(description="When it was committed.")
    facts: int = strawberry.field(description="How many facts it holds.")
    repeated: bool = strawberry.field(description="True if this key was committed before; nothing was written now.")
    basis: BasisType = strawberry.field(description="A basis that sees the facts.")


@strawberry.type(name="Conflict", description="Someone else wrote otherwise; nothing was written. Read again.")
class ConflictType:
    """Someone else wrote otherwise."""

    code: str = strawberry.field(description="What kind of conflict.")
    message: str = strawberry.field(description="What was expected, and what came.")


@strawberry.type(description="The facts are not acceptable; nothing was written.")
class Refused:
    """The facts are not acceptable."""

    code: str = strawberry.field(description="What kind of error.")
    message: str = strawberry.field(description="What was expected, and what came.")


TransactResult: TypeAlias = Annotated[
    Transacted | ConflictType | Refused, strawberry.union("TransactResult", description="What became of the facts.")]


def write_fields() -> list[StrawberryField]:
    """The mutations that every schema has."""
    fields: list[Any] = [strawberry.mutation(resolver=_transact, name="transact", description=(
        "Commit facts, all or none."))]
    return fields


def _transact(info: Info, *,
              facts: Annotated[list[FactInput], strawberry.argument(description="At least one, at most 1,000.")],
              actor: Annotated[str, strawberry.argument(description="Who writes.")],
              source: Annotated[str, strawberry.argument(description="Where the facts come from.")],
              reason: Annotated[str, strawberry.argument(description="Why.")],
              idempotency_key: Annotated[str | None, strawberry.argument(description=(
                  "The same key with the same facts is committed once; its receipt comes again."))] = None,
              ) -> TransactResult:
    database = info.context.database
    checked_page(len(facts), info.context.limits)
    try:
        receipt = database.transact(
            [fact_of(database.program.relations, relation=fact.relation, values=fact.values,
                     valid_from=fact.valid_from, valid_to=fact.valid_to, op=fact.op) for fact in facts],
            actor=actor, source=source, reason=reason, idempotency_key=idempotency_key)
    except Conflict as error:
        return ConflictType(code=error.code, message=str(error))
    except CallerError as error:
        return Refused(code=error.code, message=str(error))
    return transacted(receipt, info)


def transacted(receipt: Receipt, info: Info) -> Transacted:
    """The receipt as clients see it; its basis sees the facts, and is the answer's."""
    context = info.context
    system_at = max(context.now, receipt.system_at)
    basis = context.database.basis(valid_at=context.now, system_at=system_at, transaction=receipt.transaction)
    context.pinned[str(info.path.key)] = basis
    return Transacted(transaction=BigInt(receipt.transaction), system_at=Instant(receipt.system_at),
                      facts=receipt.facts, repeated=receipt.repeated, basis=basis_type(basis))
