"""
Checks of a formula before anything is computed: its unit, and the values that its parts can take.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from factdb.errors import TypeMismatch
from learning.worlds.formula import constant, parse
from learning.worlds.parts import names
from learning.worlds.quantity import Quantity, Support
from learning.worlds.syntax import Call, Choice, Comparison, Name, Negative, Node, Number, Operation
from learning.worlds.units import Unit, parse_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A checked formula: its text, its root, its unit and the quantities that it mentions, by name."""

    text: str
    root: Node
    unit: Unit
    quantities: Mapping[str, Quantity]


def check(text: str, quantities: Iterable[Quantity]) -> Formula:
    """The formula of `text`, its units fitting and no division by what may be 0; else an error at the place.

    >>> from learning.worlds.quantity import Quantity, Support
    >>> rate = Quantity(name="rate", unit="pupdates/hour", support=Support.POSITIVE, resolver=None)
    >>> likes = Quantity(name="likes", unit="likes/pupdate", support=Support.POSITIVE, resolver=None)
    >>> str(check("rate * likes", [rate, likes]).unit)
    'like/hour'
    """
    known = {quantity.name: quantity for quantity in quantities}
    root = parse(text, known)
    used = {name: known[name] for name in sorted(names(root))}
    checker = _Checker(text.strip(), used)
    unit = checker.unit(root)
    checker.values(root)
    return Formula(text=text.strip(), root=root, unit=unit, quantities=used)


@dataclass(frozen=True, slots=True)
class _Values:
    """Values lie in [low, high]; `zero` says that 0 may be among them."""

    low: float
    high: float
    zero: bool


class _Checker:
    def __init__(self, text: str, quantities: Mapping[str, Quantity]) -> None:
        self._text, self._quantities = text, quantities

    def unit(self, node: Node) -> Unit:
        """The unit of `node`."""
        match node:
            case Number():
                return Unit()
            case Name(name):
                return parse_unit(self._quantities[name].unit)
            case Negative(operand):
                return self.unit(operand)
            case Operation("*", left, right) | Call("thin", (left, right)):
                return self.unit(left) * self.unit(right)
            case Operation("/", left, right):
                return self.unit(left) / self.unit(right)
            case Operation("**", left, right):
                return self._power(node, left, right)
            case Operation(_, left, right):
                return self._same(node, left, right)
            case Comparison(_, left, right):
                self._same(node, left, right)
                return Unit()
            case Choice(condition, then, otherwise):
                self.unit(condition)
                return self._same(node, then, otherwise)
            case Call("sqrt", (operand,)):
                return self.unit(operand) ** Fraction(1, 2)
            case Call("exp" | "log", (operand,)):
                return self._without(node, operand)
            case Call(_, arguments):
                return self._same(node, *arguments)
        raise AssertionError(f"a node that the parser does not make: {node}")

    def _same(self, node: Node, *parts: Node) -> Unit:
        # 0 has every unit: "at least nothing" needs no conversion.
        units = [self.unit(part) for part in parts if constant(part) != 0]
        for unit in units[1:]:
            if unit != units[0]:
                raise self._error(node, f"expected two of one unit, got {units[0]} and {unit}; "
                                        "a number with a unit is a quantity")
        return units[0] if units else Unit()

    def _without(self, node: Node, operand: Node) -> Unit:
        if unit := self.unit(operand).factors:
            raise self._error(node, f"expected a number without a unit, got {Unit(unit)}")
        return Unit()

    def _power(self, node: Node, base: Node, exponent: Node) -> Unit:
        unit, power = self.unit(base), constant(exponent)
        if power is None or power != int(power) or not 0 < abs(power) <= 16:
            raise self._error(node, "expected a whole number from -16 to 16, not 0, as exponent")
        return unit ** Fraction(int(power))

    def values(self, node: Node) -> _Values:
        """The values that `node` can take, by the supports of its quantities."""
        match node:
            case Number(value):
                return _Values(value, value, value == 0)
            case Name(name):
                low, high = self._quantities[name].support.bounds
                return _Values(low, high, self._quantities[name].support is not Support.POSITIVE)
            case Negative(operand):
                inner = self.values(operand)
                return _Values(-inner.high, -inner.low, inner.zero)
            case Operation(operator, left, right):
                return self._operation(node, operator, left, right)
            case Comparison(_, left, right):
                self.values(left), self.values(right)
                return _Values(0.0, 1.0, True)
            case Choice(condition, then, otherwise):
                self.values(condition)
                return _hull(self.values(then), self.values(otherwise))
            case Call("thin", (count, share)):
                return self._thin(node, count, share)
            case Call(function, arguments):
                return self._call(node, function, [self.values(argument) for argument in arguments])

    def _operation(self, node: Operation, operator: str, left: Node, right: Node) -> _Values:
        a, b = self.values(left), self.values(right)
        match operator:
            case "+":
                return _sum(a, b)
            case "-":
                return _sum(a, _Values(-b.high, -b.low, b.zero))
            case "*":
                return _product(a, b)
            case "/":
                self._not_zero(node, right, b)
                return _product(a, _inverse(b))
        power = constant(right) or 0.0
        if power < 0:
            self._not_zero(node, left, a)
        ends = sorted((_end(a.low, power), _end(a.high, power)))
        return _Values(0.0 if power % 2 == 0 and a.low <= 0 <= a.high else ends[0], ends[1], a.zero)

    def _not_zero(self, node: Node, part: Node, values: _Values) -> None:
        if values.zero:
            blamed = ", ".join(sorted(names(part))) or "0"
            raise self._error(node, f"expected a divisor that cannot be 0; {blamed} may make it 0 "
                                    "(a quantity of support positive cannot)")

    def _thin(self, node: Node, count: Node, share: Node) -> _Values:
        of, values = self.values(count), self.values(share)
        if of.low < 0 or values.low < 0 or values.high > 1:
            raise self._error(node, "expected thin(count, share) of a count that is never negative "
                                    "and a share in [0, 1]")
        return _Values(0.0, of.high, True)

    def _call(self, node: Node, function: str, arguments: list[_Values]) -> _Values:
        first = arguments[0]
        match function:
            case "abs":
                ends = sorted((abs(first.low), abs(first.high)))
                return _Values(0.0 if first.low <= 0 <= first.high else ends[0], ends[1], first.zero)
            case "exp":
                return _Values(0.0, math.inf, False)
            case "sqrt" | "log":
                if first.low < 0 or (function == "log" and first.zero):
                    raise self._error(node, f"expected {function} of what cannot be "
                                            f"{'0 or ' if function == 'log' else ''}negative")
                return first if function == "sqrt" else _Values(-math.inf, math.inf, True)
        pick = min if function == "min" else max
        low, high = pick(a.low for a in arguments), pick(a.high for a in arguments)
        return _Values(low, high, low <= 0 <= high and any(argument.zero for argument in arguments))

    def _error(self, node: Node, message: str) -> TypeMismatch:
        return TypeMismatch(message, text=self._text, line=node.position.line, column=node.position.column)


def _hull(a: _Values, b: _Values) -> _Values:
    return _Values(min(a.low, b.low), max(a.high, b.high), a.zero or b.zero)


def _sum(a: _Values, b: _Values) -> _Values:
    low, high = a.low + b.low, a.high + b.high
    one_sign = min(a.low, b.low) >= 0 or max(a.high, b.high) <= 0
    return _Values(low, high, (a.zero and b.zero) if one_sign else low <= 0 <= high)


def _product(a: _Values, b: _Values) -> _Values:
    ends = [0.0 if 0.0 in (x, y) else x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return _Values(min(ends), max(ends), a.zero or b.zero)


def _inverse(a: _Values) -> _Values:
    if a.low < 0 < a.high:
        return _Values(-math.inf, math.inf, False)
    ends = [math.copysign(math.inf, a.low + a.high) if end == 0 else 1 / end for end in (a.low, a.high)]
    return _Values(min(ends), max(ends), False)


def _end(value: float, power: float) -> float:
    if value == 0 and power < 0:
        return math.inf
    try:
        return float(value**power)
    except OverflowError:
        return math.inf


