"""
The crowd: nine hours in which everybody's pupdates are stored, made so that the book's numbers come out of the data.

In hour i, from 1 to 9, there are 6,500 + 150 (i - 5) pupdates with 23 + (i - 5) likes each on average, exactly: the
historical means are 6,500 and 23, the least-squares lines say 7,250 and 28 of hour 10. Which pupdate got how many
likes is drawn.

Not all of it is known when an hour ends: some pupdates arrive up to 25 minutes late, and the likes of some were first
counted with those of robots in them, and are put right within 25 minutes. Half an hour later everything has settled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from examples.sniffable.kennel import dog_id

HOURS = 9
DOGS_OF_THE_CROWD = (1_000, 20_000)
LATE, COUNTED_WITH_ROBOTS = 0.03, 0.02


def pupdates_of(hour: int) -> int:
    """How many pupdates hour `hour` has, from 1 to 9.

    >>> sum(pupdates_of(hour) for hour in range(1, 10)) / 9
    6500.0
    """
    return 6_500 + 150 * (hour - 5)


def likes_each_of(hour: int) -> int:
    """How many likes a pupdate of hour `hour` has on average.

    >>> sum(likes_each_of(hour) for hour in range(1, 10)) / 9
    23.0
    """
    return 23 + (hour - 5)


def simulate_crowd(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The pupdates and the tallies of the nine hours; times are hours from the first one, `known` when it was learned.

    A tally is of the end of its hour. One that was put right stands twice, as first told and as it is.
    """
    hours = [_hour(np.random.default_rng([seed, 2, hour]), hour) for hour in range(1, HOURS + 1)]
    return pd.concat([pupdates for pupdates, _ in hours], ignore_index=True), \
        pd.concat([tallies for _, tallies in hours], ignore_index=True)


def _hour(chance: np.random.Generator, hour: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    count, ends = pupdates_of(hour), float(hour)
    at = ends - 1 + np.sort(chance.uniform(0.0, 0.9985, count))
    late = chance.random(count) < LATE
    known = at + np.where(late, chance.uniform(2.0, 25.0, count) / 60, chance.uniform(1.0, 5.0, count) / 3600)
    names = [f"crowd {hour}-{number:04d}" for number in range(count)]
    pupdates = pd.DataFrame({
        "pupdate": names, "dog": [dog_id(number) for number in chance.integers(*DOGS_OF_THE_CROWD, count)],
        "hashtags": np.minimum(chance.poisson(2.2, count), 12), "at": at, "known": known,
    })
    told = pd.DataFrame({"pupdate": names, "likes": _likes(chance, count, likes_each_of(hour)), "at": ends,
                         "known": np.maximum(ends, known)})
    return pupdates, _with_robots(chance, told, late=late, ends=ends)


def _likes(chance: np.random.Generator, count: int, mean: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Counts of a long tail whose sum is exactly count × mean."""
    likes = chance.negative_binomial(mean / 4, 0.2, count)
    while missing := count * mean - int(likes.sum()):
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(likes + step >= 0)
        likes[chance.choice(free, min(abs(missing), len(free)), replace=False)] += step
    return likes


def _with_robots(chance: np.random.Generator, told: pd.DataFrame, *, late: np.ndarray[tuple[int], np.dtype[np.bool_]],
                 ends: float) -> pd.DataFrame:
    wrong = ~late & (chance.random(len(told)) < COUNTED_WITH_ROBOTS)
    right = told[wrong].assign(known=ends + chance.uniform(5.0, 25.0, int(wrong.sum())) / 60)
    first = told.assign(likes=told["likes"] + np.where(wrong, 1 + chance.poisson(20.0, len(told)), 0))
    return pd.concat([first, right], ignore_index=True)
