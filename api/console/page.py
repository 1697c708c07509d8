"""
The console page: GraphiQL if its files were fetched beforehand, else our own; neither loads anything from elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from strawberry.http.ides import get_graphql_ide_html

VENDORED = Path(__file__).parent / "vendor"
REMOTE = "https://unpkg.com/"

_OWN = Path(__file__).parent / "console.html"


def console_page(vendored: Path = VENDORED) -> str:
    """The HTML of the console; GraphiQL's where `vendored` holds its files."""
    if vendored.is_dir():
        return get_graphql_ide_html("graphiql").replace(REMOTE, "/static/vendor/")
    return _OWN.read_text(encoding="utf-8")
