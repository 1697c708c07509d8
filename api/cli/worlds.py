"""
`factdb worlds`: what a formula over uncertain quantities may come to, as GraphQL answers it.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from api.cli.failures import complain, exit_of
from api.cli.options import BasisOption, FormatOption, StoreOption, SystemAt, ValidAt, opened, pinned
from api.cli.output import show
from api.graphql.limits import Limits
from api.graphql.requests import GraphQLRequest
from api.graphql.service import GraphQLService
from factdb.errors import InvalidFact

_QUESTION = """
query ($at: At!, $formula: String!, $quantities: [QuantityInput!]!, $thresholds: [Float!]) {
  view(at: $at) { possibleWorlds(formula: $formula, quantities: $quantities, thresholds: $thresholds) {
    unit
    worlds { weight choices { quantity estimator } outcome { ...said } }
    mixture { ...said }
  } }
}
fragment said on Outcome { mean sd quantiles { level value } exceeds { threshold probability } method }
"""


def worlds(
    *,
    question: Annotated[Path, typer.Argument(
        exists=True, dir_okay=False,
        help="A .toml or .json file: formula, thresholds, and quantities as in GraphQL.")],
    store: StoreOption,
    valid_at: ValidAt = None,
    system_at: SystemAt = None,
    at_basis: BasisOption = None,
    form: FormatOption = None,
) -> None:
    """Show every world of a question with its weight, and last the mixture of all."""
    asked = _read(question)
    with opened(store) as database:
        basis = pinned(database, valid_at, system_at, at_basis)
        request = GraphQLRequest(query=_QUESTION, variables={**asked, "at": {"basis": basis.token}}, operation=None,
                                 read_only=True)
        answer = GraphQLService(database, None, Limits()).answer(request).body
    if errors := answer.get("errors"):
        complain(errors[0]["message"], errors[0]["extensions"]["code"])
        raise typer.Exit(exit_of(errors[0]["extensions"]["code"]))
    show(_rows(answer["data"]["view"]["possibleWorlds"]), form, basis)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads if path.suffix == ".toml" else json.loads
        asked = read(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidFact(f"Cannot read {path.name}: {error}") from None
    if not isinstance(asked, dict):
        raise InvalidFact(f"Expected an object in {path.name}, with a formula and quantities, got {asked!r}")
    return asked


def _rows(answer: dict[str, Any]) -> pa.Table:
    """One row a world, the heaviest first, then the mixture."""
    rows = [{"world": ", ".join(f"{choice['quantity']}: {choice['estimator']}" for choice in world["choices"]),
             "weight": world["weight"], **_said(world["outcome"])} for world in answer["worlds"]]
    return pa.Table.from_pylist([*rows, {"world": "all, mixed", "weight": 1.0, **_said(answer["mixture"])}])


def _said(outcome: dict[str, Any]) -> dict[str, object]:
    quantiles = {f"{each['level']:.0%}": each["value"] for each in outcome["quantiles"]}
    exceeds = {f"P(> {each['threshold']:,g})": each["probability"] for each in outcome["exceeds"]}
    return {"mean": outcome["mean"], "sd": outcome["sd"], **quantiles, **exceeds, "method": outcome["method"]}
