"""
What is believed, by definition: the words of the log are read in order, and every instant is asked alone.

No period is ever cut or merged here. `believed` answers at one point of the plane of valid and system
time; whatever has a period in it (`rows`, `history`) is found by asking at every point where an answer
can change. Rows and times are as stored: instants and durations are microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from factdb.fact import Fact, Op
from factdb.period import FOREVER_MICROS, to_micros
from factdb.schema import Kind, Relation, Value

Row: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A fact as logged, its row in column order."""

    op: Op
    row: Row
    valid_from: int
    valid_to: int
    system_from: int
    transaction: int
    position: int

    def __contains__(self, instant: int) -> bool:
        return self.valid_from <= instant < self.valid_to

    @classmethod
    def of(cls, relation: Relation, fact: Fact, *, system_from: int, transaction: int, position: int) -> Word:
        """The word that logs `fact`."""
        return cls(op=fact.op, row=relation.row(fact.values), valid_from=to_micros(fact.valid.start),
                   valid_to=to_micros(fact.valid.end), system_from=system_from, transaction=transaction,
                   position=position)


@dataclass(frozen=True, slots=True)
class Belief:
    """A row held to be true; `instant` is when it happened or was read, None for a state."""

    row: Row
    instant: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A row as a snapshot shows it."""

    row: Row
    valid_from: int
    valid_to: int
    system_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A row believed over a period of valid time during a period of system time."""

    row: Row
    valid_from: int
    valid_to: int
    system_from: int
    system_to: int


def seen(words: Iterable[Word], *, system_at: int, transaction: int) -> list[Word]:
    """The words that a reader sees at `system_at`, through `transaction`, in the order in which they were said."""
    known = [word for word in words if word.transaction <= transaction and word.system_from <= system_at]
    return sorted(known, key=lambda word: (word.system_from, word.transaction, word.position))


def believed(relation: Relation, words: Sequence[Word], valid_at: int) -> frozenset[Belief]:
    """What the words seen, in order, make true at `valid_at`."""
    match relation.kind:
        case Kind.STATE:
            return _states(relation, words, valid_at)
        case Kind.EVENT:
            return frozenset(belief for belief, _ in moments(relation, words) if _before(belief, valid_at))
        case Kind.OBSERVED:
            return _readings(relation, words, valid_at)


def moments(relation: Relation, words: Sequence[Word]) -> list[tuple[Belief, Row]]:
    """The events or readings that survive all words seen, wherever in valid time, each with its identity.

    A keyed event has one place, which a later word takes over whole; other things have one at each instant.
    A retraction withdraws what its identity has in its period by then.
    """
    places: dict[tuple[Row, int | None], Word] = {}
    for word in words:
        identity = _identity(relation, word.row)
        if word.op is Op.ASSERT:
            one_place = relation.kind is Kind.EVENT and bool(relation.key)
            places[identity, None if one_place else word.valid_from] = word
        else:
            withdrawn = [place for place, said in places.items() if place[0] == identity and said.valid_from in word]
            for place in withdrawn:
                del places[place]
    return [(Belief(said.row, said.valid_from), identity) for (identity, _), said in places.items()]


def rows(relation: Relation, words: Iterable[Word], *, valid_at: int, system_at: int, transaction: int) -> list[Held]:
    """The snapshot: each row believed, with the maximal valid period around `valid_at` over which it is
    believed at `system_at`, and the system time since which it is believed at `valid_at`, unchanged."""
    known = seen(words, system_at=system_at, transaction=transaction)
    here = believed(relation, known, valid_at)
    periods = {belief: (start, end) for belief, (start, end) in _valid_periods(relation, known)
               if start <= valid_at < end}
    return [Held(row=belief.row, valid_from=periods[belief][0], valid_to=periods[belief][1],
                 system_from=learned(relation, known, belief, valid_at)) for belief in here]


def learned(relation: Relation, known: Sequence[Word], belief: Belief, valid_at: int) -> int:
    """The system time since which `belief`, held by the words `known`, is held at `valid_at` without a break."""
    return next(start for held, start, end in _system_periods(relation, known, valid_at)
                if held == belief and end == FOREVER_MICROS)


def history(relation: Relation, words: Iterable[Word], *, system_at: int, transaction: int) -> list[Rectangle]:
    """Every belief ever held up to `system_at`, as rectangles that are maximal in system time, and then in
    valid time among those of the same system period; FOREVER ends what is still believed."""
    known = seen(words, system_at=system_at, transaction=transaction)
    cells = [(belief, system_from, system_to, cell) for cell in _cells(known)
             for belief, system_from, system_to in _system_periods(relation, known, cell[0])]
    kinds = sorted({cell[:3] for cell in cells}, key=repr)
    return [Rectangle(row=kind[0].row, valid_from=start, valid_to=end, system_from=kind[1], system_to=kind[2])
            for kind in kinds for start, end in _joined(cell[3] for cell in cells if cell[:3] == kind)]


def _identity(relation: Relation, row: Row) -> Row:
    identity = relation.identity
    return tuple(value for column, value in zip(relation.columns, row, strict=True) if column.name in identity)


def _states(relation: Relation, words: Sequence[Word], valid_at: int) -> frozenset[Belief]:
    last = {_identity(relation, word.row): word for word in words if valid_at in word}
    return frozenset(Belief(word.row, None) for word in last.values() if word.op is Op.ASSERT)


def _readings(relation: Relation, words: Sequence[Word], valid_at: int) -> frozenset[Belief]:
    taken = [(belief, identity) for belief, identity in moments(relation, words) if _before(belief, valid_at)]
    newest = {identity: belief for belief, identity in sorted(taken, key=lambda pair: pair[0].instant or 0)}
    return frozenset(newest.values())


def _before(belief: Belief, valid_at: int) -> bool:
    return belief.instant is not None and belief.instant <= valid_at


def _cells(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The periods of valid time within which no word starts or ends."""
    edges = sorted({edge for word in words for edge in (word.valid_from, word.valid_to)} | {FOREVER_MICROS})
    return list(pairwise(edges))


def _valid_periods(relation: Relation, words: Sequence[Word]) -> list[tuple[Belief, tuple[int, int]]]:
    held = [(belief, cell) for cell in _cells(words) for belief in believed(relation, words, cell[0])]
    return [(belief, period) for belief in {belief for belief, _ in held}
            for period in _joined(cell for other, cell in held if other == belief)]


def _system_periods(relation: Relation, words: Sequence[Word], valid_at: int) -> list[tuple[Belief, int, int]]:
    """The periods of system time over which each belief is held at `valid_at`, FOREVER at the end of the last.

    Words of one system time are still said one after the other: a belief that one of them takes away and another
    gives back is learned again; what was only held between them has no period.
    """
    starts = [*(word.system_from for word in words), FOREVER_MICROS]
    held = [(belief, (number, number + 1)) for number in range(len(words))
            for belief in believed(relation, words[:number + 1], valid_at)]
    return [(belief, starts[first], starts[last]) for belief in {belief for belief, _ in held}
            for first, last in _joined(cell for other, cell in held if other == belief)
            if starts[first] < starts[last]]


def _joined(periods: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The periods, in order, with those that meet made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(periods):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
