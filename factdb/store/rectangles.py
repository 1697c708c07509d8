"""
Resolution for one key: words in the order they were learned become rectangles of valid by system time.

This is the general definition, word by word; `fold` takes a set-based path for keys whose history is
simple, with equal results. Nothing here knows a database: times are integers, values are compared by number.

A rectangle ends in system time when a later word on its key overwrites it. What is cut keeps, outside
the cut, the system time at which it was first learned. A word that repeats what is believed changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from factdb.period import FOREVER_MICROS
from factdb.schema import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One row of the log on one key; equal `value` means equal columns."""

    asserts: bool
    valid_from: int
    valid_to: int
    system_from: int
    transaction: int
    position: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """`word` holds in [valid_from, valid_to) as learned in [system_from, system_to); None ends are open."""

    word: Word
    valid_from: int
    valid_to: int
    system_from: int
    seen_from: int
    system_to: int | None
    seen_to: int | None


class _Beliefs:
    """The open rectangles of one key, sorted and disjoint, and the closed ones."""

    def __init__(self) -> None:
        self.open: list[Rectangle] = []
        self.closed: list[Rectangle] = []

    def overwrite(self, start: int, end: int, word: Word | None, by: Word,
                  keeps: Callable[[Rectangle], bool] = lambda piece: False) -> None:
        """Let `word` (None: nothing) hold in [start, end) from `by` on, except on pieces that `keeps` spares."""
        first = bisect_left(self.open, start, key=lambda piece: piece.valid_to - 1)
        last = first
        kept: list[Rectangle] = []
        gaps = [(start, end)]
        while last < len(self.open) and self.open[last].valid_from < end:
            piece = self.open[last]
            last += 1
            inside = max(piece.valid_from, start), min(piece.valid_to, end)
            if keeps(piece):
                kept.append(piece)
                gap_start, gap_end = gaps.pop()
                gaps += [(gap_start, inside[0]), (inside[1], gap_end)]
                continue
            kept += self._cut(piece, *inside, by)
        if word is not None:
            kept += [Rectangle(word=word, valid_from=a, valid_to=b, system_from=by.system_from,
                               seen_from=by.transaction, system_to=None, seen_to=None) for a, b in gaps if a < b]
        self.open[first:last] = sorted(kept, key=lambda piece: piece.valid_from)

    def _cut(self, piece: Rectangle, start: int, end: int, by: Word) -> list[Rectangle]:
        """Close `piece` inside [start, end); return what is left of it outside."""
        if piece.system_from < by.system_from or piece.seen_from < by.transaction:
            self.closed.append(replace(piece, valid_from=start, valid_to=end,
                                       system_to=by.system_from, seen_to=by.transaction))
        outside = ((piece.valid_from, start), (end, piece.valid_to))
        return [replace(piece, valid_from=a, valid_to=b) for a, b in outside if a < b]


def rectangles(kind: Kind, keyed: bool, words: Iterable[Word]) -> list[Rectangle]:
    """Every rectangle of one key, given its `words` in the order they were learned."""
    beliefs = _Beliefs()
    match kind:
        case Kind.STATE:
            _states(beliefs, words)
        case Kind.OBSERVED:
            _readings(beliefs, words)
        case Kind.EVENT if keyed:
            _keyed_events(beliefs, words)
        case Kind.EVENT:
            return _keyless_events(words)
    return beliefs.closed + beliefs.open


def _states(beliefs: _Beliefs, words: Iterable[Word]) -> None:
    for word in words:
        if word.asserts:
            beliefs.overwrite(word.valid_from, word.valid_to, word, word,
                              keeps=lambda piece, value=word.value: piece.word.value == value)  # type: ignore[misc]
        else:
            beliefs.overwrite(word.valid_from, word.valid_to, None, word)


def _readings(beliefs: _Beliefs, words: Iterable[Word]) -> None:
    """A reading holds up to the next one; a withdrawn one gives its time to the reading before it."""
    readings: dict[int, Word] = {}
    instants: list[int] = []
    for word in words:
        if word.asserts:
            at = word.valid_from
            if at in readings and readings[at].value == word.value:
                continue
            if at not in readings:
                insort(instants, at)
            readings[at] = word
            beliefs.overwrite(at, _next(instants, at), word, word)
            continue
        first, last = bisect_left(instants, word.valid_from), bisect_left(instants, word.valid_to)
        for at in instants[first:last]:
            del readings[at]
        if first < last:
            start, end = instants[first], _next(instants, instants[last - 1])
            before = readings[instants[first - 1]] if first else None
            del instants[first:last]
            beliefs.overwrite(start, end, before, word)


def _next(instants: list[int], at: int) -> int:
    after = bisect_left(instants, at + 1)
    return instants[after] if after < len(instants) else FOREVER_MICROS


def _keyed_events(beliefs: _Beliefs, words: Iterable[Word]) -> None:
    """A later word on the key supersedes the event wholly, wherever its instant was."""
    current: Word | None = None
    for word in words:
        if word.asserts:
            if current and (current.valid_from, current.value) == (word.valid_from, word.value):
                continue
            beliefs.overwrite(0 if current is None else current.valid_from, FOREVER_MICROS, None, word)
            beliefs.overwrite(word.valid_from, FOREVER_MICROS, word, word)
            current = word
        elif current and word.valid_from <= current.valid_from < word.valid_to:
            beliefs.overwrite(current.valid_from, FOREVER_MICROS, None, word)
            current = None


def _keyless_events(words: Iterable[Word]) -> list[Rectangle]:
    """Each instant of the row is an event of its own; a retraction withdraws those in its period."""
    events: dict[int, _Beliefs] = {}
    for word in words:
        if word.asserts:
            beliefs = events.setdefault(word.valid_from, _Beliefs())
            beliefs.overwrite(word.valid_from, FOREVER_MICROS, word, word, keeps=lambda piece: True)
        else:
            for at, beliefs in events.items():
                if word.valid_from <= at < word.valid_to:
                    beliefs.overwrite(at, FOREVER_MICROS, None, word)
    return [piece for beliefs in events.values() for piece in beliefs.closed + beliefs.open]
