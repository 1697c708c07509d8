"""
The schema, built from the catalog: the fixed fields of a view, and those for each relation and entity.
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.entities import entity_fields
from api.graphql.generated import object_type, resolved_field, row_value
from api.graphql.made import Annotation, Made
from api.graphql.names import camel, distinct, pascal
from api.graphql.predictions import prediction_fields
from api.graphql.questions import question_fields
from api.graphql.relations import FIELD_ENDINGS, TYPE_ENDINGS, relation_fields
from api.graphql.scalars import SCALARS
from api.graphql.types import At
from api.graphql.worlds import world_fields
from api.graphql.writes import write_fields
from factdb.datalog.program import CheckedProgram
from factdb.schema import Type


def build_schema(program: CheckedProgram) -> strawberry.Schema:
    """The schema for what `program` declares."""
    predictions = prediction_fields(program)
    fixed = [*question_fields(), *predictions.view, *world_fields(), *entity_fields(program)]
    writes = [*write_fields(), *predictions.mutation]
    spelled = {str(field.graphql_name or camel(field.python_name)) for field in fixed}
    taken = set(_schema(fixed, writes)._schema.type_map) | {f"{pascal(type_)}Filter" for type_ in Type}
    fields = distinct(program.relations, camel, taken=spelled, endings=FIELD_ENDINGS)
    types = distinct(program.relations, pascal, taken=taken, endings=TYPE_ENDINGS)
    return _schema([*relation_fields(program.relations, fields, types), *fixed], writes)


def _schema(fields: list[StrawberryField], writes: list[StrawberryField]) -> strawberry.Schema:
    view = object_type("View", fields, "The database at a basis.")
    query = object_type("Query", [_view_field(view)], "Everything that is read, is read in a view.")
    mutation = object_type("Mutation", writes, "What changes the store.")
    return strawberry.Schema(query, mutation=mutation,
                             config=StrawberryConfig(scalar_map=SCALARS, default_resolver=row_value))


def _view_field(view: Annotation) -> StrawberryField:
    def answer(root: Any, info: Info, sent: dict[str, Any]) -> object:
        at = sent.get("at") or At()
        basis = info.context.basis(valid=at.valid, system=at.system, token=at.basis)
        info.context.pinned[str(info.path.key)] = basis
        return info.context.database.at(basis)

    arguments = [Made(name="at", spelled="at", type=At | None, description="A point of both times; now if left out.")]
    return resolved_field("view", answer, returns=view, arguments=arguments,
                          description="The database as it was at a point of both times.")
