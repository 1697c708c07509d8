"""
The shell of the worlds: reads a quantity's history through a view of the store, at the view's basis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import pyarrow as pa

from factdb.basis import Basis
from factdb.errors import CallerError, UnknownName
from factdb.schema import Value
from learning.worlds.history import History, history_of


class Reader(Protocol):
    """What is read of a view."""

    @property
    def basis(self) -> Basis:
        """The pair of times that the view pins."""
        ...

    def query(self, text: str, parameters: Mapping[str, Value] = {}) -> pa.Table:
        """The answers of a body: one column for each named variable."""
        ...


def read_history(reader: Reader, text: str, *, instant: str, value: str, ahead: datetime,
                 exposure: str | None = None, exposure_ahead: float = 1.0, features: Sequence[str] = (),
                 features_ahead: Sequence[float] = (), parameters: Mapping[str, Value] | None = None) -> History:
    """The history that the query `text` answers at the reader's basis, rows with a NULL left out.

    `instant`, `value`, `exposure` and `features` name variables of the query. Rows from `ahead` on are refused:
    they are what is asked about.
    """
    table = reader.query(text, parameters or {})
    names = [instant, value, *([exposure] if exposure else []), *features]
    for name in names:
        if name not in table.column_names:
            raise UnknownName("variable of the query", name, table.column_names)
    columns = {name: table.column(name).to_pylist() for name in names}
    kept = [row for row in range(table.num_rows) if all(columns[name][row] is not None for name in names)]
    instants = [columns[instant][row] for row in kept]
    if late := [moment for moment in instants if moment >= ahead]:
        raise CallerError(f"Expected a history before {ahead.isoformat()}, got a row of {max(late).isoformat()}")
    numbers = {name: [float(columns[name][row]) for row in kept] for name in names[1:]}
    return history_of(
        instants, numbers[value], ahead=ahead, exposures=numbers[exposure] if exposure else None,
        exposure_ahead=exposure_ahead,
        features=np.array([numbers[name] for name in features]).reshape(len(features), len(kept)).T,
        features_ahead=features_ahead,
    )
