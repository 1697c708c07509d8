"""
Arithmetic of independent uncertain numbers: closed forms where a family has one, one integral otherwise.

A result says how it was reached. `None` means that no exact form is known here, and draws must answer.
"""

from __future__ import annotations

import math

from factdb.errors import CallerError
from learning.worlds.continuous import LogNormal, Normal, StudentT, Uniform
from learning.worlds.counts import Poisson
from learning.worlds.distribution import Affine, Distribution, Point
from learning.worlds.law import Law, Method
from learning.worlds.mixture import Mixture
from learning.worlds.quadrature import Combined, Operation, combine
from learning.worlds.thinning import thinned

_INTEGRALS_MAX = 2


def scale(law: Law, factor: float, shift: float = 0.0) -> Law:
    """`factor` X + `shift`."""
    if factor == 0 or isinstance(law.distribution, Point):
        return Law(Point(factor * law.distribution.mean + shift), law.method)
    return Law(_scaled(law.distribution, factor, shift), law.method)


def add(one: Law, other: Law) -> Law | None:
    """The sum of two independent numbers; None if it takes more than two nested integrals."""
    method = _least_exact(one, other)
    match one.distribution, other.distribution:
        case Point(value), _:
            return Law(scale(other, 1.0, value).distribution, method)
        case _, Point():
            return add(other, one)
        case Normal(m, s), Normal(n, t):
            return Law(Normal(m + n, math.hypot(s, t)), method)
        case Poisson(rate), Poisson(more):
            return Law(Poisson(rate + more), method)
    return _integrated(Operation.SUM, one, other)


def multiply(one: Law, other: Law) -> Law | None:
    """The product of two independent numbers; None if it takes more than two nested integrals."""
    match one.distribution, other.distribution:
        case Point(value), _:
            return Law(scale(other, value).distribution, _least_exact(one, other))
        case _, Point():
            return multiply(other, one)
        case LogNormal(m, s), LogNormal(n, t):
            return Law(LogNormal(m + n, math.hypot(s, t)), _least_exact(one, other))
    return _integrated(Operation.PRODUCT, one, other)


def invert(law: Law) -> Law | None:
    """1 / X; refused if X may be 0, None if it has no closed form."""
    match law.distribution:
        case Point(value) if value != 0:
            return Law(Point(1 / value), law.method)
        case LogNormal(log_mean, log_sd):
            return Law(LogNormal(-log_mean, log_sd), law.method)
    low, high = law.distribution.support
    if low <= 0 <= high:
        raise CallerError(f"Cannot divide by an estimate on [{low:g}, {high:g}], which reaches 0: it has no mean. "
                          "Estimate the divisor by a LogNormal, or state a point")
    return None


def power(law: Law, exponent: float) -> Law | None:
    """X to a constant power; None if it has no closed form."""
    match law.distribution:
        case Point(value) if value != 0 or exponent > 0:
            return Law(Point(float(value**exponent)), law.method)
        case LogNormal(log_mean, log_sd):
            return Law(LogNormal(exponent * log_mean, abs(exponent) * log_sd), law.method)
    return law if exponent == 1 else None


def thin(count: Law, share: Law) -> Law | None:
    """The whole number of those among a count that have a property of probability `share`; None if too many."""
    result = thinned(count.distribution, share.distribution)
    if result is None:
        return None
    found = Method.SUM_OVER_COUNTS if not isinstance(share.distribution, Point) else Method.CLOSED_FORM
    return Law(result, max(found, count.method, share.method, key=list(Method).index))


def exponential(law: Law) -> Law | None:
    """exp(X) of a normal or a point; None otherwise."""
    match law.distribution:
        case Point(value):
            return Law(Point(math.exp(value)), law.method)
        case Normal(mean, sd):
            return Law(LogNormal(mean, sd), law.method)
    return None


def logarithm(law: Law) -> Law | None:
    """log(X) of a lognormal or a positive point; None otherwise."""
    match law.distribution:
        case Point(value) if value > 0:
            return Law(Point(math.log(value)), law.method)
        case LogNormal(log_mean, log_sd):
            return Law(Normal(log_mean, log_sd), law.method)
    return None


def _integrated(operation: Operation, one: Law, other: Law) -> Law | None:
    if _integrals(one.distribution) + _integrals(other.distribution) >= _INTEGRALS_MAX:
        return None
    both_counts = one.distribution.atoms and other.distribution.atoms
    method = Method.SUM_OVER_COUNTS if both_counts else Method.QUADRATURE
    method = max(method, _least_exact(one, other), key=list(Method).index)
    return Law(combine(operation, one.distribution, other.distribution), method)


def _integrals(distribution: Distribution) -> int:
    match distribution:
        case Combined(_, outer, inner):
            return 1 + _integrals(outer) + _integrals(inner)
        case Affine(base):
            return _integrals(base)
        case Mixture(_, parts):
            return max(map(_integrals, parts))
    return 0


def _least_exact(one: Law, other: Law) -> Method:
    return max(one.method, other.method, key=list(Method).index)


def _scaled(distribution: Distribution, factor: float, shift: float) -> Distribution:
    match distribution:
        case Normal(mean, sd):
            return Normal(factor * mean + shift, abs(factor) * sd)
        case StudentT(location, spread, df):
            return StudentT(factor * location + shift, abs(factor) * spread, df)
        case LogNormal(log_mean, log_sd) if factor > 0 and shift == 0:
            return LogNormal(log_mean + math.log(factor), log_sd)
        case Uniform(low, high):
            ends = sorted((factor * low + shift, factor * high + shift))
            return Uniform(ends[0], ends[1])
        case Mixture(weights, parts):
            return Mixture(weights, tuple(_point_or_scaled(part, factor, shift) for part in parts))
        case Affine(base, before, offset):
            return _scaled_base(base, factor * before, factor * offset + shift)
    return distribution if (factor, shift) == (1.0, 0.0) else Affine(distribution, factor, shift)


def _point_or_scaled(part: Distribution, factor: float, shift: float) -> Distribution:
    return Point(factor * part.value + shift) if isinstance(part, Point) else _scaled(part, factor, shift)


def _scaled_base(base: Distribution, factor: float, shift: float) -> Distribution:
    return base if (factor, shift) == (1.0, 0.0) else Affine(base, factor, shift)
