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
from typing import IO, Any

from factdb.errors import CallerError, Unavailable

_MAIN = "import sys; from api.cli.main import main; main(sys.argv[1:])"
_ENDS_SECONDS = 20.0
_DEADLINE = "60"  # a demo would rather be slow on a busy machine than stop half-way


class Client:
    """A process that asks a server, one question after another."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests, self._answers = requests, answers

    def ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the answer; CallerError if the server refuses the question, Unavailable if it cannot be asked."""
        self._requests.write(json.dumps({"query": query, "variables": variables}) + "\n")
        self._requests.flush()
        line = self._answers.readline()
        if not line:
            raise Unavailable("Expected the client to bring an answer; it ended")
        answer = json.loads(line)
        if "errors" in answer:
            raise CallerError(f"The server refused a question: {answer['errors'][0]['message']}")
        data: dict[str, Any] = answer["data"]
        return data


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The address at which `store` is served meanwhile; nothing else may have it open."""
    command = [sys.executable, "-c", _MAIN, "serve", "--store", str(store), "--port", "0", "--deadline", _DEADLINE]
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


@contextmanager
def client(address: str) -> Iterator[Client]:
    """A client of the server at `address`, in a process that ends with the block."""
    command = [sys.executable, "-m", "examples.client", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Client(process.stdin, process.stdout)
