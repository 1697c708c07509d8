"""
The command `factdb`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import current_thread, main_thread

import typer

from api.cli.failures import complain, exit_code
from factdb.errors import FactDBError, Unavailable

INTERRUPTED = 130

# The module of each command. It is imported by name when it is asked for: estimators and servers take seconds
# to import, and `factdb query` need not wait for them.
COMMANDS: Mapping[str, str] = {
    "init": "facts", "load": "facts", "query": "facts", "as-of": "facts",
    "features": "features", "train": "train", "predict": "predict", "worlds": "worlds", "serve": "serve",
    "demo": "demo",
}

# Those that leave nothing to tidy up: an unfinished transaction is none.
ENDED_AT_ONCE = frozenset({"init", "load", "query", "as-of", "features", "worlds"})


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command with the sub-commands `names`."""
    made = typer.Typer(name="factdb", no_args_is_help=True, pretty_exceptions_enable=False, callback=_factdb)
    for name in names:
        module = import_module(f"api.cli.{COMMANDS[name]}")
        made.command(name)(getattr(module, name.replace("-", "_")))
    return made


def _factdb() -> None:
    """A bitemporal fact database with rules, features, models and possible worlds."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments`, or those of this process, name; leave with its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    known = given[:1] if given[:1] and given[0] in COMMANDS else COMMANDS
    try:
        with _ended_at_once(given[:1]):
            app(known)(args=given)
    except FactDBError as error:
        complain(str(error), error.code)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        complain(f"The system refused: {error}", Unavailable.code)
        sys.exit(exit_code(Unavailable()))
    except Exception as error:  # a person at a terminal is owed a sentence; the trace is one variable away
        if os.environ.get("FACTDB_TRACE"):
            raise
        complain(f"{type(error).__name__}: {error} (an error of factdb itself; FACTDB_TRACE=1 shows where)", "FAULT")
        sys.exit(1)


@contextmanager
def _ended_at_once(command: Sequence[str]) -> Iterator[None]:
    """Ctrl-C ends the process: DuckDB looks at no signal while it works, so Python would not hear of it."""
    if not ENDED_AT_ONCE.issuperset(command) or current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
