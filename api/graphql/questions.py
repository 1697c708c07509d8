"""
The fields of a view that every schema has: its basis, rule texts, features by name, transactions.
"""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
import strawberry
from strawberry.types.field import StrawberryField

from api.graphql.context import Info
from api.graphql.limits import checked_page
from api.graphql.scalars import Json
from api.graphql.types import BasisType, ResultColumn, TableResult, Transaction, basis_type
from api.rows import column_type, entity_table, json_rows, plain_rows
from api.values import entity_of, parameters
from factdb.database import View

_ROWS = 1_000


def question_fields() -> list[StrawberryField]:
    """The fields, to be laid beside those that the catalog gives."""
    fields: list[Any] = [
        strawberry.field(resolver=_basis, name="basis", description="The basis that everything below is read at."),
        strawberry.field(resolver=_query, name="query", description=(
            "The distinct answers of a rule body, such as `departed(origin: o, delay: m), m > $late`.")),
        strawberry.field(resolver=_features, name="features", description=(
            "Features and concepts by name, one row for each entity, in order.")),
        strawberry.field(resolver=_transactions, name="transactions", description=(
            "The newest transactions up to the view's basis, newest first.")),
    ]
    return fields


def _basis(root: strawberry.Parent[Any]) -> BasisType:
    return basis_type(root.basis)


def _query(root: strawberry.Parent[Any], info: Info,
           text: Annotated[str, strawberry.argument(description="A body in the rule language.")],
           params: Annotated[Json | None, strawberry.argument(description=(
              "An object of values for its $names; an instant is {instant: ...}, a duration {duration: ...}."))] = None,
           first: Annotated[int, strawberry.argument(description="How many rows.")] = _ROWS) -> TableResult:
    view: View = root
    return _result(view.query(text, parameters(params)), checked_page(first, info.context.limits))


def _features(root: strawberry.Parent[Any], info: Info,
              names: Annotated[list[str], strawberry.argument(description="Names as declared.")],
              entities: Annotated[list[Json], strawberry.argument(description=(
                 "Objects of entity columns, such as {flight: ...}, at most 1,000."))]) -> TableResult:
    view: View = root
    checked_page(len(entities), info.context.limits)
    predicates = [view.program.predicate(name) for name in names]
    columns = {column.name: column for predicate in predicates for column in predicate.entities}
    wanted = tuple(columns.values())
    keys = [entity_of(wanted, entity) for entity in entities]
    return _result(view.features(names, entity_table(wanted, keys)), len(keys))


def _transactions(root: strawberry.Parent[Any], info: Info,
                  first: Annotated[int, strawberry.argument(description="How many.")] = 50) -> list[Transaction]:
    view: View = root
    rows: list[dict[str, Any]] = plain_rows(view.transactions(checked_page(first, info.context.limits)))
    names = [each.name for each in Transaction.__strawberry_definition__.fields]  # type: ignore[attr-defined]
    return [Transaction(**{name: row[name] for name in names}) for row in rows]


def _result(table: pa.Table, first: int) -> TableResult:
    columns = [ResultColumn(name=each.name, type=column_type(each.type).value) for each in table.schema]
    return TableResult(columns=columns, rows=Json(json_rows(table.slice(0, first))), row_count=table.num_rows,
                       truncated=table.num_rows > first)
