"""
Values as clients write and read them, by the types that the catalog declares.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.texts import duration_text, instant_text, integer_json, read_duration, read_instant, read_integer
from factdb.basis import Basis
from factdb.errors import InvalidFact, WrongType
from factdb.schema import Column, Type, Value


def basis_json(basis: Basis) -> dict[str, object]:
    """`basis` as every answer carries it."""
    return {"valid": instant_text(basis.valid_at), "system": instant_text(basis.system_at),
            "transaction": basis.transaction, "token": basis.token}


def json_value(value: object) -> object:
    """`value` as JSON carries it."""
    match value:
        case bool():
            return value
        case datetime():
            return instant_text(value)
        case timedelta():
            return duration_text(value)
        case int():
            return integer_json(value)
        case list():
            return [json_value(each) for each in value]
    return value


def column_value(column: Column, given: object) -> Value:
    """The value for `column` in a client's JSON; the relation checks it further.

    >>> column_value(Column(name="gap", type=Type.DURATION, unit=None), "PT1M")
    datetime.timedelta(seconds=60)
    """
    match column.type:
        case _ if given is None:
            return None
        case Type.INSTANT:
            return read_instant(given)
        case Type.DURATION:
            return read_duration(given)
        case Type.INT:
            return read_integer(given)
        case Type.TEXT if isinstance(given, str):
            return given
        case Type.BOOL if isinstance(given, bool):
            return given
        case Type.FLOAT if isinstance(given, int | float) and not isinstance(given, bool):
            return given
    raise WrongType(f"Expected {column.type.value} for {column.name}, got {given!r}")


def entity_of(columns: Sequence[Column], given: object) -> dict[str, Value]:
    """The entity in a client's JSON object, which has a value for each of `columns` and nothing else."""
    names = [column.name for column in columns]
    if not isinstance(given, dict) or set(given) != set(names) or None in given.values():
        raise InvalidFact(f"Expected an entity of {', '.join(names)}, got {given!r}")
    return {column.name: column_value(column, given[column.name]) for column in columns}


def parameters(given: object) -> dict[str, Value]:
    """The parameters of a rule text in a client's JSON object.

    A text is a text: an instant is written `{"instant": "2013-02-01T05:00:00Z"}`, a duration
    `{"duration": "PT2H"}`.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise WrongType(f"Expected an object of parameters, got {given!r}")
    return {str(name): _parameter(str(name), value) for name, value in given.items()}


def _parameter(name: str, given: object) -> Value:
    match given:
        case None | str() | bool() | int() | float():
            return given
        case {"instant": text, **others} if not others:
            return read_instant(text)
        case {"duration": text, **others} if not others:
            return read_duration(text)
    raise WrongType(f"Expected a value, an instant or a duration for parameter {name!r}, got {given!r}")
