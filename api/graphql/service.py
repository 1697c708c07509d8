"""
The service: one GraphQL request in, one answer out, in the calling thread. It knows no HTTP.
"""

from __future__ import annotations

import strawberry
from graphql import GraphQLError, OperationType, execute_sync, get_operation_ast

from api.champions import Champions
from api.graphql.answers import Answer, basis_extensions, executed, refused
from api.graphql.context import Context
from api.graphql.documents import Documents
from api.graphql.limits import Limits
from api.graphql.requests import GraphQLRequest
from api.graphql.schema import build_schema
from factdb.database import Database
from factdb.errors import Unavailable


class GraphQLService:
    """Answers requests on one database with the schema of the program that was in force at the start."""

    def __init__(self, database: Database, champions: Champions | None, limits: Limits) -> None:
        self._database, self._champions, self._limits = database, champions, limits
        self.schema: strawberry.Schema = build_schema(database.program)
        self._documents = Documents(self.schema._schema, limits)

    def answer(self, request: GraphQLRequest) -> Answer:
        """The answer to `request`; the clock is read once for it."""
        context = Context(database=self._database, champions=self._champions, limits=self._limits,
                          now=self._database.clock.now())
        document = self._documents.read(request.query)
        if document.errors or document.parsed is None:
            return refused(document.errors, self._extensions(context))
        operation = get_operation_ast(document.parsed, request.operation)
        if operation is None:
            error = GraphQLError("Expected the name of one of the document's operations in operationName",
                                 extensions={"code": "OPERATION_RESOLUTION_FAILURE"})
            return refused([error], self._extensions(context))
        if request.read_only and operation.operation is not OperationType.QUERY:
            error = GraphQLError("Expected a mutation by POST, got GET", extensions={"code": "METHOD_NOT_ALLOWED"})
            return refused([error], self._extensions(context), status=405)
        result = execute_sync(self.schema._schema, document.parsed, context_value=context,
                              variable_values=request.variables, operation_name=request.operation)
        return executed(result, self._extensions(context))

    def _extensions(self, context: Context) -> dict[str, object]:
        if not context.pinned:
            try:
                context.pinned["now"] = context.basis(valid=None, system=None, token=None)
            except Unavailable:
                return {}  # the answer itself says that the store is not there
        return basis_extensions(context.pinned)
