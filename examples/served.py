"""
A store that is served by a process of its own, and asked by another one, as it is in real life.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from factdb.errors import CallerError, Unavailable

_MAIN = "import sys; from api.cli.main import main; main(sys.argv[1:])"
_ENDS_SECONDS, _ANSWERS_SECONDS = 20.0, 90.0


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The address at which `store` is served meanwhile; nothing else may have it open."""
    command = [sys.executable, "-c", _MAIN, "serve", "--store", str(store), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            word, _, address = server.stdout.readline().strip().partition(" ")
            if word != "serving":
                raise Unavailable(f"Expected the server of {store} to say where it serves; it ended")
            yield address
        finally:
            server.terminate()
            server.wait(_ENDS_SECONDS)


def ask(address: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data that a client process gets for `query`; an error of the answer is raised."""
    asked = subprocess.run([sys.executable, "-m", "examples.client", address], check=True, text=True,
                           input=json.dumps({"query": query, "variables": variables}), stdout=subprocess.PIPE,
                           timeout=_ANSWERS_SECONDS)
    answer = json.loads(asked.stdout)
    if "errors" in answer:
        raise CallerError(f"The server refused a question of the demo: {answer['errors'][0]['message']}")
    data: dict[str, Any] = answer["data"]
    return data
