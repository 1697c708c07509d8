"""
The steps of a demo: a progress bar for each, and what each took of the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

import psutil
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

SAMPLE_SECONDS = 0.05
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a step took: seconds of wall and CPU time, and the peak of memory, child processes included."""

    step: str
    wall_seconds: float
    cpu_seconds: float
    peak_mebibytes: float


class Bar:
    """The progress bar of the step that runs."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, note: str = "") -> None:
        """Move on by one, and say at the right what was done."""
        self._progress.update(self._task, advance=1, note=note)


class Steps:
    """Runs steps one after another and keeps their timings; a context manager, so that the bars end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.timings: list[Timing] = []
        self._progress = Progress(SpinnerColumn(), TextColumn("{task.description:<44}"), BarColumn(bar_width=24),
                                  MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"),
                                  console=console)

    def __enter__(self) -> Steps:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, title: str, *, of: int = 1) -> Iterator[Bar]:
        """The bar of a step of `of` parts; when the block ends, the bar is full and the step's timing is kept."""
        task = self._progress.add_task(title, total=of, note="")
        with _Meter() as meter:
            yield Bar(self._progress, task)
        self._progress.update(task, completed=of)
        self._progress.stop_task(task)
        self.timings.append(Timing(step=title, wall_seconds=meter.wall_seconds, cpu_seconds=meter.cpu_seconds,
                                   peak_mebibytes=meter.peak / MEBIBYTE))


class _Meter:
    """Measures its block: wall, CPU (with children that ended in it or still run) and peak resident memory."""

    def __init__(self) -> None:
        self.peak = 0
        self.wall_seconds = self.cpu_seconds = 0.0
        self._process = psutil.Process()
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> _Meter:
        self._wall, self._cpu = time.perf_counter(), self._cpu_now()
        self._sampler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._ended.set()
        self._sampler.join()
        self.wall_seconds = time.perf_counter() - self._wall
        self.cpu_seconds = max(0.0, self._cpu_now() - self._cpu)

    def _sample(self) -> None:
        while True:
            self.peak = max(self.peak, sum(self._resident(process) for process in self._processes()))
            if self._ended.wait(SAMPLE_SECONDS):
                return

    def _processes(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]

    @staticmethod
    def _resident(process: psutil.Process) -> int:
        try:
            return int(process.memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    def _cpu_now(self) -> float:
        own = self._process.cpu_times()
        running = 0.0
        for child in self._process.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            running += times.user + times.system
        return float(own.user + own.system + own.children_user + own.children_system + running)
