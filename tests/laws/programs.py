"""
Random small features over the schema of `constructs.dl`, put together from parts that fit.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

# Bodies about a dog that bind n, a whole number; FRIEND stands for another dog, WINDOW for a window or none.
_COUNTED = (
    "pupdate(_, dog, n)WINDOW", "pupdate(p, dog, n)WINDOW, liked(p, _, _)WINDOW", "friend(dog, o)WINDOW, dog(o, _, n)",
    "friend(dog, o), pupdate(_, o, n)WINDOW", "pupdate(_, dog, n)WINDOW at t, liked(_, dog, _) at u, u > t",
    "friend(dog, o), dog(o, b, n), dog(dog, b, _)", "dog(dog, _, n)WINDOW", "pupdate(_, dog, n) ago 1d",
    "pupdate(_, dog, n)WINDOW at t, dog(dog, _, w) at t, w >= n", "liked(p, dog, r)WINDOW, pupdate(p, _, n)")
_CONDITIONS = ("n > 0", "n != 1", "n is not null", "n is null", "not friend(dog, _)", "not place(dog, 2.0)",
               "not pupdate(_, dog, n) within 1d", "(n = 1 or n > 1)", "m = n + 1, m < 3", "not heavy(dog)",
               "posts(dog, q), q < 2", "latest(dog, q), n < q")
_AGGREGATES = ("count", "count n", "count distinct n", "sum n", "sum n * 2 - 1", "avg n", "min n", "max n", "median n",
               "quantile(0.25) n", "stddev n", "variance n", "any n > 0", "every n > 0", "sum distinct n")
_ORDERED = ("first n", "last n")  # of bodies whose first event has n
_WINDOWS = ("", " within 12h", " within 1d", " within 2d", " within 5d", " within 1d ago 1d")
_VALUES = ("x", "x + y", "x - y", "x * 2", "x / y", "x // (y - 1)", "coalesce(x, y)", "if(x > y, 1, 0)")

SHARED = """
heavy(d) :- dog(d, _, w), w > 1.
feature posts(dog) = count { pupdate(_, dog, _) within 2d }.
feature latest(dog) = last n { pupdate(_, dog, n) } default 1.
"""


@st.composite
def features(draw: DrawFn) -> str:
    """The text of a feature `it` of a dog."""
    shape = draw(st.sampled_from(["aggregate", "aggregate", "ordered", "expression"]))
    if shape == "aggregate":
        return f"feature it(dog) = {draw(_aggregates(_AGGREGATES, _COUNTED))}."
    if shape == "ordered":
        bodies = [body for body in _COUNTED if body.startswith("pupdate")]
        return f"feature it(dog) = {draw(_aggregates(_ORDERED, bodies))}{draw(st.sampled_from(['', ' default 5']))}."
    value = draw(st.sampled_from(_VALUES))
    guard = draw(st.sampled_from(["", "dog(dog, _, _), ", "not friend(dog, dog), "]))
    return f"feature it(dog) = {value} : {guard}x = {draw(_whole())}, y = {draw(_whole())}."


@st.composite
def _aggregates(draw: DrawFn, functions: Sequence[str], bodies: Sequence[str]) -> str:
    function = draw(st.sampled_from(functions))
    body = draw(st.sampled_from(bodies)).replace("WINDOW", draw(st.sampled_from(_WINDOWS)))
    conditions = draw(st.lists(st.sampled_from(_CONDITIONS), max_size=2, unique=True))
    return f"{function} {{ {', '.join([body, *conditions])} }}"


def _whole() -> st.SearchStrategy[str]:
    return _aggregates(("count", "count n", "count distinct n", "sum n", "min n", "max n"), _COUNTED)
