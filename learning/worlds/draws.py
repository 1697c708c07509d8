"""
Draws: what answers a formula when no exact form is known.

Each quantity has its own stream of uniforms from a counter-based generator keyed by (seed, name), and every draw
is a quantile of one. So the same seed gives the same bytes, more draws begin with the same draws, and worlds that
share a distribution of a quantity share its draws: differences between worlds are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np
from scipy.stats import binom

from learning.worlds.distribution import Distribution, Floats, floats
from learning.worlds.formula import evaluate
from learning.worlds.mixture import Samples
from learning.worlds.syntax import Node


def uniforms(seed: int, name: str, count: int) -> Floats:
    """`count` uniforms in (0, 1) of the stream of `name`; a longer stream begins with a shorter one.

    >>> bool((uniforms(7, "rate", 3) == uniforms(7, "rate", 5)[:3]).all())
    True
    """
    key = [seed % 2**64, int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")]
    stream = np.random.Generator(np.random.Philox(key=np.array(key, dtype=np.uint64)))
    return np.maximum(stream.random(count), 2.0**-54)


def drawn(root: Node, given: Mapping[str, Distribution], *, seed: int, count: int) -> Samples:
    """`count` draws of the formula `root`, its quantities independent."""
    values = {name: distribution.ppf(uniforms(seed, name, count)) for name, distribution in sorted(given.items())}
    thinnings = iter(range(1_000))

    def thin(of: Floats, share: Floats) -> Floats:
        name = f"thin {next(thinnings)}"  # not a name that a quantity can have
        return floats(binom.ppf(uniforms(seed, name, count), np.rint(np.maximum(of, 0)), share))

    return Samples(np.broadcast_to(evaluate(root, values, thin), (count,)))
