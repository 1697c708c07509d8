"""
The constructs of `constructs.dl`, and small worlds in which each is worth something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY
from factdb.schema import Value
from tests.oracle.strategies import START, Commit, crowded, histories


def sections(name: str) -> dict[str, str]:
    """The parts of a file of this folder, each under its `## name`."""
    parts = re.split(r"^## ", (Path(__file__).parent / name).read_text(), flags=re.MULTILINE)[1:]
    return dict(part.split("\n", 1) for part in parts)


_SECTIONS = sections("constructs.dl")
SCHEMA = _SECTIONS.pop("schema")
CONSTRUCTS: Mapping[str, str] = _SECTIONS
RELATIONS = tuple(check(parse(SCHEMA), EMPTY).relations.values())

# What the language has and this version refuses. The test is strict: a construct that is built leaves the list.
NOT_YET = {"argmax", "argmin", "a rule a while ago", "a rule at the instant of an event", "a feature a while ago",
           "an aggregate over an aggregate"}

FEATURES_OF_DOGS = [text for name, text in CONSTRUCTS.items()
                    if name not in NOT_YET and text.startswith("feature it(dog) =")]
DOGS: Sequence[Value] = ("a", "b", "c")
PUPDATES: Sequence[Value] = ("p", "q", "r")
DOMAINS: Mapping[str, Sequence[Value]] = {
    "dog": DOGS, "other": DOGS, "sniffer": DOGS, "pupdate": PUPDATES, "breed": ("x", "y"), "stars": (0.5, 1.0, 2.0),
    "born": (START, START), "radius": (0.5, 2.0)}


def small_histories() -> SearchStrategy[list[Commit]]:
    """Histories of the schema with a dozen facts or two, or the beginning of a crowded one."""
    small = histories(RELATIONS, domains=DOMAINS, commits=(1, 8), facts_max=4)
    return st.one_of(small, st.builds(lambda seed, commits: crowded_history(seed)[:commits],
                                      st.integers(0, 10_000), st.integers(1, 20)))


def crowded_history(seed: int) -> list[Commit]:
    """A history of the schema in which there is much to see; the same each time."""
    return crowded(RELATIONS, seed, domains=DOMAINS, commits=20, facts_each=8)


def together(texts: Sequence[str]) -> tuple[list[str], str]:
    """Names for features that are all called `it`, and one text that declares them under these."""
    names = [f"it{number}" for number in range(len(texts))]
    renamed = [text.replace("feature it(", f"feature {name}(") for name, text in zip(names, texts, strict=True)]
    return names, "\n".join(renamed)
