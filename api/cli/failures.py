"""
How a command fails: one message with its code on stderr, an exit code, no stack trace.

| exit | when |
| --- | --- |
| 0 | it did what was asked |
| 1 | the input is wrong, or an error of ours |
| 2 | the command line is wrong |
| 3 | a store, a relation or another name is not there |
| 4 | someone else wrote first, or wrote otherwise |
| 5 | a limit, a lock or a deadline stood in the way |
"""

from __future__ import annotations

import typer

from factdb.errors import Conflict, FactDBError, Unavailable, UnknownInProgram, UnknownName

_EXITS: tuple[tuple[type[FactDBError], int], ...] = (
    (UnknownName, 3),
    (UnknownInProgram, 3),
    (Conflict, 4),
    (Unavailable, 5),
    (FactDBError, 1),
)


class NotFound(FactDBError):
    """A store, a file in it or a demo is not there."""

    code = "NOT_FOUND"


def exit_code(error: FactDBError) -> int:
    """The exit code of a command that `error` ended.

    >>> exit_code(Conflict("someone was faster"))
    4
    """
    if isinstance(error, NotFound):
        return 3
    return next(code for kind, code in _EXITS if isinstance(error, kind))


def exit_of(code: str) -> int:
    """The exit code for an error that is known by its code alone.

    >>> exit_of("UNKNOWN_NAME"), exit_of("BAD_INPUT")
    (3, 1)
    """
    return next((exit for kind, exit in _EXITS if kind.code == code), 1)


def complain(message: str, code: str) -> None:
    """Write an error to stderr, its code first."""
    typer.echo(f"error [{code}]: {message}", err=True)
