"""
What the passes hand on: rules gathered under their predicates, nearer to a checked program with every pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from factdb.datalog.program import CheckedProgram, Predicate
from factdb.datalog.syntax import Constant, Position, Role, Rule, Support
from factdb.errors import ProgramError
from factdb.schema import Kind, Relation

_E = TypeVar("_E", bound=ProgramError)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPredicate:
    """A predicate of the text. `columns` are names; of a feature or concept the last one is its value."""

    name: str
    role: Role
    columns: tuple[str, ...]
    rules: tuple[Rule, ...]
    unit: str | None
    default: Constant | None
    support: Support | None
    position: Position

    @property
    def asked(self) -> frozenset[str]:
        """The variables that the asker binds: a feature's or concept's entities."""
        return frozenset(self.columns[:-1]) if self.role in {Role.FEATURE, Role.CONCEPT} else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The relations and predicates of `text`, over the program `base`; `checked` is filled by the last pass."""

    text: str
    base: CheckedProgram
    relations: Mapping[str, Relation]
    predicates: Mapping[str, DraftPredicate]
    checked: Mapping[str, Predicate]

    def relation(self, name: str) -> Relation | None:
        """The stored relation called `name`, if there is one."""
        return self.relations.get(name) or self.base.relations.get(name)

    def is_event(self, name: str) -> bool:
        """True when `name` is a stored relation of events."""
        relation = self.relation(name)
        return relation is not None and relation.kind is Kind.EVENT

    def columns(self, name: str) -> tuple[str, ...] | None:
        """The columns of the relation or predicate called `name`, if there is one."""
        if name in self.predicates:
            return self.predicates[name].columns
        found = self.relation(name) or self.base.predicates.get(name)
        return None if found is None else tuple(column.name for column in found.columns)

    def role(self, name: str) -> Role | None:
        """The role of the predicate called `name`; None for a relation."""
        found = self.predicates.get(name) or self.base.predicates.get(name)
        return None if found is None else found.role

    def error(self, kind: type[_E], message: str, position: Position) -> _E:
        """An error of `kind` at `position` of the text."""
        return kind(message, text=self.text, line=position.line, column=position.column)


def counted(arguments: int) -> str:
    """A number of arguments, in words.

    >>> counted(1)
    '1 argument'
    """
    return f"{arguments} argument{'' if arguments == 1 else 's'}"
