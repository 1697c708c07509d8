"""
The worker: a process with one model. It verifies, loads, recomputes the golden rows, says READY, then answers frames.

Started by `learning.serving.pool` as `python -I -m learning.serving.worker FD PARENT MEMORY ROOT ARTIFACT`. It holds
one socket and ends with it. Whatever a model does here can cost its own rows and this process, nothing else.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from learning.estimators.kinds import load_model
from learning.estimators.protocol import Model
from learning.publish import vault
from learning.publish.golden import check_golden
from learning.serving.contain import contain
from learning.serving.frames import Frames, Reply, Request, Status
from learning.serving.rows import decode_rows

Load = Callable[[Mapping[str, bytes]], Model]

_CHUNK = 1 << 16
_REASON_MAX = 300


def main(arguments: Sequence[str], load: Load = load_model) -> None:
    """Serve until the parent closes its end. `load` builds the model from verified files."""
    descriptor, parent, memory_bytes, root, artifact_id = arguments
    with socket.socket(fileno=int(descriptor)) as channel:
        contain(parent=int(parent), memory_bytes=int(memory_bytes))
        try:
            files = vault.read(Path(root), artifact_id)
            model = load(files)
            check_golden(model, files)
        except Exception as error:
            channel.sendall(Reply(id=0, status=Status.REFUSED, value=np.nan, reason=_reason(error)).encode())
            return
        del files
        channel.sendall(Reply(id=0, status=Status.READY, value=np.nan, reason="").encode())
        frames = Frames()
        while data := channel.recv(_CHUNK):
            requests = [Request.decode(body) for body in frames.feed(data)]
            channel.sendall(b"".join(reply.encode() for reply in answer(model, requests, time.monotonic())))


def answer(model: Model, requests: Sequence[Request], now: float) -> list[Reply]:
    """A reply to each request. Those past their deadline are not predicted; the rest are, as one batch.

    When the batch raises, or one value is not finite, each row is asked for itself: one poisoned row costs one row.
    """
    live = [request for request in requests if request.deadline > now]
    expired = [_reply(request, Status.EXPIRED) for request in requests if request.deadline <= now]
    try:
        values = _predict(model, live)
    except Exception:
        return expired + [_alone(model, request) for request in live]
    if not np.isfinite(values).all():
        return expired + [_alone(model, request) for request in live]
    return expired + [_reply(request, Status.OK, value) for request, value in zip(live, values, strict=True)]


def _alone(model: Model, request: Request) -> Reply:
    try:
        (value,) = _predict(model, [request])
    except Exception as error:
        return Reply(id=request.id, status=Status.RAISED, value=np.nan, reason=_reason(error))
    return _reply(request, Status.OK if np.isfinite(value) else Status.BAD_OUTPUT, value)


def _predict(model: Model, requests: Sequence[Request]) -> list[float]:
    if not requests:
        return []
    values = model.predict(decode_rows(model.features, [request.row for request in requests]))
    if values.shape != (len(requests),):
        raise ValueError(f"Expected {len(requests)} values, got an array of shape {values.shape}")
    return [float(value) for value in values]


def _reply(request: Request, status: Status, value: float = np.nan) -> Reply:
    return Reply(id=request.id, status=status, value=value, reason="")


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_REASON_MAX]


if __name__ == "__main__":
    main(sys.argv[1:])
