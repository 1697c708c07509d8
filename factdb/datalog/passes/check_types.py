"""
Infer the type of every variable and column, and check that all uses agree.

Columns give the types of the variables in atoms; assignments and aggregates, read in the order in which they are
evaluated, give the others. int and float mix in arithmetic and comparison, but a variable has one type: joining an
int column with a float one is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from factdb.datalog.passes.draft import Draft, DraftPredicate
from factdb.datalog.passes.expression_types import MEASURES, NUMBERS, ExpressionTypes
from factdb.datalog.program import CheckedRule, Predicate
from factdb.datalog.syntax import (
    Aggregate,
    AggregateFunction,
    Aggregation,
    Assignment,
    At,
    Atom,
    Call,
    Comparison,
    Constant,
    During,
    Expression,
    Literal,
    Negation,
    NullTest,
    Position,
    Role,
    Rule,
    SystemPeriod,
    Variable,
    Wildcard,
)
from factdb.datalog.tree import atoms
from factdb.errors import TypeMismatch
from factdb.schema import Column, Type

_STATISTICS = {AggregateFunction.AVG, AggregateFunction.MEDIAN, AggregateFunction.QUANTILE, AggregateFunction.STDDEV,
               AggregateFunction.VARIANCE}
_ORDERED = {AggregateFunction.ARGMIN, AggregateFunction.ARGMAX}


def check_types(draft: Draft) -> Draft:
    """`draft` with its predicates checked; TypeMismatch says which two types met, and where."""
    for name, predicate in draft.predicates.items():
        draft = replace(draft, checked={**draft.checked, name: _predicate(draft, predicate)})
    return draft


def _predicate(draft: Draft, predicate: DraftPredicate) -> Predicate:
    rules, found = [], list[Type]()
    for rule in predicate.rules:
        typing = _Typing(draft.text, {}, draft)
        head = typing.head(rule)
        for argument, name, one, other in zip(rule.arguments, predicate.columns, found, head, strict=False):
            if one is not other:
                raise draft.error(TypeMismatch, f"Expected {one} for column {name!r}, as in the first rule of "
                                                f"{predicate.name}, got {other}", argument.position)
        found = found or head
        rules.append(CheckedRule(rule=replace(rule, body=typing.promoted(rule.body)), types=typing.types))
    if predicate.role is Role.SPINE and found[-1] is not Type.INSTANT:
        raise draft.error(TypeMismatch, f"Expected an instant as the last argument of a spine, got {found[-1]}",
                          predicate.rules[0].arguments[-1].position)
    units = [None] * (len(found) - 1) + [predicate.unit]
    columns = tuple(Column(name=name, type=type_, unit=unit)
                    for name, type_, unit in zip(predicate.columns, found, units, strict=True))
    _check_support(draft, predicate, found[-1])
    return Predicate(name=predicate.name, role=predicate.role, columns=columns, rules=tuple(rules),
                     unit=predicate.unit, default=_default(draft, predicate, found[-1]), support=predicate.support)


def _default(draft: Draft, predicate: DraftPredicate, type_: Type) -> Constant | None:
    default = predicate.default
    if default is None or default.type is type_:
        return default
    if (default.type, type_) == (Type.INT, Type.FLOAT) and isinstance(default.value, int):
        return Constant(float(default.value), Type.FLOAT, default.position)
    raise draft.error(TypeMismatch, f"Expected a default of type {type_}, as the value of {predicate.name}, "
                                    f"got {default.type}", default.position)


def _check_support(draft: Draft, predicate: DraftPredicate, type_: Type) -> None:
    if predicate.support is None:
        return
    if type_ not in NUMBERS:
        raise draft.error(TypeMismatch, f"Expected a value of int or float for a support, got {type_}",
                          predicate.position)
    low, high, default = predicate.support.low, predicate.support.high, predicate.default
    if default is not None and isinstance(default.value, int | float) and (
            (low is not None and default.value < low) or (high is not None and default.value > high)):
        raise draft.error(TypeMismatch, "Expected a default inside of the support", default.position)


def type_of(expression: Expression, types: Mapping[str, Type]) -> Type | None:
    """The type of an `expression` of a checked rule, whose variables have `types`; None of NULL.

    >>> from factdb.datalog.parser import parse_query
    >>> type_of(parse_query("x = a / 2")[0].right, {"a": Type.INT}).value
    'float'
    """
    return ExpressionTypes("", dict(types)).type_of(expression)


@dataclass(slots=True)
class _Typing(ExpressionTypes):
    """The types of one rule's variables, as they become known; `seen` says where."""

    draft: Draft
    seen: dict[str, str] = field(default_factory=dict)

    def head(self, rule: Rule) -> list[Type]:
        for atom in atoms(rule.body):
            self._arguments(atom)
        for literal in rule.body:
            self._literal(literal)
        return [self.known(argument) for argument in rule.arguments]

    # ---- what gives variables their types ----------------------------------------------------------

    def _arguments(self, atom: Atom) -> None:
        for column, argument in zip(self._columns(atom.name), atom.arguments, strict=True):
            where = f"{atom.name}.{column.name}"
            if isinstance(argument.term, Variable):
                self._bind(argument.term, column.type, where)
            elif isinstance(argument.term, Constant):
                self._constant(column.type, argument.term, where)
        for temporal in atom.temporal:
            for term in _times(temporal):
                if isinstance(term, Variable):
                    self._bind(term, Type.INSTANT, "a time")

    def _constant(self, type_: Type, constant: Constant, where: str) -> None:
        given = constant.type
        if given not in {None, type_} and not {given, type_} <= set(NUMBERS):
            raise self.mismatch(f"Expected {type_} for {where}, got {given}", constant.position)
        self.comparable(type_, given, constant.position)

    def _columns(self, name: str) -> tuple[Column, ...]:
        found = self.draft.relation(name) or self.draft.checked.get(name) or self.draft.base.predicates.get(name)
        assert found is not None, "names were resolved, and predicates stand after those that they use"
        return found.columns

    def _bind(self, variable: Variable, type_: Type, where: str) -> None:
        known = self.types.setdefault(variable.name, type_)
        if known is not type_:
            raise self.mismatch(f"Expected one type for {variable.name!r}, got {known} in {self.seen[variable.name]} "
                                 f"and {type_} in {where}{_hint(known, type_)}", variable.position)
        self.seen.setdefault(variable.name, where)

    def _assign(self, variable: Variable, type_: Type) -> None:
        if (self.types.get(variable.name), type_) != (Type.FLOAT, Type.INT):
            self._bind(variable, type_, "an assignment")

    def promoted(self, body: tuple[Literal, ...]) -> tuple[Literal, ...]:
        """`body`, in which a whole number that is assigned to a float has become one."""
        return tuple(self._promoted(literal) for literal in body)

    def _promoted(self, literal: Literal) -> Literal:
        match literal:
            case Assignment(variable, expression) if self.type_of(expression) is not self.types[variable.name]:
                return replace(literal, expression=Call("float", (expression,), expression.position))
            case Aggregation(_, aggregate):
                return replace(literal, aggregate=replace(aggregate, body=self.promoted(aggregate.body)))
        return literal

    # ---- literals ----------------------------------------------------------------------------------

    def _literal(self, literal: Literal) -> None:
        match literal:
            case Atom(_, _, temporal) | Negation(Atom(_, _, temporal)):
                for term in (term for t in temporal for term in _times(t)):
                    if not isinstance(term, Wildcard):
                        self.require(term, frozenset({Type.INSTANT}), "as a time")
            case Comparison(_, left, right, position):
                self._comparison(literal.operator, left, right, position)
            case Assignment(variable, expression):
                self.comparable(self.type_of(variable) if variable.name in self.types else self.type_of(expression),
                                self.type_of(expression), expression.position)
                self._assign(variable, self.known(expression))
            case NullTest(term):
                self.type_of(term)
            case Aggregation(variable, aggregate):
                for inner in aggregate.body:
                    self._literal(inner)
                self._bind(variable, self._aggregate(aggregate), aggregate.function.value)
            case _:
                assert_never(literal)

    def _comparison(self, operator: str, left: Expression, right: Expression, position: Position) -> None:
        for side, other in ((left, right), (right, left)):
            if operator == "=" and isinstance(side, Variable) and side.name not in self.types:
                self._bind(side, self.known(other), "a comparison")
        self.comparable(self.type_of(left), self.type_of(right), position)

    def _aggregate(self, aggregate: Aggregate) -> Type:
        function, expression = aggregate.function, aggregate.expression
        if (aggregate.order is not None) != (function in _ORDERED):
            raise self.mismatch("Expected `by` and an expression after argmin and argmax, and there only",
                                 aggregate.position)
        if expression is None:
            if function is not AggregateFunction.COUNT or aggregate.distinct:
                raise self.mismatch(f"Expected an expression, as in {function} x {{ ... }}", aggregate.position)
            return Type.INT
        found = self.known(expression)
        if function is AggregateFunction.COUNT:
            return Type.INT
        if function in _STATISTICS:
            hint = "minutes(x) or seconds(x) is a number" if found is Type.DURATION else ""
            self.require(expression, frozenset(NUMBERS), f"in {function}", hint)
            return Type.FLOAT
        if function is AggregateFunction.SUM:
            return self.require(expression, MEASURES, "in sum")
        if function in {AggregateFunction.ANY, AggregateFunction.EVERY}:
            return self.require(expression, frozenset({Type.BOOL}), f"in {function}")
        return found


def _times(temporal: object) -> tuple[Expression, ...]:
    match temporal:
        case At(term):
            return (term,)
        case During(start, end) | SystemPeriod(start, end):
            return (start, end)
    return ()


def _hint(one: Type, other: Type) -> str:
    return "; float(x) makes a float of an int" if {one, other} == set(NUMBERS) else ""
