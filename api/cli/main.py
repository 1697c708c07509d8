"""
The command `factdb`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from api.cli.demo import demo
from api.cli.facts import as_of, init, load, query
from api.cli.failures import complain, exit_code
from api.cli.features import features
from factdb.errors import FactDBError

app = typer.Typer(name="factdb", no_args_is_help=True, pretty_exceptions_enable=False,
                  help="A bitemporal fact database with rules, features, models and possible worlds.")

for command in (init, load, query, as_of, features, demo):
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments`, or those of this process, name; leave with its exit code."""
    try:
        app(args=arguments)
    except FactDBError as error:
        complain(str(error), error.code)
        sys.exit(exit_code(error))
    except Exception as error:  # a person at a terminal is owed a sentence; the trace is one variable away
        if os.environ.get("FACTDB_TRACE"):
            raise
        complain(f"{type(error).__name__}: {error} (an error of factdb itself; FACTDB_TRACE=1 shows where)", "FAULT")
        sys.exit(1)
