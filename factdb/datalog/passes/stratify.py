"""
Order predicates by what they use; negation and aggregation may not run through a cycle.

A stratum is a strongly connected component of the graph "uses", found by Tarjan's algorithm, which also gives
them in the order in which they can be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from factdb.datalog.passes.draft import Draft
from factdb.datalog.syntax import Aggregation, Atom, Literal, Negation, Position
from factdb.errors import NotStratified


@dataclass(frozen=True, slots=True)
class Component:
    """Predicates that use each other. `cycle` shows how, and is empty if the one predicate does not use itself."""

    names: tuple[str, ...]
    cycle: str


@dataclass(frozen=True, slots=True)
class _Use:
    """That a predicate's rule names another one; `through` is empty for a plain positive atom."""

    name: str
    through: str
    position: Position


@dataclass(slots=True)
class _Search:
    """The state of Tarjan's algorithm."""

    graph: dict[str, list[str]]
    index: dict[str, int] = field(default_factory=dict)
    low: dict[str, int] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    found: list[tuple[str, ...]] = field(default_factory=list)


def stratify(draft: Draft) -> Draft:
    """`draft` with its predicates after those that they use; NotStratified shows a cycle through `not` or an aggregate.

    >>> from factdb.datalog.parser import parse
    >>> from factdb.datalog.passes.collect import collect
    >>> from factdb.datalog.program import EMPTY
    >>> list(stratify(collect(parse("a(x) :- b(x). b(x) :- c(x)."), EMPTY)).predicates)
    ['b', 'a']
    """
    found = components(draft)
    for component in found:
        for name in component.names:
            for use in _uses(draft, name):
                if use.through and use.name in component.names:
                    cycle = _path(draft, use.name, name, component.names)
                    shown = f"{name} → {use.through} {' → '.join(cycle)}"
                    raise draft.error(NotStratified, f"Expected no cycle through {use.through}, got {shown}",
                                      use.position)
    return replace(draft, predicates={n: draft.predicates[n] for component in found for n in component.names})


def components(draft: Draft) -> tuple[Component, ...]:
    """The strongly connected components of the predicates of `draft`, used ones first."""
    graph = {name: [use.name for use in _uses(draft, name)] for name in draft.predicates}
    search = _Search(graph)
    for name in graph:
        if name not in search.index:
            _connect(search, name)
    return tuple(Component(names, _cycle(draft, names)) for names in search.found)


def _connect(search: _Search, root: str) -> None:
    """Visit everything `root` uses, with a stack of our own: a chain of rules may be long."""
    work: list[tuple[str, Iterator[str]]] = [_enter(search, root)]
    while work:
        name, uses = work[-1]
        for used in uses:
            if used not in search.index:
                work.append(_enter(search, used))
                break
            if used in search.stack:
                search.low[name] = min(search.low[name], search.index[used])
        else:
            work.pop()
            if work:
                search.low[work[-1][0]] = min(search.low[work[-1][0]], search.low[name])
            _leave(search, name)


def _enter(search: _Search, name: str) -> tuple[str, Iterator[str]]:
    search.index[name] = search.low[name] = len(search.index)
    search.stack.append(name)
    return name, iter(search.graph[name])


def _leave(search: _Search, name: str) -> None:
    if search.low[name] == search.index[name]:
        start = search.stack.index(name)
        search.found.append(tuple(search.stack[start:]))
        del search.stack[start:]


def _uses(draft: Draft, name: str) -> list[_Use]:
    return [use for rule in draft.predicates[name].rules for use in _uses_of(rule.body, "")
            if use.name in draft.predicates]


def _uses_of(body: Iterable[Literal], through: str) -> Iterator[_Use]:
    for literal in body:
        match literal:
            case Atom(name, position=position):
                yield _Use(name, through, position)
            case Negation(Atom(name, position=position)):
                yield _Use(name, "not", position)
            case Aggregation(_, aggregate):
                yield from _uses_of(aggregate.body, aggregate.function.value)


def _cycle(draft: Draft, names: tuple[str, ...]) -> str:
    for use in _uses(draft, names[0]):
        if use.name in names:
            return " → ".join((names[0], *_path(draft, use.name, names[0], names)))
    return ""


def _path(draft: Draft, start: str, goal: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """A shortest way from `start` to `goal` inside of `names`, both included."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    queue = [start]
    for name in queue:
        if name == goal:
            break
        for use in _uses(draft, name):
            if use.name in names and use.name not in ways:
                ways[use.name] = (*ways[name], use.name)
                queue.append(use.name)
    return ways[goal]
