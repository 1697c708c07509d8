import time
from io import StringIO

import pytest
from rich.console import Console

from examples.steps import Steps


def test_a_step_keeps_what_it_took() -> None:
    with Steps(Console(file=StringIO())) as steps, steps.step("allocate and wait", of=2) as bar:
        block = bytearray(50 * 2**20)
        bar.advance("allocated")
        time.sleep(0.15)
        del block
    (timing,) = steps.timings
    assert timing.step == "allocate and wait"
    assert timing.wall_seconds >= 0.15
    assert timing.cpu_seconds < timing.wall_seconds + 1
    assert timing.peak_mebibytes > 50


def test_a_step_that_fails_ends_the_bars_and_is_not_counted() -> None:
    steps = Steps(Console(file=StringIO()))
    with pytest.raises(RuntimeError), steps, steps.step("fail"):
        raise RuntimeError
    assert steps.timings == []
