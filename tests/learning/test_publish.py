"""An artifact is what its name says, or it is refused; publishing it again changes nothing."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from factdb.errors import CallerError
from learning.concept import ConceptKind
from learning.estimators.boosted import Boosted
from learning.estimators.kinds import load_model
from learning.publish import vault
from learning.publish.artifact import describe
from learning.publish.golden import GoldenMismatch, check_golden
from learning.publish.vault import ArtifactRefused
from tests.learning.made import HAPPENED, LATE, ROWS, damage, linear_model, published


def directory(root: Path, artifact_id: str) -> Path:
    return root / artifact_id[:2] / artifact_id


def test_an_artifact_comes_back_as_it_was_published(tmp_path: Path) -> None:
    artifact = published(tmp_path, required=frozenset({"wind"}))
    assert describe(tmp_path, artifact.id).feature_set == artifact.feature_set
    assert (artifact.concept, artifact.kind, artifact.training.rows) == (LATE, "glm", 4)
    assert artifact.evaluation["it"]["brier"] == 0.1
    assert math.isnan(artifact.evaluation["it"]["auc"])
    model = load_model(vault.read(tmp_path, artifact.id))
    np.testing.assert_array_equal(model.predict(ROWS), linear_model().predict(ROWS))


def test_publishing_the_same_bytes_again_changes_nothing(tmp_path: Path) -> None:
    first = published(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in directory(tmp_path, first.id).rglob("*")}
    assert published(tmp_path).id == first.id
    assert {path: path.stat().st_mtime_ns for path in directory(tmp_path, first.id).rglob("*")} == before


def test_another_model_has_another_name(tmp_path: Path) -> None:
    assert published(tmp_path).id != published(tmp_path, linear_model(0.2)).id


def test_the_same_training_gives_the_same_artifact_in_another_place(tmp_path: Path) -> None:
    boosted = Boosted(kind=ConceptKind.PROBABILITY, rounds=3, seed=0)
    ids = {published(tmp_path / place, boosted.fit(ROWS, HAPPENED)).id for place in ("here", "there")}
    assert len(ids) == 1


def test_files_are_read_only_and_the_key_is_private(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    files = directory(tmp_path, artifact.id)
    assert {path.stat().st_mode & 0o777 for path in files.iterdir()} == {0o444}
    assert files.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "signing.key").stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "tmp").iterdir())


def flip_a_bit(path: Path) -> None:
    data = bytearray((path / "model.json").read_bytes())
    data[len(data) // 2] ^= 1
    damage(path / "model.json", bytes(data))


def truncate(path: Path) -> None:
    damage(path / "golden.jsonl", (path / "golden.jsonl").read_bytes()[:-1])


def remove_a_file(path: Path) -> None:
    (path / "baseline.json").unlink()


def add_a_file(path: Path) -> None:
    (path / "extra.json").write_bytes(b"{}")


def change_the_manifest(path: Path) -> None:
    damage(path / "manifest.json", (path / "manifest.json").read_bytes().replace(b"concept", b"koncept"))


def sign_with_another_key(path: Path) -> None:
    damage(path / "manifest.sig", b"0" * 64)


def lose_it_all(path: Path) -> None:
    shutil.rmtree(path)


DAMAGES = (flip_a_bit, truncate, remove_a_file, add_a_file, change_the_manifest, sign_with_another_key, lose_it_all)


@pytest.mark.parametrize("harm", DAMAGES)
def test_a_damaged_artifact_is_refused(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    artifact = published(tmp_path)
    harm(directory(tmp_path, artifact.id))
    with pytest.raises(ArtifactRefused, match="Expected"):
        vault.read(tmp_path, artifact.id)


def test_a_description_needs_only_its_own_files(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    flip_a_bit(directory(tmp_path, artifact.id))
    assert describe(tmp_path, artifact.id) == artifact


def test_a_name_that_is_no_hash_reaches_no_file(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="64 digits"):
        vault.read(tmp_path, "../../etc/passwd")
    with pytest.raises(CallerError, match="plain file name"):
        vault.write(tmp_path, {"../model.json": b""})


def test_a_crash_before_the_rename_leaves_no_artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> Path:
        raise OSError(28, os.strerror(28))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(OSError, match="No space"):
            published(tmp_path)
    assert not list(tmp_path.glob("??/*/*"))
    assert published(tmp_path).kind == "glm"


def test_golden_rows_notice_numbers_that_changed(tmp_path: Path) -> None:
    files = vault.read(tmp_path, published(tmp_path).id)
    check_golden(linear_model(), files)
    with pytest.raises(GoldenMismatch, match="golden row 0"):
        check_golden(linear_model(0.1 + 1e-6), files)
