"""
Bulk loading against DuckDB's own insert of the same columns. Run: python benchmarks/ingest.py [--facts N]
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
from measure import measured, show

from factdb.database import Database

PROGRAM = "event said(key: int, value: float, label: text) key(key)."
START = datetime(2020, 1, 1, tzinfo=UTC)


def events(facts: int) -> pa.Table:
    """Events of distinct keys, each known a minute after it happened."""
    random = np.random.default_rng(1)
    happened = np.datetime64(START.replace(tzinfo=None), "us") + np.arange(facts).astype("timedelta64[s]")
    return pa.table({
        "key": pa.array(np.arange(facts)), "value": pa.array(random.normal(size=facts)),
        "label": pa.array(random.integers(0, 50, facts).astype(str)),
        "valid_from": pa.array(happened).cast(pa.timestamp("us", tz="UTC")),
        "system_from": pa.array(happened + np.timedelta64(60, "s")).cast(pa.timestamp("us", tz="UTC"))})


def main(facts: int) -> None:
    """Print the table."""
    rows = events(facts)
    with TemporaryDirectory() as folder:
        def raw() -> int:
            with duckdb.connect(f"{folder}/raw.duckdb") as connection:
                connection.register("rows", rows)
                connection.execute("CREATE TABLE said AS SELECT * FROM rows")
                return connection.execute("SELECT count(*) FROM said").fetchall()[0][0]

        peer, inserted = measured("DuckDB: create table as select", raw)
        with Database.open(Path(folder) / "facts.duckdb") as database:
            database.declare(PROGRAM, module="bench")
            log, receipt = measured("factdb: load, durable in the log", lambda: database.load(
                "said", rows, valid_from="valid_from", system_from="system_from", actor="b", source="b", reason="b"))
            basis = database.basis(valid_at=START + timedelta(days=9999), system_at=START + timedelta(days=2000))
            view = database.at(basis)
            fold, held = measured("factdb: first read, which folds", lambda: view.query("n = count { said(_, _, _) }"))
        assert inserted == receipt.facts == facts
        both = replace(log, way="factdb: both", cpu=log.cpu + fold.cpu, wall=log.wall + fold.wall,
                       note=f"{facts / (log.wall + fold.wall):,.0f} facts/s; read back {held['n'][0].as_py():,}")
        show(f"Loading {facts:,} events", peer, [log, fold, both])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    main(parser.parse_args().facts)
