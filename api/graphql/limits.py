"""
What a document may cost, judged before it is validated.

Every figure is found in one walk over the text as written: a fragment is measured once and its figures are
added wherever it is spread, so that a document that multiplies by spreading costs no more than its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one request may ask. `fields`, `aliases` and `depth` count spread fragments each time."""

    body_bytes: int = 256 * 1024
    tokens: int = 2_000
    depth: int = 15
    aliases: int = 30
    root_fields: int = 20
    fields: int = 1_000
    fragments: int = 30
    directives: int = 20
    page: int = 1_000
    seconds: float = 10.0
    in_flight: int = 64
    health_seconds: float = 2.0
    predict_seconds: float = 0.25


@dataclass(frozen=True, slots=True)
class _Cost:
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0

    def __add__(self, other: _Cost) -> _Cost:
        return _Cost(max(self.depth, other.depth), self.fields + other.fields, self.aliases + other.aliases,
                     self.root_fields + other.root_fields)


_CODES = {"depth": "QUERY_TOO_DEEP", "fields": "QUERY_TOO_LARGE", "aliases": "TOO_MANY_ALIASES",
          "root_fields": "TOO_MANY_ROOT_FIELDS"}


def exceeded(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """The limits that `document` breaks, each as an error with its code, the limit and what came."""
    found = [*_counted(document, limits)]
    if found:
        return found
    meter = _Meter({d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)})
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            cost = meter.measure(definition.selection_set)
            found += [_error(_CODES[each.name], each.name, getattr(limits, each.name), getattr(cost, each.name))
                      for each in fields(cost) if getattr(cost, each.name) > getattr(limits, each.name)]
    return found


def _counted(document: DocumentNode, limits: Limits) -> Iterator[GraphQLError]:
    fragments = sum(isinstance(d, FragmentDefinitionNode) for d in document.definitions)
    if fragments > limits.fragments:
        yield _error("TOO_MANY_FRAGMENTS", "fragments", limits.fragments, fragments)
    # A directive is an `@` token; counting tokens sees those on variables and definitions too.
    directives, token = 0, document.loc.start_token if document.loc else None
    while token is not None:
        directives += token.kind.value == "@"
        token = token.next
    if directives > limits.directives:
        yield _error("TOO_MANY_DIRECTIVES", "directives", limits.directives, directives)


def _error(code: str, what: str, limit: int, actual: int) -> GraphQLError:
    # A bomb's figures have thousands of digits; a client needs to know only that they are large.
    shown = min(actual, 10**9)
    return GraphQLError(f"Expected at most {limit} {what.replace('_', ' ')} in a document, got {shown}",
                        extensions={"code": code, "limit": limit, "actual": shown})


class _Meter:
    """Measures selection sets; remembers each fragment."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._measured: dict[str, _Cost] = {}

    def measure(self, selections: SelectionSetNode) -> _Cost:
        cost = _Cost()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                cost += self._field(selection)
            elif isinstance(selection, FragmentSpreadNode):
                cost += self._spread(selection.name.value)
            elif inner := getattr(selection, "selection_set", None):
                cost += self.measure(inner)
        return cost

    def _field(self, node: FieldNode) -> _Cost:
        inner = self.measure(node.selection_set) if node.selection_set else _Cost()
        return _Cost(inner.depth + 1, inner.fields + 1, inner.aliases + (node.alias is not None), 1)

    def _spread(self, name: str) -> _Cost:
        if name not in self._measured and name in self._fragments:
            self._measured[name] = _Cost()  # a cycle ends here; validation refuses it
            self._measured[name] = self.measure(self._fragments[name].selection_set)
        return self._measured.get(name, _Cost())


def checked_page(first: int, limits: Limits) -> int:
    """`first`, if a page may be that long."""
    if not 0 <= first <= limits.page:
        raise GraphQLError(f"Expected first from 0 to {limits.page}, got {first}",
                           extensions={"code": "PAGE_SIZE", "limit": limits.page, "actual": first})
    return first
