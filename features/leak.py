"""
The leak meter: how many instances would be different if they were built with valid time only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from factdb.errors import InvalidFact
from features.instances import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """`changed_rows` of `rows` have a feature that looks into the future; `changed` counts them by feature."""

    rows: int
    changed_rows: int
    changed: Mapping[str, int]

    @property
    def share(self) -> float:
        """The share of rows that change; 0 without rows."""
        return self.changed_rows / self.rows if self.rows else 0.0


def leak_meter(honest: Frame, leaking: Frame) -> LeakReport:
    """What changes between two frames of one spine and one feature set; NULL equals NULL, NaN equals NaN."""
    if (honest.spine_hash, honest.feature_set) != (leaking.spine_hash, leaking.feature_set):
        raise InvalidFact("Expected two frames of one spine and one feature set for the leak meter")
    changed: dict[str, int] = {}
    anywhere = pa.array([False] * honest.table.num_rows, pa.bool_())
    for name in honest.feature_set.features:
        differs = _differs(honest.table.column(name), leaking.table.column(name))
        changed[name] = pc.sum(differs).as_py() or 0
        anywhere = pc.or_(anywhere, differs)
    return LeakReport(rows=honest.table.num_rows, changed_rows=pc.sum(anywhere).as_py() or 0, changed=changed)


def _differs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    unequal = pc.fill_null(pc.not_equal(left, right), False)
    if pa.types.is_floating(left.type):
        unequal = pc.and_not(unequal, pc.fill_null(pc.and_(pc.is_nan(left), pc.is_nan(right)), False))
    return pc.or_(unequal, pc.not_equal(pc.is_null(left), pc.is_null(right)))
