"""
Fields and types made at start from the catalog: the one place that speaks strawberry's dynamic side.

The catalog's names may be words of Python, so inside they carry a prefix; clients never see it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING
from inspect import Parameter, Signature
from typing import Annotated, Any, cast

import strawberry
from strawberry.tools import create_type
from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.made import Annotation, Made
from factdb.schema import Value

_PREFIX = "column_"


def object_type(name: str, fields: Sequence[Made | StrawberryField], description: str) -> Annotation:
    """A GraphQL type called `name`; a `Made` field reads its name from the row that `row_value` understands."""
    return create_type(name, [_plain(each) for each in fields], description=description)


def input_type(name: str, fields: Sequence[Made], description: str) -> Annotation:
    """A GraphQL input called `name`, every field of it optional; `given` reads what a client sent."""
    made = [_plain(each, default=strawberry.UNSET) for each in fields]
    return create_type(name, made, is_input=True, description=description)


def given(sent: object) -> dict[str, Any]:
    """What a client sent in an input made here, by inside name; what was left out is not in it, a null is."""
    return {name.removeprefix(_PREFIX): value for name, value in vars(sent).items() if value is not strawberry.UNSET}


def resolved_field(spelled: str, answer: Callable[[Any, Info, dict[str, Value]], object], *, returns: Annotation,
                   arguments: Sequence[Made], description: str) -> StrawberryField:
    """A field answered by `answer(parent, info, arguments by inside name)`."""

    def resolve(root: Any, info: Info, **sent: Value) -> object:
        return answer(root, info, {name.removeprefix(_PREFIX): value for name, value in sent.items()
                                   if value is not strawberry.UNSET})

    parameters = [Parameter("root", Parameter.POSITIONAL_OR_KEYWORD),
                  Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)]
    parameters += [_parameter(each) for each in arguments]
    resolve.__signature__ = Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
    resolve.__annotations__ = {p.name: p.annotation for p in parameters[1:]} | {"return": returns}
    made = cast(StrawberryField, strawberry.field(resolver=resolve, name=spelled, description=description))
    made.python_name = _PREFIX + spelled
    return made


def row_value(row: object, name: str) -> object:
    """The default resolver: a key of a row, or an attribute of a value."""
    return row.get(name.removeprefix(_PREFIX)) if isinstance(row, dict) else getattr(row, name)


def _plain(field: Made | StrawberryField, default: Any = MISSING) -> StrawberryField:
    if isinstance(field, StrawberryField):
        return field
    made: StrawberryField = strawberry.field(name=field.spelled, description=field.description, default=default)
    made.python_name = _PREFIX + field.name
    made.type_annotation = strawberry.annotation.StrawberryAnnotation(field.type)
    return made


def _parameter(argument: Made) -> Parameter:
    optional = type(None) in getattr(argument.type, "__args__", ())
    described = strawberry.argument(name=argument.spelled, description=argument.description)
    annotation = Annotated.__class_getitem__((argument.type, described))  # type: ignore[attr-defined]
    required = argument.default is strawberry.UNSET and not optional
    return Parameter(_PREFIX + argument.name, Parameter.KEYWORD_ONLY, annotation=annotation,
                     default=Parameter.empty if required else argument.default)
