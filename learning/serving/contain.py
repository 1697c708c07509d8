"""
What a worker may not do: outlive its parent, take more memory than it was given, dump core, open many files.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_FILES_MAX = 64
_NICENESS = 5


def contain(*, parent: int, memory_bytes: int) -> None:
    """Bind this process, for good. Called in the child, before it reads its artifact."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the line above: then the signal never comes, but this process has a new parent.
    if os.getppid() != parent:
        os._exit(1)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _FILES_MAX)
    os.nice(_NICENESS)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (limit, limit))
