"""
What every HTTP surface shares: bodies read within a limit, and errors as responses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from factdb.errors import CallerError, Conflict, FactDBError, Fault, Unavailable


class PayloadTooLarge(CallerError):
    """A body is longer than the service reads."""

    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(CallerError):
    """A body is of a type that the path does not read."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class NotAcceptable(CallerError):
    """No type that the client accepts can be given."""

    code = "NOT_ACCEPTABLE"


_STATUS: tuple[tuple[type[FactDBError], int], ...] = (
    (PayloadTooLarge, 413), (UnsupportedMediaType, 415), (NotAcceptable, 406), (CallerError, 400), (Conflict, 409),
    (Unavailable, 503), (FactDBError, 500))


async def read_body(request: Request, kinds: Collection[str], bytes_max: int) -> bytes:
    """The body of `request`, of one of the media types `kinds`, in UTF-8 if it is text; at most `bytes_max` bytes.

    The bytes are counted as they come, whatever the headers promise.
    """
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if kind.strip() not in kinds or charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMediaType(f"Expected a body of {' or '.join(kinds)} in UTF-8, got "
                                   f"{request.headers.get('content-type', 'none')!r}")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise PayloadTooLarge(f"Expected a body of at most {bytes_max} bytes")
        parts.append(part)
    return b"".join(parts)


def refusal(error: FactDBError, *, media: str = "application/json") -> Response:
    """`error` as a response in the form of GraphQL's errors; one that may pass says when to try again."""
    status = 504 if error.code == "TIMEOUT" else next(code for kind, code in _STATUS if isinstance(error, kind))
    return _errors(str(error), error.code, status, {"retry-after": "1"} if status == 503 else {}, media=media)


async def _unroutable(request: Request, error: Exception) -> Response:
    """A path or a method that is not there, with the code that HTTP has for it."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name
    return _errors(f"{error.detail}: {request.method} {request.url.path}", code, error.status_code, error.headers or {})


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody reads this: the client left in the middle of its request."""
    return Response(status_code=400)


async def _fault(request: Request, error: Exception) -> Response:
    """Our bug; Starlette hands the error on to the log."""
    return _errors("Unexpected error", Fault.code, 500, {})


# What the application does with errors that no handler of a path took.
HANDLERS: Mapping[Any, Any] = {HTTPException: _unroutable, ClientDisconnect: _gone, Exception: _fault}


def _errors(message: str, code: str, status: int, headers: Mapping[str, str], *,
            media: str = "application/json") -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status_code=status, media_type=f"{media}; charset=utf-8",
                    headers=dict(headers))
