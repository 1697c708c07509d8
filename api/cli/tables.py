"""
Files of rows as Arrow tables: CSV, JSON lines, Parquet and Arrow, told apart by suffix.

Texts are read as the types that the program declares, so `007` stays a text where a text is declared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from api.texts import read_duration, read_instant
from factdb.errors import InvalidFact, WrongType
from factdb.schema import Type
from factdb.store.execute import ARROW

Types = Mapping[str, Type]


def read_rows(path: Path, types: Types) -> pa.Table:
    """The rows of the file at `path`; the columns in `types` have those types, the others what the file says."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidFact(f"Expected a file named *{', *'.join(_READERS)}, got {path.name}")
    try:
        rows = reader(path, types)
        rows.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, orjson.JSONDecodeError, UnicodeDecodeError) as error:
        raise InvalidFact(f"Cannot read {path.name}: {error}") from None
    twice = [name for name, times in Counter(rows.column_names).items() if times > 1]
    if twice:
        raise InvalidFact(f"Expected each column of {path.name} once, got {', '.join(twice)} more often")
    return rows


def _csv(path: Path, types: Types) -> pa.Table:
    """An empty cell is NULL, a quoted empty one an empty text."""
    arrow = {name: pa.string() if kind is Type.DURATION else ARROW[kind] for name, kind in types.items()}
    options = pa.csv.ConvertOptions(column_types=arrow, null_values=[""], strings_can_be_null=True,
                                    quoted_strings_can_be_null=False)
    return _durations(pa.csv.read_csv(path, convert_options=options), types)


def _durations(rows: pa.Table, types: Types) -> pa.Table:
    for index, name in enumerate(rows.column_names):
        if types.get(name) is Type.DURATION:
            values = [None if text is None else read_duration(text) for text in rows.column(index).to_pylist()]
            rows = rows.set_column(index, name, pa.array(values, ARROW[Type.DURATION]))
    return rows


def _json_lines(path: Path, types: Types) -> pa.Table:
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    for row in rows:
        if not isinstance(row, dict):
            raise InvalidFact(f"Expected an object on each line of {path.name}, got {row!r}")
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _column(name, [row.get(name) for row in rows], types.get(name)) for name in names})


def _column(name: str, values: list[object], kind: Type | None) -> pa.Array:
    match kind:
        case None:
            return pa.array(values)
        case Type.INT:  # Arrow would cut 4.5 to 4
            broken = [value for value in values if isinstance(value, float) and not value.is_integer()]
            if broken:
                raise WrongType(f"Expected int for {name}, got {broken[0]!r}")
        case Type.INSTANT:
            values = [None if value is None else read_instant(value) for value in values]
        case Type.DURATION:
            values = [None if value is None else read_duration(value) for value in values]
    return pa.array(values, ARROW[kind])


def _parquet(path: Path, types: Types) -> pa.Table:
    return pa.parquet.read_table(path)


def _arrow(path: Path, types: Types) -> pa.Table:
    """A file or a stream of Arrow IPC."""
    with pa.memory_map(str(path)) as source:
        try:
            return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:
            source.seek(0)
            return pa.ipc.open_stream(source).read_all()


_READERS: Mapping[str, Callable[[Path, Types], pa.Table]] = {
    ".csv": _csv, ".jsonl": _json_lines, ".parquet": _parquet, ".arrow": _arrow,
}
