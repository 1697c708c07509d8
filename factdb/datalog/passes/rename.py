"""
Give each aggregate's own variables names of their own, so that one name has one type in a rule.

A variable of an aggregate's body is its own unless it stands outside of all aggregates of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from factdb.datalog.passes.draft import Draft
from factdb.datalog.syntax import Aggregation, Expression, Literal, Rule, Variable
from factdb.datalog.tree import inner_expressions, map_body, own_expressions, variables


def rename_apart(draft: Draft) -> Draft:
    """`draft` in which no two aggregates of a rule have an own variable of the same name."""
    predicates = {name: replace(predicate, rules=tuple(_renamed(rule) for rule in predicate.rules))
                  for name, predicate in draft.predicates.items()}
    return replace(draft, predicates=predicates)


def _renamed(rule: Rule) -> Rule:
    outer = _names([*rule.arguments, *(e for literal in rule.body for e in own_expressions(literal))])
    taken, body = set(outer), list[Literal]()
    for literal in rule.body:
        if isinstance(literal, Aggregation):
            own = _names(inner_expressions(literal.aggregate)) - outer
            changes = {name: _unused(name, taken | own) for name in sorted(own & taken)}
            literal = _with_names(literal, changes)  # noqa: PLW2901  # the same literal, renamed
            taken |= own | set(changes.values())
        body.append(literal)
    return replace(rule, body=tuple(body))


def _with_names(literal: Literal, changes: dict[str, str]) -> Literal:
    def change(expression: Expression) -> Expression:
        if isinstance(expression, Variable):
            return replace(expression, name=changes.get(expression.name, expression.name))
        return expression

    return map_body((literal,), change)[0] if changes else literal


def _names(expressions: Iterable[Expression]) -> set[str]:
    return {variable.name for variable in variables(expressions)}


def _unused(name: str, taken: set[str]) -> str:
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)
