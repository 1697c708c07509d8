"""Every error has a code, and none tells what is inside."""

import logging

import pytest

from factdb.database import View
from factdb.errors import Fault
from tests.api.conftest import Served


def rule(text: str) -> str:
    return '{ view { query(text: "' + text.replace('"', '\\"') + '") { rows } } }'


@pytest.mark.parametrize(("query", "code"), [
    ("{", "GRAPHQL_PARSE_FAILED"), ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ("query($x: Int!) { view { transactions(first: $x) { facts } } }", "BAD_USER_INPUT"),
    ('{ view(at: {valid: "2024-05-01T12:00:00"}) { basis { token } } }', "NAIVE_INSTANT"),
    ('{ view(at: {valid: "yesterday"}) { basis { token } } }', "NAIVE_INSTANT"),
    ("{ view(at: {valid: 5}) { basis { token } } }", "WRONG_TYPE"),
    ('{ view(at: {basis: "x"}) { basis { token } } }', "INVALID_BASIS"),
    ('{ view(at: {basis: "1.1.1", valid: "2024-05-01T12:00:00Z"}) { basis { token } } }', "INVALID_BASIS"),
    ('{ view { pupdate(after: "x") { totalCount } } }', "INVALID_CURSOR"),
    ('{ view { pupdate(after: "MS4xLjE6MQ==") { totalCount } } }', "INVALID_CURSOR"),
    ("{ view { pupdate(where: {sniffer: {eq: null}}) { totalCount } } }", "INVALID_FACT"),
    ('{ view { pupdate(where: {length: {gt: "1h"}}) { totalCount } } }', "WRONG_TYPE"),
    ('{ view { features(names: ["likes"], entities: []) { rows } } }', "UNKNOWN_NAME"),
    ('{ view { features(names: ["likes_1h"], entities: [{city: "Paris"}]) { rows } } }', "INVALID_FACT"),
    ('{ view { query(text: "tag(post: $p)", params: {p: {at: 1}}) { rows } } }', "WRONG_TYPE"),
    ('{ view { query(text: "tag(post: $p)", params: 3) { rows } } }', "WRONG_TYPE"),
    (rule("tag(post: p"), "PARSE_ERROR"), (rule("tga(post: p)"), "UNKNOWN_NAME"),
    (rule("tag(post: p), not tag(class: c), c > 3"), "UNSAFE_RULE"), (rule("tag(post: p), p > 3"), "TYPE_MISMATCH")])
def test_a_request_that_is_wrong_gets_its_code(api: Served, query: str, code: str) -> None:
    assert {error["extensions"]["code"] for error in api.ask(query)["errors"]} == {code}


def test_a_rule_text_that_is_wrong_says_where(api: Served) -> None:
    [error] = api.ask(rule("tag(post: p), tga(post: p)"))["errors"]
    assert (error["extensions"]["line"], error["extensions"]["column"]) == (1, 15)
    assert "^" in error["message"]


@pytest.mark.parametrize(("raised", "shown"), [
    (RuntimeError("the secret of line 7"), ("Unexpected error", "INTERNAL_SERVER_ERROR")),
    (Fault("An invariant did not hold"), ("An invariant did not hold", "FAULT"))])
def test_what_is_our_own_mistake_is_logged_whole_and_shown_without_its_trace(
    api: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *,
    raised: Exception, shown: tuple[str, str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(View, "transactions", broken)
    response = api.client.post("/graphql", json={"query": "{ view { transactions { facts } } }"})
    [error] = response.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == shown
    assert not [word for word in ("secret", "Traceback", ".py") if word in response.text]
    assert str(raised) in caplog.text


def test_a_mistake_of_a_client_is_not_logged(api: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="factdb.api"):
        for query in ("{", "{ nothing }", rule("tag(")):
            api.ask(query)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]
