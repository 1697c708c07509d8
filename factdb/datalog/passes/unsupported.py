"""
What the language has and this version cannot evaluate yet. Evaluating a construct means deleting its line here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from factdb.datalog.passes.draft import Draft
from factdb.datalog.passes.stratify import components
from factdb.datalog.syntax import (
    AggregateFunction,
    Aggregation,
    Atom,
    Call,
    During,
    Literal,
    Position,
    Rule,
    SystemPeriod,
    Throughout,
)
from factdb.datalog.tree import atoms, parts
from factdb.errors import NotYet

_TEMPORAL = {During: "`during`", Throughout: "`throughout`", SystemPeriod: "`system`"}
_BY_TIME = {AggregateFunction.FIRST, AggregateFunction.LAST}
_AGGREGATES = {AggregateFunction.LIST, AggregateFunction.ARGMIN, AggregateFunction.ARGMAX}


def refuse_constructs(draft: Draft) -> Draft:
    """`draft` unchanged; NotYet at the first construct that cannot be evaluated."""
    for predicate in draft.predicates.values():
        for rule in predicate.rules:
            for what, position in _constructs(rule):
                raise _not_yet(draft, what, position)
    return draft


def refuse_recursion(draft: Draft) -> Draft:
    """`draft` unchanged; NotYet if a predicate rests on itself."""
    for component in components(draft):
        if component.cycle:
            position = draft.predicates[component.names[0]].position
            raise _not_yet(draft, f"Recursion ({component.cycle})", position)
    return draft


def refuse_time_on_predicates(draft: Draft) -> Draft:
    """`draft` unchanged; NotYet if a derived predicate is asked at another time than the question's."""
    for predicate in draft.predicates.values():
        for rule in predicate.rules:
            for atom in atoms(rule.body):
                if atom.temporal and draft.relation(atom.name) is None:
                    raise _not_yet(draft, f"Time on the derived predicate {atom.name!r}", atom.temporal[0].position)
    return draft


def refuse_first_of_predicates(draft: Draft) -> Draft:
    """`draft` unchanged; NotYet if first or last has no stored fact in its body whose time it could go by."""
    for predicate in draft.predicates.values():
        for aggregate in (literal.aggregate for rule in predicate.rules for literal in rule.body
                          if isinstance(literal, Aggregation)):
            stored = any(isinstance(inner, Atom) and draft.relation(inner.name) for inner in aggregate.body)
            if aggregate.function in _BY_TIME and not stored:
                raise _not_yet(draft, f"`{aggregate.function}` of derived predicates alone", aggregate.position)
    return draft


def _constructs(rule: Rule) -> Iterator[tuple[str, Position]]:
    for argument in rule.arguments:
        for part in parts(argument):
            if isinstance(part, Call) and part.function in {"min", "max"}:
                yield f"{part.function} in a rule's head", part.position
    for atom in atoms(rule.body):
        for temporal in atom.temporal:
            if type(temporal) in _TEMPORAL:
                yield _TEMPORAL[type(temporal)], temporal.position
    yield from _aggregates(rule.body)


def _aggregates(body: Iterable[Literal]) -> Iterator[tuple[str, Position]]:
    for literal in body:
        if isinstance(literal, Aggregation):
            if literal.aggregate.function in _AGGREGATES:
                yield f"`{literal.aggregate.function}`", literal.aggregate.position
            for inner in literal.aggregate.body:
                if isinstance(inner, Aggregation):
                    yield "An aggregate inside an aggregate", inner.position


def _not_yet(draft: Draft, what: str, position: Position) -> NotYet:
    return draft.error(NotYet, f"{what} is part of the language, but this version cannot evaluate it", position)
