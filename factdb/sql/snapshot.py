"""
Reading stored relations: the rows at a basis with their periods, the history of an identity, its timeline.

Bounds in answers are maximal as known then: rectangles that a later word cut are put together again,
as long as the row is the same and, in a history, as long as it was known over the same system period.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from factdb.period import FOREVER_MICROS
from factdb.schema import Column, Kind, Relation, Type, Value
from factdb.sql.clock import Clock
from factdb.sql.expression import constant
from factdb.sql.program import SqlProgram
from factdb.sql.stored import diagonal
from factdb.sql.tables import TIMES
from factdb.sql.terms import SYSTEM_AT, VALID_AT, aliased, big, col, parameter
from factdb.sql.visible import visible

TIME_COLUMNS = tuple(Column(name=name, type=Type.INSTANT, unit=None) for name in TIMES)


def rows_at(relation: Relation, where: Mapping[str, Value], limit: int | None) -> SqlProgram:
    """The rows of `relation` that hold at a basis and equal `where`: its columns, valid_from, valid_to, system_from.

    Order: by identity, then by valid_from.
    """
    known = _matching(relation, where).where(col("system_to") > parameter(SYSTEM_AT))
    holds = exp.and_(col("valid_from") <= parameter(VALID_AT), col("valid_to") > parameter(VALID_AT))
    columns = (*relation.columns, *TIME_COLUMNS[:3])
    pieces = known if relation.kind is Kind.EVENT else _joined_up(relation, known, [])
    whole = ({"valid_from": "valid_from", "valid_to": "valid_to"} if relation.kind is Kind.EVENT
             else {"valid_from": "#whole_from", "valid_to": "#whole_to"})
    query = (exp.select(*[aliased(col(whole.get(c.name, c.name)), c.name) for c in columns])
             .from_(exp.alias_(pieces.subquery(), "p", table=True)).where(holds)
             .order_by(*[exp.Ordered(this=col(n, "p")) for n in (*relation.identity, "valid_from")]))
    return SqlProgram(query=query if limit is None else query.limit(limit), columns=columns,
                      split_key=relation.identity[0])


def history_of(relation: Relation, where: Mapping[str, Value]) -> SqlProgram:
    """Every belief about the rows that equal `where`, as known at the system time of a basis.

    Its columns, then TIMES; in the order of system_from and valid_from. What was still believed then has
    no end in system time.
    """
    known = _matching(relation, where)
    ended = exp.case().when(col("system_to") > parameter(SYSTEM_AT), big(FOREVER_MICROS)).else_(col("system_to"))
    names = [*[c.name for c in relation.columns], *TIMES[:3], "transaction", "position"]
    # A word of a later transaction with the same stated time leaves an empty rectangle, for the bases before it.
    clipped = exp.select(*[col(n) for n in names], aliased(ended, "system_to")).from_(
        exp.alias_(known.subquery(), "k", table=True)).where(col("system_from") < ended.copy())
    columns = (*relation.columns, *TIME_COLUMNS)
    if relation.kind is not Kind.EVENT:
        clipped = _joined_up(relation, clipped, ["system_from", "system_to"])
        whole = {"valid_from": "#whole_from", "valid_to": "#whole_to"}
    else:
        whole = {}
    query = exp.select(*[aliased(col(whole.get(c.name, c.name)), c.name) for c in columns]).distinct().from_(
        exp.alias_(clipped.subquery(), "p", table=True)).order_by(
            *[exp.Ordered(this=col(n)) for n in ("system_from", "valid_from", *relation.identity, "system_to")])
    return SqlProgram(query=query, columns=columns, split_key=relation.identity[0])


def timeline_of(relation: Relation, where: Mapping[str, Value], lag: int) -> SqlProgram:
    """What a reader along the diagonal saw of the rows that equal `where`: their columns, observed_from, observed_to.

    A row holds for a reader at t in [observed_from, observed_to): valid at t and known at t - `lag`
    (microseconds). Equal neighbours are one; order by identity, then by time.
    """
    pieces = diagonal(_matching(relation, where), Clock(along=True, known=False, lag=lag, shift=0))
    names = [*[c.name for c in relation.columns], "transaction", "position"]
    renamed = exp.select(*[col(n) for n in names], aliased(col("#diagonal_from"), "valid_from"),
                         aliased(col("#diagonal_to"), "valid_to")).from_(exp.alias_(pieces.subquery(), "t", table=True))
    period = {"observed_from": "valid_from", "observed_to": "valid_to"}
    if relation.kind is not Kind.EVENT:
        renamed = _joined_up(relation, renamed, [])
        period = {"observed_from": "#whole_from", "observed_to": "#whole_to"}
    columns = (*relation.columns, *[Column(name=n, type=Type.INSTANT, unit=None) for n in period])
    query = exp.select(*[aliased(col(period.get(c.name, c.name)), c.name) for c in columns]).distinct().from_(
        exp.alias_(renamed.subquery(), "p", table=True)).order_by(
            *[exp.Ordered(this=col(n)) for n in (*relation.identity, "observed_from", "observed_to")])
    return SqlProgram(query=query, columns=columns, split_key=relation.identity[0])


def _matching(relation: Relation, where: Mapping[str, Value]) -> exp.Select:
    query = exp.select("*").from_(exp.alias_(visible(relation).subquery(), "v", table=True))
    query = query.where(col("system_from") <= parameter(SYSTEM_AT))
    for name, value in where.items():
        stored = constant(relation.stored(name, value), relation.column(name).type)
        query = query.where(exp.NullSafeEQ(this=col(name), expression=stored))
    return query


def _joined_up(relation: Relation, pieces: exp.Select, within: list[str]) -> exp.Select:
    """`pieces` with whole_from and whole_to: the period of the run of adjacent equal pieces of one identity."""
    partition = [*relation.identity, *within]
    same = (["transaction", "position"] if relation.kind is Kind.OBSERVED
            else [c.name for c in relation.columns if c.name not in relation.identity])
    continues = exp.and_(_lag("valid_to", partition).eq(col("valid_from")),
                         *[exp.NullSafeEQ(this=_lag(n, partition), expression=col(n)) for n in same])
    starts = exp.case().when(continues, big(0)).else_(big(1))
    marked = exp.select("*", aliased(starts, "#starts")).from_(exp.alias_(pieces.subquery(), "a", table=True))
    run = exp.Window(this=exp.Sum(this=col("#starts")), partition_by=[col(n) for n in partition],
                     order=exp.Order(expressions=[exp.Ordered(this=col("valid_from"))]))
    numbered = exp.select("*", aliased(run, "#run")).from_(exp.alias_(marked.subquery(), "b", table=True))
    whole = [aliased(exp.Window(this=function(this=col(name)), partition_by=[col(n) for n in (*partition, "#run")]), to)
             for function, name, to in ((exp.Min, "valid_from", "#whole_from"), (exp.Max, "valid_to", "#whole_to"))]
    return exp.select("*", *whole).from_(exp.alias_(numbered.subquery(), "c", table=True))


def _lag(name: str, partition: list[str]) -> exp.Window:
    return exp.Window(this=exp.func("lag", col(name)), partition_by=[col(n) for n in partition],
                      order=exp.Order(expressions=[exp.Ordered(this=col("valid_from"))]))
