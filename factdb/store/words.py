"""
Facts and Arrow tables as words of the log: checked, typed, in integers of microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from factdb.errors import Conflict, InvalidFact, InvalidPeriod, NaiveInstant, UnknownName, WrongType
from factdb.fact import Fact, Op
from factdb.period import FIRST_MICROS, FOREVER, FOREVER_MICROS, from_micros, to_micros
from factdb.schema import Kind, Relation, Stored, Type
from factdb.store.execute import ARROW

ROW = "#row"  # the place of a word in its transaction; no column of a relation is called so
STORED = {kind: pa.int64() if kind in (Type.INSTANT, Type.DURATION) else arrow for kind, arrow in ARROW.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Which columns of a table hold the times; None: for ever, or the transaction's own instant."""

    valid_from: str
    valid_to: str | None
    system_from: str | None


def words_of_facts(relation: Relation, facts: Sequence[Fact], system_from: int | None) -> pa.Table:
    """One word for each of `facts`, in order; Conflict where two disagree about one key."""
    rows = [_row(relation, fact) for fact in facts]
    _refuse_disagreement(relation, facts, rows)
    size = len(facts)
    columns = {
        "op": pa.array([fact.op.value for fact in facts], pa.string()),
        "valid_from": pa.array([to_micros(fact.valid.start) for fact in facts], pa.int64()),
        "valid_to": pa.array([to_micros(fact.valid.end) for fact in facts], pa.int64()),
        "system_from": pa.array([system_from] * size, pa.int64()),
        ROW: pa.array(range(size), pa.int64()),
    }
    cells = zip(*rows, strict=True)
    columns |= {c.name: pa.array(cell, STORED[c.type]) for c, cell in zip(relation.columns, cells, strict=True)}
    return pa.table(columns)


def _row(relation: Relation, fact: Fact) -> tuple[Stored, ...]:
    if fact.op is Op.RETRACT:
        relation.row(fact.values)
        return relation.row({name: fact.values.get(name) for name in relation.identity})
    if relation.kind is not Kind.STATE and fact.valid.end != FOREVER:
        raise InvalidFact(f"Expected no end for {relation.kind.value} {relation.name}: its instant is the start "
                          f"of the period; got an end {fact.valid.end.isoformat()}")
    return relation.row(fact.values)


def _refuse_disagreement(relation: Relation, facts: Sequence[Fact], rows: Sequence[tuple[Stored, ...]]) -> None:
    """Two words of one transaction on one key and one instant must agree: a list of facts has no later word."""
    places = [index for index, column in enumerate(relation.columns) if column.name in relation.identity]
    by_key: dict[tuple[Stored, ...], list[tuple[int, int, Op, tuple[Stored, ...]]]] = {}
    for fact, row in zip(facts, rows, strict=True):
        by_key.setdefault(tuple(row[place] for place in places), []).append((*_reach(relation, fact), fact.op, row))
    for key, words in by_key.items():
        words.sort(key=lambda word: word[:2])
        before = words[0]
        for word in words[1:]:
            # All words that reach an instant so far are equal, so the one that reaches furthest stands for them.
            if word[0] < before[1] and word[2:] != before[2:]:
                raise Conflict(f"Expected one word on {relation.name} {key!r} in a transaction, got {before[3]!r} "
                               f"({before[2].value}) and {word[3]!r} ({word[2].value}) for one instant")
            before = max(before, word, key=lambda word: word[1])


def _reach(relation: Relation, fact: Fact) -> tuple[int, int]:
    """The instants on which a fact has a say: a keyed event's word is on the event, wherever it lies."""
    start, end = to_micros(fact.valid.start), to_micros(fact.valid.end)
    if relation.kind is Kind.EVENT and relation.key:
        return 0, FOREVER_MICROS
    if relation.kind is not Kind.STATE and fact.op is Op.ASSERT:
        return start, start + 1
    return start, end


def words_of_table(relation: Relation, data: pa.Table, times: Times) -> pa.Table:
    """One assertion for each row of `data`, in the order of system time and then of rows.

    A column of `relation` that `data` lacks is NULL.
    """
    once(data)
    stated = [name for name in (times.valid_from, times.valid_to, times.system_from) if name is not None]
    for name in stated:
        if name not in data.column_names:
            raise UnknownName("column of the rows", name, data.column_names)
    for name in data.column_names:
        if name not in stated:
            relation.column(name)
    if times.valid_to is not None and relation.kind is not Kind.STATE:
        raise InvalidFact(f"Expected no valid_to for {relation.kind.value} {relation.name}: "
                          "its instant is valid_from")
    columns = {
        "op": pa.array(["assert"], pa.string()).take(pa.array([0] * data.num_rows, pa.int64())),
        "valid_from": _instants(relation, data, times.valid_from),
        "valid_to": _open(data, relation, times.valid_to),
        "system_from": (_instants(relation, data, times.system_from) if times.system_from
                        else pa.nulls(data.num_rows, pa.int64())),
    }
    for column in relation.columns:
        columns[column.name] = _column(relation, data, column.name, column.type)
    _check_rows(relation, columns)
    return _in_order(pa.table(columns))


def _in_order(words: pa.Table) -> pa.Table:
    learned = words.column("system_from").combine_chunks()
    if pc.any(pc.less(learned[1:], learned[:-1])).as_py():
        order = np.argsort(learned.to_numpy(), kind="stable")  # rows of one instant keep their order
        words = words.take(pa.array(order))
    return words.append_column(ROW, pa.array(np.arange(words.num_rows)))


def _open(data: pa.Table, relation: Relation, name: str | None) -> pa.Array:
    if name is None:
        return pa.array([FOREVER_MICROS], pa.int64()).take(pa.array([0] * data.num_rows, pa.int64()))
    return pc.fill_null(stored(data.column(name), Type.INSTANT, f"{name!r} for {relation.name}"), FOREVER_MICROS)


def _instants(relation: Relation, data: pa.Table, name: str) -> pa.ChunkedArray:
    values = stored(data.column(name), Type.INSTANT, f"{name!r} for {relation.name}")
    if values.null_count:
        raise InvalidFact(f"Expected an instant in every row of {name!r} for {relation.name}, "
                          f"got {values.null_count} without")
    return values


def _column(relation: Relation, data: pa.Table, name: str, kind: Type) -> pa.Array | pa.ChunkedArray:
    if name not in data.column_names:
        return pa.nulls(data.num_rows, STORED[kind])
    return stored(data.column(name), kind, f"{relation.name}.{name}")


def once(data: pa.Table) -> None:
    """Fail unless each column of `data` has a name of its own."""
    names = data.column_names
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidFact(f"Expected each column once, got {twice[0]!r} twice")


def stored(values: pa.ChunkedArray, kind: Type, where: str) -> pa.ChunkedArray:
    """`values` stored-ready; WrongType unless all are of `kind`, without loss. `where` they stand is for the message.

    Numbers may come as any type of number that holds them exactly; nothing else is taken for what it is not.
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not pa.types.is_null(values.type) and not any(is_one(values.type) for is_one in _ACCEPTED[kind]):
        raise WrongType(f"Expected {kind.value} for {where}, got {values.type}")
    if kind is Type.INSTANT and pa.types.is_timestamp(values.type) and values.type.tz is None:
        raise NaiveInstant(f"Expected instants with a zone for {where}, got {values.type}")
    try:
        found = values.cast(ARROW[kind]).cast(STORED[kind])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        whole = " of whole microseconds" if kind in (Type.INSTANT, Type.DURATION) else ""
        raise WrongType(f"Expected {kind.value}{whole} for {where}, got {values.type}: {error}") from None
    if kind is Type.INSTANT:
        ends = pc.min_max(found).as_py()
        if ends["min"] is not None and not FIRST_MICROS <= ends["min"] <= ends["max"] <= FOREVER_MICROS:
            raise WrongType(f"Expected instants from year 1 to 9999 for {where}")
    return found


_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_ACCEPTED: Mapping[Type, Sequence[Callable[[pa.DataType], bool]]] = {
    Type.TEXT: (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    Type.INT: _NUMBERS,
    Type.FLOAT: _NUMBERS,
    Type.BOOL: (pa.types.is_boolean,),
    Type.INSTANT: (pa.types.is_timestamp,),
    Type.DURATION: (pa.types.is_duration,),
}


def _check_rows(relation: Relation, columns: dict[str, pa.ChunkedArray]) -> None:
    for name in relation.key:
        if columns[name].null_count:
            raise InvalidFact(f"Expected a value for key column {relation.name}.{name}, "
                              f"got NULL in {columns[name].null_count} rows")
    inverted = pc.greater_equal(columns["valid_from"], columns["valid_to"])
    if pc.any(inverted).as_py():
        row = pc.index(inverted, True).as_py()
        start, end = (from_micros(columns[n][row].as_py()).isoformat() for n in ("valid_from", "valid_to"))
        raise InvalidPeriod(f"Expected a period's start before its end, got [{start}, {end}) "
                            f"in row {row} for {relation.name}")
