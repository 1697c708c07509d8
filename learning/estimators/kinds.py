"""
From files back to a model. A worker imports the code of its own model's kind and no other's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import cast

from factdb.errors import UnknownName
from learning.estimators.protocol import Model

_MODULES = {
    "historical": "learning.estimators.baseline",
    "glm": "learning.estimators.linear",
    "boosted": "learning.estimators.boosted",
}


def kind_of(files: Mapping[str, bytes]) -> str:
    """The kind of model that `files` hold; UnknownName when no code here can load it."""
    kind = json.loads(files["model.json"])["kind"]
    if kind not in _MODULES:
        raise UnknownName("kind of model", str(kind), _MODULES)
    return str(kind)


def load_model(files: Mapping[str, bytes]) -> Model:
    """The model that was dumped into `files`; verify them first, see `learning.publish`."""
    # The one import by name: sklearn takes a second and 150 MB that a worker with a GLM does not need.
    return cast(Model, import_module(_MODULES[kind_of(files)]).load(files))
