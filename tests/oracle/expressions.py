"""
What an expression of the rule language is worth under a binding: NULL in, NULL out.

Instants and durations are microseconds. `//` and `%` round down, `/` gives a float, and whatever is divided
by zero is NULL. `and`, `or` and `not` have three values, as in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, ne, sub, truediv
from typing import Any
from zoneinfo import ZoneInfo

from factdb.datalog.syntax import Binary, Call, Constant, Expression, Unary, Variable
from factdb.period import from_micros, to_micros
from factdb.schema import Value

Environment = Mapping[str, Value]

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "//": floordiv, "%": mod}


def evaluate(expression: Expression, environment: Environment) -> Value:
    """The value of `expression`; every variable in it is bound."""
    match expression:
        case Variable(name=name):
            return environment[name]
        case Constant(value=value):
            return value
        case Binary(operator="and" | "or" as operator, left=left, right=right):
            return _connected(operator, evaluate(left, environment), evaluate(right, environment))
        case Binary(operator=operator, left=left, right=right):
            return _binary(operator, evaluate(left, environment), evaluate(right, environment))
        case Unary(operator=operator, operand=operand):
            value: Any = evaluate(operand, environment)
            return None if value is None else -value if operator == "-" else not value
        case Call(function=function, arguments=arguments):
            return _called(function, [evaluate(argument, environment) for argument in arguments])
    raise NotImplementedError(f"no value of {expression}")


def holds(operator: str, left: Value, right: Value) -> bool:
    """True when the comparison is true; one with NULL is not."""
    return left is not None and right is not None and COMPARISONS[operator](left, right)


def _binary(operator: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    if operator in COMPARISONS:
        return COMPARISONS[operator](left, right)
    if operator in {"/", "//", "%"} and right == 0:
        return None
    result: Value = ARITHMETIC[operator](left, right)
    return result


def _connected(operator: str, left: Value, right: Value) -> Value:
    decisive = operator == "or"  # true decides an `or`, false an `and`, whatever the other side is
    if decisive in (left, right):
        return decisive
    return None if left is None or right is None else not decisive


def _called(function: str, values: list[Any]) -> Value:
    if None in values:
        return None
    return FUNCTIONS[function](*values)


def _local(instant: int, zone: str) -> datetime:
    return from_micros(instant).astimezone(ZoneInfo(zone))


FUNCTIONS: Mapping[str, Callable[..., Value]] = {}
