"""
The compiler's entrances: a question at a basis or along a spine becomes a SqlProgram.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlglot import exp

from factdb.datalog.program import CheckedProgram, CheckedQuery, Predicate
from factdb.datalog.syntax import Role
from factdb.period import MICROSECOND
from factdb.schema import Column, Type
from factdb.sql.bindings import B, Bindings, Plan, same
from factdb.sql.body import ask, evaluate
from factdb.sql.clock import OBSERVED_AT, Clock
from factdb.sql.program import SqlProgram
from factdb.sql.terms import aliased, col, named

ENTITIES = "entities"  # the rows that features are wanted for: `row`, entity columns and, along a spine, observed_at
ROW = "row"
AT_BASIS = Clock(along=False, known=True, lag=0, shift=0)


def of_query(query: CheckedQuery, program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    """The distinct answers of `query` at a basis, in the order of its columns."""
    plan = Plan(program=program, dense=dense)
    start = Bindings(source=plan.add("start", exp.select(exp.Literal.number(1))), variables=(), extra=(),
                     types=query.types, clock=AT_BASIS, distinct=True)
    found = evaluate(plan, start, query.body)
    columns = tuple(Column(name=v.name, type=query.types[v.name], unit=None) for v in query.columns)
    cells = [aliased(found.column(v.name), v.name) for v in query.columns] or [aliased(exp.true(), "holds")]
    if not query.columns:
        columns = (Column(name="holds", type=Type.BOOL, unit=None),)
    answers = exp.select(*cells).distinct().from_(exp.alias_(named(found.source), B, table=True))
    return SqlProgram(query=plan.finish(answers.order_by(*[exp.Ordered(this=col(c.name)) for c in columns])),
                      columns=columns, split_key=None)


def of_predicate(name: str, program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    """All rows of the rule or spine `name` at a basis, in the order of its columns."""
    predicate = program.predicate(name, Role.RULE, Role.SPINE)
    plan = Plan(program=program, dense=dense)
    start = Bindings(source=plan.add("start", exp.select(exp.Literal.number(1))), variables=(), extra=(),
                     types={}, clock=AT_BASIS, distinct=True)
    source = ask(plan, start, predicate, {})
    cells = [aliased(col(f"c_{index}"), column.name) for index, column in enumerate(predicate.columns)]
    rows = exp.select(*cells).distinct().from_(named(source))
    return SqlProgram(query=plan.finish(rows.order_by(*[exp.Ordered(this=col(c.name)) for c in predicate.columns])),
                      columns=predicate.columns, split_key=None)


def at_basis(names: Sequence[str], program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    """A row for each of ENTITIES with the features `names` as of a basis."""
    return _features(dict.fromkeys(names, AT_BASIS), program, dense)


def along_spine(names: Sequence[str], program: CheckedProgram, dense: frozenset[str],
                lag: timedelta | None) -> SqlProgram:
    """A row for each of ENTITIES with the features `names`, each row at its own `observed_at`.

    A feature knows what was known `lag` before; with lag None, and for a concept, what the basis knows.
    """
    clocks: dict[str, Clock] = {}
    for name in names:
        concept = program.predicate(name, Role.FEATURE, Role.CONCEPT).role is Role.CONCEPT
        clocks[name] = Clock(along=True, known=lag is None or concept,
                             lag=0 if lag is None else lag // MICROSECOND, shift=0)
    return _features(clocks, program, dense)


def _features(clocks: Mapping[str, Clock], program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    plan = Plan(program=program, dense=dense)
    rows = exp.select(col(ROW, "s")).from_(exp.alias_(named(ENTITIES), "s", table=True))
    columns = [Column(name=ROW, type=Type.INT, unit=None)]
    for index, (name, clock) in enumerate(clocks.items()):
        predicate = program.predicate(name, Role.FEATURE, Role.CONCEPT)
        answers, alias = _of_entities(plan, predicate, clock), f"f{index}"
        pairs = [(col(e.name, "s"), col(f"c_{i}", alias)) for i, e in enumerate(predicate.entities)]
        rows = rows.join(exp.alias_(named(answers), alias, table=True), join_type="left",
                         on=same(pairs, clock, "s", alias, null_safe=True))
        rows = rows.select(aliased(col(f"c_{len(predicate.entities)}", alias), name))
        columns.append(Column(name=name, type=predicate.columns[-1].type, unit=predicate.unit))
    ordered = plan.finish(rows.order_by(exp.Ordered(this=col(ROW, "s"))))
    return SqlProgram(query=ordered, columns=tuple(columns), split_key=None)


def _of_entities(plan: Plan, predicate: Predicate, clock: Clock) -> str:
    """The step that answers `predicate` for the distinct entities (and instants) of ENTITIES."""
    names = [column.name for column in predicate.entities]
    times = [col(OBSERVED_AT)] if clock.along else []
    cells = [aliased(col(name), f"v_{name}") for name in names]
    source = plan.add("wanted", exp.select(*times, *cells).from_(named(ENTITIES)))
    wanted = Bindings(source=source, variables=tuple(names), extra=(),
                      types={c.name: c.type for c in predicate.entities}, clock=clock, distinct=False)
    return ask(plan, wanted, predicate, {i: wanted.column(name) for i, name in enumerate(names)})

