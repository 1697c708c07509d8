"""What one request may cost: every hostile document is refused at once, and the figures are exact."""

from time import process_time

import pytest

from api.graphql.limits import Limits
from tests.api.conftest import Served

TWICE = [f"fragment f{i} on Query {{ ...f{i + 1} a{i}: __typename ...f{i + 1} }}" for i in range(24)]
BOMB = " ".join(["{ ...f0 }", *TWICE, "fragment f24 on Query { __typename }"])
DEEP = "{ view " + "{ a " * 14 + "{ b }" + "}" * 15
CYCLE = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"


def aliases(count: int) -> str:
    return "{ view { " + " ".join(f"a{i}: basis {{ token }}" for i in range(count)) + " } }"


@pytest.mark.parametrize(("text", "code"), [
    (BOMB, "QUERY_TOO_LARGE"), (DEEP, "QUERY_TOO_DEEP"), (aliases(31), "TOO_MANY_ALIASES"),
    ("{ " + "__typename " * 21 + "}", "TOO_MANY_ROOT_FIELDS"),
    ("{ __typename " + "@skip(if: false) " * 21 + "}", "TOO_MANY_DIRECTIVES"),
    ("{ __typename } " + " ".join(f"fragment f{i} on Query {{ __typename }}" for i in range(31)), "TOO_MANY_FRAGMENTS"),
    ("{ " + "a " * 3_000 + "}", "GRAPHQL_PARSE_FAILED"), ("{ a" * 700, "GRAPHQL_PARSE_FAILED"),
    ("# " * 10 + "\n#" * 3_000 + "{ __typename }", "GRAPHQL_PARSE_FAILED"), (CYCLE, "GRAPHQL_VALIDATION_FAILED")])
def test_a_hostile_document_is_refused_with_its_code_in_little_time(api: Served, text: str, code: str) -> None:
    began = process_time()
    errors = api.ask(text)["errors"]
    assert code in {error["extensions"]["code"] for error in errors}
    assert process_time() - began < 1.0  # unlimited, the bomb takes 20 s; on a quiet machine each takes 0.01 s


def test_at_the_limit_a_document_is_answered(api: Served) -> None:
    assert len(api.data(aliases(Limits().aliases))["view"]) == 30


def test_a_limit_says_what_it_is_and_what_came(api: Served) -> None:
    [error] = api.ask(aliases(31))["errors"]
    assert error["extensions"] == {"code": "TOO_MANY_ALIASES", "limit": 30, "actual": 31}


@pytest.mark.parametrize("first", [-1, 1_001])
def test_a_page_has_at_most_a_thousand_rows(api: Served, first: int) -> None:
    assert api.code(f"{{ view {{ pupdate(first: {first}) {{ totalCount }} }} }}") == "PAGE_SIZE"


def test_a_body_is_counted_while_it_comes(api: Served) -> None:
    parts = [b'{"query": "', *[b" " * 65_536] * 5, b'{a}"}']
    response = api.client.post("/graphql", content=iter(parts), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
