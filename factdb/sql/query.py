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
from factdb.sql.terms import aliased, cell, col, named

ENTITIES = "entities"  # the rows that features are wanted for: ROW, entities as cells and, along a spine, observed_at
ROW = "#row"
AT_BASIS = Clock(along=False, known=True, lag=0, shift=0)


def of_query(query: CheckedQuery, program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    """The distinct answers of `query` at a basis, in the order of its columns."""
    plan = Plan(program=program, dense=dense)
    start = Bindings(source=plan.add("start", exp.select(exp.Literal.number(1))), variables=(), extra=(),
                     types=query.types, clock=AT_BASIS, distinct=True)
    found = evaluate(plan, start, query.body)
    columns = tuple(Column(name=v.name, type=query.types[v.name], unit=None) for v in query.columns)
    cells: list[exp.Expr] = [found.column(v.name) for v in query.columns] or [exp.true()]
    if not query.columns:
        columns = (Column(name="holds", type=Type.BOOL, unit=None),)
    return SqlProgram(query=plan.finish(_in_order(cells, exp.alias_(named(found.source), B, table=True))),
                      columns=columns, split_key=None)


def of_predicate(name: str, program: CheckedProgram, dense: frozenset[str]) -> SqlProgram:
    """All rows of the rule or spine `name` at a basis, in the order of its columns."""
    predicate = program.predicate(name, Role.RULE, Role.SPINE)
    plan = Plan(program=program, dense=dense)
    start = Bindings(source=plan.add("start", exp.select(exp.Literal.number(1))), variables=(), extra=(),
                     types={}, clock=AT_BASIS, distinct=True)
    source = ask(plan, start, predicate, {})
    cells = [col(f"c_{index}") for index in range(len(predicate.columns))]
    return SqlProgram(query=plan.finish(_in_order(cells, named(source))), columns=predicate.columns, split_key=None)


def _in_order(cells: Sequence[exp.Expr], source: exp.Expr) -> exp.Select:
    """The distinct rows of `cells`, in their order. The caller names them: names may differ in capitals only."""
    places = [f"c_{place}" for place in range(len(cells))]
    rows = exp.select(*[aliased(one, place) for one, place in zip(cells, places, strict=True)]).distinct().from_(source)
    return rows.order_by(*[exp.Ordered(this=col(place)) for place in places])


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
        pairs = [(col(cell(e.name), "s"), col(f"c_{i}", alias)) for i, e in enumerate(predicate.entities)]
        rows.join(exp.alias_(named(answers), alias, table=True), join_type="left", copy=False,
                  on=same(pairs, clock, "s", alias, null_safe=True))
        rows.select(aliased(col(f"c_{len(predicate.entities)}", alias), f"f_{index}"), copy=False)
        columns.append(Column(name=name, type=predicate.columns[-1].type, unit=predicate.unit))
    ordered = plan.finish(rows.order_by(exp.Ordered(this=col(ROW, "s"))))
    return SqlProgram(query=ordered, columns=tuple(columns), split_key=None)


def _of_entities(plan: Plan, predicate: Predicate, clock: Clock) -> str:
    """The step that answers `predicate` for the distinct entities (and instants) of ENTITIES."""
    names = [column.name for column in predicate.entities]
    times = [col(OBSERVED_AT)] if clock.along else []
    cells = [col(cell(name)) for name in names]
    source = plan.add("wanted", exp.select(*times, *cells).from_(named(ENTITIES)))
    wanted = Bindings(source=source, variables=tuple(names), extra=(),
                      types={c.name: c.type for c in predicate.entities}, clock=clock, distinct=False)
    return ask(plan, wanted, predicate, {i: wanted.column(name) for i, name in enumerate(names)})

