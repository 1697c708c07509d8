"""
Results as GraphQL answers: every error has a code, none a stack trace, and what is not ours to tell is masked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError

from api.values import basis_json
from factdb.basis import Basis
from factdb.errors import FactDBError, Fault, ProgramError

_log = logging.getLogger("factdb.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client gets: the body, and the HTTP status that it deserves (200 if anything was executed)."""

    body: dict[str, Any]
    status: int = 200


def refused(errors: Iterable[GraphQLError], extensions: Mapping[str, Any], *, status: int = 400) -> Answer:
    """The answer to a request of which nothing was executed: it has no data."""
    return Answer(body={"errors": [coded(error) for error in errors], "extensions": dict(extensions)}, status=status)


def executed(result: ExecutionResult, extensions: Mapping[str, Any]) -> Answer:
    """The answer to a request that was executed, or whose variables do not fit, which is a refusal."""
    if result.data is None and all(error.path is None for error in result.errors or ()):
        return refused(result.errors or (), extensions)
    errors = {"errors": [coded(error) for error in result.errors]} if result.errors else {}
    return Answer(body={**errors, "data": result.data, "extensions": dict(extensions)})


def coded(error: GraphQLError) -> dict[str, Any]:
    """`error` as a client may see it, with `extensions.code`."""
    formatted: dict[str, Any] = {**error.formatted}
    cause = _cause(error)
    if isinstance(cause, FactDBError):
        if isinstance(cause, Fault):
            _log.error("A fault", exc_info=cause)
        formatted["extensions"] = {**_extensions(error), "code": cause.code}
        if error.path is not None:
            formatted["message"] = str(cause)  # graphql-core takes a part of it, where the error has a `message`
        if isinstance(cause, ProgramError):
            formatted["extensions"] |= {"line": cause.line, "column": cause.column}
    elif "code" in _extensions(error):
        formatted["extensions"] = _extensions(error)
    elif error.path is None and cause is None:
        formatted["extensions"] = {"code": "BAD_USER_INPUT"}
    else:
        _log.error("An error that no one expected", exc_info=cause or error)
        formatted |= {"message": "Unexpected error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    return formatted


def basis_extensions(pinned: Mapping[str, Basis]) -> dict[str, Any]:
    """The basis of the first view, and the tokens of all of them if there are several."""
    if not pinned:
        return {}
    first = basis_json(next(iter(pinned.values())))
    several = {"bases": {field: each.token for field, each in pinned.items()}} if len(pinned) > 1 else {}
    return {"basis": first, **several}


def _extensions(error: GraphQLError) -> dict[str, Any]:
    return dict(error.extensions or {})


def _cause(error: GraphQLError) -> Exception | None:
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
