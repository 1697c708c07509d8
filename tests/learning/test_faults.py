"""Whatever a model does, every row gets a sane answer soon after its deadline. All with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
import skops.io

from factdb.errors import UnknownName
from factdb.schema import Value
from learning.publish import vault
from learning.publish.vault import ArtifactRefused
from learning.serving.pool import Limits, Pool, State
from learning.serving.predictor import Prediction, Predictor, ServedBy
from learning.serving.rows import encode_row
from tests.learning.made import ROWS, damage, linear_model, published

FAULTY = (str(Path(__file__).with_name("faulty_worker.py")),)
CALM: Mapping[str, Value] = {"wind": 10.0, "mode": "calm"}
LATENESS_MAX = 1.5  # seconds after the deadline; on a machine of its own it is 0.05


@pytest.fixture
def predictor(tmp_path: Path) -> Iterator[Predictor]:
    """A predictor whose only model is faulty on demand, ready."""
    with Predictor(tmp_path, FAULTY) as made:
        made.serve(published(tmp_path).id)
        assert made.wait("late", 30) is State.READY, made.status("late")
        yield made


def ask(predictor: Predictor, *modes: str, seconds: float = 5.0) -> list[Prediction]:
    return predictor.predict("late", [{"wind": 10.0, "mode": mode} for mode in modes], deadline_seconds=seconds)


def reasons(predictions: list[Prediction]) -> list[str | None]:
    return [prediction.degraded for prediction in predictions]


def process_of(predictor: Predictor) -> int:
    process_id = predictor.status("late").process_id
    assert process_id is not None
    return process_id


def gone(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


def test_a_sound_model_answers_and_the_baseline_stands_beside_it(predictor: Predictor) -> None:
    (prediction,) = ask(predictor, "calm")
    assert (prediction.served_by, prediction.degraded) == (ServedBy.MODEL, None)
    assert prediction.value == pytest.approx(0.2)
    assert prediction.baseline == pytest.approx((0 + 0.5) / 3)


def test_a_worker_killed_in_the_middle_of_a_request_is_replaced(predictor: Predictor) -> None:
    killed = process_of(predictor)
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(ask, predictor, "loop", seconds=60.0)
        time.sleep(0.3)
        os.kill(killed, signal.SIGKILL)
        (prediction,) = asked.result(10)
    assert (prediction.served_by, prediction.degraded) == (ServedBy.BASELINE, "worker_died")
    assert reasons(ask(predictor, "calm", seconds=30.0)) == [None]
    assert process_of(predictor) != killed


def test_a_model_that_dies_four_times_in_a_minute_is_quarantined(predictor: Predictor) -> None:
    for _ in range(4):
        assert reasons(ask(predictor, "die", seconds=30.0)) == ["worker_died"]
    assert until(lambda: predictor.status("late").state is State.QUARANTINED)
    last = process_of(predictor)
    assert reasons(ask(predictor, "calm")) == ["quarantined"]
    assert (process_of(predictor), gone(last)) == (last, True)


def test_an_endless_loop_costs_its_own_deadline_and_is_killed(predictor: Predictor) -> None:
    looping = process_of(predictor)
    begun = time.monotonic()
    assert reasons(ask(predictor, "loop", seconds=0.1)) == ["deadline"]
    assert time.monotonic() - begun < 0.1 + LATENESS_MAX
    assert until(lambda: gone(looping))
    assert reasons(ask(predictor, "calm", seconds=30.0)) == [None]


def test_a_worker_that_is_stopped_is_killed(predictor: Predictor) -> None:
    stopped = process_of(predictor)
    os.kill(stopped, signal.SIGSTOP)
    assert reasons(ask(predictor, "calm", seconds=0.1)) == ["deadline"]
    assert until(lambda: gone(stopped))
    assert reasons(ask(predictor, "calm", seconds=30.0)) == [None]


def test_a_deadline_that_passes_in_the_queue_is_not_the_model_s_fault(predictor: Predictor) -> None:
    before = process_of(predictor)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(ask, predictor, "sleep", seconds=30.0)
        time.sleep(0.05)
        assert reasons(ask(predictor, "calm", seconds=0.05)) == ["deadline"]
        assert reasons(slow.result()) == [None]
    assert process_of(predictor) == before


@pytest.mark.parametrize("mode", ["raise", "shape", "memory"])
def test_one_row_that_raises_costs_one_row(predictor: Predictor, mode: str) -> None:
    before = process_of(predictor)
    assert reasons(ask(predictor, "calm", mode, "storm", seconds=30.0)) == [None, "raised", None]
    assert reasons(ask(predictor, "calm")) == [None]
    assert process_of(predictor) == before


@pytest.mark.parametrize("mode", ["nan", "infinite", "negative", "huge"])
def test_a_value_out_of_bounds_never_leaves(predictor: Predictor, mode: str) -> None:
    predictions = ask(predictor, "calm", mode, "storm")
    assert reasons(predictions) == [None, "out_of_bounds", None]
    assert all(0 <= prediction.value <= 1 for prediction in predictions)


def test_a_model_that_writes_without_end_blocks_nothing(predictor: Predictor) -> None:
    assert reasons(ask(predictor, "flood", seconds=30.0)) == [None]


def test_features_that_are_unknown_missing_or_of_the_wrong_type_raise_nothing(tmp_path: Path) -> None:
    with Predictor(tmp_path) as predictor:
        predictor.serve(published(tmp_path, required=frozenset({"wind"})).id)
        rows: list[Mapping[str, Value]] = [{**CALM, "unheard of": 3}, {"wind": 10.0}, {"mode": "calm"},
                                           {"wind": "strong", "mode": "calm"}, {"wind": float("nan")}]
        assert reasons(predictor.predict("late", rows, deadline_seconds=30.0)) == [
            None, None, "missing:wind", "missing:wind", "missing:wind"]


def test_more_rows_than_the_line_holds_are_answered_in_turn(predictor: Predictor) -> None:
    predictions = predictor.predict("late", [CALM] * 3000, deadline_seconds=60.0)
    assert set(reasons(predictions)) == {None}


def test_a_full_line_refuses_at_once(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    features = artifact.feature_set.features
    limits = Limits(memory_bytes=1 << 28, hard_seconds=30.0, start_seconds=30.0, inflight_max=2, deaths_max=3,
                    deaths_seconds=60.0)
    pool = Pool(tmp_path, artifact.id, limits, FAULTY)
    try:
        row = encode_row(features, {"wind": 1.0, "mode": "sleep"})
        futures = [pool.submit(row, time.monotonic() + 60) for _ in range(3)]
        assert [future.result(60).reason for future in futures] == [None, None, "overloaded"]
    finally:
        pool.close()
    assert pool.submit(row, time.monotonic() + 60).result(1).reason == "worker_died"


def test_a_model_fitted_on_other_definitions_is_refused_and_the_one_before_goes_on(predictor: Predictor,
                                                                                 tmp_path: Path) -> None:
    serving = predictor.artifact("late").id
    with pytest.raises(ArtifactRefused, match="fitted on version"):
        predictor.serve(published(tmp_path, linear_model(0.3)).id, feature_set_version="d" * 64)
    assert predictor.artifact("late").id == serving
    assert reasons(ask(predictor, "calm")) == [None]


def test_the_model_before_serves_until_the_next_is_ready(predictor: Predictor, tmp_path: Path) -> None:
    first, process_id = predictor.artifact("late").id, process_of(predictor)
    second = predictor.serve(published(tmp_path, linear_model(0.3)).id).id
    served = ask(predictor, "calm")
    while served[-1].artifact != second and len(served) < 100_000:
        served += ask(predictor, "calm")
    assert {prediction.degraded for prediction in served} == {None}
    assert [prediction.value for prediction in (served[0], served[-1])] == pytest.approx([0.2, 0.4])
    assert served[0].artifact == first
    assert gone(process_id)


def test_a_model_that_refuses_to_load_leaves_the_one_before_in_its_place(predictor: Predictor, tmp_path: Path) -> None:
    first = predictor.artifact("late").id
    predictor.serve(published(tmp_path, linear_model(0.3), golden=b'{"row":[1.0,"calm"],"expected":0.9}\n').id)
    assert predictor.wait("late", 60) is State.REFUSED
    (prediction,) = ask(predictor, "calm")
    assert (prediction.artifact, prediction.degraded) == (first, None)
    third = predictor.serve(published(tmp_path, linear_model(0.4)).id).id
    assert predictor.wait("late", 60) is State.READY
    assert ask(predictor, "calm")[0].artifact == third


def test_a_flipped_bit_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    path = tmp_path / artifact.id[:2] / artifact.id / "model.json"
    damage(path, path.read_bytes().replace(b"0.1", b"0.2"))
    assert refused(tmp_path, artifact.id).startswith("ArtifactRefused: Expected model.json")


def test_a_model_that_says_other_than_its_golden_rows_is_refused(tmp_path: Path) -> None:
    artifact = published(tmp_path, golden=b'{"row":[1.0,"calm"],"expected":0.9}\n')
    assert refused(tmp_path, artifact.id).startswith("GoldenMismatch: Expected 0.9")


def test_an_archive_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    sound = vault.read(tmp_path, published(tmp_path).id)
    files = {**sound, "model.skops": skops.io.dumps(subprocess.Popen), "model.json":
             b'{"kind":"boosted","concept_kind":"probability","features":[],"levels":{}}',
             "training.json": sound["training.json"].replace(b"glm", b"boosted")}
    assert "Popen" in refused(tmp_path, vault.write(tmp_path, files))


def refused(root: Path, artifact_id: str) -> str:
    """Why the worker refused to load the artifact; the baseline answers meanwhile."""
    with Predictor(root) as predictor:
        predictor.serve(artifact_id)
        assert predictor.wait("late", 60) is State.REFUSED
        (prediction,) = predictor.predict("late", [CALM], deadline_seconds=5.0)
        assert (prediction.served_by, prediction.degraded) == (ServedBy.BASELINE, "load_refused")
        return predictor.status("late").detail


def test_without_a_model_history_answers(predictor: Predictor) -> None:
    process_id = process_of(predictor)
    predictor.withdraw("late")
    assert reasons(ask(predictor, "calm")) == ["no_model"]
    assert gone(process_id)
    with pytest.raises(UnknownName, match="did you mean late"):
        predictor.predict("lates", [CALM], deadline_seconds=1.0)


def test_a_worker_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    with Predictor(tmp_path) as predictor:
        short = Thread(target=predictor.serve, args=(artifact.id,))
        short.start()
        short.join()
        assert predictor.wait("late", 30) is State.READY
        before = process_of(predictor)
        time.sleep(0.2)
        assert reasons(ask(predictor, "calm")) == [None]
        assert process_of(predictor) == before


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    with Predictor(tmp_path, FAULTY) as predictor:
        predictor.serve(published(tmp_path).id)
        predictor.wait("late", 30)
        process_id = process_of(predictor)
        assert reasons(ask(predictor, "loop", seconds=0.05)) == ["deadline"]
    assert gone(process_id)


PARENT = """
import sys
from pathlib import Path
from learning.serving.predictor import Predictor

predictor = Predictor(Path(sys.argv[1]), (sys.argv[3],))
predictor.serve(sys.argv[2])
predictor.wait("late", 30)
print(predictor.status("late").process_id, flush=True)
predictor.predict("late", [{"mode": "loop"}], deadline_seconds=60)
"""


def test_a_looping_worker_does_not_outlive_its_parent(tmp_path: Path) -> None:
    artifact = published(tmp_path)
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), artifact.id, *FAULTY],
                          stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert not gone(worker)
        time.sleep(0.2)
        parent.kill()
    assert until(lambda: gone(worker), 2.0)


def test_the_rows_that_these_tests_use_are_within_bounds() -> None:
    assert linear_model().predict(ROWS).max() <= 1
