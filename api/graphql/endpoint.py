"""
GraphQL over HTTP: what is asked of the service, and how its answer travels.

Under `application/json` a request that GraphQL refuses is answered 200 and under
`application/graphql-response+json` 400; what is no GraphQL request at all is 4xx under both.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.graphql.answers import Answer
from api.graphql.limits import Limits
from api.graphql.requests import GRAPHQL_RESPONSE, JSON, from_body, from_parameters, response_type
from api.graphql.service import GraphQLService
from api.http import NotAcceptable, read_body, refusal
from api.pool import Pool
from factdb.errors import FactDBError


class GraphQLEndpoint:
    """Answers GET and POST on one path; a browser that asks for a page gets `console`."""

    def __init__(self, service: GraphQLService, pool: Pool, limits: Limits, console: str) -> None:
        self._service, self._pool, self._limits = service, pool, limits
        self._console = console.encode()

    async def handle(self, request: Request) -> Response:
        """The response to `request`."""
        if _wants_page(request):
            return Response(self._console, media_type="text/html; charset=utf-8")
        media = response_type(request.headers.get("accept"))
        try:
            if media is None:
                raise NotAcceptable(f"Expected to be asked for {JSON} or {GRAPHQL_RESPONSE}")
            asked = (from_body(await read_body(request, (JSON,), self._limits.body_bytes)) if request.method == "POST"
                     else from_parameters(request.query_params))
            answer = await self._pool.run(lambda: self._service.answer(asked))
        except FactDBError as error:
            return refusal(error, media=media or JSON)
        return _response(answer, media)


def _wants_page(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return request.method == "GET" and "query" not in request.query_params and "text/html" in accept


def _response(answer: Answer, media: str) -> Response:
    # Under application/json clients read 4xx as a failure of transport, not of their request.
    status = 200 if media == JSON and answer.status == 400 else answer.status
    headers = {"allow": "POST"} if status == 405 else {}
    return Response(orjson.dumps(answer.body), status_code=status, media_type=f"{media}; charset=utf-8",
                    headers=headers)
