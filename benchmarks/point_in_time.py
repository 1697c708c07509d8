"""
The bitemporal point-in-time join against hand-written SQL that knows one time only.
Run: python benchmarks/point_in_time.py [--facts N] [--rows N]

The peers answer an easier question: they use valid time alone, and so see what was not known yet. How many of
their rows differ is in the table. Late facts: 30 % within ten minutes, 10 % up to five days.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from measure import Measured, measured, show

from factdb.basis import Basis
from factdb.database import Database

PROGRAM = """
observed reading(key: int, value: float) key(key).
event hit(id: int, key: int) key(id).
feature latest(key) = v : reading(key: key, value: v).
feature hits_7d(key) = count { hit(key: key) within 7d }.
"""
START, DAYS = datetime(2020, 1, 1, tzinfo=UTC), 90
INSTANT = pa.timestamp("us", tz="UTC")

ASOF = """
SELECT r.value FROM spine s ASOF LEFT JOIN facts r ON s.key = r.key AND s.observed_at >= r.valid_from ORDER BY s.row"""
WINDOW = """
SELECT count(h.key) AS value FROM spine s LEFT JOIN facts h ON s.key = h.key AND h.valid_from <= s.observed_at
AND h.valid_from > s.observed_at - INTERVAL 7 DAY GROUP BY s.row ORDER BY s.row"""


def facts(size: int, keys: int) -> pa.Table:
    """Facts of random keys and instants, in the order in which they were learned."""
    random = np.random.default_rng(1)
    happened = random.integers(0, DAYS * 86_400_000_000, size)
    late = random.choice([0, 1, 2], size, p=[0.6, 0.3, 0.1])
    delay = np.choose(late, [np.zeros(size, int), random.integers(0, 600_000_000, size),
                             random.integers(0, 5 * 86_400_000_000, size)])
    table = pa.table({"id": np.arange(size), "key": random.integers(0, keys, size), "value": random.normal(size=size),
                      "valid_from": instants(happened), "system_from": instants(happened + delay)})
    return table.sort_by("system_from")


def instants(micros: np.ndarray) -> pa.Array:
    """Instants `micros` after START."""
    base = int(START.timestamp()) * 1_000_000
    return pa.array(micros + base, pa.int64()).cast(INSTANT)


def spine(size: int, keys: int) -> pa.Table:
    """Random keys at random instants of the last seventy days."""
    random = np.random.default_rng(2)
    return pa.table({"row": np.arange(size), "key": random.integers(0, keys, size),
                     "observed_at": instants(random.integers(20 * 86_400_000_000, DAYS * 86_400_000_000, size))})


@contextmanager
def loaded(rows: pa.Table) -> Iterator[tuple[Database, Basis]]:
    """A database with `rows` as readings and as hits, folded."""
    with TemporaryDirectory() as folder, Database.open(Path(folder) / "facts.duckdb") as database:
        database.declare(PROGRAM, module="bench")
        for relation, columns in (("reading", ["key", "value"]), ("hit", ["id", "key"])):
            database.load(relation, rows.select([*columns, "valid_from", "system_from"]), valid_from="valid_from",
                          system_from="system_from", actor="b", source="b", reason="b")
        end = START + timedelta(days=DAYS + 10)
        basis = database.basis(valid_at=end, system_at=end)
        database.at(basis).query("n = count { hit(_, _) }")
        yield database, basis


def peer(sql: str, rows: pa.Table, asked: pa.Table) -> tuple[Measured, pa.ChunkedArray]:
    """The hand-written statement over the same rows in a native table."""
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        connection.register("asked", asked)
        connection.execute("CREATE TABLE facts AS SELECT * FROM rows; CREATE TABLE spine AS SELECT * FROM asked")
        took, table = measured("DuckDB by hand, valid time only", lambda: connection.sql(sql).to_arrow_table())
        return took, table.column("value")


def main(size: int, rows: int) -> None:
    """Print one table for the latest value and one for a window."""
    keys = max(size // 20, 1)
    data, asked = facts(size, keys), spine(rows, keys)
    with loaded(data) as (database, basis):
        for name, sql, title in (("latest", ASOF, "latest value"), ("hits_7d", WINDOW, "count within 7 days")):
            hand, theirs = peer(sql, data, asked)
            rows_of = asked.drop_columns(["row"])
            ours, table = measured("factdb, both times", partial(database.along, rows_of, [name], basis=basis))
            differ = pc.sum(pc.fill_null(pc.not_equal(table.column(name).cast(theirs.type), theirs), True)).as_py()
            hand = replace(hand, note=f"{differ / rows:.1%} of rows look ahead")
            show(f"{rows:,} rows x {size:,} facts, {title}", hand, [ours])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=2_000_000)
    parser.add_argument("--rows", type=int, default=200_000)
    arguments = parser.parse_args()
    main(arguments.facts, arguments.rows)
