"""
Folding: `belief.R` follows `log.R`. Lazy, set-based, and always derived from the log alone.
"""

from __future__ import annotations

from itertools import groupby

import duckdb
import pyarrow as pa
from sqlglot import exp

from factdb.period import FOREVER_MICROS
from factdb.schema import Relation
from factdb.sql import fold as statements
from factdb.sql.tables import NEVER, TIMES, table
from factdb.sql.terms import big, col
from factdb.store.execute import hand_over, rows, run
from factdb.store.rectangles import Word, rectangles


def folded_through(connection: duckdb.DuckDBPyConnection, relation: Relation) -> int:
    """The last transaction whose words are in `belief.R`; 0 before any fold."""
    query = exp.select(exp.Max(this=col("through"))).from_(table("factdb", "folds")).where(
        col("relation").eq(exp.Literal.string(relation.name)))
    return rows(connection, query)[0][0] or 0


def fold(connection: duckdb.DuckDBPyConnection, relation: Relation, through: int) -> None:
    """Bring `belief.R` up to the log at transaction `through`, inside the caller's database transaction."""
    folded = folded_through(connection, relation)
    run(connection, statements.touch(relation, folded))
    if folded:
        run(connection, statements.forget(relation))
    run(connection, statements.believe_single(relation))
    run(connection, statements.collect(relation))
    run(connection, statements.classify(relation))
    for statement in statements.believe_simple(relation):
        run(connection, statement)
    _believe_hard(connection, relation)
    _record(connection, relation, through)


def _believe_hard(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    pieces: list[tuple[int, ...]] = []
    for _, history in groupby(rows(connection, statements.hard_words()), key=lambda row: row[0]):
        words = [Word(asserts=asserts, valid_from=valid_from, valid_to=valid_to, system_from=system_from,
                      transaction=transaction, position=position, value=value)
                 for _, asserts, valid_from, valid_to, system_from, transaction, position, value in history]
        pieces += [(r.word.transaction, r.word.position, r.valid_from, r.valid_to, r.system_from,
                    FOREVER_MICROS if r.system_to is None else r.system_to, r.seen_from,
                    NEVER if r.seen_to is None else r.seen_to)
                   for r in rectangles(relation.kind, bool(relation.key), words)]
    if pieces:
        names = ("transaction", "position", *TIMES, "seen_from", "seen_to")
        columns = [pa.array(column, pa.int64()) for column in zip(*pieces, strict=True)]
        with hand_over(connection, statements.PIECES, pa.table(columns, names=list(names))):
            run(connection, statements.believe_pieces(relation))


def _record(connection: duckdb.DuckDBPyConnection, relation: Relation, through: int) -> None:
    """Note how far the fold came, and how many rectangles and keys there are (for the planner)."""
    keys = exp.Count(this=exp.Distinct(expressions=[exp.Tuple(expressions=[col(n) for n in relation.identity])]))
    counted = exp.select(exp.Literal.string(relation.name), big(through), exp.Count(this=exp.Star()), keys).from_(
        table("belief", relation.name))
    run(connection, exp.delete(table("factdb", "folds")).where(
        col("relation").eq(exp.Literal.string(relation.name))))
    run(connection, exp.insert(counted, table("factdb", "folds")))
