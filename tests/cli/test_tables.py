"""Files of rows are read as the program declares them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from api.cli.tables import read_rows
from factdb.errors import FactDBError, InvalidFact, NaiveInstant, WrongType
from factdb.schema import Type

TYPES = {"flight": Type.TEXT, "seats": Type.INT, "at": Type.INSTANT, "took": Type.DURATION}
ROWS = [
    {"flight": "007", "seats": 3, "at": datetime(2013, 1, 1, 10, tzinfo=UTC), "took": timedelta(minutes=90)},
    {"flight": "", "seats": None, "at": datetime(2013, 1, 1, 9, 59, 59, 999999, UTC), "took": None},
]
CSV = 'flight,seats,at,took\n007,3,2013-01-01T05:00:00-05:00,PT1H30M\n"",,2013-01-01T09:59:59.999999Z,\n'
JSONL = ('{"flight": "007", "seats": 3, "at": "2013-01-01T05:00:00-05:00", "took": "PT1H30M"}\n\n'
         '{"flight": "", "at": "2013-01-01T09:59:59.999999Z"}\n')


@pytest.mark.parametrize(("name", "content"), [("rows.csv", CSV), ("rows.jsonl", JSONL), ("ROWS.JSONL", JSONL)])
def test_texts_become_values_of_their_declared_types(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_rows(tmp_path / name, TYPES).to_pylist() == ROWS


def test_typed_files_keep_their_types(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist(ROWS)
    pa.parquet.write_table(rows, tmp_path / "rows.parquet")
    with pa.ipc.new_file(str(tmp_path / "file.arrow"), rows.schema) as file:
        file.write_table(rows)
    with pa.OSFile(str(tmp_path / "stream.arrow"), "wb") as sink, pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    for name in ("rows.parquet", "file.arrow", "stream.arrow"):
        assert read_rows(tmp_path / name, TYPES).to_pylist() == ROWS


@pytest.mark.parametrize(("name", "content", "error"), [
    ("rows.csv", "at\n2013-01-01T05:00:00\n", InvalidFact),
    ("rows.jsonl", '{"at": "2013-01-01T05:00:00"}\n', NaiveInstant),
    ("rows.csv", "seats\nmany\n", InvalidFact),
    ("rows.jsonl", '{"seats": "many"}\n', InvalidFact),
    ("rows.jsonl", '{"seats": 3}\n{"seats": 4.5}\n', WrongType),
    ("rows.csv", "seats,flight,seats\n1,a,2\n", InvalidFact),
    ("rows.jsonl", "[1]\n", InvalidFact),
    ("rows.jsonl", "{\n", InvalidFact),
    ("rows.parquet", "not parquet", InvalidFact),
    ("rows.xls", "", InvalidFact),
])
def test_what_cannot_be_read_is_an_error_that_names_the_matter(
    tmp_path: Path, name: str, content: str, error: type[FactDBError],
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(error):
        read_rows(tmp_path / name, TYPES)
