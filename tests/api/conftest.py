"""A small store on disk and the real server on it: every test of the API asks over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from factdb.database import Database
from factdb.fact import assert_fact
from factdb.store.clock import Clock

CATALOG = (Path(__file__).parent / "catalog.dl").read_text(encoding="utf-8")
START = datetime(2024, 5, 1, 12, tzinfo=UTC)
NOON = "2024-05-01T12:00:00Z"


class ToldClock(Clock):
    """Says what it was told; a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def pass_(self, **parts: float) -> None:
        """Let this much time pass."""
        self.time += timedelta(**parts)


@dataclass(frozen=True)
class Served:
    """A database that is being served, and a client of it."""

    database: Database
    clock: ToldClock
    client: httpx.Client

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The whole answer to `query`."""
        body: dict[str, Any] = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        return body

    def data(self, query: str, **variables: object) -> Any:
        """The data of an answer that must have no errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def code(self, query: str, **variables: object) -> str:
        """The code of the answer's one error."""
        [error] = self.ask(query, **variables)["errors"]
        return str(error["extensions"]["code"])


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    """The address at which `app` answers meanwhile."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", http="httptools", loop="uvloop"))
    thread = threading.Thread(target=server.run)
    started = threading.Event()
    startup = server.startup

    async def announce(sockets: Any = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = announce  # type: ignore[method-assign]
    thread.start()
    assert started.wait(20)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The small store, served."""
    clock = ToldClock()
    with Database.open(folder / "store.duckdb", clock=clock, memory_limit="256MB") as database:
        database.declare(CATALOG, module="posts")
        database.transact(first_facts(), actor="tests", source="conftest", reason="a start")
        clock.pass_(hours=1)
        with running(create_app(database)) as address, httpx.Client(base_url=address, timeout=30) as client:
            yield Served(database, clock, client)


def first_facts() -> list[Any]:
    """What the store holds at the start, all of it valid from noon."""
    posts = [assert_fact("pupdate", {"post": f"p{i}", "sniffer": "rex" if i % 2 else "bella", "pinned": None,
                                     "length": timedelta(seconds=i), "posted": START}, START) for i in range(5)]
    likes = [assert_fact("like", {"post": "p1", "sniffer": name}, START + timedelta(minutes=minutes))
             for name, minutes in (("ace", 10), ("bo", 20), ("bo", 70))]
    return [*posts, *likes, assert_fact("weather", {"city": "Paris", "wind": 4.5}, START),
            assert_fact("scored", {"post": "p1", "points": 2**60}, START),
            assert_fact("tag", {"post": "p1", "class": "walk"}, START)]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small store, served; shared by the tests of a file, which leave it as it is."""
    with served(tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """The small store, served for one test that changes it."""
    with served(tmp_path) as made:
        yield made
