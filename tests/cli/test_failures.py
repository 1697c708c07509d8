"""Every way to fail ends as one message and an exit code."""

from pathlib import Path

import pytest

from api.cli.failures import exit_code
from api.cli.main import COMMANDS, app, main
from factdb.database import Database
from factdb.errors import Conflict, FactDBError, Fault, InvalidPeriod, Unavailable, UnknownName


@pytest.mark.parametrize(("error", "code"), [
    (InvalidPeriod("empty"), 1), (Fault("ours"), 1), (UnknownName("relation", "a", ["b"]), 3),
    (Conflict("faster"), 4), (Unavailable("later"), 5),
])
def test_an_exit_code_says_who_must_act(error: FactDBError, code: int) -> None:
    assert exit_code(error) == code


def test_an_error_of_ours_is_a_sentence_and_its_trace_is_one_variable_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no one expected it")

    monkeypatch.setattr(Database, "open", broken)
    with pytest.raises(SystemExit) as left:
        main(["init", str(tmp_path / "store")])
    assert left.value.code == 1
    assert capsys.readouterr().err.startswith("error [FAULT]: ZeroDivisionError: no one expected it")
    monkeypatch.setenv("FACTDB_TRACE", "1")
    with pytest.raises(ZeroDivisionError):
        main(["init", str(tmp_path / "store")])


def test_every_command_is_there_and_says_what_it_does() -> None:
    commands = app().registered_commands
    assert [command.name for command in commands] == list(COMMANDS)
    assert all(command.callback is not None and command.callback.__doc__ for command in commands)
