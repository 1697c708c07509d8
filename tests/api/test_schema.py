"""The schema that a catalog gives, whole, as a file to be read; and catalogs that are awkward."""

from pathlib import Path

from graphql import build_schema as read_sdl
from graphql import validate_schema

from api.graphql.schema import build_schema
from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY
from tests.api.conftest import CATALOG

GOLDEN = Path(__file__).parent / "schema.graphql"


def sdl(program: str) -> str:
    return build_schema(check(parse(program), EMPTY)).as_str() + "\n"


def test_the_schema_of_the_small_catalog_is_as_written() -> None:
    made = sdl(CATALOG)
    if not GOLDEN.exists():  # delete the file to write it anew, and read the difference
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")


def test_it_is_a_valid_schema_for_others_too() -> None:
    assert validate_schema(read_sdl(sdl(CATALOG))) == []


def test_an_empty_catalog_still_has_a_schema() -> None:
    assert "type View" in sdl("")


def test_names_that_meet_in_graphql_are_kept_apart() -> None:
    made = sdl("""relation post(a_b: int, aB: int, valid_from_: int) key(a_b). relation post_edge(x: text).
        relation view(x: text). relation text(x: text). relation post_history(x: text) key(x). relation a_b(x: text).
        relation aB(x: text). feature post_features(post) = n : post(a_b: post, aB: n).""")
    assert validate_schema(read_sdl(made)) == []
    for name in ("type PostEdgeFacts ", "postHistoryFacts(", "aBFacts(", "type TextFacts ", "type ViewFacts "):
        assert name in made
