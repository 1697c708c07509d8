"""
Syntax to a checked program: the passes, in one tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from typing import TypeAlias

from factdb.datalog.parser import parse_query
from factdb.datalog.passes.check_types import check_types
from factdb.datalog.passes.collect import collect
from factdb.datalog.passes.draft import Draft
from factdb.datalog.passes.look_ahead import refuse_look_ahead
from factdb.datalog.passes.order import order_bodies
from factdb.datalog.passes.rename import rename_apart
from factdb.datalog.passes.resolve import resolve
from factdb.datalog.passes.stratify import stratify
from factdb.datalog.passes.unsupported import (
    refuse_constructs,
    refuse_first_of_predicates,
    refuse_recursion,
    refuse_time_on_predicates,
)
from factdb.datalog.program import CheckedProgram, CheckedQuery
from factdb.datalog.syntax import Constant, Expression, Literal, Parameter, Position, Program, Rule, Variable
from factdb.datalog.tree import map_body, own_expressions, variables
from factdb.errors import UnknownInProgram, UnknownName, WrongType, unknown
from factdb.period import MICROSECOND, to_micros
from factdb.schema import Type, Value, fits

Pass: TypeAlias = Callable[[Draft], Draft]

PASSES: tuple[Pass, ...] = (
    refuse_constructs,
    resolve,
    rename_apart,  # before types: one name, one type
    order_bodies,  # before types, which are read off from left to right
    stratify,  # before types: a predicate's columns come from those that it uses
    refuse_look_ahead,
    refuse_recursion,
    refuse_time_on_predicates,
    refuse_first_of_predicates,
    check_types,
)

_QUERY = "?"  # no text can declare this name


def check(program: Program, base: CheckedProgram) -> CheckedProgram:
    """`program` over `base`, with the names of both; a ProgramError says what is wrong, and where.

    >>> from factdb.datalog.parser import parse
    >>> from factdb.datalog.program import EMPTY
    >>> text = 'relation dog(dog: text, weight: float). heavy(d) :- dog(d, w), w > 10.'
    >>> [column.type.value for column in check(parse(text), EMPTY).predicate("heavy").columns]
    ['text']
    """
    draft = _passed(collect(program, base))
    text = f"{base.text}\n{program.text}" if base.text else program.text
    return CheckedProgram(text=text, version=sha256(text.encode()).hexdigest(),
                          relations={**base.relations, **draft.relations},
                          predicates={**base.predicates, **draft.checked})


def check_query(text: str, program: CheckedProgram, parameters: Mapping[str, Value]) -> CheckedQuery:
    """The query `text` over `program`; each `$name` becomes the constant that `parameters` has for it."""
    written = _with_parameters(text, parse_query(text), parameters)
    columns = _columns(written)
    first = Position(1, 1)
    # A query without variables asks whether its body holds; a head has one argument at least.
    rule = Rule(_QUERY, columns or (Constant(True, Type.BOOL, first),), written, first)
    draft = _passed(collect(Program(text, (rule,)), program))
    checked = draft.checked[_QUERY].rules[0]
    return CheckedQuery(text=text, body=checked.rule.body, columns=columns, types=checked.types)


def _passed(draft: Draft) -> Draft:
    return reduce(lambda done, run: run(done), PASSES, draft)


def _columns(body: tuple[Literal, ...]) -> tuple[Variable, ...]:
    return variables(expression for literal in body for expression in own_expressions(literal))


def _with_parameters(text: str, body: tuple[Literal, ...], parameters: Mapping[str, Value]) -> tuple[Literal, ...]:
    used = set()

    def change(expression: Expression) -> Expression:
        if not isinstance(expression, Parameter):
            return expression
        position = expression.position
        if expression.name not in parameters:
            raise UnknownInProgram(unknown("parameter", expression.name, parameters), text=text,
                                   line=position.line, column=position.column)
        used.add(expression.name)
        return constant(parameters[expression.name], position)

    changed = map_body(body, change)
    for name in parameters:
        if name not in used:
            raise UnknownName("parameter", name, used)
    return changed


def constant(value: Value, position: Position) -> Constant:
    """`value` as a constant: instants and durations in microseconds."""
    match value:
        case None:
            return Constant(None, None, position)
        case bool():
            return Constant(value, Type.BOOL, position)
        case int():
            return Constant(_fitting(value), Type.INT, position)
        case float():
            return Constant(value, Type.FLOAT, position)
        case str():
            return Constant(value, Type.TEXT, position)
        case datetime():
            return Constant(to_micros(value), Type.INSTANT, position)
        case timedelta():
            return Constant(_fitting(value // MICROSECOND), Type.DURATION, position)
    raise WrongType(f"Expected a parameter of {', '.join(Type)} or null, got {type(value).__name__} {value!r}")


def _fitting(value: int) -> int:
    if not fits(value):
        raise WrongType(f"Expected a parameter of 64 bits, got {value}")
    return value
