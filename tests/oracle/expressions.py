"""
What an expression of the rule language is worth under a binding: NULL in, NULL out.

Instants and durations are microseconds. `//` and `%` round down, `/` gives a float, and whatever is divided
by zero is NULL. `and`, `or` and `not` have three values, as in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, ne, sub, truediv
from typing import Any, TypeAlias

from factdb.datalog.syntax import Binary, Call, Constant, Expression, Unary, Variable
from factdb.schema import Value
from tests.oracle.functions import called

Environment: TypeAlias = Mapping[str, Value]
NOW = "now()"  # the instant of the question is bound like a variable, under a name that none can have

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
ARITHMETIC: Mapping[str, Callable[[Any, Any], Value]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "//": floordiv, "%": mod}


def evaluate(expression: Expression, environment: Environment) -> Value:
    """The value of `expression`; every variable in it is bound, and NOW too."""
    match expression:
        case Variable(name=name):
            return environment[name]
        case Constant(value=constant):
            return constant
        case Binary(operator=operator, left=left, right=right):
            return _binary(operator, evaluate(left, environment), evaluate(right, environment))
        case Unary(operator=operator, operand=operand):
            value: Any = evaluate(operand, environment)
            return None if value is None else -value if operator == "-" else not value
        case Call(function="now"):
            return environment[NOW]
        case Call(function=function, arguments=arguments):
            return called(function, [evaluate(argument, environment) for argument in arguments])
    raise NotImplementedError(f"the value of {expression}")


def holds(operator: str, left: Value, right: Value) -> bool:
    """True when the comparison is true; one with NULL is not."""
    return left is not None and right is not None and COMPARISONS[operator](left, right)


def _binary(operator: str, left: Value, right: Value) -> Value:
    if operator in {"and", "or"}:
        return _connected(operator, left, right)
    if left is None or right is None or (operator in {"/", "//", "%"} and right == 0):
        return None
    return COMPARISONS[operator](left, right) if operator in COMPARISONS else ARITHMETIC[operator](left, right)


def _connected(operator: str, left: Value, right: Value) -> Value:
    decisive = operator == "or"  # true decides an `or`, false an `and`, whatever the other side is
    if decisive in (left, right):
        return decisive
    return None if left is None or right is None else not decisive
