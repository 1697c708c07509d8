"""
The constructs of `constructs.dl`, and small worlds in which each is worth something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY
from factdb.schema import Value
from tests.oracle.strategies import START, Commit, histories

T = TypeVar("T")

_SECTIONS = dict(part.split("\n", 1) for part in re.split(
    r"^## ", (Path(__file__).parent / "constructs.dl").read_text(), flags=re.MULTILINE)[1:])
SCHEMA = _SECTIONS.pop("schema")
CONSTRUCTS: Mapping[str, str] = _SECTIONS
RELATIONS = tuple(check(parse(SCHEMA), EMPTY).relations.values())

# What the language has and this version refuses. The test is strict: a construct that is built leaves the list.
NOT_YET = {"argmax", "argmin", "a rule a while ago", "a rule at the instant of an event", "a feature a while ago",
           "an aggregate over an aggregate"}

DOGS: Sequence[Value] = ("a", "b", "c")
PUPDATES: Sequence[Value] = ("p", "q", "r")
DOMAINS: Mapping[str, Sequence[Value]] = {
    "dog": DOGS, "other": DOGS, "sniffer": DOGS, "pupdate": PUPDATES, "breed": ("x", "y"), "stars": (0.5, 1.0, 2.0),
    "born": (START, START), "radius": (0.5, 2.0)}


def small_histories() -> SearchStrategy[list[Commit]]:
    """Histories of the schema with a dozen facts or two."""
    return histories(RELATIONS, domains=DOMAINS, commits=(1, 8), facts_max=4)


@cache
def dense_histories(count: int) -> list[list[Commit]]:
    """The same few histories each time, in which there is much to see."""
    strategy = histories(RELATIONS, domains=DOMAINS, commits=(14, 18), facts_max=8)
    found = sorted(_examples(strategy, 4 * count), key=lambda commits: sum(len(commit.facts) for commit in commits))
    return found[-count:]


def _examples(strategy: SearchStrategy[T], count: int) -> list[T]:
    found: list[T] = []

    @settings(max_examples=count, phases=[Phase.generate], derandomize=True, database=None,
              suppress_health_check=[HealthCheck.too_slow])
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found
