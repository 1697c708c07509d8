"""
Rows that features are wanted for, as the compiled query expects them: numbered, checked, stored-ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import Role
from factdb.errors import InvalidFact, UnknownName
from factdb.schema import Type
from factdb.sql.clock import OBSERVED_AT
from factdb.sql.query import ROW
from factdb.sql.terms import cell
from factdb.store.words import once, stored

AT_ONCE = 40  # the engine plans three hundred features a hundred times as long as thirty


def entity_rows(data: pa.Table, names: Sequence[str], program: CheckedProgram, *, along: bool) -> pa.Table:
    """`data` as ROW, the entity columns that the features `names` need and, along a spine, observed_at."""
    once(data)
    columns: dict[str, pa.ChunkedArray] = {ROW: pa.array(range(data.num_rows), pa.int64())}
    for name in names:
        for entity in program.predicate(name, Role.FEATURE, Role.CONCEPT).entities:
            columns[cell(entity.name)] = _entity(data, entity.name, entity.type, f"{name} is of")
    if along:
        columns[OBSERVED_AT] = _observed_at(data)
    return pa.table(columns)


def side_by_side(names: Sequence[str], size: int, ask: Callable[[Sequence[str]], pa.Table]) -> pa.Table:
    """The columns of `names`, of which `ask` gives a few at a time with ROW; a row for each of the `size` asked."""
    few = [names[first:first + AT_ONCE] for first in range(0, len(names), AT_ONCE)] or [names]
    answers = [_without_rows(ask(some), size, some) for some in few]
    return pa.table({name: answer.column(name) for answer in answers for name in answer.column_names})


def _without_rows(answers: pa.Table, size: int, names: Sequence[str]) -> pa.Table:
    """`answers` without ROW; InvalidFact unless there is one row for each of the `size` asked."""
    if answers.num_rows != size:
        repeated = pc.value_counts(answers.column(ROW)).filter(
            pc.greater(pc.struct_field(pc.value_counts(answers.column(ROW)), "counts"), 1))
        raise InvalidFact(f"Expected one value of each feature for each entity, got several of one of "
                          f"{', '.join(names)} for {len(repeated)} rows; aggregate them, or name the last")
    return answers.drop_columns([ROW])


def _entity(data: pa.Table, name: str, kind: Type, why: str) -> pa.ChunkedArray:
    if name not in data.column_names:
        raise UnknownName(f"entity column ({why} it)", name, data.column_names)
    return stored(data.column(name), kind, f"entity column {name!r}")


def _observed_at(data: pa.Table) -> pa.ChunkedArray:
    if OBSERVED_AT not in data.column_names:
        raise UnknownName("column of a spine", OBSERVED_AT, data.column_names)
    values = stored(data.column(OBSERVED_AT), Type.INSTANT, repr(OBSERVED_AT))
    if values.null_count:
        raise InvalidFact(f"Expected an instant in every row of {OBSERVED_AT!r}, got {values.null_count} without")
    return values
