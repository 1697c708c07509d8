"""What the tests of possible worlds share: the book's quantities, and histories that yield its numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from learning.worlds.answer import Answer
from learning.worlds.check import Formula, check
from learning.worlds.distribution import Distribution, Floats, Point, floats
from learning.worlds.history import History, history_of
from learning.worlds.quantity import Quantity, Support
from learning.worlds.world import possible_worlds

RATE = Quantity(name="rate", unit="pupdates", support=Support.POSITIVE, resolver=None)
LIKES = Quantity(name="likes", unit="likes/pupdate", support=Support.POSITIVE, resolver=None)
PRODUCT: Formula = check("rate * likes", [RATE, LIKES])

HOURS = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(1, 11)]
STEPS: Floats = np.arange(-4.0, 5.0)
PATTERN: Floats = np.array([1.0, -2.0, 1.0, 0.0, 0.0, 0.0, 1.0, -2.0, 1.0])
RATES, LIKES_EACH = floats(6500 + 150 * STEPS), floats(23 + STEPS)


def nine_hours(values: Floats) -> History:
    """Nine hourly values, and the question about the tenth hour."""
    return history_of(HOURS[:9], values, ahead=HOURS[9])


def product_of(rate: Distribution, likes: Distribution, *, thresholds: Sequence[float] = (),
               levels: Sequence[float] = ()) -> Answer:
    """The one world in which the rate and the likes are these."""
    return possible_worlds(PRODUCT, {"rate": {"only": rate}, "likes": {"only": likes}}, thresholds=thresholds,
                           levels=levels, exact_only=True)


def four_worlds(weights: dict[str, dict[str, float]] | None = None) -> Answer:
    """The book's four worlds, of point estimates."""
    return possible_worlds(
        PRODUCT,
        {"rate": {"historical": Point(6500.0), "learned": Point(7250.0)},
         "likes": {"historical": Point(23.0), "learned": Point(28.0)}},
        weights=weights, thresholds=[200_000], exact_only=True,
    )
