"""
Levels: the values of a text feature that a model knows by name.
"""

from __future__ import annotations

from collections import Counter


def most_frequent(values: list[str | None], levels_max: int) -> list[str]:
    """The levels of a text that occur most, most first, ties by name; NULL is none.

    >>> most_frequent(["pug", "lab", "pug", "chow", None], 2)
    ['pug', 'chow']
    """
    counts = Counter(value for value in values if value is not None)
    return sorted(counts, key=lambda level: (-counts[level], level))[:levels_max]
