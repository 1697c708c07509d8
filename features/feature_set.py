"""
Feature sets: named, ordered groups of features, whose version is a hash of all that they rest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from factdb.datalog.printer import print_program
from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import Program, Role
from factdb.datalog.tree import atoms
from factdb.errors import InvalidFact


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSet:
    """Features in the order of a model's inputs, and the knowledge lag that they are read with.

    `lag` is how long after a fact was learned it may be used: 0 uses what was known at the very instant.
    """

    name: str
    features: tuple[str, ...]
    lag: timedelta

    def __post_init__(self) -> None:
        if self.lag < timedelta(0):
            raise InvalidFact(f"Expected a lag of 0 or more, got {self.lag}: no fact is known before it is learned")

    def version(self, program: CheckedProgram) -> str:
        """SHA-256, in hex, of the definitions: names, order, lag, and every rule and relation they rest on."""
        parts = [self.name, str(self.lag), *self.features]
        for name in sorted(_rests_on(program, self.features)):
            parts.append(_definition(program, name))
        return sha256("\x1f".join(parts).encode()).hexdigest()

    def entities(self, program: CheckedProgram) -> tuple[str, ...]:
        """The entity columns that the features need, in order of first use."""
        names = [column.name for feature in self.features
                 for column in program.predicate(feature, Role.FEATURE).entities]
        return tuple(dict.fromkeys(names))


def _rests_on(program: CheckedProgram, names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    for name in names:
        program.predicate(name, Role.FEATURE)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        predicate = program.predicates.get(name)
        if predicate is not None:
            waiting += [atom.name for rule in predicate.rules for atom in atoms(rule.rule.body)]
    return found


def _definition(program: CheckedProgram, name: str) -> str:
    predicate = program.predicates.get(name)
    if predicate is None:
        return repr(program.relations[name])
    rules = print_program(Program("", tuple(checked.rule for checked in predicate.rules)))
    return f"{rules}{predicate.role.value} {predicate.columns!r} {predicate.default!r}"
