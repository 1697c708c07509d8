"""
What the words of a command line mean by the types that the program declares: relations, `name=value` pairs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import typer

from api.values import column_value, parameters
from factdb.database import Database
from factdb.errors import UnknownName, WrongType
from factdb.schema import Column, Relation, Type, Value


def relation(database: Database, name: str) -> Relation:
    """The declared relation called `name`; UnknownName suggests near ones."""
    declared = database.program.relations
    if name not in declared:
        raise UnknownName("relation", name, declared)
    return declared[name]


def key_values(what: str, columns: Iterable[Column], pairs: Sequence[str]) -> dict[str, Value]:
    """The typed values of `name=value` arguments that name `columns`, each of which is a `what`.

    >>> key_values("entity", [Column(name="seats", type=Type.INT, unit=None)], ["seats=300"])
    {'seats': 300}
    """
    known = {column.name: column for column in columns}
    values: dict[str, Value] = {}
    for name, text in _pairs(pairs).items():
        if name not in known:
            raise UnknownName(what, name, known)
        values[name] = _typed(known[name], text)
    return values


def _typed(column: Column, text: str) -> Value:
    try:
        match column.type:
            case Type.FLOAT:
                return float(text)
            case Type.BOOL:
                return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise WrongType(f"Expected {column.type.value} for {column.name}, got {text!r}") from None
    return column_value(column, text)


def query_parameters(pairs: Sequence[str]) -> dict[str, Value]:
    """The parameters of `name=value` options: a value is JSON if it reads as JSON, and otherwise text.

    >>> query_parameters(["carrier=UA", "most=3"])
    {'carrier': 'UA', 'most': 3}
    """
    return parameters({name: _json_or_text(text) for name, text in _pairs(pairs).items()})


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = dict(map(_pair, texts))
    if len(pairs) < len(texts):
        raise typer.BadParameter(f"Expected each name once, got {' '.join(texts)}")
    return pairs


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"Expected name=value, got {text!r}")
    return name, value


def _json_or_text(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
