"""A reading can be stopped from another thread, and nothing else is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import get_ident
from time import monotonic, sleep

import pyarrow as pa
import pytest

from factdb.database import Database
from factdb.errors import Unavailable
from tests.store.stores import day, latest

PROGRAM = "relation pair(left: int, right: int) key(left)."
ENDLESS = "n = count { pair(a, g), pair(b, g), pair(c, g), pair(d, g), a != b }"


def test_a_reading_that_would_take_hours_is_stopped_and_the_next_is_answered(tmp_path: Path) -> None:
    with Database.open(tmp_path / "a.duckdb") as database, ThreadPoolExecutor(1) as reader:
        database.declare(PROGRAM, module="pairs")
        database.load("pair", pa.table({"left": range(4000), "right": [0] * 4000,
                                        "at": pa.array([day(0)] * 4000, pa.timestamp("us", "UTC"))}),
                      valid_from="at", actor="a", source="s", reason="r")
        view = database.at(latest(database))
        thread = reader.submit(get_ident).result()
        asked = reader.submit(view.query, ENDLESS)
        until = monotonic() + 20
        while not asked.done() and monotonic() < until:
            database.stop_reading(thread)
            assert view.query("n = count { pair(_, _) }").to_pylist() == [{"n": 4000}]  # of this thread, untouched
            sleep(0.05)
        with pytest.raises(Unavailable, match="stopped before its end"):
            asked.result(timeout=0)
        assert reader.submit(view.query, "n = count { pair(_, _) }").result().to_pylist() == [{"n": 4000}]
