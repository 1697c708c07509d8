"""
Syntax to text, so that `parse(print_program(p)) == p`: one statement a line, brackets only where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from factdb.datalog.lexer import MICROS
from factdb.datalog.parser import BINDING
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
    FeatureDeclaration,
    Literal,
    Negation,
    NullTest,
    Parameter,
    Program,
    RelationDeclaration,
    Rule,
    Shift,
    SpineDeclaration,
    Statement,
    Support,
    SystemPeriod,
    Temporal,
    Throughout,
    Unary,
    Variable,
    Wildcard,
    Within,
)
from factdb.period import from_micros
from factdb.schema import Kind, Relation, Type

_LEVELS = {operator: level for level, operators in enumerate(BINDING) for operator in operators}
_COMPARISON, _SUM, _UNARY = 2, 3, len(BINDING)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def print_program(program: Program) -> str:
    """The text of `program`, a statement a line.

    >>> from factdb.datalog.parser import parse
    >>> print_program(parse("a(x)   :- b( x ) within 60m , ( x = 1 ) ."))
    'a(x) :- b(x) within 1h, x = 1.\\n'
    """
    return "".join(f"{_statement(statement)}\n" for statement in program.statements)


def print_body(body: Iterable[Literal]) -> str:
    """The text of the literals of `body`, with commas between them."""
    return ", ".join(_literal(literal) for literal in body)


def _statement(statement: Statement) -> str:
    match statement:
        case RelationDeclaration(relation):
            return _relation(relation)
        case Rule():
            return _rule(statement)
        case SpineDeclaration(rule):
            return f"spine {_rule(rule)}"
        case FeatureDeclaration():
            return _feature(statement)
        case _:
            assert_never(statement)


def _relation(relation: Relation) -> str:
    kind = "relation" if relation.kind is Kind.STATE else relation.kind.value
    columns = ", ".join(f"{column.name}: {column.type.value}{_unit(column.unit)}" for column in relation.columns)
    key = f" key({', '.join(relation.key)})" if relation.key else ""
    return f"{kind} {relation.name}({columns}){key}."


def _rule(rule: Rule) -> str:
    return f"{rule.name}({_list(rule.arguments)}) :- {print_body(rule.body)}."


def _feature(feature: FeatureDeclaration) -> str:
    value = _aggregate(feature.value) if isinstance(feature.value, Aggregate) else _expression(feature.value)
    body = f" : {print_body(feature.body)}" if feature.body else ""
    default = f" default {_expression(feature.default)}" if feature.default else ""
    support = f" support {_support(feature.support)}" if feature.support else ""
    return (f"{feature.role.value} {feature.name}({_list(feature.entities)}) = "
            f"{value}{body}{_unit(feature.unit)}{default}{support}.")


def _unit(unit: str | None) -> str:
    return "" if unit is None else f" unit {_text(unit)}"


def _support(support: Support) -> str:
    low = "(-inf" if support.low is None else f"[{support.low!r}"
    high = "inf)" if support.high is None else f"{support.high!r}]"
    return f"{low}, {high}"


# ---- literals --------------------------------------------------------------------------------------


def _literal(literal: Literal) -> str:
    match literal:
        case Atom():
            return _atom(literal)
        case Negation(atom):
            return f"not {_atom(atom)}"
        case Comparison(operator, left, right):
            return f"{_expression(left, _SUM)} {operator} {_expression(right, _SUM)}"
        case Assignment(variable, expression):
            return f"{variable.name} = {_expression(expression, _SUM)}"
        case NullTest(term, negated):
            return f"{_expression(term, _SUM)} is {'not ' if negated else ''}null"
        case Aggregation(variable, aggregate):
            return f"{variable.name} = {_aggregate(aggregate)}"
        case _:
            assert_never(literal)


def _atom(atom: Atom) -> str:
    arguments = ", ".join(f"{f'{a.name}: ' if a.name else ''}{_expression(a.term)}" for a in atom.arguments)
    return " ".join((f"{atom.name}({arguments})", *(_temporal(temporal) for temporal in atom.temporal)))


def _temporal(temporal: Temporal) -> str:
    match temporal:
        case Within(duration, forward):
            return f"within {'next ' if forward else ''}{_duration(duration)}"
        case Throughout(duration, forward):
            return f"throughout {'next ' if forward else ''}{_duration(duration)}"
        case Shift(duration, forward):
            return f"{'ahead' if forward else 'ago'} {_duration(duration)}"
        case At(term):
            return f"at {_expression(term, _SUM)}"
        case During(start, end):
            return f"during [{_expression(start, _SUM)}, {_expression(end, _SUM)})"
        case SystemPeriod(start, end):
            return f"system [{_expression(start, _SUM)}, {_expression(end, _SUM)})"
        case _:
            assert_never(temporal)


def _aggregate(aggregate: Aggregate) -> str:
    words = [aggregate.function.value]
    if aggregate.parameter is not None:
        words = [f"{aggregate.function.value}({aggregate.parameter!r})"]
    if aggregate.distinct:
        words.append("distinct")
    if aggregate.expression is not None:
        words.append(_expression(aggregate.expression))
    if aggregate.order is not None:
        words.append(f"by {_expression(aggregate.order)}")
    return f"{' '.join(words)} {{ {print_body(aggregate.body)} }}"


# ---- expressions -----------------------------------------------------------------------------------


def _expression(expression: Expression, loosest: int = 0) -> str:
    """The text of `expression`, in brackets if it binds looser than `loosest`."""
    match expression:
        case Variable(name):
            return name
        case Wildcard():
            return "_"
        case Parameter(name):
            return f"${name}"
        case Constant():
            return _constant(expression)
        case Call(function, arguments):
            return f"{function}({_list(arguments)})"
        case Unary("not", operand):
            return _bracketed(f"not {_expression(operand, _COMPARISON)}", _COMPARISON, loosest)
        case Unary(operator, operand):
            return f"{operator}{_expression(operand, _UNARY)}"
        case Binary(operator, left, right):
            level = _LEVELS[operator]
            beside = level + (level == _COMPARISON)
            text = f"{_expression(left, beside)} {operator} {_expression(right, level + 1)}"
            return _bracketed(text, level, loosest)
        case _:
            assert_never(expression)


def _bracketed(text: str, level: int, loosest: int) -> str:
    return f"({text})" if level < loosest else text


def _list(expressions: Iterable[Expression]) -> str:
    return ", ".join(_expression(expression) for expression in expressions)


def _constant(constant: Constant) -> str:
    match constant.type, constant.value:
        case _, None:
            return "null"
        case _, bool(value):
            return "true" if value else "false"
        case _, str(value):
            return _text(value)
        case Type.DURATION, int(value):
            return _duration(value)
        case Type.INSTANT, int(value):
            return f'instant "{from_micros(value).isoformat()}"'
        case _, value:
            return repr(value)


def _duration(micros: int) -> str:
    sign, size = "-" if micros < 0 else "", abs(micros)
    unit = next(unit for unit, length in MICROS.items() if size % length == 0 and (size or unit == "s"))
    return f"{sign}{size // MICROS[unit]}{unit}"


def _text(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'
