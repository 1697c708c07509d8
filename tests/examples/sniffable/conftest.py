from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from examples.sniffable.facts import facts
from examples.sniffable.load import load
from factdb.database import Database


@pytest.fixture(scope="session")
def tables() -> dict[str, pa.Table]:
    return facts(7)


@pytest.fixture(scope="session")
def database(tables: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("sniffable") / "store"
    with Database.open(path) as opened:
        load(opened, tables, lambda _: None)
        yield opened
