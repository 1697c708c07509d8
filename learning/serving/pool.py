"""
The parent's side of a worker: starts it, hands it rows, kills it when it overruns, starts it again when it dies.

One thread keeps the worker and owns all that changes here. It must be one that lasts: Linux ends a worker when the
*thread* that started it ends. A deadline that passes while a row waits is the queue's fault; one that passes while the
row is at the head of the line, for `hard_seconds` or more, is the model's, and nothing but SIGKILL stops Python.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from factdb.errors import Fault
from learning.serving.frames import Frames, Reply, Request, Status

PROGRAM = ("-m", "learning.serving.worker")

_CHUNK = 1 << 16
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class State(StrEnum):
    """Where a pool stands. REFUSED and QUARANTINED are final: only a new pool starts the model again."""

    STARTING = "starting"
    READY = "ready"
    REFUSED = "load_refused"
    QUARANTINED = "quarantined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a worker is given; `deaths_max` within `deaths_seconds` are forgiven, one more is not."""

    memory_bytes: int
    hard_seconds: float
    start_seconds: float
    inflight_max: int
    deaths_max: int
    deaths_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finite value, or the reason why there is none, with the worker's own words in `detail`."""

    value: float | None
    reason: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """A pool's state; `detail` says why a model was refused or quarantined. `process_id` is the newest worker's."""

    state: State
    detail: str
    process_id: int | None


@dataclass(slots=True)
class _Pending:
    request: Request
    future: Future[Answer]
    sent: bool = False


_REASONS = {Status.EXPIRED: "deadline", Status.RAISED: "raised", Status.BAD_OUTPUT: "out_of_bounds"}


class Pool:
    """One artifact's worker. Any thread may call `submit`; every future is done by its deadline or soon after."""

    def __init__(self, root: Path, artifact_id: str, limits: Limits, program: Sequence[str] = PROGRAM) -> None:
        self._root, self._artifact_id, self._limits, self._program = root, artifact_id, limits, tuple(program)
        self._lock = threading.Lock()
        self._ids = count(1)
        self._incoming: deque[_Pending] = deque()
        self._pending: dict[int, _Pending] = {}
        self._deaths: deque[float] = deque()
        self._process: subprocess.Popen[bytes] | None = None
        self._state, self._detail = State.STARTING, ""
        self._settled = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._keeper = threading.Thread(target=self._keep, name=f"keeper of {artifact_id[:8]}", daemon=True)
        self._keeper.start()

    @property
    def status(self) -> WorkerStatus:
        """Where the pool stands now."""
        with self._lock:
            return WorkerStatus(state=self._state, detail=self._detail,
                                process_id=None if self._process is None else self._process.pid)

    def wait(self, seconds: float) -> State:
        """The state, once the first worker is ready, refused or quarantined, or when `seconds` have passed."""
        self._settled.wait(seconds)
        return self._state

    def submit(self, row: bytes, deadline: float) -> Future[Answer]:
        """The answer to `row`, to come by `deadline` (of `time.monotonic`); refused at once when the line is full."""
        future: Future[Answer] = Future()
        with self._lock:
            full = len(self._pending) + len(self._incoming) >= self._limits.inflight_max
            if not full and self._state is not State.CLOSED:
                request = Request(id=next(self._ids), deadline=deadline, row=row)
                self._incoming.append(_Pending(request, future))
                self._ring()
                return future
        _settle(future, "overloaded" if full else "worker_died")
        return future

    def close(self) -> None:
        """End the worker and its keeper; what is still asked is answered with `worker_died`."""
        with self._lock:
            if self._state is not State.CLOSED:
                self._state = State.CLOSED
                self._ring()
        self._keeper.join()

    # ---- everything below runs in the keeper ------------------------------------------------------------

    def _keep(self) -> None:
        try:
            self._start()
            while self._state is not State.CLOSED:
                events = {key.fileobj: mask for key, mask in self._selector.select(self._patience())}
                if self._woken in events:
                    self._woken.recv(_CHUNK)
                if mask := events.get(self._channel, 0):
                    self._exchange(mask)
                self._admit()
                self._expire()
        finally:
            self._end()
            with self._lock:  # a bug of ours may have ended the loop: then too nobody waits in vain
                self._state = State.CLOSED
                left = [*self._pending.values(), *self._incoming]
            for pending in left:
                _settle(pending.future, "worker_died")
            self._settled.set()
            self._selector.close()
            self._wake.close()
            self._woken.close()

    def _start(self) -> None:
        self._channel, theirs = socket.socketpair()
        self._channel.setblocking(False)
        self._selector.register(self._channel, selectors.EVENT_READ)
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", *self._program, str(theirs.fileno()), str(os.getpid()),
                     str(self._limits.memory_bytes), str(self._root.resolve()), self._artifact_id],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),), env=_ENVIRONMENT, cwd="/")
            except OSError as error:  # no process or no memory left: the machine's fault, and trying again adds to it
                self._stop(State.QUARANTINED, f"it could not be started: {error}")
                return
        self._frames, self._outgoing = Frames(), bytearray()
        self._since = time.monotonic()  # when the worker was started, or its head of line became that
        self._become(State.STARTING)

    def _end(self) -> None:
        if self._channel.fileno() >= 0:
            self._selector.unregister(self._channel)
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _become(self, state: State, detail: str = "") -> None:
        with self._lock:
            if self._state is not State.CLOSED:
                self._state, self._detail = state, detail
        if state is not State.STARTING:
            self._settled.set()

    def _exchange(self, mask: int) -> None:
        try:
            if mask & selectors.EVENT_WRITE:
                del self._outgoing[: self._channel.send(self._outgoing)]
                self._selector.modify(self._channel, selectors.EVENT_READ | self._writing())
            if mask & selectors.EVENT_READ:
                data = self._channel.recv(_CHUNK)
                if not data:
                    self._died("it ended")
                    return
                for body in self._frames.feed(data):
                    self._hear(Reply.decode(body))
        except (OSError, Fault) as error:
            self._died(str(error))

    def _hear(self, reply: Reply) -> None:
        self._since = time.monotonic()
        if reply.status is Status.READY:
            self._become(State.READY)
        elif reply.status is Status.REFUSED:
            self._stop(State.REFUSED, reply.reason)
        elif pending := self._pending.pop(reply.id, None):
            if reply.status is Status.OK:
                _done(pending.future, Answer(value=reply.value, reason=None, detail=""))
            else:
                _settle(pending.future, _REASONS[reply.status], reply.reason)

    def _admit(self) -> None:
        """Take in what was submitted; hand it on if the worker is ready, keep it until it is, or say why not."""
        with self._lock:
            arrived = list(self._incoming)
            self._incoming.clear()
            self._pending.update((pending.request.id, pending) for pending in arrived)
        if self._state in (State.REFUSED, State.QUARANTINED):
            self._settle_all(self._state.value)
        if self._state is not State.READY:
            return
        idle = not any(pending.sent for pending in self._pending.values())
        for pending in self._pending.values():
            if not pending.sent:
                pending.sent = True
                self._outgoing += pending.request.encode()
                if idle:
                    self._since, idle = time.monotonic(), False
        self._selector.modify(self._channel, selectors.EVENT_READ | self._writing())

    def _expire(self) -> None:
        """Answer what is past its deadline. What was sent stays in line until the worker has spoken of it."""
        now = time.monotonic()
        for pending in list(self._pending.values()):
            if pending.request.deadline <= now:
                _settle(pending.future, "deadline")
                if not pending.sent:
                    del self._pending[pending.request.id]
        if self._state is State.STARTING and now - self._since > self._limits.start_seconds:
            self._died(f"it was not ready within {self._limits.start_seconds:g} s")
        head = next((pending for pending in self._pending.values() if pending.sent), None)
        if head and head.request.deadline <= now and now - self._since > self._limits.hard_seconds:
            self._died(f"it overran by more than {self._limits.hard_seconds:g} s")

    def _died(self, detail: str) -> None:
        self._end()
        for pending in [pending for pending in self._pending.values() if pending.sent]:
            _settle(pending.future, "worker_died", detail)
            del self._pending[pending.request.id]
        now = time.monotonic()
        self._deaths.append(now)
        while self._deaths[0] < now - self._limits.deaths_seconds:
            self._deaths.popleft()
        if len(self._deaths) > self._limits.deaths_max:
            self._stop(State.QUARANTINED, f"{len(self._deaths)} deaths within {self._limits.deaths_seconds:g} s; "
                                          f"the last: {detail}")
        else:
            self._start()

    def _stop(self, state: State, detail: str) -> None:
        self._end()
        self._become(state, detail)
        self._settle_all(state.value)

    def _settle_all(self, reason: str) -> None:
        for pending in self._pending.values():
            _settle(pending.future, reason, self._detail)
        self._pending.clear()

    def _patience(self) -> float | None:
        """Seconds until something is due; None if nothing is."""
        now = time.monotonic()
        due = [pending.request.deadline for pending in self._pending.values() if not pending.future.done()]
        if self._state is State.STARTING:
            due.append(self._since + self._limits.start_seconds)
        if head := next((pending for pending in self._pending.values() if pending.sent), None):
            due.append(max(head.request.deadline, self._since + self._limits.hard_seconds))
        return max(0.0, min(due) - now) + 0.001 if due else None

    def _writing(self) -> int:
        return selectors.EVENT_WRITE if self._outgoing else 0

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full of bells that the keeper has not heard yet: it will
            self._wake.send(b"!")


def _settle(future: Future[Answer], reason: str, detail: str = "") -> None:
    _done(future, Answer(value=None, reason=reason, detail=detail))


def _done(future: Future[Answer], answer: Answer) -> None:
    with contextlib.suppress(InvalidStateError):  # answered before, or the caller has gone
        future.set_result(answer)
