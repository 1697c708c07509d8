"""A worker whose model does what its feature "mode" says: every fault a model can have. Only tests start it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

import numpy as np

from learning.columns import Feature, FloatArray, Table, texts
from learning.estimators.kinds import load_model
from learning.estimators.protocol import Model
from learning.serving.worker import main


class Faulty:
    """The model that was published, but for the rows whose mode is a fault."""

    def __init__(self, sound: Model) -> None:
        self._sound = sound

    @property
    def features(self) -> tuple[Feature, ...]:
        return self._sound.features

    def dump(self) -> dict[str, bytes]:
        return self._sound.dump()

    def predict(self, features: Table) -> FloatArray:
        values = self._sound.predict(features)
        for index, mode in enumerate(texts(features, "mode")):
            match mode:
                case "raise":
                    raise ZeroDivisionError("a division by zero")
                case "loop":
                    while True:
                        pass
                case "sleep":
                    time.sleep(0.2)
                case "die":
                    os._exit(7)
                case "memory":
                    np.ones((10, 1 << 27))
                case "flood":
                    sys.stdout.write("x" * 10_000_000)
                case "nan" | "infinite" | "negative" | "huge":
                    values[index] = {"nan": np.nan, "infinite": np.inf, "negative": -0.5, "huge": 1e300}[mode]
                case "shape":
                    return values[:0]
        return values


def load(files: Mapping[str, bytes]) -> Model:
    """The published model, made faulty."""
    return Faulty(load_model(files))


if __name__ == "__main__":
    main(sys.argv[1:], load)
