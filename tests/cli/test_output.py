"""An answer is written for whoever reads it: a person, a program, another store."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from api.cli.output import ROWS_SHOWN_MAX, Format, show, show_object
from api.cli.tables import read_rows
from factdb.schema import Type

AT = datetime(2013, 1, 1, 10, tzinfo=UTC)
ANSWER = pa.table({
    "flight": pa.array(["007", ""]), "seats": pa.array([2**60, None], pa.int64()),
    "at": pa.array([AT, None], pa.timestamp("us", "UTC")),
    "took": pa.array([timedelta(minutes=90), None], pa.duration("us")),
    "late": pa.array([True, None]), "share": pa.array([0.1, None]),
})
TYPES = {"flight": Type.TEXT, "seats": Type.INT, "at": Type.INSTANT, "took": Type.DURATION, "late": Type.BOOL,
         "share": Type.FLOAT}


@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
def test_what_is_written_is_read_back_as_it_was(
    form: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    show(ANSWER, form)
    file = tmp_path / f"answer.{form}"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert read_rows(file, TYPES).to_pylist() == ANSWER.to_pylist()


def test_json_is_one_array(capsys: pytest.CaptureFixture[str]) -> None:
    show(ANSWER, Format.JSON)
    assert json.loads(capsys.readouterr().out)[0]["took"] == "PT1H30M"


def test_a_terminal_gets_a_table_and_a_pipe_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    show(ANSWER.select(["flight"]), None)
    assert capsys.readouterr().out == '{"flight":"007"}\n{"flight":""}\n'
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show(ANSWER.select(["flight"]), None)
    assert "┏━━━━━━━━┓" in capsys.readouterr().out


def test_a_value_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show(pa.table({"[b]name": ["[/red] :smile:"]}), Format.TABLE)
    assert "[b]name" in (printed := capsys.readouterr().out)
    assert "[/red] :smile:" in printed


def test_a_long_table_says_how_much_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    show(pa.table({"x": list(range(ROWS_SHOWN_MAX + 7))}), Format.TABLE)
    printed = capsys.readouterr().out
    assert "… and 7 more" in printed
    assert f" {ROWS_SHOWN_MAX} " not in printed


def test_an_object_is_one_line_in_a_pipe_and_no_table_of_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show_object({"value": 0.5, "at": AT}, Format.JSONL)
    assert json.loads(capsys.readouterr().out) == {"value": 0.5, "at": "2013-01-01T10:00:00Z"}
    with pytest.raises(Exception, match="Expected --format table, json or jsonl"):
        show_object({"value": 0.5}, Format.CSV)
