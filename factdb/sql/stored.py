"""
An atom on a stored relation: which rectangles match a row of bindings, and how to find them fast.

Three ways, with equal answers (`decisions/` has the figures):

* by condition: equality of columns, and the rectangle holds at the two times. The law, and the default.
* by bin, for a window of events along a spine: spine and events meet in bins as wide as the window.
* by the diagonal, for a whole key along a spine: a rectangle meets the diagonal (t, t - lag) in
  [max(valid_from, system_from + lag), min(valid_to, system_to + lag)); for one key these never overlap,
  so the rectangle that holds at t is the last one that starts at or before t: an as-of join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from factdb.datalog.syntax import At, Atom, Shift, Temporal, Variable, Wildcard, Within
from factdb.errors import Fault
from factdb.schema import Kind, Relation
from factdb.sql.bindings import B, Bindings, Plan, value_column
from factdb.sql.clock import OBSERVED_AT, Clock, moved
from factdb.sql.expression import expression_sql
from factdb.sql.terms import SYSTEM_AT, aliased, big, col, parameter
from factdb.sql.visible import visible

R = "r"  # the alias of the relation in a step
RANK = "rank"  # the column by which first and last choose: valid time, system time, the row


@dataclass(slots=True)
class Match:
    """How rows of a relation match bindings: equalities on columns, further conditions, variables bound anew."""

    equal: dict[str, exp.Expr] = field(default_factory=dict)
    conditions: list[exp.Expr] = field(default_factory=list)
    bound: dict[str, exp.Expr] = field(default_factory=dict)

    def unify(self, value: exp.Expr, term: object, bindings: Bindings, column: str | None) -> None:
        """Let `value` (the relation's `column`, if it is one) be equal to `term`, or bind it."""
        match term:
            case Wildcard():
                return
            case Variable(name) if name in self.bound:
                self.conditions.append(value.eq(self.bound[name].copy()))
            case Variable(name) if not bindings.binds(name):
                self.bound[name] = value
            case _:
                wanted = expression_sql(term, bindings.scope)  # type: ignore[arg-type]  # a closed union of terms
                if column is None:
                    self.conditions.append(value.eq(wanted))
                elif column in self.equal:
                    raise Fault(f"Expected column {column} to be matched once")
                else:
                    self.equal[column] = wanted


def join_stored(plan: Plan, bindings: Bindings, atom: Atom, relation: Relation, *, ranked: bool) -> Bindings:
    """The bindings that `atom` leaves, with the variables that it binds; `ranked` adds RANK."""
    match = Match()
    for column, argument in zip(relation.columns, atom.arguments, strict=True):
        match.unify(col(column.name, R), argument.term, bindings, column.name)
    clock = _asked_at(atom.temporal, bindings.clock)
    windows = [t for t in atom.temporal if isinstance(t, Within)]
    source = visible(relation)
    if _fits_diagonal(plan, bindings, atom, relation, match):
        step = _by_diagonal(bindings, relation, source, match, clock)
    else:
        binned = windows and relation.kind is Kind.EVENT and bindings.clock.along
        step = (_by_bin(bindings, source, match, windows[0], clock) if binned
                else _by_condition(bindings, source, match))
        step = step.where(*_times(atom.temporal, relation, bindings, match, clock))
    return _selected(plan, bindings, relation, match, step, ranked=ranked,
                     repeats=bool(windows) and relation.kind is not Kind.EVENT)


def _selected(plan: Plan, bindings: Bindings, relation: Relation, match: Match, step: exp.Select, *,
              ranked: bool, repeats: bool) -> Bindings:
    cells = [value_column(name, value) for name, value in match.bound.items()]
    extra: tuple[str, ...] = ()
    if ranked:
        key = [col(n, R) for n in ("valid_from", "system_from", *[c.name for c in relation.columns])]
        cells.append(aliased(exp.func("row", *key), RANK))
        extra = (RANK,)
    step = step.where(*match.conditions).select(*cells)
    if repeats and not ranked:
        # A row that held twice in the window is one binding; columns that no variable names count too.
        step = step.select(*[aliased(col(c.name, R), f"x_{c.name}") for c in relation.columns]).distinct()
    return bindings.grown(plan.add(relation.name, step), tuple(match.bound), extra)


def _asked_at(temporal: Sequence[Temporal], clock: Clock) -> Clock:
    for word in temporal:
        if isinstance(word, Shift):
            clock = clock.shifted(word.duration if word.forward else -word.duration)
    return clock


def _times(temporal: Sequence[Temporal], relation: Relation, bindings: Bindings, match: Match,
           clock: Clock) -> list[exp.Expr]:
    """The conditions of both times on a rectangle of R; an event's `at` may bind its instant."""
    start, end, at = col("valid_from", R), col("valid_to", R), clock.valid(B)
    conditions: list[exp.Expr] = [col("system_from", R) <= clock.system(B), col("system_to", R) > clock.system(B)]
    event = relation.kind is Kind.EVENT
    window = next((word for word in temporal if isinstance(word, Within)), None)
    point = next((word for word in temporal if isinstance(word, At)), None)
    if point and not event:
        at = moved(exp.paren(expression_sql(point.term, bindings.scope)), clock.shift - bindings.clock.shift)
    if window is None:
        conditions.append(start <= at)
        conditions += [] if event else [end > at.copy()]
    else:
        low, high = (0, window.duration) if window.forward else (-window.duration, 0)
        opens, closes = moved(at, low), moved(at.copy(), high)
        conditions += [start <= closes, (start if event else end) > opens]
    if point and event:
        match.unify(start.copy(), point.term, bindings, None)
    return conditions


def _by_condition(bindings: Bindings, source: exp.Select, match: Match) -> exp.Select:
    on = [col(name, R).eq(value) for name, value in match.equal.items()]
    return bindings.reading().join(exp.alias_(source.subquery(), R, table=True),
                                   on=exp.and_(*on) if on else exp.true())


def _by_bin(bindings: Bindings, source: exp.Select, match: Match, window: Within, clock: Clock) -> exp.Select:
    """An event in (t - w, t] lies in the bin of t or the one before it, so its rows stand in two bins."""
    width = big(window.duration)
    own = exp.IntDiv(this=col("valid_from"), expression=width)
    other = own.copy() - big(1) if window.forward else own.copy() + big(1)
    binned = exp.select("*", aliased(exp.Explode(this=exp.Array(expressions=[own, other])), "#bin")).from_(
        exp.alias_(source.subquery(), "e", table=True))
    step = _by_condition(bindings, binned, match)
    return step.where(col("#bin", R).eq(exp.IntDiv(this=clock.valid(B), expression=width.copy())))


def _fits_diagonal(plan: Plan, bindings: Bindings, atom: Atom, relation: Relation, match: Match) -> bool:
    return (bindings.clock.along and relation.kind is not Kind.EVENT
            and all(isinstance(word, Shift) for word in atom.temporal)
            and all(name in match.equal for name in relation.identity)
            and relation.name in plan.dense)


def _by_diagonal(bindings: Bindings, relation: Relation, source: exp.Select, match: Match, clock: Clock) -> exp.Select:
    timeline = exp.alias_(diagonal(source, clock).subquery(), R, table=True)
    keys = [col(name, R).eq(match.equal[name]) for name in relation.identity]
    begun = col(OBSERVED_AT, B) >= col("#diagonal_from", R)
    rest = [col(name, R).eq(value) for name, value in match.equal.items() if name not in relation.identity]
    return bindings.reading().join(timeline, on=exp.and_(*keys, begun), join_type="asof").where(
        col(OBSERVED_AT, B) < col("#diagonal_to", R), *rest)


def diagonal(rectangles: exp.Select, clock: Clock) -> exp.Select:
    """`rectangles` with the period of observed_at in which each is what a spine row reads; empty ones are gone.

    For the clock (t + shift, t - lag) that is [max(valid_from - shift, system_from + lag),
    min(valid_to - shift, system_to + lag)), where what the basis still knows has no system_to; for the basis'
    own system time, the valid period of what is known then. For one key these never overlap.
    """
    source = exp.alias_(rectangles.subquery(), "d", table=True)
    still_known = col("system_to") > parameter(SYSTEM_AT)
    start, end = (moved(col(n), -clock.shift) for n in ("valid_from", "valid_to"))
    if not clock.known:
        start = exp.func("greatest", start, moved(col("system_from"), clock.lag))
        unlearned = exp.func("least", end.copy(), moved(col("system_to"), clock.lag))
        end = exp.case().when(still_known, end).else_(unlearned)
    query = exp.select("*", aliased(start, "#diagonal_from"), aliased(end, "#diagonal_to")).from_(source)
    query = query.where(col("system_from") <= parameter(SYSTEM_AT))
    return (query.where(still_known.copy()) if clock.known else query).where(start.copy() < end.copy())
