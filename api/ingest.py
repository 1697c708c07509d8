"""
Facts in over HTTP: JSON lines of any relations, or an Arrow stream of one.

`POST /facts?actor=...&source=...&reason=...`, with an `Idempotency-Key` header if the client may send it again.
An Arrow stream names its relation and its columns of time beside these: `relation`, `valid_from`, `valid_to`,
`system_from`.
"""

from __future__ import annotations

import orjson
import pyarrow as pa
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from api.facts import fact_from_json
from api.http import read_body, refusal
from api.pool import Pool
from api.texts import instant_text
from factdb.database import Database
from factdb.errors import FactDBError, InvalidFact
from factdb.fact import Receipt

JSON_LINES = ("application/jsonl", "application/x-ndjson")
ARROW = "application/vnd.apache.arrow.stream"
_BODY_MAX = 64 * 1024 * 1024


class Ingest:
    """Commits what is posted, all of it or none."""

    def __init__(self, database: Database, pool: Pool) -> None:
        self._database, self._pool = database, pool

    async def handle(self, request: Request) -> Response:
        """The receipt as JSON once the facts are durable."""
        try:
            body = await read_body(request, (*JSON_LINES, ARROW), _BODY_MAX)
            commit = self._load if request.headers["content-type"].lower().startswith(ARROW) else self._transact
            key = request.headers.get("idempotency-key")
            receipt = await self._pool.run(lambda: commit(body, request.query_params, key))
        except FactDBError as error:
            return refusal(error)
        return Response(orjson.dumps({"transaction": receipt.transaction, "system_at": instant_text(receipt.system_at),
                                      "facts": receipt.facts, "repeated": receipt.repeated}),
                        media_type="application/json")

    def _transact(self, body: bytes, asked: QueryParams, key: str | None) -> Receipt:
        relations = self._database.program.relations
        facts = [fact_from_json(relations, _json(line, number))
                 for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
        return self._database.transact(facts, actor=_asked(asked, "actor"), source=_asked(asked, "source"),
                                       reason=_asked(asked, "reason"), idempotency_key=key)

    def _load(self, body: bytes, asked: QueryParams, key: str | None) -> Receipt:
        try:
            rows = pa.ipc.open_stream(body).read_all()
            rows.validate(full=True)  # or offsets that a client made up would be read as they are
            _ = rows.column_names  # decoded only now
        except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
            raise InvalidFact(f"Expected an Arrow stream: {error}") from None
        return self._database.load(
            _asked(asked, "relation"), rows, valid_from=_asked(asked, "valid_from"), valid_to=asked.get("valid_to"),
            system_from=asked.get("system_from"), actor=_asked(asked, "actor"), source=_asked(asked, "source"),
            reason=_asked(asked, "reason"), idempotency_key=key)


def _json(line: bytes, number: int) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidFact(f"line {number}: expected a JSON object: {error}") from None


def _asked(asked: QueryParams, name: str) -> str:
    if not (value := asked.get(name)):
        raise InvalidFact(f"Expected the parameter {name!r} in the address")
    return value
