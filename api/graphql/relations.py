"""
The fields of a view for the declared relations: for a relation `scheduled` the page `scheduled`, and if it
has a key the single row `scheduledByKey` and every belief about it, `scheduledHistory`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.cursors import cursor, place_after
from api.graphql.filters import filter_type, kept, pushed, rest, where_of
from api.graphql.generated import object_type, resolved_field
from api.graphql.limits import checked_page
from api.graphql.made import Annotation, Made, list_of, made_from
from api.graphql.names import camel, distinct
from api.graphql.scalars import BigInt, Instant
from api.graphql.selection import selected
from api.graphql.types import PageInfo
from api.rows import plain_rows
from factdb.basis import Basis
from factdb.database import View
from factdb.schema import Column, Kind, Relation, Type

# What is put after a relation's name to name its other fields and types.
FIELD_ENDINGS = ("", "ByKey", "History")
TYPE_ENDINGS = ("", "Belief", "Edge", "Connection", "Filter")

_PAGE = 50
_SAYS = {Kind.EVENT: "It happened at validFrom.", Kind.OBSERVED: "A reading, valid until the next of its key.",
         Kind.STATE: "It holds from validFrom up to validTo."}
_TIMES = (
    Made(name="valid_from", spelled="validFrom", type=Instant, description="From when on it holds."),
    Made(name="valid_to", spelled="validTo", type=Instant, description="Up to when it holds; for ever is 9999."),
    Made(name="system_from", spelled="systemFrom", type=Instant, description="When the store learned it."),
)
_SYSTEM_TO = Made(name="system_to", spelled="systemTo", type=Instant,
                  description="When the store learned otherwise; for ever is 9999.")
_TIME_COLUMNS = tuple(Column(name=time.name, type=Type.INSTANT, unit=None) for time in _TIMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Catalog:
    """The generated types of one relation, and how its columns are spelled."""

    relation: Relation
    field: str
    row: Annotation
    belief: Annotation
    connection: Annotation
    filter: Annotation
    spelled: Mapping[str, str]


def relation_fields(relations: Mapping[str, Relation], fields: Mapping[str, str],
                    types: Mapping[str, str]) -> Iterator[StrawberryField]:
    """The fields of a view for `relations`; `fields` and `types` spell each relation's names."""
    for name, relation in relations.items():
        made = _catalog(relation, fields[name], types[name])
        yield _page_field(made)
        if relation.key:
            yield _single_field(made)
            yield _history_field(made)


def _catalog(relation: Relation, field: str, type_name: str) -> _Catalog:
    spelled = dict(distinct([column.name for column in relation.columns], camel, taken=_spellings()))
    spelled |= {time.name: time.spelled for time in _TIMES}
    columns = [made_from(column, spelled[column.name], nullable=column.name not in relation.key)
               for column in relation.columns]
    row = object_type(type_name, [*columns, *_TIMES], f"A fact of {relation.name}. {_SAYS[relation.kind]}")
    belief = object_type(f"{type_name}Belief", [*columns, *_TIMES, _SYSTEM_TO],
                         f"What was believed of {relation.name}, and for how long.") if relation.key else None
    edge = object_type(f"{type_name}Edge", [
        Made(name="cursor", spelled="cursor", type=str, description="For `after`."),
        Made(name="node", spelled="node", type=row, description="The fact.")], f"A fact of {relation.name} in a page.")
    connection = object_type(f"{type_name}Connection", [
        Made(name="nodes", spelled="nodes", type=list_of(row), description="The facts of the page."),
        Made(name="edges", spelled="edges", type=list_of(edge), description="The facts with their cursors."),
        Made(name="page_info", spelled="pageInfo", type=PageInfo, description="Where the page ends."),
        Made(name="total", spelled="totalCount", type=BigInt, description="Facts that meet the filter, on all pages."),
    ], f"A page of {relation.name}, ordered by its key.")
    where = filter_type(f"{type_name}Filter", [*relation.columns, *_TIME_COLUMNS], spelled)
    return _Catalog(relation=relation, field=field, row=row, belief=belief, connection=connection, filter=where,
                    spelled=spelled)


def _spellings() -> list[str]:
    return [time.spelled for time in (*_TIMES, _SYSTEM_TO)]


def _page_field(made: _Catalog) -> StrawberryField:
    def answer(view: View, info: Info, sent: dict[str, Any]) -> object:
        first = checked_page(sent["first"], info.context.limits)
        start = place_after(sent.get("after"), view.basis)
        where = where_of(sent.get("where"))
        everything = rest(where, made.relation) or "totalCount" in selected(info.selected_fields)
        rows = view.rows(made.relation.name, where=pushed(where, made.relation),
                         limit=None if everything else start + first + 1)
        return _page(kept(rows, rest(where, made.relation)), view.basis, start, first)

    arguments = [
        Made(name="where", spelled="where", type=made.filter | None, description="Which facts; all if left out."),
        Made(name="first", spelled="first", type=int, description="How many, at most 1,000.", default=_PAGE),
        Made(name="after", spelled="after", type=str | None, description="The cursor where the last page ended.")]
    return resolved_field(made.field, answer, returns=made.connection, arguments=arguments,
                          description=f"Facts of {made.relation.name} that hold in the view.")


def _page(rows: pa.Table, basis: Basis, start: int, first: int) -> dict[str, object]:
    nodes = plain_rows(rows.slice(start, first))
    edges = [{"cursor": cursor(basis, start + offset), "node": node} for offset, node in enumerate(nodes)]
    end = start + len(nodes)
    info = PageInfo(has_next_page=end < rows.num_rows, end_cursor=cursor(basis, end - 1) if nodes else None)
    return {"nodes": nodes, "edges": edges, "page_info": info, "total": rows.num_rows}


def _keys(made: _Catalog) -> list[Made]:
    columns = [made.relation.column(name) for name in made.relation.key]
    return [made_from(column, made.spelled[column.name], nullable=False) for column in columns]


def _single_field(made: _Catalog) -> StrawberryField:
    def answer(view: View, info: Info, key: dict[str, Any]) -> object:
        rows = plain_rows(view.rows(made.relation.name, where=key, limit=1))
        return rows[0] if rows else None

    return resolved_field(f"{made.field}ByKey", answer, returns=made.row | None, arguments=_keys(made),
                          description=f"The fact of {made.relation.name} with this key, if one holds in the view.")


def _history_field(made: _Catalog) -> StrawberryField:
    def answer(view: View, info: Info, key: dict[str, Any]) -> object:
        return plain_rows(view.history(made.relation.name, key))

    return resolved_field(f"{made.field}History", answer, returns=list_of(made.belief), arguments=_keys(made),
                          description=f"Every belief about this key of {made.relation.name} known to the view.")
