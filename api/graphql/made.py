"""
Fields and arguments to be, as values: what the catalog says before strawberry is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, TypeAlias

import strawberry

from api.graphql.scalars import BigInt, Duration, Instant
from factdb.schema import Column, Type

# A type annotation for strawberry: a class, a NewType, or one of these made optional or a list.
Annotation: TypeAlias = Any

ANNOTATIONS: Mapping[Type, Annotation] = {
    Type.TEXT: str, Type.INT: BigInt, Type.FLOAT: float, Type.BOOL: bool, Type.INSTANT: Instant,
    Type.DURATION: Duration,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A field or argument to be: its name inside, its name in GraphQL, its type, what it says of itself.

    `default` is an argument's; an optional argument without one may be left out.
    """

    name: str
    spelled: str
    type: Annotation
    description: str | None
    default: object = strawberry.UNSET


def made_from(column: Column, spelled: str, *, nullable: bool) -> Made:
    """The field or argument for `column`."""
    kind = ANNOTATIONS[column.type]
    return Made(name=column.name, spelled=spelled, type=kind | None if nullable else kind,
                description=f"In {column.unit}." if column.unit else None)


def list_of(kind: Annotation) -> Annotation:
    """The list type of `kind`."""
    return GenericAlias(list, (kind,))
