"""
Formulas: text over named quantities, read with a whitelist of Python's expression grammar.

    rate * hours * likes          thin(departures, share_late)          max(0, demand - supply)

Numbers, names, + - * / ** and unary -, comparisons, `a if condition else b`, and min max abs sqrt exp log thin.
No attributes, no subscripts, no other calls, no strings. `thin(count, share)` is the whole number of those among
`count` that have the property of probability `share`; `count * share` is its expectation, a real number.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np

from factdb.datalog.syntax import Position
from factdb.errors import CallerError, ParseError, UnknownInProgram, unknown
from learning.worlds.distribution import Floats, floats
from learning.worlds.parts import children
from learning.worlds.syntax import Call, Choice, Comparison, Name, Negative, Node, Number, Operation

TEXT_MAX = 2_000
DEPTH_MAX = 32
NODES_MAX = 200

Thinning: TypeAlias = Callable[[Floats, Floats], Floats]

_OPERATORS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS: Mapping[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
                                               ast.Eq: "==", ast.NotEq: "!="}
_ARGUMENTS = {"min": (2, 8), "max": (2, 8), "abs": (1, 1), "sqrt": (1, 1), "exp": (1, 1), "log": (1, 1), "thin": (2, 2)}
_COMPUTE: Mapping[str, np.ufunc] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}
_FUNCTIONS: Mapping[str, np.ufunc] = {"min": np.minimum, "max": np.maximum, "abs": np.abs,
                                                   "sqrt": np.sqrt, "exp": np.exp, "log": np.log}


def parse(text: str, quantities: Iterable[str]) -> Node:
    """The formula that `text` says over `quantities`; an error names the place and what was expected.

    >>> parse("rate * 2", ["rate"])
    Operation(operator='*', left=Name(name='rate'), right=Number(value=2.0))
    """
    if len(text) > TEXT_MAX:
        raise CallerError(f"Expected a formula of at most {TEXT_MAX} characters, got {len(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ParseError(f"expected a formula: {error.msg}", text=text.strip() or " ", line=error.lineno or 1,
                         column=error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise CallerError("Expected a formula, got a text that cannot be read: it is nested too deeply, or has "
                          "a character that no formula has") from None
    if (size := sum(1 for _ in ast.walk(tree))) > 4 * NODES_MAX:
        raise CallerError(f"Expected a formula of at most {NODES_MAX} parts, got about {size // 2}")
    return _Reader(text.strip(), frozenset(quantities)).node(tree, 0)


def on_average(count: Floats, share: Floats) -> Floats:
    """How many of `count` remain in expectation."""
    return count * share


def evaluate(node: Node, values: Mapping[str, Floats], thin: Thinning = on_average) -> Floats:
    """The value of `node` at `values`, elementwise; `thin` says how many of a count remain.

    What is not finite (a division by 0, a logarithm of 0) is refused.

    >>> float(evaluate(parse("a * b", ["a", "b"]), {"a": floats(2.0), "b": floats(3.0)}))
    6.0
    """
    with np.errstate(all="ignore"):
        result = _value(node, values, thin)
    if not np.isfinite(result).all():
        raise CallerError("Expected a formula with a finite value everywhere; it divides by 0, takes the logarithm or "
                          "root of a negative number, or overflows")
    return result


def constant(node: Node) -> float | None:
    """The value of `node` if it mentions no quantity, else None."""
    if isinstance(node, Name):
        return None
    if any(constant(child) is None for child in children(node)):
        return None
    return float(evaluate(node, {}))


def _value(node: Node, values: Mapping[str, Floats], thin: Thinning) -> Floats:
    match node:
        case Number(value):
            return floats(value)
        case Name(name):
            return floats(values[name])
        case Negative(operand):
            return -_value(operand, values, thin)
        case Operation(operator, left, right) | Comparison(operator, left, right):
            return floats(_COMPUTE[operator](_value(left, values, thin), _value(right, values, thin)))
        case Choice(condition, then, otherwise):
            return np.where(_value(condition, values, thin) != 0, _value(then, values, thin),
                            _value(otherwise, values, thin))
        case Call("thin", (count, share)):
            return thin(_value(count, values, thin), _value(share, values, thin))
        case Call(function, (first, *rest)):
            result = _value(first, values, thin)
            if not rest:
                return floats(_FUNCTIONS[function](result))
            for argument in rest:
                result = floats(_FUNCTIONS[function](result, _value(argument, values, thin)))
            return result
    raise AssertionError(f"a node that the parser does not make: {node}")


class _Reader:
    """Python's tree to ours; whatever is not on the list is refused where it stands."""

    def __init__(self, text: str, quantities: frozenset[str]) -> None:
        self._text, self._quantities = text, quantities

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEPTH_MAX:
            raise self._error(tree, f"expected at most {DEPTH_MAX} levels of nesting")
        position = Position(tree.lineno, tree.col_offset + 1)

        def read(part: ast.expr) -> Node:
            return self.node(part, depth + 1)

        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(tree, value, position)
            case ast.Name(id=name):
                return self._name(tree, name, position)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(read(operand), position)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return Operation(_OPERATORS[type(op)], read(left), read(right), position)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return Comparison(_COMPARISONS[type(op)], read(left), read(right), position)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return Choice(read(test), read(then), read(otherwise), position)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
                self._arity(tree, function, len(arguments))
                return Call(function, tuple(read(argument) for argument in arguments), position)
        raise self._error(tree, "expected a number, a quantity, + - * / **, a comparison, `a if condition else b` or "
                                f"one of {', '.join(_ARGUMENTS)}; got {type(tree).__name__}")

    def _number(self, tree: ast.expr, value: float, position: Position) -> Number:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._error(tree, "expected a number that fits a double")
        return Number(number, position)

    def _name(self, tree: ast.expr, name: str, position: Position) -> Name:
        if name not in self._quantities:
            raise UnknownInProgram(unknown("quantity", name, self._quantities), text=self._text, line=tree.lineno,
                                   column=tree.col_offset + 1)
        return Name(name, position)

    def _arity(self, tree: ast.expr, function: str, count: int) -> None:
        if function not in _ARGUMENTS:
            raise UnknownInProgram(unknown("function", function, _ARGUMENTS), text=self._text, line=tree.lineno,
                                   column=tree.col_offset + 1)
        least, most = _ARGUMENTS[function]
        if not least <= count <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            raise self._error(tree, f"expected {expected} arguments of {function}, got {count}")

    def _error(self, tree: ast.expr, message: str) -> ParseError:
        return ParseError(message, text=self._text, line=tree.lineno, column=tree.col_offset + 1)
