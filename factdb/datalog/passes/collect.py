"""
First: gather a program's statements under the names that they declare; each name once, with one role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from factdb.datalog.passes.draft import Draft, DraftPredicate, counted
from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import (
    Aggregate,
    Aggregation,
    Expression,
    FeatureDeclaration,
    Literal,
    Position,
    Program,
    RelationDeclaration,
    Role,
    Rule,
    SpineDeclaration,
    Statement,
    Variable,
)
from factdb.datalog.tree import inner_expressions, variables
from factdb.errors import AlreadyDeclared, WrongArity

VALUE = "value"


def collect(program: Program, base: CheckedProgram) -> Draft:
    """The draft of `program` over `base`; AlreadyDeclared if a name has two declarations or two roles."""
    draft = Draft(text=program.text, base=base, relations={}, predicates={}, checked={})
    for statement in program.statements:
        draft = _with(draft, statement)
    return draft


def _with(draft: Draft, statement: Statement) -> Draft:
    match statement:
        case RelationDeclaration(relation, position):
            _new(draft, relation.name, position)
            for known in (*draft.base.relations, *draft.relations):
                if known.lower() == relation.name.lower():  # the engine would give both one table
                    raise draft.error(AlreadyDeclared, f"Expected a name that differs from {known!r} in more than "
                                                       f"capitals, got {relation.name!r}", position)
            return replace(draft, relations={**draft.relations, relation.name: relation})
        case Rule():
            predicate = _rule(draft, statement)
        case SpineDeclaration(rule):
            _new(draft, rule.name, rule.position)
            predicate = _plain(rule, Role.SPINE)
        case FeatureDeclaration():
            _new(draft, statement.name, statement.position)
            predicate = _feature(draft, statement)
    return replace(draft, predicates={**draft.predicates, predicate.name: predicate})


def _new(draft: Draft, name: str, position: Position) -> None:
    if draft.columns(name) is not None:
        raise draft.error(AlreadyDeclared, f"Expected a new name, got {name!r}, which is declared already", position)


def _rule(draft: Draft, rule: Rule) -> DraftPredicate:
    known = draft.predicates.get(rule.name)
    if known is None or known.role is not Role.RULE:
        _new(draft, rule.name, rule.position)
        return _plain(rule, Role.RULE)
    if len(rule.arguments) != len(known.columns):
        raise draft.error(WrongArity, f"Expected {counted(len(known.columns))}, as in the first rule of "
                                      f"{rule.name}, got {len(rule.arguments)}", rule.position)
    return replace(known, rules=(*known.rules, rule))


def _plain(rule: Rule, role: Role) -> DraftPredicate:
    return DraftPredicate(name=rule.name, role=role, columns=_column_names(rule.arguments), rules=(rule,), unit=None,
                          default=None, support=None, position=rule.position)


def _column_names(arguments: tuple[Expression, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for number, argument in enumerate(arguments, start=1):
        name = argument.name if isinstance(argument, Variable) else f"column_{number}"
        names.append(name if name not in names else f"column_{number}")
    return tuple(names)


def _feature(draft: Draft, feature: FeatureDeclaration) -> DraftPredicate:
    entities = [entity.name for entity in feature.entities]
    for entity in feature.entities:
        if entities.count(entity.name) > 1 or entity.name == VALUE:
            raise draft.error(AlreadyDeclared, f"Expected entities with distinct names other than {VALUE!r}, "
                                               f"got {entity.name!r}", entity.position)
    if isinstance(feature.value, Aggregate):
        position = feature.value.position
        result = Variable(_unused(VALUE, variables(inner_expressions(feature.value))), position)
        body: tuple[Literal, ...] = (Aggregation(result, feature.value, position),)
        value: Expression = result
    else:
        value, body = feature.value, feature.body
    rule = Rule(feature.name, (*feature.entities, value), body, feature.position)
    return DraftPredicate(name=feature.name, role=feature.role, columns=(*entities, VALUE), rules=(rule,),
                          unit=feature.unit, default=feature.default, support=feature.support,
                          position=feature.position)


def _unused(name: str, taken: Iterable[Variable]) -> str:
    names = {variable.name for variable in taken}
    while name in names:
        name += "_"
    return name
