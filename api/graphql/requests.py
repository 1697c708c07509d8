"""
GraphQL requests as HTTP carries them: a POST's JSON body or a GET's query parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from factdb.errors import CallerError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


class RequestError(CallerError):
    """The HTTP request carries nothing that can be answered."""

    code = "BAD_REQUEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """What a client asks; `read_only` is true of a GET, which may not carry a mutation."""

    query: str
    variables: dict[str, Json]
    operation: str | None
    read_only: bool


def from_body(body: bytes) -> GraphQLRequest:
    """The request in a POST's JSON body."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RequestError("Expected a JSON body") from None
    if not isinstance(given, dict):
        raise RequestError("Expected a JSON object with a query; batches are not served")
    return _request(given, read_only=False)


def from_parameters(parameters: Mapping[str, str]) -> GraphQLRequest:
    """The request in a GET's parameters; `variables` and `extensions` are JSON texts, and empty is absent."""
    given: dict[str, Json] = {name: value or None for name, value in parameters.items()}
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            try:
                given[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise RequestError(f"Expected {name} as JSON") from None
    return _request(given, read_only=True)


def _request(given: Mapping[str, Json], *, read_only: bool) -> GraphQLRequest:
    query, operation = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if not isinstance(query, str) or not query:
        raise RequestError("Expected a GraphQL text in query")
    if not isinstance(operation, str | None):
        raise RequestError("Expected a text in operationName")
    if not isinstance(variables, dict | None):
        raise RequestError("Expected an object in variables")
    if not isinstance(extensions, dict | None):
        raise RequestError("Expected an object in extensions")
    return GraphQLRequest(query=query, variables=variables or {}, operation=operation, read_only=read_only)


def response_type(accept: str | None) -> str | None:
    """The media type to answer in for an Accept header; None if none that we speak is wanted.

    Of equal preferences the newer type wins only if it is named: a wildcard gets JSON.

    >>> response_type("application/graphql-response+json; charset=utf-8, application/json;q=0.9")
    'application/graphql-response+json'
    >>> response_type("*/*"), response_type("text/csv")
    ('application/json', None)
    """
    if not accept or not accept.strip():
        return JSON
    wanted: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        wanted[kind] = _quality(parameters)
    general = wanted.get("application/*", wanted.get("*/*", 0.0))
    json, graphql = wanted.get(JSON, general), wanted.get(GRAPHQL_RESPONSE, 0.0)
    if max(json, graphql) <= 0:
        return None
    return GRAPHQL_RESPONSE if graphql >= json else JSON


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
