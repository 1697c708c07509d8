"""
Serving a store: one process owns it and answers over HTTP until it is told to stop.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from api.app import create_app
from api.champions import models_folder
from api.graphql.limits import Limits
from factdb.database import Database
from learning.serving.predictor import Predictor

_GRACE_SECONDS = 5


def serve(store: Path, *, host: str = "127.0.0.1", port: int = 8000, models: Path | None = None,
          deadline_seconds: float = 10.0) -> None:
    """Serve `store` on `host` and `port` (0: any free one) until SIGTERM or SIGINT; requests under way are answered.

    `models` is the folder of artifacts, beside the store if None. A question may take `deadline_seconds`. The workers
    of models end with the server. Once it answers, the line `serving http://HOST:PORT` is on standard output.
    """
    with _leaving(), Database.open(store) as database, socket.create_server((host, port)) as listening:
        app = create_app(database, Predictor(models or models_folder(store)), limits=Limits(seconds=deadline_seconds))
        config = uvicorn.Config(app, http="httptools", loop="uvloop", access_log=False, log_level="warning",
                                lifespan="on", server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS)
        _Announcing(config, f"http://{host}:{listening.getsockname()[1]}").run(sockets=[listening])


@contextmanager
def _leaving() -> Iterator[None]:
    """A signal to end, before the server listens for it or after it has ended, leaves in order: the store is closed."""
    def leave(*_: object) -> None:
        raise SystemExit(0)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, leave) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            sys.stdout.write(f"serving {self._address}\n")
            sys.stdout.flush()
