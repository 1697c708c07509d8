"""
The kennel: four weeks of a sample of dogs, their pupdates and the likes that these got. All of it is made up.

What is made up has the shape of the real thing: a few dogs are loved by many, some breeds and some hashtags help,
evenings are busier, likes come fast and then trickle. Everything follows from one seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

BREEDS = {"French Bulldog": 1.5, "Golden Retriever": 1.4, "Dachshund": 1.25, "Corgi": 1.6, "Boston Terrier": 1.1,
          "Pug": 1.0, "Beagle": 0.95, "Poodle": 0.9, "Greyhound": 0.8, "Mixed": 0.85}
NAMES = ("Bella", "Rocky", "Luna", "Otto", "Daisy", "Bruno", "Molly", "Max", "Frida", "Sam", "Nala", "Emil")
DOGS, SNIFFERS, DAYS = 300, 2_000, 28
PUPDATES_A_DAY = 0.45
LIKES_OF_A_PUPDATE = 9.0
HOUR_OF_LIKES = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kennel:
    """What happened, one frame a relation; times are hours from the first day, `known` is when it was learned."""

    dogs: pd.DataFrame
    guesses: pd.DataFrame
    friends: pd.DataFrame
    pupdates: pd.DataFrame
    likes: pd.DataFrame
    locations: pd.DataFrame


def simulate_kennel(seed: int) -> Kennel:
    """The kennel of `seed`; the same seed gives the same rows."""
    chance = np.random.default_rng([seed, 1])
    dogs = _dogs(chance)
    pupdates = _pupdates(chance, dogs)
    return Kennel(dogs=_with_corrections(chance, dogs), guesses=_guesses(chance, dogs), friends=_friends(chance, dogs),
                  pupdates=pupdates, likes=_likes(chance, dogs, pupdates), locations=_locations(chance, pupdates))


def dog_id(number: int) -> str:
    """The name of a dog in facts.

    >>> dog_id(7)
    'dog 00007'
    """
    return f"dog {number:05d}"


def _dogs(chance: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame({
        "dog": [dog_id(number) for number in range(DOGS)],
        "name": chance.choice(NAMES, DOGS), "breed": chance.choice(list(BREEDS), DOGS),
        "sex": chance.choice(["female", "male"], DOGS), "loved": chance.lognormal(-0.2, 0.7, DOGS),
        "at": 0.0, "known": 0.0,
    })


def _with_corrections(chance: np.random.Generator, dogs: pd.DataFrame) -> pd.DataFrame:
    """Three owners in a hundred first name another breed and put it right days later: true from the first day on."""
    wrong = dogs.sample(frac=0.03, random_state=chance)
    first = dogs.copy()
    first.loc[wrong.index, "breed"] = "Mixed"
    return pd.concat([first, wrong.assign(known=chance.uniform(24.0, 24.0 * 20, len(wrong)))], ignore_index=True)


def _guesses(chance: np.random.Generator, dogs: pd.DataFrame) -> pd.DataFrame:
    """Three breeds a dog with confidences that sum to 1; for a quarter of the dogs a later picture says it better."""
    again = dogs.sample(frac=0.25, random_state=chance)
    parts = [_guess(chance, dogs, sureness=4.0, at=np.zeros(len(dogs))),
             _guess(chance, again, sureness=30.0, at=chance.uniform(24.0, 24.0 * DAYS, len(again)))]
    return pd.concat(parts, ignore_index=True)


def _guess(chance: np.random.Generator, dogs: pd.DataFrame, *, sureness: float,
           at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pd.DataFrame:
    shares = chance.dirichlet([sureness, 1.5, 1.0], len(dogs)).round(4)
    shares[:, 0] = 1 - shares[:, 1] - shares[:, 2]
    order = list(BREEDS)
    places = [order.index(breed) for breed in dogs["breed"]]
    rows = [{"dog": dog, "breed": order[(place + step) % len(order)], "confidence": round(float(share[step]), 4),
             "at": float(when), "known": float(when)}
            for dog, place, share, when in zip(dogs["dog"], places, shares, at, strict=True) for step in range(3)]
    return pd.DataFrame(rows)


def _friends(chance: np.random.Generator, dogs: pd.DataFrame) -> pd.DataFrame:
    others = chance.integers(0, DOGS, (DOGS, 8))
    kept = chance.random((DOGS, 8)) < np.minimum(0.9, 0.3 + 0.3 * dogs["loved"].to_numpy()[:, None])
    pairs = sorted({(dog, int(other)) for dog in range(DOGS)
                    for other, keep in zip(others[dog], kept[dog], strict=True) if keep and other != dog})
    began = chance.uniform(0.0, 24.0 * DAYS, len(pairs))
    return pd.DataFrame({"dog": [dog_id(dog) for dog, _ in pairs], "other": [dog_id(other) for _, other in pairs],
                         "at": began, "known": began})


def _pupdates(chance: np.random.Generator, dogs: pd.DataFrame) -> pd.DataFrame:
    """Pupdates in the order of posting; four in a hundred reach the store hours late, from a phone without a net."""
    count = int(chance.poisson(PUPDATES_A_DAY * DOGS * DAYS))
    clock = np.clip(chance.normal(17.0, 4.5, count), 0.0, 23.99)
    at = np.sort(chance.integers(0, DAYS, count) * 24.0 + clock)
    late = chance.random(count) < 0.04
    known = at + np.where(late, chance.exponential(2.0, count) + 0.1, chance.uniform(1.0, 5.0, count) / 3600)
    return pd.DataFrame({
        "pupdate": [f"pupdate {number:06d}" for number in range(count)],
        "dog": dogs["dog"].to_numpy()[chance.integers(0, DOGS, count)],
        "hashtags": np.minimum(chance.poisson(2.2, count), 12), "at": at, "known": known,
    })


def _likes(chance: np.random.Generator, dogs: pd.DataFrame, pupdates: pd.DataFrame) -> pd.DataFrame:
    """The likes of every pupdate, each sniffer at most once; five in a hundred are learned hours after they happen."""
    about = pupdates.merge(dogs[["dog", "loved", "breed"]], on="dog", how="left")
    tags = about["hashtags"].to_numpy()
    evening = np.exp(-((about["at"].to_numpy() % 24 - 19.0) / 5.0) ** 2)
    expected = (LIKES_OF_A_PUPDATE * about["loved"].to_numpy() * about["breed"].map(BREEDS).to_numpy()
                * (1 + 0.12 * np.minimum(tags, 5) - 0.1 * np.maximum(tags - 5, 0)) * (0.7 + 0.6 * evening))
    counts = np.minimum(chance.poisson(expected * chance.gamma(6.0, 1 / 6.0, len(about))), 200)
    fans = chance.integers(0, SNIFFERS, len(about))
    sniffers = np.concatenate([_circle(chance, int(first), int(count))
                               for first, count in zip(fans, counts, strict=True)])
    at = np.repeat(about["at"].to_numpy(), counts) + chance.exponential(HOUR_OF_LIKES, int(counts.sum())) + 1 / 3600
    late = chance.random(len(at)) < 0.05
    known = at + np.where(late, chance.exponential(3.0, len(at)), chance.uniform(0.5, 3.0, len(at)) / 3600)
    return pd.DataFrame({"pupdate": np.repeat(about["pupdate"].to_numpy(), counts),
                         "sniffer": [f"sniffer {number:04d}" for number in sniffers], "at": at, "known": known})


def _circle(chance: np.random.Generator, first: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """`count` different sniffers of a circle of friends that begins at `first`."""
    return (first + chance.permutation(3 * count)[:count]) % SNIFFERS


def _locations(chance: np.random.Generator, pupdates: pd.DataFrame) -> pd.DataFrame:
    """A fix for seven pupdates in ten, of some radius; for three in ten of these a better fix is learned later."""
    placed = pupdates.sample(frac=0.7, random_state=chance).sort_index()
    first = pd.DataFrame({
        "pupdate": placed["pupdate"], "latitude": 40.7 + chance.normal(0.0, 0.08, len(placed)),
        "longitude": -74.0 + chance.normal(0.0, 0.1, len(placed)), "radius": chance.lognormal(6.0, 0.6, len(placed)),
        "at": placed["at"], "known": placed["known"],
    }).round({"latitude": 5, "longitude": 5, "radius": 1})
    better = first.sample(frac=0.3, random_state=chance).sort_index()
    better = better.assign(radius=(better["radius"] / 8).round(1),
                           known=better["known"] + chance.uniform(0.5, 3.0, len(better)))
    return pd.concat([first, better], ignore_index=True)
