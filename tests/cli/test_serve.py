"""`factdb serve` as a person starts it: it answers, says where, and stops when it is told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


def test_questions_that_would_take_hours_neither_starve_the_others_nor_keep_it_from_stopping(
    store: Path, tmp_path: Path,
) -> None:
    rows = "flight,gate,since\n" + "".join(f"{n},B2,2013-01-01T10:00:00Z\n" for n in range(4000))
    (tmp_path / "many.csv").write_text(rows, encoding="utf-8")
    subprocess.run([*COMMAND, "load", "gate", "many.csv", "--valid-from", "since"], cwd=tmp_path, check=True,
                   env=os.environ | {"FACTDB_STORE": str(store)})
    pairs = ", ".join(f"gate(flight: {name}, gate: g)" for name in "abcd")
    endless = f'{{ view {{ query(text: "n = count {{ {pairs}, a != b }}") {{ rows }} }} }}'
    with subprocess.Popen([*COMMAND, "serve", "--store", str(store), "--port", "0", "--deadline", "2"], text=True,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().removeprefix("serving ").strip()

            def ask(question: str) -> dict[str, Any]:
                answer: dict[str, Any] = httpx.post(f"{address}/graphql", json={"query": question}, timeout=30).json()
                return answer

            with ThreadPoolExecutor(5) as clients:
                late = list(clients.map(ask, [endless] * 5))
            assert [answer["errors"][0]["extensions"]["code"] for answer in late] == ["TIMEOUT"] * 5
            time.sleep(1)
            assert ask("{ view { gate { totalCount } } }")["data"]["view"]["gate"]["totalCount"] == 4000
            with ThreadPoolExecutor(1) as clients:
                clients.submit(ask, endless)
                time.sleep(0.5)
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=20) == 0
        finally:
            process.kill()
