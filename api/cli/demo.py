"""
`factdb demo`: runs a demo that an installed package brings.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from factdb.errors import UnknownName

GROUP = "factdb.demos"


def demo(
    name: Annotated[str, typer.Argument(help="Which demo, such as flights.")],
    store: Annotated[Path | None, typer.Option(help="Where its store is to be; default: demo-store/NAME.")] = None,
) -> None:
    """Run a demo from its data to answers over GraphQL, and leave its store and report behind."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        raise UnknownName("demo", name, found)
    run = found[name].load()
    run(store=store if store is not None else Path("demo-store") / name)
