"""
The HTTP application: GraphQL, facts in, health, the console. Nothing is opened at import.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.console.page import VENDORED, console_page
from api.graphql.endpoint import GraphQLEndpoint
from api.graphql.limits import Limits
from api.graphql.service import GraphQLService
from api.health import Health
from api.ingest import Ingest
from api.pool import Pool
from factdb.database import Database

# DuckDB uses the cores itself; a few threads keep small questions from queueing behind large ones.
_THREADS = 4


def create_app(database: Database, *, limits: Limits | None = None) -> Starlette:
    """The application on `database`, which its caller opened and closes."""
    limits = limits or Limits()
    pool = Pool(threads=_THREADS, in_flight=limits.in_flight, seconds=limits.seconds)
    # A pool of its own, so that a health check does not queue behind the questions whose slowness it may report.
    watch = Pool(threads=1, in_flight=4, seconds=limits.health_seconds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            pool.close()
            watch.close()

    endpoint = GraphQLEndpoint(GraphQLService(database, limits), pool, limits, console_page())
    health = Health(database, dict, watch)
    routes: list[BaseRoute] = [
        *[Route(path, endpoint.handle, methods=["GET", "POST"]) for path in ("/graphql", "/graphql/")],
        Route("/facts", Ingest(database, pool).handle, methods=["POST"]),
        Route("/", _to_console), Route("/health", health.ready), Route("/health/live", health.live),
    ]
    if VENDORED.is_dir():
        routes.append(Mount("/static/vendor", StaticFiles(directory=VENDORED)))
    return Starlette(routes=routes, lifespan=lifespan)


async def _to_console(_: Request) -> RedirectResponse:
    return RedirectResponse("/graphql")
