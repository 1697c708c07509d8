"""
Transcripts of the command: `$ ` starts a command, what follows is what it prints.

Standard output comes first, then standard error with `! ` before each line, then `exit N` if it is not 0.
`…` stands for anything within a line; a paragraph of prose may stand between commands.
"""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.main import main

HERE = Path(__file__).parent / "transcripts"
TRANSCRIPTS = sorted(HERE.glob("*.txt"))


def steps(transcript: str) -> Iterator[tuple[str, str]]:
    """Each command with what it is said to print."""
    for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed.split("\n\n")[0].strip("\n")


def printed(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints, as a transcript writes it."""
    name, *arguments = shlex.split(command)
    assert name == "factdb"
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    lines = out.splitlines() + [f"! {line}".rstrip() for line in err.splitlines()]
    return "\n".join([line.rstrip() for line in lines] + ([f"exit {left.value.code}"] if left.value.code else []))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_command_prints_what_its_transcript_says(
    transcript: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(HERE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTDB_STORE", "gates.duckdb")
    monkeypatch.setenv("COLUMNS", "140")
    for command, expected in steps(transcript.read_text(encoding="utf-8")):
        pattern = ".*".join(map(re.escape, expected.split("…")))
        found = printed(command, capsys)
        assert re.fullmatch(pattern, found), f"$ {command}\n{found}\n--- expected\n{expected}"
