"""
Bindings: a relation of what the variables of a body may be, grown literal by literal.

A plan is a chain of common table expressions; each literal reads the bindings before it and makes the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from factdb.datalog.program import CheckedProgram
from factdb.schema import Type
from factdb.sql.clock import OBSERVED_AT, Clock
from factdb.sql.expression import Scope
from factdb.sql.terms import aliased, cell, col, named

B = "b"  # the alias under which a step reads the bindings before it


@dataclass(slots=True, kw_only=True)
class Plan:
    """The steps so far of one query, and what every step needs to know. The only mutable part of the compiler.

    `dense` names the relations whose keys have many rectangles: for these the diagonal is worth its sort.
    """

    program: CheckedProgram
    dense: frozenset[str]
    steps: list[tuple[str, exp.Select]] = field(default_factory=list)
    names: dict[exp.Select, str] = field(default_factory=dict)

    def add(self, what: str, query: exp.Select) -> str:
        """The name under which later steps read `query`; an equal query has one step.

        Features of one entity mostly begin alike, with the same look-up of that entity.
        """
        if query not in self.names:
            self.names[query] = f"{what}_{len(self.steps)}"
            self.steps.append((self.names[query], query))
        return self.names[query]

    def finish(self, query: exp.Select) -> exp.Select:
        """`query` with all steps before it."""
        for name, step in self.steps:
            query = query.with_(exp.to_identifier(name, quoted=True), as_=step, copy=False)
        return query


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """Rows in which `variables` are bound, in the step `source`: a column `v_x` for a variable x.

    Along a spine each row has its `observed_at`. `extra` columns go along unread: the ranking columns
    that first and last need. `distinct` says that no two rows are equal.
    """

    source: str
    variables: tuple[str, ...]
    extra: tuple[str, ...]
    types: Mapping[str, Type]
    clock: Clock
    distinct: bool

    def column(self, variable: str) -> exp.Column:
        """The column of a bound `variable`, read from B."""
        return col(cell(variable), B)

    def binds(self, variable: str) -> bool:
        """True when `variable` is bound."""
        return variable in self.variables

    @property
    def scope(self) -> Scope:
        """What expressions over B may refer to."""
        return Scope(variables={v: self.column(v) for v in self.variables}, types=self.types, now=self.clock.valid(B))

    @property
    def columns(self) -> list[exp.Expr]:
        """All columns, read from B."""
        times = [col(OBSERVED_AT, B)] if self.clock.along else []
        return [*times, *[self.column(v) for v in self.variables], *[col(name, B) for name in self.extra]]

    def reading(self) -> exp.Select:
        """A query of all rows under the alias B, to be grown; it selects every column."""
        columns = self.columns or [exp.Literal.number(1)]
        return exp.select(*columns).from_(exp.alias_(named(self.source), B, table=True))

    def grown(self, source: str, variables: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Bindings:
        """The bindings after a step `source` that bound more."""
        return replace(self, source=source, variables=self.variables + variables, extra=self.extra + extra,
                       distinct=False)

    def demanded(self, plan: Plan, variables: tuple[str, ...]) -> Bindings:
        """The distinct values of some bound `variables` (with each `observed_at`): what a part is asked for."""
        if self.distinct and set(variables) == set(self.variables):
            return self
        asked = replace(self, variables=variables, extra=(), distinct=True)
        return replace(asked, source=plan.add("asked", asked.reading().distinct()))


def same(pairs: Sequence[tuple[exp.Expr, exp.Expr]], clock: Clock, left: str, right: str, *,
         null_safe: bool) -> exp.Expr:
    """The join condition that `pairs` are equal and, along a spine, the instants too."""
    conditions = [exp.NullSafeEQ(this=a, expression=b) if null_safe else a.eq(b) for a, b in pairs]
    if clock.along:
        conditions.append(col(OBSERVED_AT, left).eq(col(OBSERVED_AT, right)))
    return exp.and_(*conditions) if conditions else exp.true()


def value_column(name: str, expression: exp.Expr) -> exp.Expr:
    """`expression` as the column of the variable `name`."""
    return aliased(expression, cell(name))
