"""
Health that means it: the store is read, under a deadline, and the predictor says how its workers are.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.champions import Champions
from api.pool import Pool
from api.values import basis_json
from factdb.basis import Basis
from factdb.database import Database


class Health:
    """Answers whether this process lives, and whether it can answer questions."""

    def __init__(self, database: Database, champions: Champions | None, pool: Pool) -> None:
        self._database, self._champions, self._pool = database, champions, pool

    async def live(self, request: Request) -> Response:
        """200 while the event loop turns; it touches nothing."""
        return _response({"status": "ok"}, 200)

    async def ready(self, request: Request) -> Response:
        """200 with the basis if the store was read in time, else 503 with the reason."""
        try:
            basis = await self._pool.run(self._read)
        # Whatever keeps the store from being read is the answer here, not an error of the request.
        except Exception as error:
            return _response({"status": "failing", "store": f"{type(error).__name__}: {error}"}, 503)
        models = {} if self._champions is None else self._champions.state()
        # History answers for a model that cannot, so this is no reason to send clients elsewhere.
        status = "ok" if self._champions is None or self._champions.healthy() else "degraded"
        return _response({"status": status, "store": "ok", "basis": basis_json(basis), "models": models}, 200)

    def _read(self) -> Basis:
        now = self._database.clock.now()
        basis = self._database.basis(valid_at=now, system_at=now)
        self._database.at(basis).transactions(1)
        return basis


def _response(body: Mapping[str, object], status: int) -> Response:
    headers = {"cache-control": "no-store"} | ({"retry-after": "1"} if status == 503 else {})
    return Response(orjson.dumps(body), status_code=status, media_type="application/json", headers=headers)
