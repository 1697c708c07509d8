"""The command as a process of its own: what only a real one shows."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

PROGRAM = """relation gate(flight: text, gate: text) key(flight).
feature visits(flight) = count { gate(flight, _) }.
"""
GATES = "flight,gate,since\n007,B2,2013-01-01T10:00:00Z\n"
THEN = ("--valid-at", "2013-01-01T10:45:00Z")


def factdb(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One run of the command, with its output in pipes."""
    return subprocess.run([sys.executable, "-c", "from api.cli.main import main; main()", *arguments], cwd=folder,
                          env=os.environ | {"FACTDB_STORE": "store.duckdb"}, capture_output=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of one fact."""
    made = tmp_path_factory.mktemp("process")
    (made / "gates.dl").write_text(PROGRAM, encoding="utf-8")
    (made / "latin.dl").write_bytes("# caf\u00e9\n".encode("latin-1"))
    (made / "spine.csv").write_text("flight,observed_at,visits\n007,2013-01-01T10:00:00Z,1\n", encoding="utf-8")
    (made / "gates.csv").write_text(GATES, encoding="utf-8")
    assert factdb(made, "init", "store.duckdb", "--program", "gates.dl").returncode == 0
    assert factdb(made, "load", "gate", "gates.csv", "--valid-from", "since").returncode == 0
    return made


def test_a_pipe_gets_lines_of_json_and_the_basis_stays_out_of_it(folder: Path) -> None:
    done = factdb(folder, "query", 'gate(flight: f, gate: "B2")', *THEN)
    assert json.loads(done.stdout) == {"f": "007"}
    assert done.stderr.startswith(b"basis: valid_at=2013-01-01T10:45:00Z system_at=")


def test_arrow_is_a_stream_that_arrow_reads(folder: Path) -> None:
    done = factdb(folder, "as-of", "gate", *THEN, "--format", "arrow")
    read = pa.ipc.open_stream(done.stdout).read_all()
    assert read.schema.field("valid_from").type == pa.timestamp("us", tz="UTC")
    assert read.column("gate").to_pylist() == ["B2"]


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (["as-of", "gaet"], 3, b"error [UNKNOWN_NAME]: Unknown relation 'gaet'; did you mean gate?"),
    (["as-of", "gate", "--store", "nowhere"], 3, b"error [NOT_FOUND]: No store at nowhere"),
    (["query", "gate(flight: f"], 1, b"error [PARSE_ERROR]: line 1, column 15"),
    (["as-of", "gate", "--valid-at", "2013-01-01T10:45:00"], 1, b"error [NAIVE_INSTANT]: Expected an instant"),
    (["as-of", "gate", "flight"], 2, b"Expected name=value"),
    (["init", "other.duckdb", "--program", "latin.dl"], 1, b"error [INVALID_FACT]: Expected UTF-8 in latin.dl"),
    (["as-of", "gate", "flight=007", "flight=008"], 2, b"Expected each name once, got flight=007 flight=008"),
    (["features", "visits", "--spine", "spine.csv"], 1, b"error [INVALID_FACT]: Expected a spine without columns"),
    (["as-of"], 2, b"Missing argument"),
    (["demo", "nothing"], 3, b"error [UNKNOWN_NAME]: Unknown demo 'nothing'"),
])
def test_a_mistake_is_said_in_one_message_with_its_code(
    folder: Path, arguments: list[str], code: int, said: bytes,
) -> None:
    done = factdb(folder, *arguments)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_ctrl_c_ends_a_question_that_would_run_for_hours(folder: Path) -> None:
    rows = "flight,gate,since\n" + "".join(f"{n},B2,2013-01-01T10:00:00Z\n" for n in range(4000))
    (folder / "many.csv").write_text(rows, encoding="utf-8")
    factdb(folder, "init", "many.duckdb", "--program", "gates.dl")
    factdb(folder, "load", "gate", "many.csv", "--valid-from", "since", "--store", "many.duckdb")
    pairs = ", ".join(f"gate(flight: {name}, gate: g)" for name in "abcd")
    run = subprocess.Popen([sys.executable, "-c", "from api.cli.main import main; main()", "query",
                            f"n = count {{ {pairs}, a != b }}", "--store", "many.duckdb"], cwd=folder,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(4)  # it is in the engine by then
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=10)
    assert (run.returncode, out) == (-signal.SIGINT, b"")
    assert b"Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
def test_a_full_disk_is_no_fault_of_ours(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", "from api.cli.main import main; main()", "as-of", "gate", *THEN],
                              cwd=folder, env=os.environ | {"FACTDB_STORE": "store.duckdb"}, stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 5
    assert b"error [UNAVAILABLE]: The system refused: [Errno 28]" in done.stderr
