"""
Text to tokens. `#` starts a comment; a number that is followed at once by letters must be a duration.

`1.` is the number 1 at the end of a statement: a float has a digit on both sides of its point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from factdb.datalog.syntax import Position
from factdb.errors import ParseError

MICROS = {"w": 604_800_000_000, "d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000,
          "ms": 1_000, "us": 1}

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_UNIT = "(?:ms|us|[wdhms])"
_TOKEN = re.compile(rf"""
    (?P<blank>[ \t\r\n]+|\#[^\n]*)
  | (?P<text>"(?:[^"\\\n]|\\.)*")
  | (?P<duration>(?:[0-9]+{_UNIT})+)(?![A-Za-z0-9_])
  | (?P<float>[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))(?![A-Za-z0-9_])
  | (?P<int>[0-9]+)(?![A-Za-z0-9_])
  | (?P<parameter>\$[a-z_][A-Za-z0-9_]*)
  | (?P<name>[a-z_][A-Za-z0-9_]*)
  | (?P<symbol>:-|!=|<=|>=|//|[=<>+\-*/%()\[\]{{}},.:;])
""", re.VERBOSE)
_HINTS = (
    (re.compile(r"[A-Z]"), "a name starts with a lower-case letter or _, and text stands in double quotes"),
    (re.compile(r"[0-9]"), "after a number expected a unit of w, d, h, m, s, ms or us, or no letter at all"),
    (re.compile(r'"'), 'text ends with " on its own line'),
    (re.compile(r"'"), 'text stands in double quotes'),
    (re.compile(r"!"), "negation is written not"),
    (re.compile(r"\$"), "a parameter is written $name"),
)


class Kind(Enum):
    """What a token is."""

    NAME = "a name"
    TEXT = "text"
    INT = "a whole number"
    FLOAT = "a number"
    DURATION = "a duration such as 7d"
    PARAMETER = "a parameter"
    SYMBOL = "a symbol"
    END = "the end of the text"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: `text` as written, `value` what it means."""

    kind: Kind
    text: str
    value: str | int | float
    position: Position

    @property
    def shown(self) -> str:
        """The token as an error quotes it."""
        return "the end of the text" if self.kind is Kind.END else repr(self.text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, with one of kind END last.

    >>> [token.text for token in tokens('a(x) :- b(x) within 7d.  # c')]
    ['a', '(', 'x', ')', ':-', 'b', '(', 'x', ')', 'within', '7d', '.', '']
    """
    found, offset, line, line_start = [], 0, 1, 0
    while offset < len(text):
        position = Position(line, offset - line_start + 1)
        match = _TOKEN.match(text, offset)
        if match is None:
            raise _unreadable(text, offset, position)
        word = match.group()
        if match.lastgroup != "blank":
            found.append(_token(Kind[(match.lastgroup or "").upper()], word, text, position))
        elif "\n" in word:
            line += word.count("\n")
            line_start = offset + word.rindex("\n") + 1
        offset = match.end()
    return (*found, Token(Kind.END, "", "", Position(line, offset - line_start + 1)))


def _token(kind: Kind, word: str, text: str, position: Position) -> Token:
    try:
        return Token(kind, word, _value(kind, word), position)
    except ValueError as problem:
        raise ParseError(str(problem), text=text, line=position.line, column=position.column) from None


def _value(kind: Kind, word: str) -> str | int | float:
    match kind:
        case Kind.INT:
            return _fitting(int(word) if len(word) <= 20 else 2**64, "a whole number")
        case Kind.DURATION:
            parts = re.findall(rf"([0-9]+)({_UNIT})", word)
            return _fitting(sum(int(count[:20]) * MICROS[unit] for count, unit in parts), "a duration")
        case Kind.FLOAT:
            if (number := float(word)) == float("inf"):
                raise ValueError("Expected a number that a float can hold")
            return number
        case Kind.TEXT:
            return re.sub(r"\\(.)", _escaped, word[1:-1])
        case Kind.PARAMETER:
            return word[1:]
        case _:
            return word


def _fitting(number: int, what: str) -> int:
    if number >= 2**63:
        raise ValueError(f"Expected {what} of 64 bits")
    return number


def _escaped(match: re.Match[str]) -> str:
    if match[1] not in _ESCAPES:
        raise ValueError(f'Expected one of \\n \\t \\r \\" \\\\ in text, got {match[0]}')
    return _ESCAPES[match[1]]


def _unreadable(text: str, offset: int, position: Position) -> ParseError:
    hint = next((f"; {hint}" for pattern, hint in _HINTS if pattern.match(text, offset)), "")
    return ParseError(f"Unexpected {text[offset]!r}{hint}", text=text, line=position.line, column=position.column)
