"""
What commands print: tables for people, lines for programs on stdout, the basis on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import orjson
import pyarrow as pa
import pyarrow.csv
import typer
from rich.console import Console
from rich.table import Table

from api.rows import plain_rows
from api.texts import duration_text, instant_text
from api.values import json_value
from factdb.basis import Basis
from factdb.period import FOREVER

ROWS_SHOWN_MAX = 50


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    ARROW = "arrow"


def show(answer: pa.Table, form: Format | None, basis: Basis | None = None) -> None:
    """Write `answer` to stdout; without a form, a table on a terminal and JSON lines elsewhere."""
    if basis is not None:
        show_basis(basis)
    chosen = form or (Format.TABLE if sys.stdout.isatty() else Format.JSONL)
    _WRITERS[chosen](answer)


def show_basis(basis: Basis) -> None:
    """Write `basis` to stderr, so that stdout holds the answer alone."""
    typer.echo(f"basis: valid_at={instant_text(basis.valid_at)} system_at={instant_text(basis.system_at)} "
               f"transaction={basis.transaction} token={basis.token}", err=True)


def show_object(answer: Mapping[str, object], form: Format | None) -> None:
    """Write one object: a table of its parts on a terminal, one line of JSON elsewhere."""
    if form in (Format.CSV, Format.ARROW):
        raise typer.BadParameter(f"Expected --format table, json or jsonl for this answer, got {form}")
    if form is Format.TABLE or (form is None and sys.stdout.isatty()):
        grid = Table(show_header=False)
        for name, value in answer.items():
            grid.add_row(name, shown(value))
        _console().print(grid)
    else:
        _write_json(answer)


def shown(value: object) -> str:
    """`value` as a person reads it in a cell.

    >>> shown(None), shown(FOREVER), shown(0.123456789)
    ('NULL', 'for ever', '0.1234568')
    """
    match value:
        case None:
            return "NULL"
        case datetime():
            return "for ever" if value == FOREVER else instant_text(value)
        case timedelta():
            return duration_text(value)
        case float():
            return f"{value:.7g}"
        case bool():
            return "true" if value else "false"
    return str(value)


def _table(answer: pa.Table) -> None:
    grid = Table()
    for field in answer.schema:
        grid.add_column(field.name, justify="right" if _is_number(field.type) else "left", overflow="fold")
    for row in plain_rows(answer.slice(0, ROWS_SHOWN_MAX)):
        grid.add_row(*map(shown, row.values()))
    console = _console()
    console.print(grid)
    console.print(_count(answer.num_rows), style="dim")


def _console() -> Console:
    """Values are printed as they are, whatever brackets or colons stand in them."""
    return Console(markup=False, highlight=False, emoji=False)


def _count(rows: int) -> str:
    """What stands under a table.

    >>> _count(1), _count(1050)
    ('1 row', '… and 1,000 more; --format jsonl writes all')
    """
    if rows > ROWS_SHOWN_MAX:
        return f"… and {rows - ROWS_SHOWN_MAX:,} more; --format jsonl writes all"
    return f"{rows} row{'' if rows == 1 else 's'}"


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _json(answer: pa.Table) -> None:
    _write_json(plain_rows(answer))


def _jsonl(answer: pa.Table) -> None:
    for row in plain_rows(answer):
        _write_json(row)


def _write_json(value: object) -> None:
    typer.echo(orjson.dumps(value, default=json_value, option=orjson.OPT_PASSTHROUGH_DATETIME).decode())


def _csv(answer: pa.Table) -> None:
    """NULL is nothing at all, an empty text is a pair of quotes."""
    written = pa.table([_texts(column) for column in answer.columns], names=answer.column_names)
    target = pa.BufferOutputStream()
    pyarrow.csv.write_csv(written, target)
    typer.echo(target.getvalue().to_pybytes().decode(), nl=False)


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_timestamp(column.type) or pa.types.is_duration(column.type):
        return pa.array([None if value is None else json_value(value) for value in column.to_pylist()], pa.string())
    return column


def _arrow(answer: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema) as writer:
        writer.write_table(answer)
    typer.echo(sink.getvalue().to_pybytes(), nl=False)


_WRITERS: Mapping[Format, Callable[[pa.Table], None]] = {
    Format.TABLE: _table, Format.JSON: _json, Format.JSONL: _jsonl, Format.CSV: _csv, Format.ARROW: _arrow,
}
