"""
Expressions of the rule language as sqlglot expressions.

Arithmetic follows the language, not the engine: `/` is float division, `//` and `%` round down as Python's,
a division by zero is NULL, an overflow is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from factdb.datalog.passes.check_types import type_of
from factdb.datalog.syntax import Binary, Call, Constant, Expression, Parameter, Unary, Variable, Wildcard
from factdb.errors import Fault
from factdb.schema import Type
from factdb.sql.tables import PHYSICAL
from factdb.sql.terms import big

SECOND = 1_000_000
_UNITS = {"seconds": SECOND, "minutes": 60 * SECOND, "hours": 3600 * SECOND, "days": 86_400 * SECOND}
_PARTS = {"hour": "hour", "minute": "minute", "day": "day", "month": "month", "year": "year", "year_day": "dayofyear"}
_PLAIN = {"floor": "floor", "ceil": "ceil", "round": "round", "abs": "abs", "exp": "exp", "least": "least",
          "greatest": "greatest", "coalesce": "coalesce", "lower": "lower", "upper": "upper", "length": "length",
          "starts_with": "starts_with", "ends_with": "ends_with", "contains": "contains"}
_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions may refer to: a column for each bound variable, its type, and the instant of the question."""

    variables: Mapping[str, exp.Expr]
    types: Mapping[str, Type]
    now: exp.Expr


def expression_sql(expression: Expression, scope: Scope) -> exp.Expr:
    """The value of `expression` where its variables are bound."""
    match expression:
        case Variable(name):
            return scope.variables[name].copy()
        case Constant(value, kind):
            return constant(value, kind)
        case Unary("-", operand):
            return exp.Neg(this=exp.paren(expression_sql(operand, scope)))
        case Unary(_, operand):
            return exp.not_(exp.paren(expression_sql(operand, scope)))
        case Binary():
            return _binary(expression, scope)
        case Call(function, arguments):
            return _call(function, arguments, scope)
        case Wildcard() | Parameter():
            raise Fault(f"Expected the passes to leave no {type(expression).__name__} in an expression")
    assert_never(expression)


def comparison(operator: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """`left operator right`, unknown where either is NULL."""
    return _COMPARE[operator](this=left, expression=right)


def constant(value: str | int | float | bool | None, kind: Type | None) -> exp.Expr:
    """A stored-ready `value` as a constant of the physical type of `kind`."""
    match value:
        case None:
            return exp.null() if kind is None else exp.cast(exp.null(), PHYSICAL[kind])
        case bool():
            return exp.true() if value else exp.false()
        case str():
            return exp.Literal.string(value)
        case int() if kind is not Type.FLOAT:
            return big(value)
        case int() | float():
            return exp.cast(exp.Literal.string(repr(float(value))), exp.DataType.Type.DOUBLE)
    raise Fault(f"Expected a stored-ready constant, got {value!r}")


def _binary(expression: Binary, scope: Scope) -> exp.Expr:
    left, right = expression_sql(expression.left, scope), expression_sql(expression.right, scope)
    kinds = type_of(expression.left, scope.types), type_of(expression.right, scope.types)
    match expression.operator:
        case "and" | "or" as word:
            connector = exp.And if word == "and" else exp.Or
            return exp.paren(connector(this=left, expression=right))
        case "+" if kinds[0] is Type.TEXT:
            return exp.paren(exp.DPipe(this=left, expression=right))
        case "+":
            return exp.paren(exp.Add(this=left, expression=right))
        case "-":
            return exp.paren(exp.Sub(this=left, expression=right))
        case "*":
            return _product(left, right, kinds)
        case "/":
            return _quotient(left, right, kinds)
        case "//":
            return exp.paren(_floored(left, right))
        case "%":
            return exp.paren(_remainder(left, right))
        case operator:
            return exp.paren(comparison(operator, left, right))


def _product(left: exp.Expr, right: exp.Expr, kinds: tuple[Type | None, Type | None]) -> exp.Expr:
    product = exp.paren(exp.Mul(this=left, expression=right))
    return _whole(product) if Type.DURATION in kinds and Type.FLOAT in kinds else product


def _quotient(left: exp.Expr, right: exp.Expr, kinds: tuple[Type | None, Type | None]) -> exp.Expr:
    divided = exp.paren(exp.Div(this=_double(left), expression=_nonzero(_double(right))))
    return _whole(divided) if kinds[0] is Type.DURATION and kinds[1] is not Type.DURATION else divided


def _floored(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    # DuckDB cuts towards zero; the language rounds down. Going by way of floats would lose digits.
    cut = exp.IntDiv(this=left, expression=_nonzero(right))
    rest = exp.paren(exp.Mod(this=left.copy(), expression=_nonzero(right)))
    signs = exp.paren(exp.NEQ(this=exp.paren(left.copy() < big(0)), expression=exp.paren(right.copy() < big(0))))
    below = exp.case().when(exp.and_(rest.neq(big(0)), signs), big(1)).else_(big(0))
    return exp.Sub(this=cut, expression=below)


def _remainder(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    # DuckDB's remainder has the sign of the dividend; the language's that of the divisor.
    cut = exp.paren(exp.Mod(this=left, expression=_nonzero(right)))
    return exp.Mod(this=exp.paren(exp.Add(this=cut, expression=right.copy())), expression=_nonzero(right))


def _nonzero(divisor: exp.Expr) -> exp.Expr:
    return exp.Nullif(this=divisor.copy(), expression=exp.Literal.number(0))


def _double(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, exp.DataType.Type.DOUBLE)


def _whole(value: exp.Expr) -> exp.Expr:
    return exp.cast(exp.func("round", value), exp.DataType.Type.BIGINT)


def _call(function: str, arguments: tuple[Expression, ...], scope: Scope) -> exp.Expr:
    values = [expression_sql(argument, scope) for argument in arguments]
    kinds = [type_of(argument, scope.types) for argument in arguments]
    if function == "now":
        return scope.now.copy()
    if function in _UNITS:
        return exp.paren(exp.Div(this=_double(values[0]), expression=_double(big(_UNITS[function]))))
    if function in _PARTS or function in ("weekday", "date_text"):
        return _local(function, values[0], values[1])
    if function in ("floor", "ceil", "round"):
        return exp.cast(exp.func(_PLAIN[function], *values), exp.DataType.Type.BIGINT)
    if function in _PLAIN:
        return exp.func(_PLAIN[function], *values)
    return _SPECIAL[function](values, kinds)


def _local(function: str, instant: exp.Expr, zone: exp.Expr) -> exp.Expr:
    local = exp.func("timezone", zone, exp.func("make_timestamptz", instant))
    if function == "date_text":
        return exp.func("strftime", local, exp.Literal.string("%Y-%m-%d"))
    if function == "weekday":
        return exp.cast(exp.func("isodow", local) - exp.Literal.number(1), exp.DataType.Type.BIGINT)
    return exp.cast(exp.func(_PARTS[function], local), exp.DataType.Type.BIGINT)


_Build = Callable[[list[exp.Expr], list[Type | None]], exp.Expr]


def _guarded(function: str, holds: type[exp.Binary]) -> _Build:
    """`function` of a number where it is defined, else NULL."""
    def build(values: list[exp.Expr], kinds: list[Type | None]) -> exp.Expr:
        defined = holds(this=_double(values[0]), expression=_double(big(0)))
        return exp.case().when(defined, exp.func(function, _double(values[0].copy()))).else_(exp.null())
    return build


def _to_int(values: list[exp.Expr], kinds: list[Type | None]) -> exp.Expr:
    cut = exp.func("trunc", values[0]) if kinds[0] is Type.FLOAT else values[0]
    return exp.cast(cut, exp.DataType.Type.BIGINT)


def _to_text(values: list[exp.Expr], kinds: list[Type | None]) -> exp.Expr:
    if kinds[0] is Type.INSTANT:
        return exp.func("strftime", exp.func("make_timestamp", values[0]), exp.Literal.string("%Y-%m-%dT%H:%M:%S.%fZ"))
    return exp.cast(values[0], exp.DataType.Type.TEXT)


_SPECIAL: dict[str, _Build] = {
    "sqrt": _guarded("sqrt", exp.GTE),
    "ln": _guarded("ln", exp.GT),
    "if": lambda values, kinds: exp.case().when(values[0], values[1]).else_(values[2]),
    "float": lambda values, kinds: _double(values[0]),
    "int": _to_int,
    "text": _to_text,
}
