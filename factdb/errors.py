"""
Every error factdb raises. Catch the branch you can act on:

* FactDBError
  + CallerError        the input is wrong; fixing it fixes the error
    - InvalidPeriod, NaiveInstant, WrongType, UnknownName, InvalidFact
    - ProgramError     a rule text is wrong: it has a line, a column and a caret
  + Conflict           someone else wrote first, or wrote otherwise; read again, then decide
  + Unavailable        nothing is wrong with the input; try later, or elsewhere
  + Fault              our bug: an invariant did not hold

Each class has a stable `code`; a message says what failed, what was expected and what came.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class FactDBError(Exception):
    """The root of all errors that factdb raises on purpose."""

    code: ClassVar[str] = "FACTDB_ERROR"


class CallerError(FactDBError):
    """The input is wrong; nothing was changed."""

    code = "BAD_INPUT"


class InvalidPeriod(CallerError):
    """A period is empty or inverted."""

    code = "INVALID_PERIOD"


class NaiveInstant(CallerError):
    """A datetime came without a zone."""

    code = "NAIVE_INSTANT"


class WrongType(CallerError):
    """A value is not of its column's type."""

    code = "WRONG_TYPE"


class InvalidFact(CallerError):
    """A fact, a declaration or a transaction cannot be accepted as it is."""

    code = "INVALID_FACT"


class InvalidBasis(CallerError):
    """A basis cannot be read: its token or its order of times is wrong."""

    code = "INVALID_BASIS"


class UnknownName(CallerError):
    """A relation, column, feature, concept or function is not declared."""

    code = "UNKNOWN_NAME"

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(unknown(what, name, known))
        self.what, self.name = what, name


class ProgramError(CallerError):
    """A rule text is wrong at a position; subclasses say how."""

    code = "INVALID_PROGRAM"

    def __init__(self, message: str, *, text: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}\n{caret(text, line, column)}")
        self.message, self.line, self.column = message, line, column


class ParseError(ProgramError):
    """A token is not what the grammar expects."""

    code = "PARSE_ERROR"


class UnsafeRule(ProgramError):
    """A variable is not bound by a positive atom or an assignment."""

    code = "UNSAFE_RULE"


class TypeMismatch(ProgramError):
    """Two terms that must have one type have two."""

    code = "TYPE_MISMATCH"


class UnknownInProgram(ProgramError):
    """A program names a relation, column or function that is not declared."""

    code = "UNKNOWN_NAME"


class WrongArity(ProgramError):
    """An atom or a call has too many arguments or too few."""

    code = "ARITY"


class AlreadyDeclared(ProgramError):
    """A name is declared twice, or with two roles."""

    code = "ALREADY_DECLARED"


class LookAhead(ProgramError):
    """A feature or a rule it rests on reads the future."""

    code = "LOOK_AHEAD"


class NotStratified(ProgramError):
    """Negation or aggregation runs through a cycle of rules."""

    code = "NOT_STRATIFIED"


class NotYet(ProgramError):
    """The language has the construct; this version cannot evaluate it."""

    code = "NOT_YET"


class Conflict(FactDBError):
    """Two writers, or two facts of one transaction, say different things."""

    code = "CONFLICT"


class Unavailable(FactDBError):
    """The store, a worker or a deadline does not allow it now."""

    code = "UNAVAILABLE"


class Fault(FactDBError):
    """A bug of ours: an invariant did not hold."""

    code = "FAULT"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A message for an unknown name, with at most three near ones.

    >>> unknown("column", "pricee", ["price", "size"])
    "Unknown column 'pricee'; did you mean price?"
    """
    near = get_close_matches(name, list(known), n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return f"Unknown {what} {name!r}{hint}"


def caret(text: str, line: int, column: int) -> str:
    """The line of `text` with a caret under `column` (both from 1).

    >>> print(caret("a(x) :- b(y).", 1, 3))
      a(x) :- b(y).
        ^
    """
    lines = text.split("\n")
    shown = lines[min(line, len(lines)) - 1].rstrip("\r")
    indent = "".join("\t" if letter == "\t" else " " for letter in shown[:column - 1])
    return f"  {shown}\n  {indent}^"
