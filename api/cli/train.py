"""
`factdb train`: instances of a spine, three models side by side, the best of them published.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import Progress

from api.champions import models_folder
from api.cli.options import BasisOption, FormatOption, StoreOption, SystemAt, ValidAt, opened, pinned
from api.cli.output import show
from api.texts import read_duration
from factdb.basis import Basis
from factdb.database import Database
from factdb.datalog.program import CheckedProgram
from factdb.datalog.syntax import Role
from factdb.errors import UnknownName
from factdb.period import parse_instant
from features.feature_set import FeatureSet
from features.instances import Frame, instances
from features.spine import spine_of
from learning.concept import ConceptKind, concept_of
from learning.estimators.baseline import HistoricalMean
from learning.estimators.boosted import Boosted
from learning.estimators.glm import Glm
from learning.estimators.protocol import Estimator
from learning.registry import LEARNING_DL, MODULE, promote, publish_model
from learning.split import TimeSplit
from learning.train import Trained, publish_trained
from learning.train import train as fit

BASELINE = "historical"
SEED = 0


def train(
    *,
    concept: Annotated[str, typer.Argument(help="The concept to predict.")],
    store: StoreOption,
    spine: Annotated[str, typer.Option(help="The spine of the program whose rows are learned from.")],
    split_at: Annotated[str, typer.Option(metavar="TIME", help="Learn from rows before it, test on the others.")],
    features: Annotated[str | None, typer.Option(
        help="Features, with commas between them; default: all of the concept's entity.")] = None,
    by: Annotated[str, typer.Option(help="Of which features, two at most, the baseline takes means.")] = "",
    lag: Annotated[str, typer.Option(metavar="DURATION", help="How late facts arrive.")] = "PT0S",
    embargo: Annotated[str, typer.Option(metavar="DURATION", help="How long an outcome takes to be known.")] = "PT0S",
    publish: Annotated[bool, typer.Option("--publish", help="Publish the best model and let it answer.")] = False,
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Train a historical mean, a GLM and boosted trees, and show their scores on later rows; lower is better."""
    with opened(store) as database:
        basis = pinned(database, valid_at, system_at, at_basis)
        wanted = _names(features) if features is not None else _features_beside(database.program, concept)
        means = _means(by, wanted)
        feature_set = FeatureSet(name=concept, features=wanted, lag=read_duration(lag))
        frame = _frame(database, spine, feature_set, concept, basis)
        at = parse_instant(split_at)
        told = concept_of(database.program.predicate(concept, Role.CONCEPT))
        trained = fit(frame, told, _estimators(told.kind, means),
                      TimeSplit(train_until=at, test_from=at, embargo=read_duration(embargo)))
        show(_scores(trained), form, basis)
        if publish:
            _publish(database, models_folder(store), trained, frame)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, text.split(",")) if name)


def _means(by: str, features: tuple[str, ...]) -> tuple[str, ...]:
    """The names in `by`, each of which must be among `features`."""
    means = _names(by)
    for name in means:
        if name not in features:
            raise UnknownName("feature of the model", name, features)
    return means


def _features_beside(program: CheckedProgram, concept: str) -> tuple[str, ...]:
    """The features of the entity that `concept` is about."""
    about = program.predicate(concept, Role.CONCEPT).entities
    return tuple(each.name for each in program.predicates.values()
                 if each.role is Role.FEATURE and each.entities == about)


def _frame(database: Database, spine: str, feature_set: FeatureSet, concept: str, basis: Basis) -> Frame:
    rows = spine_of(database.at(basis), spine)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("instances", total=len(feature_set.features) + 1)
        return instances(database, rows, feature_set, [concept], basis, done=lambda _: progress.advance(bar))


def _estimators(kind: ConceptKind, means: tuple[str, ...]) -> Mapping[str, Estimator]:
    return {
        BASELINE: HistoricalMean(by=means, weight=20.0),
        "glm": Glm(kind=kind, levels_max=30),
        "boosted": Boosted(kind=kind, rounds=200, seed=SEED),
    }


def _scores(trained: Trained) -> pa.Table:
    return pa.Table.from_pylist([
        {"model": name, **scores, "rows_trained": trained.rows_trained, "rows_tested": len(trained.outcomes),
         "best": name == trained.best} for name, scores in trained.scores.items()])


def _publish(database: Database, models: Path, trained: Trained, frame: Frame) -> None:
    artifact = publish_trained(models, trained, frame, model=trained.best, baseline=BASELINE, seed=SEED)
    database.declare(LEARNING_DL, module=MODULE)
    now = database.clock.now()
    actor = getpass.getuser()
    name = publish_model(database, artifact, actor=actor, valid_from=now)
    promote(database, concept=trained.concept.name, model=name, actor=actor, reason="factdb train --publish",
            valid_from=now)
    typer.echo(f"published: {name}, champion of {trained.concept.name}", err=True)
