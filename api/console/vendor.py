"""
Fetches GraphiQL's files from npm into a folder that git ignores, so that the server can give them with the network off.

Run as `python -m api.console.vendor`. The files are those that strawberry's page names, and must match its hashes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from base64 import b64encode
from hashlib import sha384
from pathlib import Path
from tempfile import TemporaryDirectory

from strawberry.http.ides import get_graphql_ide_html

from api.console.page import REMOTE, VENDORED
from factdb.errors import Unavailable

_FILE = re.compile(re.escape(REMOTE) + r'(?P<package>@?[^@"]+)@(?P<version>[^/"]+)/(?P<path>[^"]+)"\s+'
                   r'integrity="sha384-(?P<hash>[^"]+)"')


def vendor(target: Path = VENDORED) -> list[Path]:
    """The files put under `target`, as `package@version/path`; on a hash that differs, none."""
    files = [found.groupdict() for found in _FILE.finditer(get_graphql_ide_html("graphiql"))]
    with TemporaryDirectory() as folder:
        packages = sorted({f"{file['package']}@{file['version']}" for file in files})
        subprocess.run(["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--legacy-peer-deps",
                        "--prefix", folder, *packages], check=True, stdout=subprocess.DEVNULL)
        fresh = Path(folder) / "fresh"
        placed = [_place(Path(folder) / "node_modules", fresh, **file) for file in files]
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(fresh, target)
    return [target / path for path in placed]


def _place(modules: Path, fresh: Path, *, package: str, version: str, path: str, **expected: str) -> Path:
    content = (modules / package / path).read_bytes()
    if b64encode(sha384(content).digest()).decode() != expected["hash"]:
        raise Unavailable(f"Expected {package}@{version}/{path} with the hash that the page names, got another file")
    placed = Path(f"{package}@{version}") / path
    (fresh / placed).parent.mkdir(parents=True, exist_ok=True)
    (fresh / placed).write_bytes(content)
    return placed


if __name__ == "__main__":
    for written in vendor():
        sys.stdout.write(f"{written}\n")
