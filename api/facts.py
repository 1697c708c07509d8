"""
Facts as clients write them: `{"relation", "values", "valid_from", "valid_to", "op"}`, one JSON object a fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from api.texts import read_instant
from api.values import column_value
from factdb.errors import InvalidFact, UnknownName
from factdb.fact import Fact, Op
from factdb.period import FOREVER, Period
from factdb.schema import Relation

_PARTS = frozenset({"relation", "values", "valid_from", "valid_to", "op"})


def fact_of(relations: Mapping[str, Relation], *, relation: str, values: object, valid_from: datetime,
            valid_to: datetime | None, op: Op) -> Fact:
    """The fact, its values typed by the columns of its relation; UnknownName suggests near names."""
    declared = relations.get(relation)
    if declared is None:
        raise UnknownName("relation", relation, relations)
    if not isinstance(values, dict):
        raise InvalidFact(f"Expected an object of values for {relation}, got {values!r}")
    typed = {name: column_value(declared.column(name), value) for name, value in values.items()}
    return Fact(op=op, relation=relation, values=typed, valid=Period(valid_from, valid_to or FOREVER))


def fact_from_json(relations: Mapping[str, Relation], given: object) -> Fact:
    """The fact in one JSON object; `valid_to` and `op` may be left out."""
    if not isinstance(given, dict) or not {"relation", "values", "valid_from"} <= set(given) <= _PARTS:
        raise InvalidFact(f"Expected an object of {', '.join(sorted(_PARTS))}, got {given!r}")
    try:
        op = Op(given.get("op", "assert"))
    except ValueError:
        raise InvalidFact(f"Expected op assert or retract, got {given['op']!r}") from None
    valid_to = given.get("valid_to")
    return fact_of(relations, relation=str(given["relation"]), values=given["values"], op=op,
                   valid_from=read_instant(given["valid_from"]),
                   valid_to=None if valid_to is None else read_instant(valid_to))
