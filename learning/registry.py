"""
The registry: which models there are and which one serves, as facts and nothing else.

Who served on Tuesday, as we knew it then, is a question at a basis like any other. A model that no fact publishes can
take no role.
"""

from __future__ import annotations

from datetime import datetime

from factdb.basis import Basis
from factdb.database import Database, View
from factdb.errors import InvalidFact, UnknownName
from factdb.fact import Receipt, assert_fact, retract_fact
from factdb.period import FOREVER, MICROSECOND
from learning.publish.artifact import Artifact
from learning.publish.roles import Published, ServingRole

MODULE = "learning"

LEARNING_DL = """\
# Models, the roles they serve in, and what they predicted.

# A model is published once; `artifact` is the name of its bytes, `fingerprint` that of the rows it learned from.
relation model(model: text, concept: text, feature_set: text, kind: text, basis: text, fingerprint: text,
               artifact: text) key(model).

# Which model answers for a concept in a role, such as champion.
relation route(concept: text, role: text, model: text) key(concept, role).

# What was predicted of an entity, asked at (asked_valid, asked_system); `degraded` says why no model answered.
relation prediction(prediction: text, concept: text, entity: text, model: text, value: float, baseline: float,
                    degraded: text, asked_valid: instant, asked_system: instant, basis: text) key(prediction).
"""

_SOURCE = "learning.registry"


def publish_model(database: Database, artifact: Artifact, *, actor: str, valid_from: datetime,
                  system_at: datetime | None = None) -> str:
    """The name under which `artifact` is published, from `valid_from` on. Again changes nothing.

    The artifact is on disk before its fact is, so a fact without its bytes cannot be.
    """
    name = artifact.name
    values = {"model": name, "concept": artifact.concept.name, "feature_set": artifact.feature_set.version,
              "kind": artifact.kind, "basis": artifact.training.basis, "fingerprint": artifact.training.fingerprint,
              "artifact": artifact.id}
    if _published(database.at(_latest(database, valid_from)), name) is None:
        database.transact([assert_fact("model", values, valid_from)], actor=actor, source=_SOURCE,
                          reason=f"published {name}", system_at=system_at)
    return name


def promote(database: Database, *, concept: str, model: str, actor: str, reason: str, valid_from: datetime,
            role: ServingRole = ServingRole.CHAMPION, system_at: datetime | None = None) -> Receipt:
    """A receipt: `model` serves `concept` in `role` from `valid_from` on, in the place of the one before.

    UnknownName when no such model is published then; InvalidFact when it predicts something else.
    """
    known = database.at(_latest(database, valid_from))
    published = _published(known, model)
    if published is None:
        raise UnknownName("published model", model, known.rows("model").column("model").to_pylist())
    if published.concept != concept:
        raise InvalidFact(f"Expected a model of {concept!r}, got {model!r}, which predicts {published.concept!r}")
    fact = assert_fact("route", {"concept": concept, "role": role.value, "model": model}, valid_from)
    return database.transact([fact], actor=actor, source=_SOURCE, reason=reason, system_at=system_at)


def stand_down(database: Database, *, concept: str, role: ServingRole, actor: str, reason: str,
               valid_from: datetime) -> Receipt:
    """A receipt: nothing serves `concept` in `role` from `valid_from` on."""
    fact = retract_fact("route", {"concept": concept, "role": role.value}, valid_from)
    return database.transact([fact], actor=actor, source=_SOURCE, reason=reason)


def champion(view: View, concept: str, role: ServingRole = ServingRole.CHAMPION) -> Published | None:
    """The model that serves `concept` in `role` at the view's basis; None when none does."""
    routes = view.rows("route", where={"concept": concept, "role": role.value}).column("model").to_pylist()
    return _published(view, routes[0]) if routes else None


def champions(view: View) -> dict[str, Published]:
    """The champion of each concept that has one at the view's basis."""
    concepts = view.rows("route", where={"role": ServingRole.CHAMPION.value}).column("concept").to_pylist()
    found = {concept: champion(view, concept) for concept in concepts}
    return {concept: published for concept, published in found.items() if published is not None}


def _published(view: View, model: str) -> Published | None:
    rows = view.rows("model", where={"model": model}).to_pylist()
    if not rows:
        return None
    return Published(**{name: rows[0][name] for name in ("model", "concept", "feature_set", "kind", "artifact")})


def _latest(database: Database, valid_at: datetime) -> Basis:
    """All that is known of `valid_at`, whenever it was learned."""
    return database.basis(valid_at=valid_at, system_at=FOREVER - MICROSECOND)
