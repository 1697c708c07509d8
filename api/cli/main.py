"""
The command `factdb`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module

import typer

from api.cli.failures import complain, exit_code
from factdb.errors import FactDBError

# The module of each command. It is imported by name when it is asked for: estimators and servers take seconds
# to import, and `factdb query` need not wait for them.
COMMANDS: Mapping[str, str] = {
    "init": "facts", "load": "facts", "query": "facts", "as-of": "facts",
    "features": "features", "train": "train", "predict": "predict", "worlds": "worlds", "serve": "serve",
    "demo": "demo",
}


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
        app(known)(args=given)
    except FactDBError as error:
        complain(str(error), error.code)
        sys.exit(exit_code(error))
    except Exception as error:  # a person at a terminal is owed a sentence; the trace is one variable away
        if os.environ.get("FACTDB_TRACE"):
            raise
        complain(f"{type(error).__name__}: {error} (an error of factdb itself; FACTDB_TRACE=1 shows where)", "FAULT")
        sys.exit(1)
