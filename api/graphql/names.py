"""
GraphQL names for the catalog's names: `dep_delay` is the field `depDelay`, the type `DepDelay`, the value `DEP_DELAY`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count
from typing import TypeVar

Name = TypeVar("Name")


def camel(name: str) -> str:
    """The field name for `name`.

    >>> camel("departures_1h"), camel("wind")
    ('departures1h', 'wind')
    """
    first, *others = [part for part in name.split("_") if part] or [name]
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in others)


def pascal(name: str) -> str:
    """The type name for `name`.

    >>> pascal("breed_of")
    'BreedOf'
    """
    made = camel(name)
    return made[:1].upper() + made[1:]


def distinct(names: Iterable[Name], spell: Callable[[Name], str], *, taken: Iterable[str] = (),
             endings: Sequence[str] = ("",)) -> Mapping[Name, str]:
    """A spelling for each of `names`, free together with its `endings`; a taken one gets `Facts`, then a number.

    >>> dict(distinct(["query", "a_b", "aB"], camel, taken=["query"]))
    {'query': 'queryFacts', 'a_b': 'aB', 'aB': 'aBFacts'}
    >>> dict(distinct(["post", "post_edge"], pascal, endings=["", "Edge"]))
    {'post': 'Post', 'post_edge': 'PostEdgeFacts'}
    """
    used: set[str] = set(taken)
    made: dict[Name, str] = {}
    for name in names:
        candidates = chain((spell(name), f"{spell(name)}Facts"), (f"{spell(name)}Facts{n}" for n in count(2)))
        made[name] = next(c for c in candidates if used.isdisjoint(c + ending for ending in endings))
        used.update(made[name] + ending for ending in endings)
    return made
