"""
The store: the connection, the lock of the one writer, the program in force. The mutable part of factdb.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import RLock

import duckdb
import pyarrow as pa
from sqlglot import exp

from factdb.basis import Basis
from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY, CheckedProgram
from factdb.errors import InvalidFact, UnknownName
from factdb.fact import Fact, Receipt
from factdb.period import from_micros, to_micros
from factdb.schema import Column, Relation, Type
from factdb.sql.program import SqlProgram
from factdb.sql.tables import table
from factdb.sql.terms import THROUGH, big, col, parameter
from factdb.store.append import Cause, Head, append, begin, head, repeat
from factdb.store.clock import Clock
from factdb.store.connect import connect
from factdb.store.execute import Prepared, execute, prepare, rows
from factdb.store.fold import fold, folded_through
from factdb.store.modules import create_tables, declare, modules
from factdb.store.readings import Readings
from factdb.store.refusals import refusals
from factdb.store.words import Times, words_of_facts, words_of_table

RECTANGLES_FOR_DIAGONAL = 8  # below so many a key, a hash join with a filter is faster than sorting timelines
PREPARED_MAX = 256


class Store:
    """One DuckDB file. Writers take turns; readers have a cursor each and see committed facts only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, clock: Clock) -> None:
        self.clock = clock
        self._connection = connection
        self._lock = RLock()
        self._readings = Readings(connection)
        self._texts = modules(connection, head(connection).transaction)
        self.program = _together(self._texts)
        newest = head(connection).transaction
        self._unfolded = {name for name, relation in self.program.relations.items()
                          if _newest_word(connection, relation) > folded_through(connection, relation)}
        self._newest = newest
        self._prepared: dict[Hashable, Prepared] = {}
        self._dense = _dense(connection)

    @classmethod
    def open(cls, path: Path, *, memory_limit: str, clock: Clock) -> Store:
        """The store at `path`, created if there is none."""
        connection = connect(path, memory_limit=memory_limit)
        try:
            with refusals():
                return cls(connection, clock)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of the file, once the readings under way are done."""
        with self._lock, refusals():
            self._readings.close()
            self._connection.close()

    def stop_reading(self, thread: int) -> None:
        """End the reading that `thread` is at, as Unavailable; nothing that is written is touched."""
        self._readings.stop(thread)

    def relation(self, name: str) -> Relation:
        """The declared relation `name`; UnknownName suggests near ones."""
        if name not in self.program.relations:
            raise UnknownName("relation", name, self.program.relations)
        return self.program.relations[name]

    def newest_transaction(self) -> int:
        """The number of the newest transaction; 0 before any."""
        return self._newest

    # ---- writing -----------------------------------------------------------------------------------

    def declare(self, text: str, *, module: str) -> CheckedProgram:
        """Add or replace `module`, all or nothing."""
        with self._lock, refusals():
            if self._texts.get(module) == text:
                return self.program
            texts = {**self._texts, module: text}
            program = _together(texts)
            _refuse_change(self.program, program)
            cause = Cause(actor="factdb", source=module, reason="declare", idempotency_key=None,
                          digest=sha256(text.encode()).hexdigest())

            def write(transaction: Head) -> None:
                declare(self._connection, transaction.transaction, module, text)
                for relation in program.relations.values():
                    create_tables(self._connection, relation)

            self._commit(cause, (), 0, write)
            self._texts, self.program, self._prepared = texts, program, {}
            return program

    def transact(self, facts: Sequence[Fact], *, actor: str, source: str, reason: str,
                 idempotency_key: str | None, system_at: datetime | None) -> Receipt:
        """A receipt for `facts`, all of them durable."""
        if not facts:
            raise InvalidFact("Expected at least one fact in a transaction, got none")
        by_relation: dict[str, list[Fact]] = {}
        for fact in facts:
            by_relation.setdefault(fact.relation, []).append(fact)
        stated = None if system_at is None else to_micros(system_at)
        words = {name: words_of_facts(self.relation(name), some, stated) for name, some in by_relation.items()}
        cause = Cause(actor=actor, source=source, reason=reason, idempotency_key=idempotency_key,
                      digest="" if idempotency_key is None else _digest(words))
        return self._append(cause, words)

    def load(self, name: str, data: pa.Table, times: Times, *, actor: str, source: str, reason: str,
             idempotency_key: str | None) -> Receipt:
        """A receipt for one assertion a row of `data`."""
        relation = self.relation(name)
        words = words_of_table(relation, data, times)
        cause = Cause(actor=actor, source=source, reason=reason, idempotency_key=idempotency_key,
                      digest="" if idempotency_key is None else _digest({name: words}))
        return self._append(cause, {name: words})

    def _append(self, cause: Cause, words: Mapping[str, pa.Table]) -> Receipt:
        with self._lock, refusals():
            if (receipt := repeat(self._connection, cause)) is not None:
                return receipt
            now = self.clock.now()

            def write(transaction: Head) -> None:
                offset = 0
                for name, some in words.items():
                    append(self._connection, self.relation(name), some, transaction, offset=offset, now=now)
                    offset += some.num_rows

            facts = sum(some.num_rows for some in words.values())
            transaction = self._commit(cause, words, facts, write)
            return Receipt(transaction=transaction.transaction, system_at=from_micros(transaction.system_at),
                           facts=facts, repeated=False)

    def _commit(self, cause: Cause, relations: Iterable[str], facts: int, write: Callable[[Head], None]) -> Head:
        """Run `write`, which appends to `relations`, in a new transaction; on an error nothing of it remains."""
        self._connection.begin()
        try:
            transaction = begin(self._connection, cause, facts, self.clock.now())
            write(transaction)
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()
        # In this order: who sees the number of a transaction waits for its facts.
        self._unfolded = self._unfolded.union(relations)
        self._newest = transaction.transaction
        return transaction

    # ---- reading -----------------------------------------------------------------------------------

    def answer(self, question: Hashable, compiled: Callable[[frozenset[str]], SqlProgram], basis: Basis,
               inputs: Mapping[str, pa.Table]) -> pa.Table:
        """The table that a `question` gives at `basis`; `compiled` makes its program when it is new.

        `compiled` gets the names of the relations whose keys have many rectangles. `inputs` are handed over
        under their names.
        """
        with refusals():
            self._catch_up()
            prepared = self._ready(question, compiled)
            with self._readings.cursor() as cursor:
                return execute(cursor, prepared, basis, inputs)

    def _ready(self, question: Hashable, compiled: Callable[[frozenset[str]], SqlProgram]) -> Prepared:
        known = self._prepared  # of one program: a new one brings a new dictionary, and this may be the old one by now
        if question not in known:
            if len(known) >= PREPARED_MAX:
                self._prepared = known = {}
            known[question] = prepare(compiled(self._dense))
        return known[question]

    def transactions(self, basis: Basis, limit: int) -> pa.Table:
        """The newest transactions up to `basis`, newest first."""
        columns = (Column(name="transaction", type=Type.INT, unit=None),
                   Column(name="system_at", type=Type.INSTANT, unit=None),
                   *[Column(name=n, type=Type.TEXT, unit=None)
                     for n in ("actor", "source", "reason", "idempotency_key")],
                   Column(name="facts", type=Type.INT, unit=None))
        query = (exp.select(*[col(c.name) for c in columns]).from_(table("factdb", "transactions"))
                 .where(col("transaction") <= parameter(THROUGH))
                 .order_by(exp.Ordered(this=col("transaction"), desc=True)).limit(limit))
        program = SqlProgram(query=query, columns=columns, split_key=None)
        return self.answer(("transactions", limit), lambda dense: program, basis, {})

    def _catch_up(self) -> None:
        """Fold what was appended since the last read."""
        if not self._unfolded:
            return
        with self._lock:
            self._connection.begin()
            try:
                for name in sorted(self._unfolded):
                    fold(self._connection, self.program.relations[name], self._newest)
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()
            dense = _dense(self._connection)
            if dense != self._dense:  # what is compiled rests on nothing else that a fold changes
                self._dense, self._prepared = dense, {}
            self._unfolded = set()


def _together(texts: Mapping[str, str]) -> CheckedProgram:
    program = EMPTY
    for text in texts.values():
        program = check(parse(text), program)
    return program


def _refuse_change(old: CheckedProgram, new: CheckedProgram) -> None:
    for name, relation in old.relations.items():
        if new.relations.get(name) != relation:
            raise InvalidFact(f"Expected relation {name!r} to keep its kind, columns and key once declared; "
                              "a later version of this store will let columns be added")


def _dense(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The relations with many rectangles a key, as of their last fold."""
    query = exp.select(col("relation")).from_(table("factdb", "folds")).where(
        col("rectangles") > big(RECTANGLES_FOR_DIAGONAL) * col("keys"))
    return frozenset(name for (name,) in rows(connection, query))


def _newest_word(connection: duckdb.DuckDBPyConnection, relation: Relation) -> int:
    return rows(connection, exp.select(exp.Max(this=col("transaction"))).from_(table("log", relation.name)))[0][0] or 0


def _digest(words: Mapping[str, pa.Table]) -> str:
    """SHA-256, in hex, of what a transaction says; the system time it states is part of it."""
    digest = sha256()
    for name, table_of_words in words.items():
        digest.update(name.encode())
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table_of_words.schema) as writer:
            # Taking rows anew clears what other makers of the same rows left under a NULL or around a slice.
            writer.write_table(table_of_words.take(pa.array(range(table_of_words.num_rows), pa.int64())))
        digest.update(sink.getvalue())
    return digest.hexdigest()
