"""Health that means it."""

import time
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.graphql.limits import Limits
from factdb.database import Database, View
from tests.api.conftest import Served, running


def test_a_store_that_can_be_read_is_healthy_and_says_its_basis(api: Served) -> None:
    response = api.client.get("/health")
    body = response.json()
    assert (response.status_code, body["status"], body["basis"]["transaction"]) == (200, "ok", 2)


def test_a_store_that_cannot_be_read_is_not(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(View, "transactions", broken)
    response = api.client.get("/health")
    assert (response.status_code, response.json()["store"]) == (503, "OSError: the disk is gone")
    assert api.client.get("/health/live").json() == {"status": "ok"}


def test_a_store_that_is_too_slow_is_not_and_the_process_still_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(View, "transactions", lambda *_: time.sleep(0.6))
    limits = Limits(seconds=0.1, health_seconds=0.1, in_flight=2)
    with Database.open(tmp_path / "store") as database, running(create_app(database, limits=limits)) as address, \
            httpx.Client(base_url=address) as client:
        health = client.get("/health")
        assert (health.status_code, health.headers["retry-after"]) == (503, "1")
        assert client.get("/health/live").status_code == 200
        asked = {"query": "{ view { transactions { facts } } }"}
        answers = [client.post("/graphql", json=asked) for _ in range(3)]
        assert [(answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) for answer in answers] == [
            (504, "TIMEOUT"), (504, "TIMEOUT"), (503, "OVERLOADED")]
        time.sleep(0.7)  # what was begun runs to its end before the store closes
