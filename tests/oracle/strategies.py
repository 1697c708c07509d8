"""
Small random worlds: domains so tiny that keys, rows, instants and system times collide.

Days run from 0 to 6 after `START`; a history is a list of commits with stated system times that do not go
backwards, so that words arrive late, early and twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from factdb.fact import Fact, Op
from factdb.period import FOREVER, Period
from factdb.schema import Column, Kind, Relation, Type, Value

START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 6
WORDS = {Kind.STATE: "relation", Kind.EVENT: "event", Kind.OBSERVED: "observed"}
VALUES: Mapping[Type, tuple[Value, ...]] = {
    Type.TEXT: ("a", "b"),
    Type.INT: (0, 1, 2),
    Type.FLOAT: (-0.5, 2.0),
    Type.BOOL: (True, False),
    Type.INSTANT: (START, START + timedelta(days=2)),
    Type.DURATION: (timedelta(0), timedelta(hours=1)),
}
NO_DOMAINS: Mapping[str, Sequence[Value]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The facts of one transaction and the system time that it states."""

    facts: tuple[Fact, ...]
    system_at: datetime


def day(number: float) -> datetime:
    """The instant `number` days after START."""
    return START + timedelta(days=number)


days = st.integers(0, DAYS).map(day)
NUDGES = (timedelta(0), timedelta(0), timedelta(microseconds=-1), timedelta(hours=7))
moments = st.builds(lambda number, nudge: day(number) + nudge, st.integers(-1, DAYS + 3), st.sampled_from(NUDGES))


def declaration(relation: Relation) -> str:
    """The text that declares `relation`."""
    columns = ", ".join(f"{column.name}: {column.type.value}" for column in relation.columns)
    key = f" key({', '.join(relation.key)})" if relation.key else ""
    return f"{WORDS[relation.kind]} {relation.name}({columns}){key}."


@st.composite
def relations(draw: DrawFn, name: str = "said") -> Relation:
    """A relation of any kind; a reading has a key."""
    kind = draw(st.sampled_from(list(Kind)))
    keyed = kind is Kind.OBSERVED or draw(st.booleans())
    key = tuple(Column(name=f"k{i}", type=draw(st.sampled_from([Type.TEXT, Type.INT])), unit=None)
                for i in range(draw(st.integers(1, 2)) if keyed else 0))
    values = tuple(Column(name=f"v{i}", type=draw(st.sampled_from(list(Type))), unit=None)
                   for i in range(draw(st.integers(0 if keyed else 1, 2))))
    return Relation(name=name, kind=kind, columns=key + values, key=tuple(column.name for column in key))


@st.composite
def facts(draw: DrawFn, relation: Relation, domains: Mapping[str, Sequence[Value]] = NO_DOMAINS) -> Fact:
    """A word on `relation`, most often an assertion; a retraction says the identity alone.

    `domains` has the values of columns by name; other columns take those of their type.
    """
    op = draw(st.sampled_from([Op.ASSERT, Op.ASSERT, Op.ASSERT, Op.RETRACT]))
    columns = [column for column in relation.columns if op is Op.ASSERT or column.name in relation.identity]
    values = {column.name: draw(_values(relation, column, domains)) for column in columns}
    start = draw(st.integers(0, DAYS))
    end = draw(st.one_of(st.none(), st.integers(start + 1, DAYS + 1)))
    if op is Op.ASSERT and relation.kind is not Kind.STATE:
        end = None
    return Fact(op=op, relation=relation.name, values=values,
                valid=Period(day(start), FOREVER if end is None else day(end)))


def _values(relation: Relation, column: Column, domains: Mapping[str, Sequence[Value]]) -> SearchStrategy[Value]:
    known = st.sampled_from(domains.get(column.name, VALUES[column.type]))
    return known if column.name in relation.key else st.one_of(known, known, st.none())


@st.composite
def histories(draw: DrawFn, of: Sequence[Relation], *, domains: Mapping[str, Sequence[Value]] = NO_DOMAINS,
              commits: tuple[int, int] = (1, 8), facts_max: int = 3) -> list[Commit]:
    """Commits in order; the facts of one do not contradict each other."""
    told, system_at = [], 0
    words = st.sampled_from(list(of)).flatmap(lambda relation: facts(relation, domains))
    for _ in range(draw(st.integers(*commits))):
        system_at += draw(st.sampled_from([0, 1, 1, 2]) if commits[1] < 10 else st.sampled_from([0, 0, 1]))
        said = draw(st.lists(words, min_size=1, max_size=facts_max))
        told.append(Commit(facts=tuple(_agreeing(of, said)), system_at=day(system_at)))
    return told


def crowded(of: Sequence[Relation], seed: int, *, domains: Mapping[str, Sequence[Value]] = NO_DOMAINS,
            commits: int = 20, facts_each: int = 6) -> list[Commit]:
    """The history of `seed`, in which much is said of few things: most of it stands, some of it is late or withdrawn.

    It does not shrink, but for leaving out what comes last.
    """
    random, told = Random(seed), []
    for number in range(commits):
        now = number * (DAYS + 1) / commits
        said = [_crowding(random, random.choice(of), now, domains) for _ in range(facts_each)]
        told.append(Commit(facts=tuple(_agreeing(of, said)), system_at=day(now)))
    return told


def _crowding(random: Random, relation: Relation, now: float, domains: Mapping[str, Sequence[Value]]) -> Fact:
    op = Op.RETRACT if random.random() < 0.12 else Op.ASSERT
    values = {column.name: None if column.name not in relation.key and random.random() < 0.15
              else random.choice(domains.get(column.name, VALUES[column.type]))
              for column in relation.columns if op is Op.ASSERT or column.name in relation.identity}
    start = round(2 * (now - random.choice([0, 0, 0.5, 1, 1.5, 3, -1]))) / 2
    ends = (relation.kind is Kind.STATE and random.random() < 0.4) or op is Op.RETRACT
    return Fact(op=op, relation=relation.name, values=values,
                valid=Period(day(start), day(start + random.choice([0.5, 1, 2, 4])) if ends else FOREVER))


def _agreeing(of: Sequence[Relation], said: Sequence[Fact]) -> list[Fact]:
    """The facts without those that speak of what an earlier one of the same transaction speaks of."""
    named = {relation.name: relation for relation in of}
    kept: list[Fact] = []
    for fact in said:
        if not any(_same_thing(named[fact.relation], fact, other) for other in kept if other.relation == fact.relation):
            kept.append(fact)
    return kept


def _same_thing(relation: Relation, one: Fact, other: Fact) -> bool:
    if any(one.values[name] != other.values[name] for name in relation.identity):
        return False
    if relation.kind is Kind.STATE:
        return one.valid.start < other.valid.end and other.valid.start < one.valid.end
    apart = one.op is other.op is Op.ASSERT and one.valid.start != other.valid.start
    return (relation.kind is Kind.EVENT and bool(relation.key)) or not apart
