"""
`factdb serve`: GraphQL over HTTP on a store.
"""

from __future__ import annotations

from typing import Annotated

import typer

from api import server
from api.cli.options import StoreOption, found
from factdb.errors import Unavailable


def serve(
    store: StoreOption,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    deadline: Annotated[float, typer.Option(min=0.001, help="The seconds that a question may take.")] = 10.0,
) -> None:
    """Serve a store until it is told to stop: GraphQL and its console at /graphql, facts in at /facts, /health."""
    try:
        server.serve(found(store), host=host, port=port, deadline_seconds=deadline)
    except OSError as error:
        raise Unavailable(f"Cannot listen on {host}, port {port}: {error.strerror}") from error
