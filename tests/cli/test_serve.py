"""`factdb serve` as a person starts it: it answers, says where, and stops when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with a program and no facts."""
    (tmp_path / "gates.dl").write_text("relation gate(flight: text, gate: text) key(flight).\n", encoding="utf-8")
    subprocess.run([*COMMAND, "init", "store.duckdb", "--program", "gates.dl"], cwd=tmp_path, check=True)
    return tmp_path / "store.duckdb"


@pytest.fixture
def server(store: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on a free port."""
    with subprocess.Popen([*COMMAND, "serve", "--store", str(store), "--port", "0"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_question_past_the_deadline_is_told_so(store: Path) -> None:
    question = '{ view { query(text: "n = count { gate(_, _) }") { rows } } }'
    with subprocess.Popen([*COMMAND, "serve", "--store", str(store), "--port", "0", "--deadline", "0.001"], text=True,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().removeprefix("serving ").strip()
            answer = httpx.post(f"{address}/graphql", json={"query": question}).json()
        finally:
            process.kill()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]


def test_it_says_where_it_answers_and_stops_at_a_signal(server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    address = server.stdout.readline().removeprefix("serving ").strip()
    assert httpx.get(f"{address}/health").json()["status"] == "ok"
    answer = httpx.post(f"{address}/graphql", json={"query": "{ __typename }"})
    assert answer.json()["data"] == {"__typename": "Query"}
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0


def test_a_store_that_is_being_served_is_not_opened_twice(server: subprocess.Popen[str], store: Path) -> None:
    assert server.stdout is not None
    server.stdout.readline()
    done = subprocess.run([*COMMAND, "as-of", "gate"], env=os.environ | {"FACTDB_STORE": str(store)},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "error [UNAVAILABLE]" in done.stderr
    assert "One process owns a store" in done.stderr
