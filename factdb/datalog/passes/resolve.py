"""
Resolve names: every atom, column, function and zone must exist; atoms become positional and complete.

An expression as an argument becomes a variable of its own with a comparison beside it, so that after this pass an
argument is a variable, `_` or a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from zoneinfo import available_timezones

from factdb.datalog.functions import FUNCTIONS, Slot
from factdb.datalog.passes.draft import Draft, counted
from factdb.datalog.syntax import (
    Aggregation,
    Argument,
    Atom,
    Binary,
    Call,
    Comparison,
    Constant,
    Expression,
    Literal,
    Negation,
    Parameter,
    Position,
    Role,
    Rule,
    Unary,
    Variable,
    Wildcard,
)
from factdb.datalog.tree import inner_expressions, own_expressions, parts, variables
from factdb.errors import ProgramError, UnknownInProgram, UnsafeRule, WrongArity, unknown
from factdb.schema import Type


def resolve(draft: Draft) -> Draft:
    """`draft` with positional, complete atoms; UnknownInProgram suggests near names, WrongArity counts arguments."""
    predicates = {name: replace(predicate, rules=tuple(_Rule(draft, rule).resolved() for rule in predicate.rules))
                  for name, predicate in draft.predicates.items()}
    return replace(draft, predicates=predicates)


@dataclass(slots=True)
class _Rule:
    draft: Draft
    rule: Rule
    taken: set[str] = field(default_factory=set)

    def resolved(self) -> Rule:
        expressions = [*self.rule.arguments, *_all_expressions(self.rule.body)]
        self.taken = {variable.name for variable in variables(expressions)}
        for expression in self.rule.arguments:
            self._check(expression)
        return replace(self.rule, body=self._body(self.rule.body))

    def _body(self, body: Iterable[Literal]) -> tuple[Literal, ...]:
        return tuple(done for literal in body for done in self._literal(literal))

    def _literal(self, literal: Literal) -> Iterator[Literal]:
        match literal:
            case Atom():
                yield from self._atom(literal)
            case Negation(atom):
                if self.draft.columns(atom.name) is None:
                    yield self._condition(atom, wanted=False)
                    return
                *conditions, last = self._atom(atom)
                assert isinstance(last, Atom), "the atom stands after its conditions"
                yield from (*conditions, replace(literal, atom=last))
            case Aggregation(_, aggregate):
                for expression in (aggregate.expression, aggregate.order):
                    if expression is not None:
                        self._check(expression)
                yield replace(literal, aggregate=replace(aggregate, body=self._body(aggregate.body)))
            case _:
                for expression in own_expressions(literal):
                    self._check(expression)
                yield literal

    def _atom(self, atom: Atom) -> Iterator[Literal]:
        """Conditions that stand for expressions among the arguments, then the atom."""
        columns = self.draft.columns(atom.name)
        if columns is None:
            yield self._condition(atom, wanted=True)
            return
        if self.draft.role(atom.name) in {Role.FEATURE, Role.CONCEPT}:
            self._check_entities(atom, columns)
        arguments = []
        for term in self._positional(atom, columns):
            self._check(term, wildcards=True)
            if isinstance(term, Binary | Unary | Call):
                variable = Variable(self._fresh(), term.position)
                yield Comparison("=", variable, term, term.position)
                arguments.append(Argument(None, variable))
            else:
                arguments.append(Argument(None, term))
        for number, word in enumerate(atom.temporal):
            if any(type(word) is type(other) for other in atom.temporal[:number]):
                raise self._error(ProgramError, "Expected a word for time once on an atom, got two of a kind",
                                  word.position)
        for expression in own_expressions(replace(atom, arguments=())):
            self._check(expression, wildcards=True)
        yield replace(atom, arguments=tuple(arguments))

    def _check_entities(self, atom: Atom, columns: tuple[str, ...]) -> None:
        for name, term in zip(columns[:-1], self._positional(atom, columns), strict=False):
            if isinstance(term, Wildcard):
                raise self._error(UnsafeRule, f"Expected a value for entity {name!r}: {atom.name} is asked of one",
                                  term.position)

    def _condition(self, atom: Atom, *, wanted: bool) -> Comparison:
        """What looked like an atom is a call of a function that gives true or false."""
        function = FUNCTIONS.get(atom.name)
        if function is None or function.result is not Slot.BOOL or atom.temporal \
                or any(argument.name for argument in atom.arguments):
            known = {*self.draft.relations, *self.draft.base.relations, *self.draft.predicates,
                     *self.draft.base.predicates}
            raise self._error(UnknownInProgram, unknown("relation or predicate", atom.name, sorted(known)),
                              atom.position)
        call = Call(atom.name, tuple(argument.term for argument in atom.arguments), atom.position)
        self._check(call)
        return Comparison("=", call, Constant(wanted, Type.BOOL, atom.position), atom.position)

    def _positional(self, atom: Atom, columns: tuple[str, ...]) -> list[Expression]:
        if all(argument.name is None for argument in atom.arguments):
            if len(atom.arguments) != len(columns):
                raise self._error(WrongArity, f"Expected {counted(len(columns))} ({', '.join(columns)}) for "
                                              f"{atom.name}, got {len(atom.arguments)}; named ones may be fewer",
                                  atom.position)
            return [argument.term for argument in atom.arguments]
        return self._by_name(atom, columns)

    def _by_name(self, atom: Atom, columns: tuple[str, ...]) -> list[Expression]:
        found: dict[str, Expression] = {}
        for argument in atom.arguments:
            position = argument.term.position
            if argument.name is None:
                raise self._error(ProgramError, "Expected all arguments named or none, got one without a name",
                                  position)
            if argument.name not in columns:
                raise self._error(UnknownInProgram, unknown(f"column of {atom.name}", argument.name, columns),
                                  position)
            if argument.name in found:
                raise self._error(ProgramError, f"Expected column {argument.name!r} once, got it twice", position)
            found[argument.name] = argument.term
        return [found.get(column, Wildcard(atom.position)) for column in columns]

    def _check(self, expression: Expression, *, wildcards: bool = False) -> None:
        for part in parts(expression):
            match part:
                case Call():
                    self._check_call(part)
                case Wildcard() if not (wildcards and part is expression):
                    raise self._error(UnsafeRule, "`_` has no value here: expected a variable", part.position)
                case Parameter(name):
                    raise self._error(UnknownInProgram, f"Unknown parameter {name!r}: expected a value for it beside "
                                                        "the text of a query", part.position)

    def _check_call(self, call: Call) -> None:
        function = FUNCTIONS.get(call.function)
        if function is None:
            raise self._error(UnknownInProgram, unknown("function", call.function, FUNCTIONS), call.position)
        expected, got = len(function.arguments), len(call.arguments)
        if got < expected or (got > expected and not function.variadic):
            raise self._error(WrongArity, f"Expected {function.signature}, got {counted(got)}", call.position)
        for slot, argument in zip(function.arguments, call.arguments, strict=False):
            if slot is Slot.ZONE:
                self._check_zone(argument)

    def _check_zone(self, argument: Expression) -> None:
        zones = _zones()
        if not isinstance(argument, Constant) or not isinstance(argument.value, str):
            raise self._error(UnknownInProgram, 'Expected a constant zone such as "America/New_York"',
                              argument.position)
        if argument.value not in zones:
            raise self._error(UnknownInProgram, unknown("zone", argument.value, sorted(zones)), argument.position)

    def _fresh(self) -> str:
        number = next(n for n in range(1, len(self.taken) + 2) if f"_{n}" not in self.taken)
        self.taken.add(f"_{number}")
        return f"_{number}"

    def _error(self, kind: type[ProgramError], message: str, position: Position) -> ProgramError:
        return self.draft.error(kind, message, position)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _all_expressions(body: Iterable[Literal]) -> Iterator[Expression]:
    for literal in body:
        yield from own_expressions(literal)
        if isinstance(literal, Aggregation):
            yield from inner_expressions(literal.aggregate)
