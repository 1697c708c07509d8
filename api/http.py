"""
What every HTTP surface shares: bodies read within a limit, and errors as responses.
"""

from __future__ import annotations

from collections.abc import Collection

import orjson
from starlette.requests import Request
from starlette.responses import Response

from factdb.errors import CallerError, Conflict, FactDBError, Unavailable


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
    body = {"errors": [{"message": str(error), "extensions": {"code": error.code}}]}
    headers = {"retry-after": "1"} if status == 503 else {}
    return Response(orjson.dumps(body), status_code=status, media_type=f"{media}; charset=utf-8", headers=headers)
