"""
`factdb predict`: what the champion of a concept says of an entity.
"""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from api.champions import Champions, models_folder
from api.cli.arguments import key_values
from api.cli.options import BasisOption, FormatOption, StoreOption, SystemAt, ValidAt, opened, pinned
from api.cli.output import show_basis, show_object
from factdb.datalog.syntax import Role
from learning.outcomes import record_predictions
from learning.serving.predictor import Predictor


def predict(
    *,
    concept: Annotated[str, typer.Argument(help="The concept to predict.")],
    store: StoreOption,
    entity: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="Of which entity.")],
    record: Annotated[bool, typer.Option("--record", help="Write the prediction as a fact, known when asked.")] = False,
    seconds: Annotated[float, typer.Option(min=0, help="How long the model may take.")] = 2.0,
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Predict a concept of an entity from its features at a basis; history answers when the model cannot."""
    with opened(store) as database:
        basis = pinned(database, valid_at, system_at, at_basis)
        columns = database.program.predicate(concept, Role.CONCEPT).entities
        champions = Champions(database, Predictor(models_folder(store)), seconds=seconds)
        try:
            champions.start()
            predicted = champions.predict(database.at(basis), concept, key_values("entity", columns, entity))
        finally:
            champions.close()
        if record:
            record_predictions(database, [predicted.fact], actor=getpass.getuser(), asked=basis)
    said = predicted.prediction
    show_basis(basis)
    show_object({
        "concept": concept, "value": said.value, "baseline": said.baseline, "served_by": said.served_by.value,
        "degraded": said.degraded, "model": predicted.fact.values["model"], "features": dict(predicted.features),
    }, form)
