"""
A hand on the tokens: look, pass, expect. It knows no grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from factdb.datalog.lexer import Kind, Token, tokens
from factdb.datalog.syntax import AggregateFunction, Position
from factdb.errors import CallerError, ParseError, UnknownInProgram, UnknownName

RESERVED = frozenset({"and", "distinct", "false", "is", "not", "null", "or", "true"})
DEPTH_MAX = 100

_HINTS = {
    "{": "; an aggregate stands alone on the right of a variable and =, as in n = count { ... }",
    "not": "; not stands before an atom or a bool expression",
    "is": "; `is null` stands after one value, as in x is not null",
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), "; a comparison inside another needs parentheses"),
}
_T = TypeVar("_T")


class Reader:
    """The tokens of a text, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.next, self.depth = text, tokens(text), 0, 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.ahead(0)

    def ahead(self, offset: int) -> Token:
        """The token `offset` places on, or the last one."""
        return self.tokens[min(self.next + offset, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """The next token, which is passed."""
        token = self.token
        self.next += 1
        return token

    def after(self, production: Callable[[], _T]) -> _T:
        """What `production` makes of the tokens after the next one."""
        self.advance()
        return production()

    def accept(self, text: str) -> bool:
        """True, and the next token is passed, if it is `text`."""
        if self.token.text != text:
            return False
        self.next += 1
        return True

    def expect(self, text: str, expected: str = "") -> None:
        """Pass the token `text`, or fail."""
        if not self.accept(text):
            raise self.failure(expected or f"'{text}'")

    def one_of(self, *texts: str) -> Token:
        """The next token, which must be one of `texts`."""
        if self.token.text not in texts:
            raise self.failure(" or ".join(f"'{text}'" for text in texts))
        return self.advance()

    def name(self, expected: str) -> str:
        """The next token's name; a reserved word is none."""
        token = self.advance()
        if token.kind is not Kind.NAME or token.text in RESERVED or token.text == "_":
            raise self.failure(expected, token)
        return token.text

    def string(self, expected: str) -> str:
        """The next token's text."""
        token = self.advance()
        if token.kind is not Kind.TEXT:
            raise self.failure(f'{expected} in double quotes', token)
        return str(token.value)

    def separated(self, item: Callable[[], _T]) -> tuple[_T, ...]:
        """One `item` or more, between commas."""
        items = [item()]
        while self.accept(","):
            items.append(item())
        return tuple(items)

    def in_parentheses(self, item: Callable[[], _T]) -> tuple[_T, ...]:
        """One `item` or more, between commas, in round brackets."""
        self.expect("(")
        items = self.separated(item)
        self.expect(")", "',' or ')'")
        return items

    # ---- errors ------------------------------------------------------------------------------------

    def deeper(self) -> None:
        """Count a level or an operator of an expression; fail past DEPTH_MAX, before Python's stack does."""
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise self.failure(f"an expression of at most {DEPTH_MAX} levels and operators")

    def checked(self, position: Position, make: Callable[[], _T]) -> _T:
        """What `make` makes; its complaint becomes an error at `position`."""
        try:
            return make()
        except UnknownName as problem:
            raise UnknownInProgram(str(problem), text=self.text, line=position.line, column=position.column) from None
        except (CallerError, OverflowError) as problem:
            message = str(problem) if isinstance(problem, CallerError) else "Expected an instant of the years 1 to 9999"
            raise ParseError(message, text=self.text, line=position.line, column=position.column) from None

    def failure(self, expected: str, token: Token | None = None) -> ParseError:
        """The error that `expected` was not found at `token`, or at the next one."""
        got = token or self.token
        hint = _HINTS.get(got.text, "")
        if not hint and "','" in expected and self.tokens[self.next - 1].text in set(AggregateFunction):
            hint = "; an aggregate needs a body in braces, as in count { ... }"
        return ParseError(f"Expected {expected}, got {got.shown}{hint}", text=self.text,
                          line=got.position.line, column=got.position.column)
