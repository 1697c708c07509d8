"""
A feature or a spine cannot look ahead: no rule that it rests on, at any depth, may read the future.

Concepts may; and so may rules, as long as only concepts rest on them.
"""

from __future__ import annotations

from collections.abc import Iterable

from factdb.datalog.passes.draft import Draft
from factdb.datalog.syntax import Atom, Literal, Position, Role, Rule, Shift, Temporal, Throughout, Within
from factdb.datalog.tree import atoms
from factdb.errors import LookAhead


def refuse_look_ahead(draft: Draft) -> Draft:
    """`draft` unchanged; LookAhead shows the chain of rules from a feature or spine to the future.

    >>> from factdb.datalog.parser import parse
    >>> from factdb.datalog.passes.collect import collect
    >>> from factdb.datalog.program import EMPTY
    >>> refuse_look_ahead(collect(parse("feature f(d) = n : a(d, n). a(d, n) :- e(d, n) ahead 1h."), EMPTY))
    Traceback (most recent call last):
    factdb.errors.LookAhead: line 1, column 20: A feature cannot look ahead: f → a → e ahead
      feature f(d) = n : a(d, n). a(d, n) :- e(d, n) ahead 1h.
                         ^
    """
    for predicate in draft.predicates.values():
        if predicate.role in {Role.FEATURE, Role.SPINE}:
            for atom in _atoms(predicate.rules):
                if chain := _chain(draft, atom):
                    shown = " → ".join((predicate.name, *chain))
                    raise draft.error(LookAhead, f"A {predicate.role} cannot look ahead: {shown}", _position(atom))
    return draft


def _chain(draft: Draft, start: Atom) -> tuple[str, ...]:
    """The shortest way from `start` to the future, empty if there is none."""
    passed: set[str] = set()
    queue: list[tuple[Atom, tuple[str, ...]]] = [(start, ())]
    for atom, way in queue:
        for temporal in atom.temporal:
            if word := _forward(temporal):
                return (*way, f"{atom.name} {word}")
        if atom.name not in passed:
            passed.add(atom.name)
            queue.extend((used, (*way, atom.name)) for used in _atoms(_rules(draft, atom.name)))
    return ()


def _rules(draft: Draft, name: str) -> tuple[Rule, ...]:
    if name in draft.predicates:
        return draft.predicates[name].rules
    return tuple(checked.rule for checked in draft.base.predicates[name].rules) if name in draft.base.predicates else ()


def _atoms(rules: Iterable[Rule]) -> Iterable[Atom]:
    bodies: list[tuple[Literal, ...]] = [rule.body for rule in rules]
    return (atom for body in bodies for atom in atoms(body))


def _forward(temporal: Temporal) -> str:
    match temporal:
        case Within(_, True):
            return "within next"
        case Throughout(_, True):
            return "throughout next"
        case Shift(_, True):
            return "ahead"
    return ""


def _position(atom: Atom) -> Position:
    return next((temporal.position for temporal in atom.temporal if _forward(temporal)), atom.position)
