"""
Bodies and predicates as steps of a plan: one function for each kind of literal.

A predicate is never computed whole: it is asked for what its caller has bound, at the instants its caller
has (a magic set). At a basis that is one instant; along a spine, each row's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import assert_never

from sqlglot import exp

from factdb.datalog.program import CheckedRule, Predicate
from factdb.datalog.syntax import (
    Aggregate,
    AggregateFunction,
    Aggregation,
    Assignment,
    Atom,
    Comparison,
    Literal,
    Negation,
    NullTest,
    Variable,
    Within,
)
from factdb.datalog.tree import inner_expressions, own_expressions, variables
from factdb.errors import Fault
from factdb.sql.aggregate import KEEPS_EMPTY, SKIPS_NULL, aggregate_sql, empty_value
from factdb.sql.bindings import B, Bindings, Plan, same, value_column
from factdb.sql.clock import OBSERVED_AT
from factdb.sql.expression import comparison, constant, expression_sql
from factdb.sql.stored import Match, join_stored
from factdb.sql.terms import aliased, cell, col, named

P = "p"  # the alias of a predicate's answers in a step


def evaluate(plan: Plan, bindings: Bindings, body: Sequence[Literal], *, ranked: Atom | None = None) -> Bindings:
    """The bindings that satisfy `body`, literal after literal; the rows of the atom `ranked` bring their RANK."""
    for literal in body:
        bindings = _literal(plan, bindings, literal, ranked)
    return bindings


def _literal(plan: Plan, bindings: Bindings, literal: Literal, ranked: Atom | None) -> Bindings:
    match literal:
        case Atom():
            return _atom(plan, bindings, literal, ranked=literal is ranked)
        case Negation(atom):
            return _without(plan, bindings, atom)
        case Comparison(operator, left, right):
            scope = bindings.scope
            holds = comparison(operator, expression_sql(left, scope), expression_sql(right, scope))
            return bindings.grown(plan.add("kept", bindings.reading().where(holds)))
        case Assignment(variable, expression):
            value = expression_sql(expression, bindings.scope)
            if bindings.binds(variable.name):  # the asker has: it is a condition
                same_value = bindings.column(variable.name).eq(value)
                return bindings.grown(plan.add("kept", bindings.reading().where(same_value)))
            cell = value_column(variable.name, value)
            return bindings.grown(plan.add("assigned", bindings.reading().select(cell)), (variable.name,))
        case NullTest(term, negated):
            is_null = exp.Is(this=expression_sql(term, bindings.scope), expression=exp.null())
            return bindings.grown(plan.add("kept", bindings.reading().where(exp.not_(is_null) if negated else is_null)))
        case Aggregation(variable, aggregate):
            return _aggregation(plan, bindings, variable, aggregate)
    assert_never(literal)


def _atom(plan: Plan, bindings: Bindings, atom: Atom, *, ranked: bool) -> Bindings:
    relation = plan.program.relations.get(atom.name)
    if relation is not None:
        return join_stored(plan, bindings, atom, relation, ranked=ranked)
    return _join_predicate(plan, bindings, atom, plan.program.predicates[atom.name])


def _without(plan: Plan, bindings: Bindings, atom: Atom) -> Bindings:
    """The bindings for which `atom` has no row."""
    inside = {v.name for v in variables(own_expressions(atom))}
    used = tuple(v for v in bindings.variables if v in inside)
    found = _atom(plan, bindings.demanded(plan, used), atom, ranked=False)
    pairs = [(bindings.column(v), col(cell(v), P)) for v in used]
    on = same(pairs, bindings.clock, B, P, null_safe=True)
    step = bindings.reading().join(exp.alias_(named(found.source), P, table=True), on=on, join_type="anti")
    return bindings.grown(plan.add("without", step))


# ---- aggregates ------------------------------------------------------------------------------------


def _aggregation(plan: Plan, bindings: Bindings, variable: Variable, aggregate: Aggregate) -> Bindings:
    """The bindings with the aggregate of each group; the group is what the body shares with them."""
    inside = [v.name for v in variables(inner_expressions(aggregate))]
    shared = tuple(v for v in inside if bindings.binds(v))
    found = evaluate(plan, bindings.demanded(plan, shared), aggregate.body, ranked=_ranked(plan, aggregate))
    grouped = exp.alias_(named(plan.add(aggregate.function.value, _grouped(found, aggregate, shared))), P, table=True)
    on = same([(bindings.column(v), col(cell(v), P)) for v in shared], bindings.clock, B, P, null_safe=True)
    empty = aggregate.function in KEEPS_EMPTY
    answer: exp.Expr = col("value", P)
    if empty:
        answer = exp.func("coalesce", answer, empty_value(bindings.types[variable.name]))
    step = bindings.reading().join(grouped, on=on, join_type="left" if empty else "inner")
    if bindings.binds(variable.name):
        return bindings.grown(plan.add("kept", step.where(bindings.column(variable.name).eq(answer))))
    return bindings.grown(plan.add("valued", step.select(value_column(variable.name, answer))), (variable.name,))


def _grouped(found: Bindings, aggregate: Aggregate, groups: tuple[str, ...]) -> exp.Select:
    value = aggregate_sql(aggregate, found.scope)
    keys = [found.column(v) for v in groups] + ([col(OBSERVED_AT, B)] if found.clock.along else [])
    query = exp.select(*keys, aliased(value, "value")).from_(exp.alias_(named(found.source), B, table=True))
    if keys:
        query = query.group_by(*[key.copy() for key in keys])
    if aggregate.function in SKIPS_NULL:
        query = query.having(exp.Is(this=value.copy(), expression=exp.null()).not_())
    return query


def _ranked(plan: Plan, aggregate: Aggregate) -> Atom | None:
    """The atom whose time first and last go by: the first windowed one of the body, else the first stored one."""
    if aggregate.function not in (AggregateFunction.FIRST, AggregateFunction.LAST):
        return None
    stored = [a for a in aggregate.body if isinstance(a, Atom) and a.name in plan.program.relations]
    windowed = [a for a in stored if any(isinstance(word, Within) for word in a.temporal)]
    if not stored:
        raise Fault(f"Expected the passes to refuse {aggregate.function.value} without a stored fact")
    return (windowed or stored)[0]


# ---- predicates ------------------------------------------------------------------------------------


def _join_predicate(plan: Plan, bindings: Bindings, atom: Atom, predicate: Predicate) -> Bindings:
    match = Match()
    for index, argument in enumerate(atom.arguments):
        match.unify(col(f"c_{index}", P), argument.term, bindings, f"c_{index}")
    asked = {int(name.removeprefix("c_")): value for name, value in match.equal.items()}
    answers = ask(plan, bindings, predicate, asked)
    pairs = [(value.copy(), col(name, P)) for name, value in match.equal.items()]
    on = same(pairs, bindings.clock, B, P, null_safe=False)
    step = bindings.reading().join(exp.alias_(named(answers), P, table=True), on=on).where(*match.conditions)
    cells = [value_column(name, value) for name, value in match.bound.items()]
    return bindings.grown(plan.add(atom.name, step.select(*cells)), tuple(match.bound))


def ask(plan: Plan, bindings: Bindings, predicate: Predicate, asked: Mapping[int, exp.Expr]) -> str:
    """The step that answers `predicate` for the values of `asked` (a column's index to an expression over B).

    Columns: c_0, c_1, ... and, along a spine, observed_at. Rows may answer more than was asked.
    """
    keys = [aliased(value.copy(), f"k_{index}") for index, value in asked.items()]
    times = [col(OBSERVED_AT, B)] if bindings.clock.along else []
    demand = exp.select(*(times + keys or [exp.Literal.number(1)])).distinct().from_(
        exp.alias_(named(bindings.source), B, table=True))
    source = plan.add("asked", demand)
    answers = [_rule(plan, rule, source, asked.keys(), bindings) for rule in predicate.rules]
    query: exp.Expr = answers[0].distinct()
    for other in answers[1:]:
        query = exp.union(query, other, distinct=True)
    step = plan.add(predicate.name, query)  # type: ignore[arg-type]  # a union is a query as well
    entities = range(len(predicate.entities))
    if predicate.default is not None and all(index in asked for index in entities):
        return _with_default(plan, bindings, predicate, source, step)
    return step


def _rule(plan: Plan, checked: CheckedRule, source: str, asked: Collection[int], bindings: Bindings) -> exp.Select:
    """The answers of one rule: it starts from what was asked, as far as its head has variables there."""
    rule = checked.rule
    given: dict[str, int] = {}
    for index in asked:
        term = rule.arguments[index]
        if isinstance(term, Variable):
            given.setdefault(term.name, index)
    cells = [value_column(name, col(f"k_{index}", B)) for name, index in given.items()]
    times = [col(OBSERVED_AT, B)] if bindings.clock.along else []
    query = exp.select(*(times + cells or [exp.Literal.number(1)])).from_(exp.alias_(named(source), B, table=True))
    start = Bindings(source=plan.add("given", query if len(given) == len(asked) else query.distinct()),
                     variables=tuple(given), extra=(), types=checked.types, clock=bindings.clock, distinct=True)
    found = evaluate(plan, start, rule.body)
    heads = [aliased(expression_sql(term, found.scope), f"c_{index}") for index, term in enumerate(rule.arguments)]
    return exp.select(*heads, *[time.copy() for time in times]).from_(exp.alias_(named(found.source), B, table=True))


def _with_default(plan: Plan, bindings: Bindings, predicate: Predicate, asked: str, answers: str) -> str:
    """The answers, and the default for what was asked and has none."""
    assert predicate.default is not None
    indices = range(len(predicate.entities))
    value = len(predicate.entities)
    found = exp.select("*", aliased(exp.true(), "found")).from_(named(answers))
    pairs = [(col(f"k_{i}", B), col(f"c_{i}", P)) for i in indices]
    default = constant(predicate.default.value, predicate.columns[-1].type)
    filled = exp.case().when(col("found", P), col(f"c_{value}", P)).else_(default)
    times = [col(OBSERVED_AT, B)] if bindings.clock.along else []
    cells = [*[aliased(col(f"k_{i}", B), f"c_{i}") for i in indices], aliased(filled, f"c_{value}"), *times]
    query = exp.select(*cells).from_(exp.alias_(named(asked), B, table=True)).join(
        exp.alias_(found.subquery(), P, table=True), join_type="left",
        on=same(pairs, bindings.clock, B, P, null_safe=True))
    return plan.add("defaulted", query)

