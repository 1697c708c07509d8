"""
The aggregates of the language over the rows of a group.

NULL values are skipped, as in SQL, except by count without an expression and by first and last. An empty
group has count 0 and sum 0, and no row for the others.
"""

from __future__ import annotations

from sqlglot import exp

from factdb.datalog.passes.check_types import type_of
from factdb.datalog.syntax import Aggregate, AggregateFunction
from factdb.errors import Fault
from factdb.schema import Type
from factdb.sql.expression import Scope, constant, expression_sql
from factdb.sql.terms import col

KEEPS_EMPTY = frozenset({AggregateFunction.COUNT, AggregateFunction.SUM})
SKIPS_NULL = frozenset(AggregateFunction) - KEEPS_EMPTY - {AggregateFunction.FIRST, AggregateFunction.LAST}
_PLAIN = {
    AggregateFunction.AVG: "avg", AggregateFunction.MIN: "min", AggregateFunction.MAX: "max",
    AggregateFunction.MEDIAN: "median", AggregateFunction.STDDEV: "stddev_samp",
    AggregateFunction.VARIANCE: "var_samp", AggregateFunction.ANY: "bool_or", AggregateFunction.EVERY: "bool_and",
}


def aggregate_sql(aggregate: Aggregate, scope: Scope) -> exp.Expr:
    """`aggregate` over the rows of a group in which its body's variables are bound as in `scope`."""
    value = None if aggregate.expression is None else expression_sql(aggregate.expression, scope)
    match aggregate.function:
        case AggregateFunction.COUNT if value is None:
            return exp.Count(this=exp.Star())
        case _ if value is None:
            raise Fault(f"Expected an expression for {aggregate.function.value}")
        case AggregateFunction.COUNT:
            return exp.Count(this=exp.Distinct(expressions=[value]) if aggregate.distinct else value)
        case AggregateFunction.FIRST | AggregateFunction.LAST:
            return _by_time(value, "arg_min" if aggregate.function is AggregateFunction.FIRST else "arg_max")
        case AggregateFunction.SUM:
            return _sum(aggregate, value, scope)
        case AggregateFunction.QUANTILE:
            return exp.func("quantile_cont", value, exp.Literal.number(repr(aggregate.parameter)))
        case AggregateFunction.ARGMIN | AggregateFunction.ARGMAX | AggregateFunction.LIST:
            raise Fault(f"Expected the passes to refuse {aggregate.function.value}")
    chosen = exp.Distinct(expressions=[value]) if aggregate.distinct else value
    return exp.func(_PLAIN[aggregate.function], chosen)


def empty_value(kind: Type) -> exp.Expr:
    """What count and sum are of no rows: the zero of `kind`."""
    return constant(0, kind)


def _by_time(value: exp.Expr, function: str) -> exp.Expr:
    # arg_max skips rows whose value is NULL, and the last reading may well be NULL: so carry it in a struct.
    carried = exp.func("struct_pack", exp.PropertyEQ(this=exp.to_identifier("v"), expression=value))
    return exp.func("struct_extract", exp.func(function, carried, col("rank", "b")), exp.Literal.string("v"))


def _sum(aggregate: Aggregate, value: exp.Expr, scope: Scope) -> exp.Expr:
    assert aggregate.expression is not None
    total = exp.Sum(this=exp.Distinct(expressions=[value]) if aggregate.distinct else value)
    if type_of(aggregate.expression, scope.types) is Type.FLOAT:
        return total
    # A sum of integers is exact in 128 bits; back in 64 an overflow is an error, not a wrap.
    return exp.cast(total, exp.DataType.Type.BIGINT)
