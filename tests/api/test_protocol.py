"""GraphQL over HTTP: the eight answers that the library alone gets wrong, and what no audit covers."""

import json
import socket

import httpx
import pytest

from tests.api.conftest import Served

GRAPHQL = "application/graphql-response+json"
QUERY = "{ view { basis { transaction } } }"
PARSE, UNKNOWN_FIELD = "{", "{ nothing }"
COERCION = ("query($at: At!) { view(at: $at) { basis { token } } }", {"at": {"valid": 1}})


def post(api: Served, query: str, variables: object = None, *, accept: str = GRAPHQL) -> httpx.Response:
    return api.client.post("/graphql", json={"query": query, "variables": variables}, headers={"accept": accept})


@pytest.mark.parametrize(("accept", "given"), [
    (GRAPHQL, GRAPHQL), (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL), ("application/json", "application/json"),
    ("*/*", "application/json"), ("application/*", "application/json"), (f"{GRAPHQL};q=0.1, */*", "application/json")])
def test_the_answer_is_of_the_type_that_was_asked_for(api: Served, accept: str, given: str) -> None:
    assert post(api, QUERY, accept=accept).headers["content-type"] == f"{given}; charset=utf-8"


def test_without_accept_the_answer_is_json(api: Served) -> None:
    request = api.client.build_request("POST", "/graphql", json={"query": QUERY})
    del request.headers["accept"]
    assert api.client.send(request).headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(("query", "variables", "code"), [
    (PARSE, None, "GRAPHQL_PARSE_FAILED"), (UNKNOWN_FIELD, None, "GRAPHQL_VALIDATION_FAILED"),
    (*COERCION, "WRONG_TYPE")])
def test_what_graphql_refuses_has_no_data_and_is_400_only_as_a_graphql_response(
    api: Served, query: str, variables: object, code: str,
) -> None:
    as_graphql = post(api, query, variables)
    as_json = post(api, query, variables, accept="application/json")
    assert (as_graphql.status_code, as_json.status_code) == (400, 200)
    for body in (as_graphql.json(), as_json.json()):
        assert "data" not in body
        assert body["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("body", [
    b"{", b"[]", b"{}", b'{"query": 1}', b'{"query": "{a}", "variables": []}', b'{"query": "{a}", "operationName": {}}',
    b'{"query": "{a}", "extensions": "x"}', b'[{"query": "{a}"}]'])
def test_what_is_no_graphql_request_is_400(api: Served, body: bytes) -> None:
    response = api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


def test_a_get_may_read_and_empty_parameters_are_absent(api: Served) -> None:
    response = api.client.get("/graphql", params={"query": QUERY, "variables": "", "operationName": ""})
    assert response.json()["data"]["view"]["basis"]["transaction"] == 2
    asked = api.client.get("/graphql", params={"query": COERCION[0], "variables": json.dumps(
        {"at": {"valid": "2024-05-01T12:00:00Z"}})})
    assert asked.json()["extensions"]["basis"]["valid"] == "2024-05-01T12:00:00Z"


def test_a_get_may_not_write(api: Served) -> None:
    mutation = 'mutation { transact(facts: [], actor: "", source: "", reason: "") { __typename } }'
    response = api.client.get("/graphql", params={"query": mutation})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_are_allowed(api: Served, method: str) -> None:
    response = api.client.request(method, "/graphql")
    assert (response.status_code, set(response.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})


@pytest.mark.parametrize(("headers", "status", "code"), [
    ({"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ({"content-type": "application/json; charset=latin-1"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ({"content-type": "application/json", "accept": "text/csv"}, 406, "NOT_ACCEPTABLE")])
def test_types_that_are_not_spoken_are_said_to_be_so(
    api: Served, headers: dict[str, str], status: int, code: str,
) -> None:
    response = api.client.post("/graphql", content=json.dumps({"query": QUERY}), headers=headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)


def test_a_document_of_several_operations_needs_a_name(api: Served) -> None:
    text = f"query a {QUERY} query b {QUERY}"
    assert api.code(text) == "OPERATION_RESOLUTION_FAILURE"
    named = api.client.post("/graphql", json={"query": text, "operationName": "b"}).json()
    assert named["data"]["view"]["basis"]["transaction"] == 2


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/nowhere", 404, "NOT_FOUND"), ("DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/facts", 405, "METHOD_NOT_ALLOWED")])
def test_what_no_path_answers_has_a_code_too(api: Served, method: str, path: str, status: int, code: str) -> None:
    response = api.client.request(method, path)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)


def test_a_client_that_leaves_in_the_middle_is_no_error_of_ours(
    api: Served, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_connection((api.client.base_url.host, api.client.base_url.port or 80)) as client:
        client.sendall(b"POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n"
                       b"content-length: 100\r\n\r\n{")
    api.data(QUERY)
    assert "ClientDisconnect" not in caplog.text + capfd.readouterr().err
