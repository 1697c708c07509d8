"""
The HTTP application: GraphQL, facts in, Arrow out, health, the console. Nothing is opened at import.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.arrow import ArrowOut
from api.champions import Champions
from api.console.page import VENDORED, console_page
from api.graphql.endpoint import GraphQLEndpoint
from api.graphql.limits import Limits
from api.graphql.service import GraphQLService
from api.health import Health
from api.http import HANDLERS
from api.ingest import Ingest
from api.pool import Pool
from factdb.database import Database
from learning.serving.predictor import Predictor

# DuckDB uses the cores itself; a few threads keep small questions from queueing behind large ones.
_THREADS = 4


def create_app(database: Database, predictor: Predictor | None = None, *, limits: Limits | None = None) -> Starlette:
    """The application on `database`, which its caller opened and closes.

    With a `predictor`, the registry's champions serve from its start to its end, when their workers end too.
    """
    limits = limits or Limits()
    champions = None if predictor is None else Champions(database, predictor, seconds=limits.predict_seconds)
    pool = Pool(threads=_THREADS, in_flight=limits.in_flight, seconds=limits.seconds, stop=database.stop_reading)
    # A pool of its own, so that a health check does not queue behind the questions whose slowness it may report.
    watch = Pool(threads=1, in_flight=4, seconds=limits.health_seconds, stop=database.stop_reading)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            if champions is not None:
                await to_thread.run_sync(champions.start)
            yield
        finally:
            pool.close()
            watch.close()
            if champions is not None:
                await to_thread.run_sync(champions.close)

    endpoint = GraphQLEndpoint(GraphQLService(database, champions, limits), pool, limits, console_page())
    health = Health(database, champions, watch)
    routes: list[BaseRoute] = [
        *[Route(path, endpoint.handle, methods=["GET", "POST"]) for path in ("/graphql", "/graphql/")],
        Route("/facts", Ingest(database, pool).handle, methods=["POST"]),
        Route("/arrow", ArrowOut(database, pool).handle),
        Route("/", _to_console), Route("/health", health.ready), Route("/health/live", health.live),
    ]
    if VENDORED.is_dir():
        routes.append(Mount("/static/vendor", StaticFiles(directory=VENDORED)))
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers=HANDLERS)


async def _to_console(_: Request) -> RedirectResponse:
    return RedirectResponse("/graphql")
