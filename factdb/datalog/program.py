"""
A checked program: what the passes hand to the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from factdb.datalog.syntax import Constant, Literal, Role, Rule, Support, Variable
from factdb.errors import UnknownName
from factdb.schema import Column, Relation, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRule:
    """A rule whose atoms are positional and complete and whose body can be evaluated from left to right.

    `types` has the type of every variable, those inside aggregates included.
    """

    rule: Rule
    types: Mapping[str, Type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A derived relation: the union of its rules.

    Of a feature or concept the columns are its entities and then its value; of a spine, its entities and
    then the instant. `default` stands where the rules give no row.
    """

    name: str
    role: Role
    columns: tuple[Column, ...]
    rules: tuple[CheckedRule, ...]
    unit: str | None
    default: Constant | None
    support: Support | None

    @property
    def entities(self) -> tuple[Column, ...]:
        """The columns before the last one."""
        return self.columns[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedProgram:
    """Relations and predicates by name; predicates stand after those that they use.

    `version` is the SHA-256 of the text, in hex.
    """

    text: str
    version: str
    relations: Mapping[str, Relation]
    predicates: Mapping[str, Predicate]

    def predicate(self, name: str, *roles: Role) -> Predicate:
        """The predicate called `name`, of one of `roles` if any are given; UnknownName suggests near ones."""
        found = self.predicates.get(name)
        if found is None or (roles and found.role not in roles):
            known = [p.name for p in self.predicates.values() if not roles or p.role in roles]
            raise UnknownName(" or ".join(roles) or "predicate", name, known)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuery:
    """A body to be answered: one column for each named variable, in order of first appearance."""

    text: str
    body: tuple[Literal, ...]
    columns: tuple[Variable, ...]
    types: Mapping[str, Type]


EMPTY = CheckedProgram(text="", version=sha256(b"").hexdigest(), relations={}, predicates={})
