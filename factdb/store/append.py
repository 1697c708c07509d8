"""
Appending to the log: one transaction, all or nothing, durable when it returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa
from sqlglot import exp

from factdb.errors import Conflict, InvalidFact
from factdb.fact import Receipt
from factdb.period import from_micros, to_micros
from factdb.schema import Relation
from factdb.sql.tables import table
from factdb.sql.terms import aliased, big, col, named
from factdb.store.execute import hand_over, rows, run

ROWS = "incoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who wrote, from where and why; `digest` is the content's, to recognise a repeat by its key."""

    actor: str
    source: str
    reason: str
    idempotency_key: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest transaction: its number and its instant in microseconds; 0 and 0 before any."""

    transaction: int
    system_at: int


def head(connection: duckdb.DuckDBPyConnection) -> Head:
    """The newest committed transaction."""
    query = exp.select(*[exp.func("coalesce", exp.Max(this=col(n)), big(0)) for n in ("transaction", "system_at")]
                       ).from_(table("factdb", "transactions"))
    transaction, system_at = rows(connection, query)[0]
    return Head(transaction=transaction, system_at=system_at)


def repeat(connection: duckdb.DuckDBPyConnection, cause: Cause) -> Receipt | None:
    """The receipt of the transaction that had this idempotency key, if one had; Conflict if it said otherwise."""
    if cause.idempotency_key is None:
        return None
    query = exp.select(*[col(n) for n in ("transaction", "system_at", "facts", "digest")]).from_(
        table("factdb", "transactions")).where(col("idempotency_key").eq(exp.Literal.string(cause.idempotency_key)))
    for transaction, system_at, facts, digest in rows(connection, query):
        if digest != cause.digest:
            raise Conflict(f"Idempotency key {cause.idempotency_key!r} was committed with other facts, "
                           f"as transaction {transaction}")
        return Receipt(transaction=transaction, system_at=from_micros(system_at), facts=facts, repeated=True)
    return None


def begin(connection: duckdb.DuckDBPyConnection, cause: Cause, facts: int, now: datetime) -> Head:
    """Enter a new transaction, after the newest in number and in time, inside a database transaction."""
    last = head(connection)
    new = Head(transaction=last.transaction + 1, system_at=max(to_micros(now), last.system_at + 1))
    texts = (cause.actor, cause.source, cause.reason, cause.idempotency_key, cause.digest)
    values = [big(new.transaction), big(new.system_at),
              *[exp.null() if t is None else exp.Literal.string(t) for t in texts], big(facts)]
    run(connection, exp.insert(exp.select(*values), table("factdb", "transactions")))
    return new


def append(connection: duckdb.DuckDBPyConnection, relation: Relation, words: pa.Table, transaction: Head,
           *, offset: int, now: datetime) -> None:
    """Write `words` (op, times, row, columns; all stored-ready) to the log, at the positions `offset` + row.

    `system_from` may be NULL: the transaction's own instant; a stated one is checked here.
    """
    with hand_over(connection, ROWS, words):
        _check_stated(connection, relation, now)
        cells: Mapping[str, exp.Expr] = {
            "transaction": big(transaction.transaction),
            "position": col("#row") + big(offset),
            "op": col("op"), "valid_from": col("valid_from"), "valid_to": col("valid_to"),
            "system_from": exp.func("coalesce", col("system_from"), big(transaction.system_at)),
            **{c.name: col(c.name) for c in relation.columns}}
        query = exp.select(*[aliased(cell, name) for name, cell in cells.items()]).from_(named(ROWS))
        run(connection, exp.insert(query, table("log", relation.name)))


def _check_stated(connection: duckdb.DuckDBPyConnection, relation: Relation, now: datetime) -> None:
    bounds = exp.select(exp.Min(this=col("system_from")), exp.Max(this=col("system_from"))).from_(named(ROWS))
    earliest, latest = rows(connection, bounds)[0]
    if earliest is None:
        return
    if latest > to_micros(now):
        raise InvalidFact(f"Expected stated system times up to now, {now.isoformat()}, "
                          f"got {from_micros(latest).isoformat()} for {relation.name}")
    held = rows(connection, exp.select(exp.Max(this=col("system_from"))).from_(table("log", relation.name)))[0][0]
    if held is not None and earliest < held:
        raise InvalidFact(f"Expected stated system times of {relation.name} from {from_micros(held).isoformat()} on, "
                          f"which it already holds, got {from_micros(earliest).isoformat()}")
