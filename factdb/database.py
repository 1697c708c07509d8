"""
The front door: a store, the program in force, and views of it at a basis. It composes and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from factdb.basis import Basis
from factdb.datalog.check import check_query
from factdb.datalog.program import CheckedProgram
from factdb.errors import InvalidFact
from factdb.fact import Fact, Receipt
from factdb.period import MICROSECOND
from factdb.schema import Value
from factdb.sql.program import SqlProgram
from factdb.sql.query import ENTITIES, along_spine, at_basis, of_predicate, of_query
from factdb.sql.snapshot import history_of, rows_at, timeline_of
from factdb.store.clock import Clock
from factdb.store.entities import entity_rows, side_by_side
from factdb.store.store import Store
from factdb.store.words import Times


class Database:
    """A fact database in one DuckDB file, owned by this process. Safe to share among threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: Path, *, memory_limit: str = "2GB", clock: Clock | None = None) -> Database:
        """The database at `path`, created if there is none; Unavailable if another process has it open."""
        return cls(Store.open(path, memory_limit=memory_limit, clock=clock or Clock()))

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def stop_reading(self, thread: int) -> None:
        """End the question that `thread` is at, which is told that it is Unavailable; nothing written is touched.

        `thread` is what `threading.get_ident()` says there.
        """
        self._store.stop_reading(thread)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def clock(self) -> Clock:
        """The store's clock; only the outermost layer asks it."""
        return self._store.clock

    @property
    def program(self) -> CheckedProgram:
        """The program in force: all modules together."""
        return self._store.program

    def declare(self, text: str, *, module: str) -> CheckedProgram:
        """Add or replace `module` of the program and return the whole; its relations get tables.

        Declaring the same text again changes nothing. A relation that has been declared keeps its columns.
        """
        return self._store.declare(text, module=module)

    def transact(self, facts: Sequence[Fact], *, actor: str, source: str, reason: str,
                 idempotency_key: str | None = None, system_at: datetime | None = None) -> Receipt:
        """A receipt for `facts`, all of them durable; on an error none is.

        `system_at` states when they were learned: not before what each relation holds, not in the future.
        A repeated `idempotency_key` with the same facts returns the first receipt.
        """
        return self._store.transact(facts, actor=actor, source=source, reason=reason,
                                    idempotency_key=idempotency_key, system_at=system_at)

    def load(self, relation: str, rows: pa.Table, *, valid_from: str, actor: str, source: str, reason: str,
             valid_to: str | None = None, system_from: str | None = None,
             idempotency_key: str | None = None) -> Receipt:
        """A receipt for one assertion a row of `rows`, in one transaction.

        `valid_from`, `valid_to` and `system_from` name the columns that hold the times; the others are the
        relation's by name. NULL in `valid_to`, or none, is for ever. Words on one key count in the order of
        system time, then of rows.
        """
        times = Times(valid_from=valid_from, valid_to=valid_to, system_from=system_from)
        return self._store.load(relation, rows, times, actor=actor, source=source, reason=reason,
                                idempotency_key=idempotency_key)

    def basis(self, *, valid_at: datetime, system_at: datetime, transaction: int | None = None) -> Basis:
        """The basis of the two times, resolved to the newest transaction unless one is given."""
        newest = self._store.newest_transaction()
        chosen = newest if transaction is None else min(transaction, newest)
        return Basis(valid_at=valid_at, system_at=system_at, transaction=chosen)

    def at(self, basis: Basis) -> View:
        """What is read at `basis`, repeatable for ever."""
        return View(basis=basis, store=self._store)

    def along(self, spine: pa.Table, names: Sequence[str], *, basis: Basis,
              lag: timedelta | None = timedelta(0)) -> pa.Table:
        """One row for each row of `spine`, in order, with a column for each feature or concept of `names`.

        `spine` has the entity columns and `observed_at`, an instant with a zone. A feature is read at
        (observed_at, observed_at - lag); with lag None at valid time only, that is as known at `basis`.
        A concept is read at (observed_at, system_at of `basis`). Nothing after `basis` is seen.
        """
        _refuse_foresight(lag)
        rows = entity_rows(spine, names, self.program, along=True)

        def ask(some: Sequence[str]) -> pa.Table:
            return self._store.answer(("along", *some, lag), lambda dense: along_spine(some, self.program, dense, lag),
                                      basis, {ENTITIES: rows})

        return side_by_side(names, spine.num_rows, ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The database at a basis."""

    basis: Basis
    store: Store

    @property
    def program(self) -> CheckedProgram:
        """The program that questions are asked of: the one in force."""
        return self.store.program

    def rows(self, relation: str, *, where: Mapping[str, Value] | None = None, limit: int | None = None) -> pa.Table:
        """The rows of `relation` that hold and equal `where`: its columns, valid_from, valid_to, system_from.

        Bounds are maximal as believed at the basis; order by identity.
        """
        _refuse_below_zero(limit)
        declared = self.store.relation(relation)
        return self.store.answer(("rows", relation, _frozen(where), limit),
                                 lambda dense: rows_at(declared, where or {}, limit), self.basis, {})

    def history(self, relation: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """Every belief about rows that equal `values`, as known at the basis: the columns and all four times."""
        declared = self.store.relation(relation)
        return self.store.answer(("history", relation, _frozen(values)),
                                 lambda dense: history_of(declared, values or {}), self.basis, {})

    def timeline(self, relation: str, values: Mapping[str, Value] | None = None, *,
                 lag: timedelta = timedelta(0)) -> pa.Table:
        """What a reader saw as time went on: the columns, and observed_from up to observed_to.

        A row is there for a reader at t when it was valid at t and known at t - `lag`, as far as the basis
        knows. For one key the periods do not overlap.
        """
        _refuse_foresight(lag)
        declared = self.store.relation(relation)
        return self.store.answer(("timeline", relation, _frozen(values), lag),
                                 lambda dense: timeline_of(declared, values or {}, lag // MICROSECOND), self.basis, {})

    def query(self, text: str, parameters: Mapping[str, Value] | None = None) -> pa.Table:
        """The distinct answers of a rule body: a column for each named variable, in order of appearance.

        `$name` in the text takes its value from `parameters`. Rows come in the order of their columns.
        """
        def compiled(dense: frozenset[str]) -> SqlProgram:
            return of_query(check_query(text, self.program, parameters or {}), self.program, dense)

        return self.store.answer(("query", text, _frozen(parameters)), compiled, self.basis, {})

    def predicate(self, name: str) -> pa.Table:
        """All rows of the rule or spine `name`, in the order of its columns."""
        return self.store.answer(("predicate", name), lambda dense: of_predicate(name, self.program, dense),
                                 self.basis, {})

    def features(self, names: Sequence[str], entities: pa.Table) -> pa.Table:
        """One row for each row of `entities`, in order, with a column for each feature or concept of `names`."""
        rows = entity_rows(entities, names, self.program, along=False)

        def ask(some: Sequence[str]) -> pa.Table:
            return self.store.answer(("features", *some), lambda dense: at_basis(some, self.program, dense),
                                     self.basis, {ENTITIES: rows})

        return side_by_side(names, entities.num_rows, ask)

    def transactions(self, limit: int) -> pa.Table:
        """The newest transactions up to the basis, newest first: who wrote what, when and why."""
        _refuse_below_zero(limit)
        return self.store.transactions(self.basis, limit)


def _refuse_below_zero(limit: int | None) -> None:
    if limit is not None and limit < 0:
        raise InvalidFact(f"Expected a limit from 0 on, got {limit}")


def _refuse_foresight(lag: timedelta | None) -> None:
    if lag is not None and lag < timedelta(0):
        raise InvalidFact(f"Expected a knowledge lag from 0 on, got {lag}: nobody knows before it is known")


def _frozen(values: Mapping[str, Value] | None) -> tuple[tuple[str, str, str], ...]:
    """`values` as a part of a question's name; 1, 1.0 and True are three questions."""
    return tuple((name, type(value).__name__, value.isoformat() if isinstance(value, datetime) else repr(value))
                 for name, value in (values or {}).items())
