"""
Walks over syntax: which expressions, variables and atoms a literal has. Order is that of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from factdb.datalog.syntax import (
    Aggregate,
    Aggregation,
    Assignment,
    At,
    Atom,
    Binary,
    Call,
    Comparison,
    Constant,
    During,
    Expression,
    Literal,
    Negation,
    NullTest,
    Parameter,
    Shift,
    SystemPeriod,
    Temporal,
    Throughout,
    Unary,
    Variable,
    Wildcard,
    Within,
)


def parts(expression: Expression) -> Iterator[Expression]:
    """`expression` and everything inside it, outermost first."""
    yield expression
    match expression:
        case Binary(_, left, right):
            yield from parts(left)
            yield from parts(right)
        case Unary(_, operand):
            yield from parts(operand)
        case Call(_, arguments):
            for argument in arguments:
                yield from parts(argument)
        case Variable() | Wildcard() | Constant() | Parameter():
            pass
        case _:
            assert_never(expression)


def own_expressions(literal: Literal) -> Iterator[Expression]:
    """The expressions of `literal`, those of an aggregate left out."""
    match literal:
        case Atom(_, arguments, temporal) | Negation(Atom(_, arguments, temporal)):
            for argument in arguments:
                yield argument.term
            for operator in temporal:
                yield from _times(operator)
        case Comparison(_, left, right):
            yield from (left, right)
        case Assignment(variable, expression):
            yield from (variable, expression)
        case NullTest(term):
            yield term
        case Aggregation(variable):
            yield variable
        case _:
            assert_never(literal)


def inner_expressions(aggregate: Aggregate) -> Iterator[Expression]:
    """The expressions of `aggregate` and of its body, nested ones included."""
    yield from (e for e in (aggregate.expression, aggregate.order) if e is not None)
    for literal in aggregate.body:
        yield from own_expressions(literal)
        if isinstance(literal, Aggregation):
            yield from inner_expressions(literal.aggregate)


def variables(expressions: Iterable[Expression]) -> tuple[Variable, ...]:
    """The variables in `expressions`, each once, in order of first appearance.

    >>> from factdb.datalog.parser import parse_query
    >>> [v.name for v in variables(own_expressions(parse_query("p(x, y + x) at t")[0]))]
    ['x', 'y', 't']
    """
    found: dict[str, Variable] = {}
    for expression in expressions:
        for part in parts(expression):
            if isinstance(part, Variable):
                found.setdefault(part.name, part)
    return tuple(found.values())


def atoms(body: Iterable[Literal]) -> Iterator[Atom]:
    """Every atom of `body`, negated and aggregated ones included."""
    for literal in body:
        match literal:
            case Atom():
                yield literal
            case Negation(atom):
                yield atom
            case Aggregation(_, aggregate):
                yield from atoms(aggregate.body)


def map_expression(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """`expression` with `change` made to every part of it, innermost first."""
    match expression:
        case Binary(_, left, right):
            expression = replace(expression, left=map_expression(left, change), right=map_expression(right, change))
        case Unary(_, operand):
            expression = replace(expression, operand=map_expression(operand, change))
        case Call(_, arguments):
            expression = replace(expression, arguments=tuple(map_expression(a, change) for a in arguments))
    return change(expression)


def map_body(body: Iterable[Literal], change: Callable[[Expression], Expression]) -> tuple[Literal, ...]:
    """`body` with `change` made to every part of every expression; bound variables must stay variables."""
    return tuple(_map_literal(literal, change) for literal in body)


def _map_literal(literal: Literal, change: Callable[[Expression], Expression]) -> Literal:
    def mapped(expression: Expression) -> Expression:
        return map_expression(expression, change)

    match literal:
        case Atom():
            return _map_atom(literal, mapped)
        case Negation(atom):
            return replace(literal, atom=_map_atom(atom, mapped))
        case Comparison(_, left, right):
            return replace(literal, left=mapped(left), right=mapped(right))
        case Assignment(variable, expression):
            return replace(literal, variable=_variable(mapped(variable)), expression=mapped(expression))
        case NullTest(term):
            return replace(literal, term=mapped(term))
        case Aggregation(variable, aggregate):
            return replace(literal, variable=_variable(mapped(variable)), aggregate=_map_aggregate(aggregate, change))
        case _:
            assert_never(literal)


def _map_aggregate(aggregate: Aggregate, change: Callable[[Expression], Expression]) -> Aggregate:
    expression, order = (None if e is None else map_expression(e, change)
                         for e in (aggregate.expression, aggregate.order))
    return replace(aggregate, expression=expression, order=order, body=map_body(aggregate.body, change))


def _map_atom(atom: Atom, mapped: Callable[[Expression], Expression]) -> Atom:
    arguments = tuple(replace(argument, term=mapped(argument.term)) for argument in atom.arguments)
    return replace(atom, arguments=arguments, temporal=tuple(_map_time(t, mapped) for t in atom.temporal))


def _map_time(temporal: Temporal, mapped: Callable[[Expression], Expression]) -> Temporal:
    match temporal:
        case At(term):
            return replace(temporal, term=mapped(term))
        case During(start, end) | SystemPeriod(start, end):
            return replace(temporal, start=mapped(start), end=mapped(end))
        case Within() | Shift() | Throughout():
            return temporal
        case _:
            assert_never(temporal)


def _times(temporal: Temporal) -> Iterator[Expression]:
    match temporal:
        case At(term):
            yield term
        case During(start, end) | SystemPeriod(start, end):
            yield from (start, end)
        case Within() | Shift() | Throughout():
            pass
        case _:
            assert_never(temporal)


def _variable(expression: Expression) -> Variable:
    assert isinstance(expression, Variable), "a bound variable must stay a variable"
    return expression
