"""
The planner: from a formula and a distribution for each quantity to the distribution of the answer.

Tried in this order, and recorded as the method: a constant; closed forms; exact sums over counts; exact moments
with one or two nested integrals; draws. Operands that share an uncertain quantity are not independent: what is
linear is collected first, the rest is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from factdb.errors import CallerError
from learning.worlds import algebra
from learning.worlds.distribution import Distribution, Point
from learning.worlds.draws import drawn
from learning.worlds.formula import constant
from learning.worlds.law import Law, Method
from learning.worlds.parts import names
from learning.worlds.quadrature import tail_error
from learning.worlds.syntax import Call, Choice, Comparison, Name, Negative, Node, Number, Operation

_ERROR_MAX = 1e-4  # draws would be off by some 1e-3


def law_of(root: Node, given: Mapping[str, Distribution], *, seed: int, draws: int, exact_only: bool) -> Law:
    """The distribution of `root`, the quantities of `given` independent; with `exact_only`, an error for draws."""
    law = _law(root, given)
    if law is not None and _error(law) <= _ERROR_MAX:
        return law
    if exact_only:
        raise CallerError("No exact answer is known for this formula and these estimates: allow draws, or use "
                          "estimates of a closed family")
    used = names(root)
    return Law(drawn(root, {name: given[name] for name in used}, seed=seed, count=draws), Method.MONTE_CARLO)


def _law(node: Node, given: Mapping[str, Distribution]) -> Law | None:
    match node:
        case Number(value):
            return Law(Point(value), Method.CONSTANT)
        case Name(name):
            method = Method.CONSTANT if isinstance(given[name], Point) else Method.CLOSED_FORM
            return Law(given[name], method)
        case Negative(operand):
            inner = _law(operand, given)
            return None if inner is None else algebra.scale(inner, -1.0)
        case Operation("**", base, exponent):
            of, power = _law(base, given), constant(exponent)
            return None if of is None or power is None else algebra.power(of, power)
        case Operation(operator, left, right):
            if _shared(left, right, given):
                return _linear_law(node, given)
            return _operation(operator, _law(left, given), _law(right, given))
        case Call(function, arguments):
            return _call(function, arguments, given)
        case Comparison() | Choice():
            return None


def _operation(operator: str, left: Law | None, right: Law | None) -> Law | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return algebra.add(left, right)
        case "-":
            return algebra.add(left, algebra.scale(right, -1.0))
        case "*":
            return algebra.multiply(left, right)
    inverse = algebra.invert(right)
    return None if inverse is None else algebra.multiply(left, inverse)


def _call(function: str, arguments: tuple[Node, ...], given: Mapping[str, Distribution]) -> Law | None:
    if function == "thin" and _shared(arguments[0], arguments[1], given):
        return None
    laws = [_law(argument, given) for argument in arguments]
    match function, laws:
        case "thin", [Law() as count, Law() as share]:
            return algebra.thin(count, share)
        case "exp", [Law() as law]:
            return algebra.exponential(law)
        case "log", [Law() as law]:
            return algebra.logarithm(law)
    return None


def _shared(left: Node, right: Node, given: Mapping[str, Distribution]) -> bool:
    return any(not isinstance(given[name], Point) for name in names(left) & names(right))


def _linear_law(node: Node, given: Mapping[str, Distribution]) -> Law | None:
    linear = _linear(node, given)
    if linear is None:
        return None
    total: Law | None = Law(Point(linear.pop("", 0.0)), Method.CONSTANT)
    for name, factor in sorted(linear.items()):
        if total is not None:
            total = algebra.add(total, algebra.scale(Law(given[name], Method.CLOSED_FORM), factor))
    return total


def _linear(node: Node, given: Mapping[str, Distribution]) -> dict[str, float] | None:
    """The factors of the quantities in `node`, and the constant under ""; None if it is not linear in them."""
    match node:
        case Number(value):
            return {"": value}
        case Name(name):
            known = given[name]
            return {"": known.value} if isinstance(known, Point) else {name: 1.0}
        case Negative(operand):
            return _times(_linear(operand, given), -1.0)
        case Operation("+" | "-" as operator, left, right):
            a, b = _linear(left, given), _times(_linear(right, given), 1.0 if operator == "+" else -1.0)
            return None if a is None or b is None else {k: a.get(k, 0.0) + b.get(k, 0.0) for k in a | b}
        case Operation("*", left, right):
            a, b = _linear(left, given), _linear(right, given)
            if a is not None and set(a) <= {""}:
                return _times(b, a.get("", 0.0))
            return _times(a, b.get("", 0.0)) if b is not None and set(b) <= {""} else None
        case Operation("/", left, right):
            b = _linear(right, given)
            divisor = b.get("", 0.0) if b is not None and set(b) <= {""} else 0.0
            return _times(_linear(left, given), 1 / divisor) if divisor else None
    return None


def _times(linear: dict[str, float] | None, factor: float) -> dict[str, float] | None:
    return None if linear is None else {name: factor * value for name, value in linear.items()}


def _error(law: Law) -> float:
    distribution = law.distribution
    sd = math.sqrt(distribution.variance)
    if law.method not in (Method.QUADRATURE, Method.SUM_OVER_COUNTS) or not math.isfinite(sd):
        return 0.0
    return max(tail_error(distribution, distribution.mean + steps * sd) for steps in (-2, -1, 0, 1, 2))
