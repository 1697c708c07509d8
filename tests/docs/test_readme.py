"""What the README shows works as it stands there."""

import shlex
import shutil
from pathlib import Path

import pytest

from api.cli.main import main
from api.graphql.limits import Limits
from api.graphql.requests import GraphQLRequest
from api.graphql.service import GraphQLService
from factdb.database import Database
from tests.docs.test_blocks import blocks
from tests.house.tree import ROOT

README = list(blocks("README.md"))
GATES = ROOT / "tests" / "cli" / "transcripts"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_newcomer_is_shown_two_commands_first() -> None:
    shown = [line for block in README if block.info == "sh" for line in block.text.splitlines() if line]
    assert shown[:2] == ["make demo", "make test"]


def test_the_tour_of_the_command_line_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("gates.dl", "gates.csv"):
        shutil.copy(GATES / name, folder)
    tour = [line for block in README if block.info == "sh" for line in block.text.splitlines() if line[:6] == "factdb"]
    for line in tour:
        with pytest.raises(SystemExit) as left:
            main(shlex.split(line)[1:])
        assert not left.value.code, line
    assert '{"flight":"007","gate":"B2"' in capsys.readouterr().out


def test_the_question_in_graphql_is_answered_from_the_store_of_the_tour(folder: Path) -> None:
    [tour] = [block for block in README if block.info == "python"]
    exec(compile(tour.text, "README.md", "exec"), {})
    [question] = [block.text for block in README if block.info == "graphql"]
    with Database.open(folder / "gates.duckdb") as database:
        request = GraphQLRequest(query=question, variables={}, operation=None, read_only=True)
        answer = GraphQLService(database, None, Limits()).answer(request).body
    assert answer["data"]["view"]["gateByKey"]["gate"] == "B2"
