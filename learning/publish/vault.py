"""
Directories named by their content: `<root>/<aa>/<sha256>/`, written once, verified at every reading.

The name is the SHA-256 of `manifest.json`, which lists every other file with its size and hash. `manifest.sig` is its
HMAC-SHA256 under the key of this machine: the hashes say that nothing was changed, the signature who wrote it.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from factdb.errors import CallerError, Unavailable
from learning.canonical import Json, sha256, to_json

_ID = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z]+")
_MANIFEST, _SIGNATURE, _KEY = "manifest.json", "manifest.sig", "signing.key"


class ArtifactRefused(Unavailable):
    """A directory is not what its name says: nothing in it was used."""

    code = "ARTIFACT_REFUSED"


def write(root: Path, files: Mapping[str, bytes]) -> str:
    """The id under which `files` are kept, durable when this returns; the same files again change nothing.

    Whoever reads meanwhile sees the whole directory or none. A crash leaves at most an unnamed directory in `tmp`.
    """
    manifest = _manifest(files)
    artifact_id = sha256(manifest)
    target = _path(root, artifact_id)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / "tmp").mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=root / "tmp"))
        try:
            signature = _sign(manifest, _key(root, create=True))
            for name, data in {**files, _MANIFEST: manifest, _SIGNATURE: signature}.items():
                _write_file(draft / name, data)
            _sync(draft)
            _verified(draft, artifact_id, _key(root), names=None)
            _rename(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _sync(target.parent)
        _sync(root)
    read(root, artifact_id)
    return artifact_id


def read(root: Path, artifact_id: str, names: Collection[str] | None = None) -> dict[str, bytes]:
    """The files of an artifact (of `names` only, if given), each one verified; ArtifactRefused says what is wrong."""
    path = _path(root, artifact_id)
    try:
        return _verified(path, artifact_id, _key(root), names)
    except FileNotFoundError as missing:
        name = Path(missing.filename).name
        raise ArtifactRefused(f"Expected {name} of artifact {artifact_id}; it is not there") from None


def _path(root: Path, artifact_id: str) -> Path:
    if not _ID.fullmatch(artifact_id):
        raise CallerError(f"Expected an artifact's id, 64 digits from 0 to f, got {artifact_id!r}")
    return root / artifact_id[:2] / artifact_id


def _manifest(files: Mapping[str, bytes]) -> bytes:
    for name in files:
        if not _NAME.fullmatch(name) or name in (_MANIFEST, _SIGNATURE):
            raise CallerError(f"Expected a plain file name, got {name!r}")
    listed: list[Json] = [{"path": name, "size": len(files[name]), "sha256": sha256(files[name])}
                          for name in sorted(files)]
    return to_json(listed)


def _verified(path: Path, artifact_id: str, key: bytes, names: Collection[str] | None) -> dict[str, bytes]:
    manifest = (path / _MANIFEST).read_bytes()
    if sha256(manifest) != artifact_id:
        raise ArtifactRefused(f"Expected the manifest of artifact {artifact_id}, got one of hash {sha256(manifest)}")
    if not hmac.compare_digest((path / _SIGNATURE).read_bytes(), _sign(manifest, key)):
        raise ArtifactRefused(f"Expected artifact {artifact_id} to be signed with the key of this machine; it is not")
    said = {entry["path"]: entry for entry in json.loads(manifest)}
    there = {entry.name for entry in path.iterdir()} - {_MANIFEST, _SIGNATURE}
    if there - said.keys():
        raise ArtifactRefused(f"Expected only the files of its manifest in artifact {artifact_id}, "
                              f"got {min(there - said.keys())} too")
    files = {}
    for name in said if names is None else names:
        data = (path / name).read_bytes()
        if (len(data), sha256(data)) != (said[name]["size"], said[name]["sha256"]):
            raise ArtifactRefused(f"Expected {name} of artifact {artifact_id} to be {said[name]['size']} bytes of hash "
                                  f"{said[name]['sha256']}, got {len(data)} of {sha256(data)}")
        files[name] = data
    return files


def _key(root: Path, *, create: bool = False) -> bytes:
    path = root / _KEY
    if create and not path.exists():
        # Named only when whole: two first writers must not read half a key, nor overwrite each other's.
        with tempfile.NamedTemporaryFile(dir=root) as draft:
            draft.write(os.urandom(32).hex().encode())
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_bytes()


def _sign(manifest: bytes, key: bytes) -> bytes:
    return hmac.new(key, manifest, "sha256").hexdigest().encode()


def _rename(draft: Path, target: Path) -> None:
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():  # another process wrote the same bytes first, which is as good
            raise


def _write_file(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
