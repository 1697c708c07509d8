"""
Check safety, and order bodies so that they can be evaluated from left to right.

Conditions, assignments, negations and aggregates stand as early as their variables are bound; positive atoms keep
the order in which they were written. `x = expression` with x not bound becomes an Assignment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import assert_never

from factdb.datalog.passes.draft import Draft, DraftPredicate
from factdb.datalog.syntax import (
    Aggregate,
    Aggregation,
    Assignment,
    At,
    Atom,
    Comparison,
    During,
    Expression,
    Literal,
    Negation,
    NullTest,
    Role,
    Rule,
    SystemPeriod,
    Variable,
)
from factdb.datalog.tree import inner_expressions, own_expressions, variables
from factdb.errors import UnsafeRule


def order_bodies(draft: Draft) -> Draft:
    """`draft` with bodies that can be evaluated from left to right; UnsafeRule names a variable that nothing binds."""
    predicates = {name: replace(predicate, rules=tuple(_ordered(draft, predicate, rule) for rule in predicate.rules))
                  for name, predicate in draft.predicates.items()}
    return replace(draft, predicates=predicates)


def _ordered(draft: Draft, predicate: DraftPredicate, rule: Rule) -> Rule:
    head = variables(rule.arguments)
    scope = _Scope(draft, set(predicate.asked), frozenset(v.name for v in head) | predicate.asked)
    body = scope.ordered(rule.body)
    for variable in head:
        if variable.name not in scope.bound:
            raise _unbound(draft, variable, rule.body)
    return replace(rule, body=body)


@dataclass(slots=True)
class _Scope:
    """A body in the making: what is `bound` so far; `outside` stands in the head or around an aggregate."""

    draft: Draft
    bound: set[str]
    outside: frozenset[str]
    done: list[Literal] = field(default_factory=list)

    def ordered(self, body: tuple[Literal, ...]) -> tuple[Literal, ...]:
        waiting = list(body)
        while waiting:
            ready = [literal for literal in waiting if not self._lacking(literal, body)]
            if not ready:
                raise self._stuck(waiting, body)
            chosen = next((literal for literal in ready if not isinstance(literal, Atom)), ready[0])
            waiting.pop(next(n for n, literal in enumerate(waiting) if literal is chosen))
            self.done.extend(self._placed(chosen, body))
        return tuple(self.done)

    def _lacking(self, literal: Literal, body: tuple[Literal, ...]) -> list[Variable]:
        """The variables that must be bound before `literal` can be evaluated, and are not."""
        match literal:
            case Atom():
                needed = _asked_first(self.draft, literal)
            case Aggregation(_, aggregate):
                shared = self._outside(literal, body)
                needed = [v for v in variables(inner_expressions(aggregate)) if v.name in shared]
            case Comparison():
                needed = self._of_comparison(literal)
            case Negation() | NullTest():
                needed = list(variables(own_expressions(literal)))
            case Assignment(_, expression):
                needed = list(variables((expression,)))
            case _:
                assert_never(literal)
        return [variable for variable in needed if variable.name not in self.bound]

    def _of_comparison(self, comparison: Comparison) -> list[Variable]:
        found = list(variables(own_expressions(comparison)))
        target = self._target(comparison)
        return found if target is None else [v for v in found if v.name != target.name]

    def _target(self, comparison: Comparison) -> Variable | None:
        """The variable that `comparison` binds, if it is an assignment by now."""
        if comparison.operator != "=":
            return None
        for target, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if isinstance(target, Variable) and target.name not in self.bound:
                used = {variable.name for variable in variables((other,))}
                if used <= self.bound:
                    return target
        return None

    def _placed(self, literal: Literal, body: tuple[Literal, ...]) -> tuple[Literal, ...]:
        if isinstance(literal, Aggregation):
            return self._aggregation(literal, body)
        if isinstance(literal, Comparison) and (target := self._target(literal)) is not None:
            other = literal.right if target is literal.left else literal.left
            self.bound.add(target.name)
            return (Assignment(target, other, literal.position),)
        if isinstance(literal, Atom):
            self.bound.update(variable.name for variable in variables(own_expressions(literal)))
        return (literal,)

    def _aggregation(self, literal: Aggregation, body: tuple[Literal, ...]) -> tuple[Literal, ...]:
        """The aggregate with its body ordered; a result that is bound already is compared."""
        variable, aggregate = literal.variable, literal.aggregate
        inner = _Scope(self.draft, set(self.bound), self._outside(literal, body) | self.bound)
        aggregate = replace(aggregate, body=inner.ordered(aggregate.body))
        _check_values(inner, aggregate)
        if variable.name not in self.bound:
            self.bound.add(variable.name)
            return (replace(literal, aggregate=aggregate),)
        result = replace(variable, name=f"{variable.name}_result")
        while result.name in self.bound | self.outside | inner.bound:
            result = replace(result, name=f"{result.name}_")
        self.bound.add(result.name)
        return (replace(literal, variable=result, aggregate=aggregate),
                Comparison("=", variable, result, literal.position))

    def _outside(self, aggregation: Aggregation, body: tuple[Literal, ...]) -> frozenset[str]:
        """The names that stand outside of `aggregation`: in the head, or in this body but not in another aggregate."""
        return self.outside | {aggregation.variable.name} | {
            v.name for literal in body if literal is not aggregation for v in variables(own_expressions(literal))}

    def _stuck(self, waiting: list[Literal], body: tuple[Literal, ...]) -> UnsafeRule:
        literal = next((w for w in waiting if not isinstance(w, Negation)), waiting[0])
        lacking = self._lacking(literal, body)
        return _unbound(self.draft, lacking[0], body, literal)


def _asked_first(draft: Draft, atom: Atom) -> list[Variable]:
    """What a positive atom must be given: a feature's entities, and the instant that what is no event is asked at."""
    needed: list[Expression] = [t.term for t in atom.temporal if isinstance(t, At)
                                and not (draft.is_event(atom.name) and isinstance(t.term, Variable))]
    if draft.role(atom.name) in {Role.FEATURE, Role.CONCEPT}:
        needed += [argument.term for argument in atom.arguments[:-1]]
    periods = [t for t in atom.temporal if isinstance(t, During | SystemPeriod)]
    needed += [e for period in periods for e in (period.start, period.end) if not isinstance(e, Variable)]
    return list(variables(needed))


def _check_values(scope: _Scope, aggregate: Aggregate) -> None:
    for variable in variables(e for e in (aggregate.expression, aggregate.order) if e is not None):
        if variable.name not in scope.bound:
            raise _unbound(scope.draft, variable, aggregate.body)


def _unbound(draft: Draft, variable: Variable, body: Iterable[Literal], literal: Literal | None = None) -> UnsafeRule:
    name = variable.name
    match literal:
        case Negation() if not any(name in _names(other) for other in body if not isinstance(other, Negation)):
            message = f"Variable {name!r} stands only under `not`: expected `_` for any value"
        case Aggregation():
            message = (f"Variable {name!r} stands inside and outside of an aggregate: "
                       "expected a positive atom outside that binds it")
        case Atom(atom_name) if draft.role(atom_name) in {Role.FEATURE, Role.CONCEPT}:
            message = (f"Variable {name!r} is an entity of {draft.role(atom_name)} {atom_name!r}, which must be given: "
                       "expected a positive atom of a relation that binds it")
        case _:
            message = f"Variable {name!r} is not bound: expected it in a positive atom or an assignment"
    return draft.error(UnsafeRule, message, variable.position)


def _names(literal: Literal) -> set[str]:
    return {variable.name for variable in variables(own_expressions(literal))}
