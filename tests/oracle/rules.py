"""
What a rule says, by definition: its body is tried literal by literal, over values, at one basis.

Every question about a relation goes to `belief`; nothing here knows a period, an order of evaluation that
matters, or a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from factdb.datalog.program import CheckedProgram, CheckedQuery, Predicate
from factdb.datalog.syntax import (
    Aggregate,
    AggregateFunction,
    Aggregation,
    Assignment,
    At,
    Atom,
    Comparison,
    Expression,
    Literal,
    Negation,
    NullTest,
    Role,
    Shift,
    Temporal,
    Variable,
    Wildcard,
    Within,
)
from factdb.schema import Kind, Relation, Type, Value
from tests.oracle.aggregates import NOTHING, aggregated
from tests.oracle.belief import Row, Word, believed, learned, moments, seen
from tests.oracle.expressions import NOW, Environment, evaluate, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a question is asked: a basis, in microseconds."""

    valid_at: int
    system_at: int
    transaction: int


@dataclass(frozen=True, slots=True)
class Witness:
    """A row that made an atom true; of an event with its instant and when that was learned."""

    row: Row
    instant: int | None = None
    system_from: int | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A way to make a body true: what its variables are, and the witnesses of its positive atoms, in order."""

    environment: Environment
    witnesses: tuple[Witness, ...]

    def bind(self, name: str, value: Value) -> Solution:
        """This solution with one more variable."""
        return replace(self, environment={**self.environment, name: value})

    @property
    def moment(self) -> tuple[Any, ...]:
        """What `first` and `last` go by: the first event's instant, when it was learned, then the rows."""
        event = next(witness for witness in self.witnesses if witness.instant is not None)
        return (event.instant, event.system_from, _sortable(event.row),
                [_sortable(witness.row) for witness in self.witnesses])


class Oracle:
    """Answers of a checked program over logged words."""

    def __init__(self, program: CheckedProgram, words: Mapping[str, Sequence[Word]]) -> None:
        self.program, self.words = program, words

    def value(self, name: str, entities: Row, point: Point) -> Value:
        """The value of a feature or concept for `entities`; NULL where it has none."""
        predicate = self.program.predicates[name]
        found = list(self._values(predicate, entities, point))
        assert len(found) <= 1, f"{name}{entities} has several values: {found}"
        value = found[0] if found else None
        return float(value) if isinstance(value, int) and predicate.columns[-1].type is Type.FLOAT else value

    def predicate(self, name: str, point: Point) -> set[Row]:
        """Every row of a rule or spine."""
        predicate = self.program.predicates[name]
        return {tuple(evaluate(argument, solution.environment) for argument in checked.rule.arguments)
                for checked in predicate.rules
                for solution in self._solve(checked.rule.body, {NOW: point.valid_at}, point)}

    def query(self, query: CheckedQuery, point: Point) -> set[Row]:
        """Every row of a query."""
        return {tuple(solution.environment[column.name] for column in query.columns)
                for solution in self._solve(query.body, {NOW: point.valid_at}, point)}

    def _values(self, predicate: Predicate, entities: Row, point: Point) -> set[Value]:
        found = {evaluate(checked.rule.arguments[-1], solution.environment)
                 for checked in predicate.rules
                 for environment in _unified(checked.rule.arguments[:-1], entities, {NOW: point.valid_at})
                 for solution in self._solve(checked.rule.body, environment, point)}
        return {predicate.default.value} if not found and predicate.default else found

    # ---- bodies ---------------------------------------------------------------------------------

    def _solve(self, body: Sequence[Literal], environment: Environment, point: Point) -> Iterable[Solution]:
        solutions: list[Solution] = [Solution(environment, ())]
        for literal in body:
            solutions = [further for solution in solutions for further in self._literal(literal, solution, point)]
        return solutions

    def _literal(self, literal: Literal, given: Solution, point: Point) -> Iterator[Solution]:
        environment = given.environment
        match literal:
            case Atom():
                yield from self._atom(literal, given, point)
            case Negation(atom=atom):
                if not any(True for _ in self._atom(atom, given, point)):
                    yield given
            case Comparison(operator=operator, left=left, right=right):
                if holds(operator, evaluate(left, environment), evaluate(right, environment)):
                    yield given
            case NullTest(term=term, negated=negated):
                if (evaluate(term, environment) is None) != negated:
                    yield given
            case Assignment(variable=variable, expression=expression):
                yield from _assigned(given, variable.name, evaluate(expression, environment))
            case Aggregation(variable=variable, aggregate=aggregate):
                value = self._aggregate(aggregate, environment, point)
                if value is not NOTHING:
                    yield from _assigned(given, variable.name, value)

    def _atom(self, atom: Atom, given: Solution, point: Point) -> Iterator[Solution]:
        terms = [argument.term for argument in atom.arguments]
        relation = self.program.relations.get(atom.name)
        for witness in self._witnesses(atom, relation, terms, given.environment, point):
            for environment in _unified(terms, witness.row, given.environment):
                solution = Solution(environment, (*given.witnesses, witness))
                at = _first(At, atom.temporal)
                if at is not None and witness.instant is not None:
                    yield from _matched(solution, at.term, witness.instant)
                else:
                    yield solution

    # ---- what an atom ranges over ---------------------------------------------------------------

    def _witnesses(self, atom: Atom, relation: Relation | None, terms: Sequence[Expression],
                   environment: Environment, point: Point) -> Iterable[Witness]:
        asked = _asked(atom.temporal, relation, environment, point)
        within = _first(Within, atom.temporal)
        if asked is None:
            return []
        if relation is None:
            assert within is None, "a window over a predicate"
            predicate = self.program.predicates[atom.name]
            return [Witness(row) for row in self._derived(predicate, terms, environment, asked)]
        known = seen(self.words.get(relation.name, ()), system_at=asked.system_at, transaction=asked.transaction)
        if relation.kind is Kind.EVENT:
            return _happened(relation, known, asked.valid_at, within)
        return {Witness(belief.row) for instant in _instants(known, asked.valid_at, within)
                for belief in believed(relation, known, instant)}

    def _derived(self, predicate: Predicate, terms: Sequence[Expression], environment: Environment,
                 point: Point) -> Iterable[Row]:
        if predicate.role in {Role.RULE, Role.SPINE}:
            return self.predicate(predicate.name, point)
        entities = tuple(evaluate(term, environment) for term in terms[:-1])
        return [(*entities, value) for value in self._values(predicate, entities, point)]

    # ---- aggregates -----------------------------------------------------------------------------

    def _aggregate(self, aggregate: Aggregate, environment: Environment, point: Point) -> Any:
        """The aggregate over the distinct bindings of its body's variables, named or not, and instants."""
        solutions = list({(_range(solution)): solution
                          for solution in self._solve(aggregate.body, environment, point)}.values())
        ordered = aggregate.function in {AggregateFunction.FIRST, AggregateFunction.LAST}
        if ordered:
            solutions.sort(key=lambda solution: solution.moment)
        if aggregate.expression is None:
            return len(solutions)
        if aggregate.order is not None:
            return _extreme(aggregate, [solution.environment for solution in solutions])
        values = [evaluate(aggregate.expression, solution.environment) for solution in solutions]
        if not ordered:
            values = [value for value in values if value is not None]
        if aggregate.distinct:
            values = list(dict.fromkeys(values))
        return aggregated(aggregate.function, aggregate.parameter, values)


def _range(solution: Solution) -> tuple[Any, ...]:
    rows = tuple((witness.row, witness.instant) for witness in solution.witnesses)
    return rows, tuple(sorted(solution.environment.items(), key=lambda item: item[0]))


def _extreme(aggregate: Aggregate, environments: Sequence[Environment]) -> Any:
    """The expression where the order is least or greatest; ties go to the least value, NULL orders are skipped."""
    sign = -1 if aggregate.function is AggregateFunction.ARGMAX else 1
    assert aggregate.order is not None
    assert aggregate.expression is not None
    pairs: list[tuple[Any, Value]] = [(evaluate(aggregate.order, each), evaluate(aggregate.expression, each))
                                      for each in environments]
    ranked = [(sign * order, _sortable((value,)), value) for order, value in pairs if order is not None]
    return min(ranked)[-1] if ranked else NOTHING


def _happened(relation: Relation, known: Sequence[Word], valid_at: int, within: Within | None) -> list[Witness]:
    """The events of the window, or all up to `valid_at`; `within next` alone sees later ones."""
    start, end = _window(valid_at, within) if within else (None, valid_at)
    return [Witness(belief.row, belief.instant, learned(relation, known, belief, belief.instant))
            for belief, _ in moments(relation, known)
            if belief.instant is not None and (start is None or start < belief.instant) and belief.instant <= end]


def _instants(known: Sequence[Word], valid_at: int, within: Within | None) -> set[int]:
    """Where to ask so that nothing that holds at some instant of the window is missed.

    What holds at the window's open start still holds right after it: time is dense, microseconds are its marks.
    """
    if within is None:
        return {valid_at}
    start, last = _window(valid_at, within)
    edges = {edge for word in known for edge in (word.valid_from, word.valid_to)}
    return {start} | {edge for edge in edges if start < edge <= last}


def _window(valid_at: int, within: Within) -> tuple[int, int]:
    """The open start and the closed end of the window."""
    return (valid_at, valid_at + within.duration) if within.forward else (valid_at - within.duration, valid_at)


def _asked(temporal: Sequence[Temporal], relation: Relation | None, environment: Environment,
           point: Point) -> Point | None:
    """Where the atom is asked: `at t` moves all but events to t, then `ago` and `ahead` shift; None at NULL."""
    valid_at = point.valid_at
    at, shift = _first(At, temporal), _first(Shift, temporal)
    if at is not None and (relation is None or relation.kind is not Kind.EVENT):
        instant = evaluate(at.term, environment)
        if instant is None:
            return None
        assert isinstance(instant, int)
        valid_at = instant
    if shift is not None:
        valid_at += shift.duration if shift.forward else -shift.duration
    return replace(point, valid_at=valid_at)


def _first(kind: type, temporal: Iterable[Temporal]) -> Any:
    return next((each for each in temporal if isinstance(each, kind)), None)


# ---- variables ----------------------------------------------------------------------------------


def _unified(terms: Sequence[Expression], row: Row, environment: Environment) -> Iterator[Environment]:
    """The environment in which the terms equal the row, if there is one."""
    solutions = [Solution(environment, ())]
    for term, value in zip(terms, row, strict=True):
        solutions = [further for solution in solutions for further in _matched(solution, term, value)]
    return (solution.environment for solution in solutions)


def _matched(given: Solution, term: Expression, value: Value) -> Iterator[Solution]:
    match term:
        case Wildcard():
            yield given
        case Variable(name=name):
            yield from _assigned(given, name, value)
        case _:
            if holds("=", evaluate(term, given.environment), value):
                yield given


def _assigned(given: Solution, name: str, value: Value) -> Iterator[Solution]:
    """`given` with the variable bound; if it was bound, it must be equal, which NULL never is."""
    if name not in given.environment:
        yield given.bind(name, value)
    elif holds("=", given.environment[name], value):
        yield given


def _sortable(row: Row) -> list[tuple[bool, Any]]:
    """NULL after every value."""
    return [(value is None, 0 if value is None else value) for value in row]
