"""
Instances: features and concepts of spine rows, nothing of a row's future in its features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from factdb.basis import Basis
from factdb.database import Database, View
from factdb.datalog.syntax import Role
from features.feature_set import FeatureSet
from features.spine import Spine, table_hash

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Computed rows: the spine's columns, then the features in the order of their set, then the concepts.

    A concept is NULL where it was not known at the basis. `feature_set_version`, `basis`, `spine_hash` and
    `fingerprint` say what the rows rest on; from the store and these the same bytes can be made again.
    """

    table: pa.Table
    feature_set: FeatureSet
    feature_set_version: str
    concepts: tuple[str, ...]
    basis: Basis
    spine_hash: str

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the rows in their order."""
        return table_hash(self.table)


def instances(database: Database, spine: Spine, feature_set: FeatureSet, concepts: Sequence[str], basis: Basis,
              *, done: Progress | None = None) -> Frame:
    """The instances of `spine`: each row's features at (observed_at, observed_at - lag), its concepts at `basis`.

    The rows are those of the spine, in its order. `done` is called with each name that has been computed.
    """
    return _built(database, spine, feature_set, concepts, basis, leaking=False, done=done)


def leaking_instances(database: Database, spine: Spine, feature_set: FeatureSet, concepts: Sequence[str],
                      basis: Basis, *, done: Progress | None = None) -> Frame:
    """The same instances by valid time only: what `basis` knows of each row's moment, learned then or later.

    This is what a table with one time gives. It is for the leak meter, never for training.
    """
    return _built(database, spine, feature_set, concepts, basis, leaking=True, done=done)


def online(view: View, feature_set: FeatureSet, entities: pa.Table) -> pa.Table:
    """The features of `entities` at the view's basis: a row each, in order; what training saw at that moment."""
    return view.features(feature_set.features, entities)


def _built(database: Database, spine: Spine, feature_set: FeatureSet, concepts: Sequence[str], basis: Basis,
           *, leaking: bool, done: Progress | None) -> Frame:
    program = database.program
    for name in feature_set.features:
        program.predicate(name, Role.FEATURE)
    for name in concepts:
        program.predicate(name, Role.CONCEPT)
    table = spine.table
    for name in (*feature_set.features, *concepts):
        column = database.along(spine.table, [name], basis=basis, lag=None if leaking else feature_set.lag)
        table = table.append_column(name, column.column(name))
        if done is not None:
            done(name)
    return Frame(table=table, feature_set=feature_set, feature_set_version=feature_set.version(program),
                 concepts=tuple(concepts), basis=basis, spine_hash=spine.hash)
