"""
The rule language as frozen values. They know no SQL; positions do not take part in equality.

A `Program` is what the parser returns: names as written. `factdb.datalog.program.CheckedProgram` is what
the passes make of it: every atom positional and complete, every literal in an order that can be evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from factdb.schema import Relation, Type


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a program's text; line and column count from 1."""

    line: int
    column: int


def _position() -> Position:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]  # dataclass fields lie about their type


# ---- terms and expressions -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variable:
    """A lower-case name; one that stands twice in a rule is a join."""

    name: str
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`_`: any value, each its own variable."""

    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal value of a type: instants and durations are integers of microseconds; NULL has type None."""

    value: str | int | float | bool | None
    type: Type | None
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` in a query: a constant given apart from the text, so that no value is ever text."""

    name: str
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`, operator one of + - * / // % and comparisons used as values: = != < <= > >= and or."""

    operator: str
    left: Expression
    right: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Unary:
    """`-operand` or `not operand` (of a bool value)."""

    operator: str
    operand: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, such as hour(t, "America/New_York")."""

    function: str
    arguments: tuple[Expression, ...]
    position: Position = _position()


Expression: TypeAlias = Variable | Wildcard | Constant | Parameter | Binary | Unary | Call

# ---- time in a body --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Within:
    """`within 7d`: held or happened in (now - 7d, now]; `within next 7d`: in (now, now + 7d]."""

    duration: int
    forward: bool
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class At:
    """`at t`: an event's instant is bound to or compared with t; another atom is asked at t."""

    term: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Shift:
    """`ago 1h`: the atom is asked that much earlier; `ahead 1h`: later."""

    duration: int
    forward: bool
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class During:
    """`during [s, u)`: the valid period is bound to s and u."""

    start: Expression
    end: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Throughout:
    """`throughout 30d`: held during all of it; `throughout next 30d` looks forward."""

    duration: int
    forward: bool
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class SystemPeriod:
    """`system [k, u)`: the system period is bound to k and u."""

    start: Expression
    end: Expression
    position: Position = _position()


Temporal: TypeAlias = Within | At | Shift | During | Throughout | SystemPeriod

# ---- literals --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an atom; `name` is None for a positional one."""

    name: str | None
    term: Expression


@dataclass(frozen=True, slots=True)
class Atom:
    """`name(arguments) temporal...`: a relation's or predicate's rows, asked at the instant of the question."""

    name: str
    arguments: tuple[Argument, ...]
    temporal: tuple[Temporal, ...]
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Negation:
    """`not atom`."""

    atom: Atom
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, operator one of = != < <= > >=.

    `x = expression` with x not bound elsewhere is an assignment; after the passes it is an Assignment.
    """

    operator: str
    left: Expression
    right: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Assignment:
    """`variable = expression`, where the passes found that this literal binds the variable."""

    variable: Variable
    expression: Expression
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class NullTest:
    """`term is null` or `term is not null`."""

    term: Expression
    negated: bool
    position: Position = _position()


class AggregateFunction(StrEnum):
    """The aggregates of the language."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    QUANTILE = "quantile"
    STDDEV = "stddev"
    VARIANCE = "variance"
    FIRST = "first"
    LAST = "last"
    LIST = "list"
    ARGMIN = "argmin"
    ARGMAX = "argmax"
    ANY = "any"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`function [(parameter)] [distinct] [expression [by order]] { body }`; `order` is for argmin and argmax.

    The range is the set of distinct bindings of every variable of the body, with the instants of its events.
    """

    function: AggregateFunction
    parameter: float | None
    distinct: bool
    expression: Expression | None
    body: tuple[Literal, ...]
    order: Expression | None
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Aggregation:
    """`variable = aggregate`."""

    variable: Variable
    aggregate: Aggregate
    position: Position = _position()


Literal: TypeAlias = Atom | Negation | Comparison | Assignment | NullTest | Aggregation

# ---- statements ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RelationDeclaration:
    """`relation|event|observed name(column: type unit "u", ...) key(columns).`"""

    relation: Relation
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class Rule:
    """`name(arguments) :- body.`"""

    name: str
    arguments: tuple[Expression, ...]
    body: tuple[Literal, ...]
    position: Position = _position()


class Role(StrEnum):
    """What a predicate is for."""

    RULE = "rule"
    FEATURE = "feature"
    CONCEPT = "concept"
    SPINE = "spine"


@dataclass(frozen=True, slots=True)
class Support:
    """`support [low, high]`: the values a concept or feature may take; None is unbounded."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class FeatureDeclaration:
    """`feature|concept name(entities) = value [: body] [unit "u"] [default c] [support [a, b]].`

    `value` is an expression over the body, or an aggregate with no body.
    """

    role: Role
    name: str
    entities: tuple[Variable, ...]
    value: Expression | Aggregate
    body: tuple[Literal, ...]
    unit: str | None
    default: Constant | None
    support: Support | None
    position: Position = _position()


@dataclass(frozen=True, slots=True)
class SpineDeclaration:
    """`spine name(entities, t) :- body.`: the rows that features are wanted for; the last argument is an instant."""

    rule: Rule
    position: Position = _position()


Statement: TypeAlias = RelationDeclaration | Rule | FeatureDeclaration | SpineDeclaration


@dataclass(frozen=True, slots=True)
class Program:
    """Statements in the order of the text that they were read from; the text does not take part in equality."""

    text: str = field(compare=False)
    statements: tuple[Statement, ...]
