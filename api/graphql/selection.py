"""
What a client selects below a field.
"""

from __future__ import annotations

from collections.abc import Iterable

from strawberry.types.nodes import SelectedField, Selection


def selected(fields: Iterable[Selection]) -> dict[str, None]:
    """The names of the fields below `fields`, through fragments, in order and each once.

    A field that a directive leaves out is counted: a resolver that computes it wastes work, no more.
    """
    found: dict[str, None] = {}
    for field in fields:
        for selection in field.selections:
            if isinstance(selection, SelectedField):
                found[selection.name] = None
            else:
                found |= selected([selection])
    return found
