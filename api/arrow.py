"""
Rows out as Arrow: `GET /arrow?relation=departed` or `?query=...`, at `valid` and `system` or at a `basis`.

The stream's schema carries the basis as metadata, so that what was taken away can be taken again.
"""

from __future__ import annotations

import orjson
import pyarrow as pa
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from api.http import refusal
from api.pin import pin
from api.pool import Pool
from api.texts import read_instant
from api.values import parameters
from factdb.database import Database
from factdb.errors import FactDBError, InvalidFact

_MEDIA = "application/vnd.apache.arrow.stream"
_BATCH_ROWS = 65_536


class ArrowOut:
    """Answers a relation's rows or a rule body as an Arrow stream."""

    def __init__(self, database: Database, pool: Pool) -> None:
        self._database, self._pool = database, pool

    async def handle(self, request: Request) -> Response:
        """The stream, or an error with its code."""
        try:
            stream, token = await self._pool.run(lambda: self._answer(request.query_params))
        except FactDBError as error:
            return refusal(error)
        return Response(stream, media_type=_MEDIA, headers={"factdb-basis": token})

    def _answer(self, asked: QueryParams) -> tuple[bytes, str]:
        times = {name: read_instant(asked[name]) if name in asked else None for name in ("valid", "system")}
        basis = pin(self._database, now=self._database.clock.now(), token=asked.get("basis"), **times)
        view = self._database.at(basis)
        match asked.get("relation"), asked.get("query"):
            case str() as relation, None:
                table = view.rows(relation)
            case None, str() as text:
                table = view.query(text, parameters(_params(asked.get("params"))))
            case _:
                raise InvalidFact("Expected either a relation or a query in the address")
        return _stream(table.replace_schema_metadata({"factdb.basis": basis.token})), basis.token


def _params(text: str | None) -> object:
    try:
        return None if text is None else orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidFact(f"Expected params as JSON: {error}") from None


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=_BATCH_ROWS)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream
