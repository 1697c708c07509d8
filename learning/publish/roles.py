"""
Roles: what a published model is there for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ServingRole(StrEnum):
    """What a model is there for."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    SHADOW = "shadow"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A model as the registry has it. `feature_set` is the version that it was fitted on."""

    model: str
    concept: str
    feature_set: str
    kind: str
    artifact: str
