"""The server as a process: it says where it is, answers, and ends when told."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

SERVE = "import sys; from pathlib import Path; from api.server import serve; serve(Path(sys.argv[1]), port=0)"


def test_it_announces_a_free_port_and_ends_in_order_when_told(tmp_path: Path) -> None:
    for told in (signal.SIGTERM, signal.SIGINT):  # the second time the store exists, and is free again
        with subprocess.Popen([sys.executable, "-c", SERVE, str(tmp_path / "store.duckdb")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said, address = process.stdout.readline().split()
            assert said == "serving"
            with urlopen(f"{address}/health") as response:
                assert json.load(response)["status"] == "ok"
            process.send_signal(told)
            output, errors = process.communicate(timeout=20)
        assert (process.returncode, output, errors) == (0, "", "")
