"""
The types of expressions: what operators and functions take, and what they give.

int and float mix and give float; `/` always gives float; a difference of instants is a duration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from factdb.datalog.functions import FUNCTIONS, Slot
from factdb.datalog.parser import COMPARISONS
from factdb.datalog.syntax import (
    Binary,
    Call,
    Constant,
    Expression,
    Parameter,
    Position,
    Unary,
    Variable,
    Wildcard,
)
from factdb.errors import TypeMismatch
from factdb.schema import Type

NUMBERS = (Type.INT, Type.FLOAT)
MEASURES = frozenset({Type.INT, Type.FLOAT, Type.DURATION})
_ARITHMETIC: dict[tuple[str, Type, Type], Type] = {
    ("+", Type.TEXT, Type.TEXT): Type.TEXT,
    ("+", Type.INSTANT, Type.DURATION): Type.INSTANT,
    ("+", Type.DURATION, Type.INSTANT): Type.INSTANT,
    ("-", Type.INSTANT, Type.DURATION): Type.INSTANT,
    ("-", Type.INSTANT, Type.INSTANT): Type.DURATION,
    ("+", Type.DURATION, Type.DURATION): Type.DURATION,
    ("-", Type.DURATION, Type.DURATION): Type.DURATION,
    ("/", Type.DURATION, Type.DURATION): Type.FLOAT,
    ("//", Type.INT, Type.INT): Type.INT,
    **{("/", left, right): Type.FLOAT for left in NUMBERS for right in NUMBERS},
    **{(operator, left, right): Type.INT if left is right is Type.INT else Type.FLOAT
       for operator in ("+", "-", "*", "%") for left in NUMBERS for right in NUMBERS},
    **{("*", Type.DURATION, number): Type.DURATION for number in NUMBERS},
    **{("*", number, Type.DURATION): Type.DURATION for number in NUMBERS},
    **{("/", Type.DURATION, number): Type.DURATION for number in NUMBERS},
}


@dataclass(slots=True)
class ExpressionTypes:
    """The types of expressions of `text`, given the types of variables."""

    text: str
    types: dict[str, Type]

    def known(self, expression: Expression) -> Type:
        """The type of `expression`, which must not be NULL."""
        found = self.type_of(expression)
        if found is None:
            raise self.mismatch("Expected a value with a type, got null", expression.position)
        return found

    def require(self, expression: Expression, types: frozenset[Type], where: str, hint: str = "") -> Type:
        """The type of `expression`, which must be one of `types`."""
        found = self.known(expression)
        if found not in types:
            expected = " or ".join(type_ for type_ in Type if type_ in types)
            raise self.mismatch(f"Expected {expected} {where}, got {found}{'; ' if hint else ''}{hint}",
                                expression.position)
        return found

    def type_of(self, expression: Expression) -> Type | None:
        """The type of `expression`; None of NULL."""
        match expression:
            case Constant():
                return expression.type
            case Variable(name):
                if name not in self.types:
                    raise self.mismatch(f"Cannot tell the type of {name!r}: expected it in an atom of the body",
                                         expression.position)
                return self.types[name]
            case Binary():
                return self._binary(expression)
            case Unary("not", operand):
                return self.require(operand, frozenset({Type.BOOL}), "after not")
            case Unary(_, operand):
                return self.require(operand, MEASURES, "after -")
            case Call():
                return self._call(expression)
            case Wildcard() | Parameter():
                raise self.mismatch("Expected a value", expression.position)
            case _:
                assert_never(expression)

    def _binary(self, expression: Binary) -> Type:
        operator, position = expression.operator, expression.position
        if operator in {"and", "or"}:
            for side in (expression.left, expression.right):
                self.require(side, frozenset({Type.BOOL}), f"beside {operator}")
            return Type.BOOL
        if operator in COMPARISONS:
            self.comparable(self.type_of(expression.left), self.type_of(expression.right), position)
            return Type.BOOL
        left, right = self.known(expression.left), self.known(expression.right)
        found = _ARITHMETIC.get((operator, left, right))
        if found is None:
            raise self.mismatch(f"Expected types that {operator!r} can join, got {left} and {right}", position)
        return found

    def _call(self, call: Call) -> Type | None:
        function = FUNCTIONS[call.function]
        repeated = function.arguments[-1:] * (len(call.arguments) - len(function.arguments))
        slots, found = (*function.arguments, *repeated), list[Type | None]()
        for slot, argument in zip(slots, call.arguments, strict=True):
            where = f"in {function.signature}"
            found.append(self.type_of(argument) if slot is Slot.ANY else self.require(argument, slot.types, where))
        if len(function.result.types) == 1:
            return next(iter(function.result.types))
        given = [type_ for slot, type_ in zip(slots, found, strict=True) if slot is function.result]
        return self._common(given, call)

    def _common(self, given: Sequence[Type | None], call: Call) -> Type | None:
        types = {type_ for type_ in given if type_ is not None}
        if len(types) > 1 and not types <= set(NUMBERS):
            raise self.mismatch(f"Expected one type for the arguments of {call.function}, "
                                 f"got {' and '.join(sorted(types))}", call.position)
        return Type.FLOAT if len(types) > 1 else next(iter(types), None)

    def comparable(self, left: Type | None, right: Type | None, position: Position) -> None:
        """Fail unless two types can be compared: they are one, or both numbers."""
        if left is None or right is None:
            raise self.mismatch("Expected a value, got null, which equals nothing; write x is null", position)
        if left is not right and not {left, right} <= set(NUMBERS):
            raise self.mismatch(f"Expected one type on both sides of a comparison, got {left} and {right}", position)

    def mismatch(self, message: str, position: Position) -> TypeMismatch:
        """The error `message` at `position`."""
        return TypeMismatch(message, text=self.text, line=position.line, column=position.column)
