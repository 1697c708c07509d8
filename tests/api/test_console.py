"""The console: a browser gets a page, and the page needs nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from api.console.page import VENDORED, console_page
from tests.api.conftest import Served

ABSENT = Path("no", "such", "folder")
# A name of a kind of markup is written like an address and never loaded.
MARKUP = "http://www.w3.org/2000/svg"


def addresses(page: str) -> list[str]:
    return re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<>]*", page.replace(MARKUP, ""))


def test_a_browser_gets_a_page_and_a_client_does_not(api: Served) -> None:
    page = api.client.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert api.client.get("/graphql").status_code == 400


@pytest.mark.parametrize("vendored", [ABSENT, Path(__file__).parent], ids=["our own", "GraphiQL"])
def test_the_page_names_no_other_host(vendored: Path) -> None:
    page = console_page(vendored)
    assert not addresses(page)


def test_a_page_of_others_would_be_noticed() -> None:
    assert addresses('<script src="https://cdn.example.com/a.js"></script> <img src="//cdn.example.com/b">')


def test_graphiql_loads_seven_files_that_were_vendored_whole() -> None:
    files = re.findall(r'"/static/vendor/([^"]+)"', console_page(Path(__file__).parent))
    assert len(files) == 7
    assert not VENDORED.is_dir() or [path for path in files if not (VENDORED / path).is_file()] == []


def test_the_root_of_the_address_leads_to_the_console(api: Served) -> None:
    assert api.client.get("/").headers["location"] == "/graphql"
