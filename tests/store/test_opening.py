"""A path is a file that holds a store, whatever its name looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from factdb.database import Database
from factdb.errors import Unavailable
from tests.store.stores import dogs, opened


@pytest.mark.parametrize("name", ["rows.csv", "rows.json"])
def test_a_file_of_rows_is_no_store_and_stays_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{"a": 1}\n')
    with pytest.raises(Unavailable, match="not a valid DuckDB database"):
        Database.open(path)
    assert path.read_text() == '{"a": 1}\n'


@pytest.mark.parametrize("name", [":memory:", "md:dogs", "sqlite:dogs", "dogs.csv"])
def test_a_name_that_looks_like_an_address_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with opened(Path(name)):
        assert (tmp_path / name).is_file()
    with Database.open(Path(name)) as again:
        assert dogs(again) == []
