"""
Documents: a text parsed, limited and validated once, and remembered.

Validation is most of the cost of a small request, and clients send the same few texts.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate

from api.graphql.limits import Limits, exceeded

_REMEMBERED_MAX = 512
_ERRORS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that was read; with `errors` it must not be executed, and `parsed` is None if it is no document."""

    parsed: DocumentNode | None
    errors: tuple[GraphQLError, ...]


class Documents:
    """Reads texts against one schema; keeps the newest, whatever clients send."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema, self._limits = schema, limits
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._lock = Lock()

    def read(self, text: str) -> Document:
        """`text` parsed and judged; its errors carry codes."""
        with self._lock:
            if known := self._known.get(text):
                self._known.move_to_end(text)
                return known
        document = self._judge(text)
        with self._lock:
            self._known[text] = document
            if len(self._known) > _REMEMBERED_MAX:
                self._known.popitem(last=False)
        return document

    def _judge(self, text: str) -> Document:
        try:
            parsed = parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.tokens)
        except GraphQLError as error:
            return Document(parsed=None, errors=(_with_code(error, "GRAPHQL_PARSE_FAILED"),))
        errors = exceeded(parsed, self._limits)
        if not errors:
            found = validate(self._schema, parsed, specified_rules, max_errors=_ERRORS_MAX)
            errors = [_with_code(error, "GRAPHQL_VALIDATION_FAILED") for error in found]
        return Document(parsed=parsed, errors=tuple(errors))


def _with_code(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code, **(error.extensions or {})}
    return error
