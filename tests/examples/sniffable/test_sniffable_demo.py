"""The whole demo: from a seed to answers over GraphQL and a report that opens offline."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.champions import models_folder
from examples.sniffable.demo import run
from examples.sniffable.facts import ASKED, SETTLED
from examples.sniffable.learn import CONCEPT
from factdb.database import Database
from learning.registry import champion


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The store, the report, and what was printed."""
    store = tmp_path_factory.mktemp("demo") / "new" / "sniffable"
    written = StringIO()
    report = run(store=store, console=Console(file=written, width=140))
    return store, report, written.getvalue()


def test_the_worlds_of_the_book_and_the_decision_are_printed(told: tuple[Path, Path, str]) -> None:
    _, _, printed = told
    for value in ("149,500", "166,750", "182,000", "203,000", "175,312"):
        assert value in printed
    assert "Provision for more than 200,000 likes" in printed
    assert "P(> 200,000) = 0.25" in printed
    assert "made up" in printed


def test_the_last_lines_say_where_the_report_is_and_how_to_serve(told: tuple[Path, Path, str]) -> None:
    store, report, printed = told
    assert printed.splitlines()[-2:] == [f"Report: {report}", f"Serve it: factdb serve --store {store}"]


def test_the_report_needs_no_network(told: tuple[Path, Path, str]) -> None:
    html = told[1].read_text(encoding="utf-8")
    assert html.count("<svg") == 1
    assert "203,000" in html
    for reaching in ('src="http', 'href="http', "@import", "<script src"):
        assert reaching not in html


def test_the_store_keeps_the_champion_and_the_predictions_known_when_they_were_asked(
        told: tuple[Path, Path, str]) -> None:
    store, _, _ = told
    assert models_folder(store).is_dir()
    with Database.open(store) as database:
        now = database.clock.now()
        serving = champion(database.at(database.basis(valid_at=now, system_at=now)), CONCEPT)
        assert serving is not None
        view = database.at(database.basis(valid_at=ASKED, system_at=SETTLED))
        predictions = view.rows("prediction").to_pylist()
        assert len(predictions) == 8
        for row in predictions:
            assert row["system_from"] == row["asked_system"]
            assert row["model"] == serving.model
            assert row["degraded"] is None
            assert row["value"] >= 0
