"""A store served by one process and asked by another."""

from pathlib import Path

import pytest

from examples.served import client, served
from factdb.database import Database
from factdb.errors import CallerError, Unavailable


def test_questions_go_through_two_processes_and_a_refusal_is_an_error(tmp_path: Path) -> None:
    store = tmp_path / "store"
    Database.open(store).close()
    with served(store) as address, client(address) as asking:
        for _ in range(2):
            assert asking.ask("{ __typename }", {}) == {"__typename": "Query"}
        with pytest.raises(CallerError, match="refused a question"):
            asking.ask("{ nothing }", {})
    with Database.open(store):
        pass  # the server let go of it


def test_a_store_that_is_not_there_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it ended"), served(tmp_path / "none"):
        pass
