"""
The fields of a view for features: those of one entity, such as `flight`, are the fields of one type, and
only those that a client selects are computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.generated import object_type, resolved_field
from api.graphql.made import made_from
from api.graphql.names import camel, distinct, pascal
from api.graphql.selection import selected
from api.rows import entity_table, plain_rows
from factdb.database import View
from factdb.datalog.program import CheckedProgram, Predicate
from factdb.datalog.syntax import Role
from factdb.schema import Column

_SAYS = {Role.FEATURE: "Features", Role.CONCEPT: "Concepts, null until they are known,"}


def entity_fields(program: CheckedProgram) -> Iterator[StrawberryField]:
    """A field of a view for each entity: `flightFeatures(flight: ...)`, and `flightConcepts` beside it."""
    for role, suffix in ((Role.FEATURE, "Features"), (Role.CONCEPT, "Concepts")):
        predicates = sorted((p for p in program.predicates.values() if p.role is role), key=_entity)
        groups = {entities: list(group) for entities, group in groupby(predicates, key=lambda each: each.entities)}
        spelled = distinct(groups, partial(_field_name, suffix=suffix))
        for entities, group in groups.items():
            yield _entity_field(spelled[entities], role, entities, group)


def _field_name(entities: tuple[Column, ...], *, suffix: str) -> str:
    return camel("_".join(column.name for column in entities)) + suffix


def _entity(predicate: Predicate) -> list[tuple[str, str]]:
    return [(column.name, column.type.value) for column in predicate.entities]


def _entity_field(field: str, role: Role, entities: tuple[Column, ...],
                  predicates: Iterable[Predicate]) -> StrawberryField:
    named = {predicate.name: predicate for predicate in predicates}
    spelled = distinct(named, camel)
    names = {spelling: name for name, spelling in spelled.items()}
    made = [made_from(_value_column(predicate), spelled[name], nullable=True) for name, predicate in named.items()]
    says = f"{_SAYS[role]} of one {' and '.join(column.name for column in entities)}"

    def answer(view: View, info: Info, key: dict[str, Any]) -> object:
        wanted = [names[spelling] for spelling in selected(info.selected_fields) if spelling in names]
        return plain_rows(view.features(wanted, entity_table(entities, [key])))[0] if wanted else {}

    return resolved_field(field, answer, returns=object_type(pascal(field), made, f"{says}, at the view's basis."),
                          arguments=[made_from(column, camel(column.name), nullable=False) for column in entities],
                          description=f"{says}; only those selected are computed.")


def _value_column(feature: Predicate) -> Column:
    return Column(name=feature.name, type=feature.columns[-1].type, unit=feature.unit)
