"""Rows out as Arrow, with the basis they were read at."""

import pyarrow as pa
import pytest

from tests.api.conftest import Served


def test_a_relation_comes_typed_and_with_its_basis(api: Served) -> None:
    response = api.client.get("/arrow", params={"relation": "pupdate", "valid": "2024-05-01T12:30:00Z"})
    table = pa.ipc.open_stream(response.content).read_all()
    assert table.column("post").to_pylist() == ["p0", "p1", "p2", "p3", "p4"]
    assert table.schema.field("length").type == pa.duration("us")
    assert table.schema.metadata[b"factdb.basis"].decode() == response.headers["factdb-basis"]


def test_a_rule_text_at_a_basis_gives_the_same_bytes_again(api: Served) -> None:
    asked = {"query": "pupdate(post: p, sniffer: $who)", "params": '{"who": "rex"}'}
    first = api.client.get("/arrow", params=asked)
    assert pa.ipc.open_stream(first.content).read_all().to_pylist() == [{"p": "p1"}, {"p": "p3"}]
    again = api.client.get("/arrow", params={**asked, "basis": first.headers["factdb-basis"]})
    assert again.content == first.content


@pytest.mark.parametrize(("asked", "code"), [
    ({}, "INVALID_FACT"), ({"relation": "a", "query": "b"}, "INVALID_FACT"), ({"relation": "pup"}, "UNKNOWN_NAME"),
    ({"query": "tag(post: $p)", "params": "{"}, "INVALID_FACT"), ({"relation": "tag", "valid": "now"}, "NAIVE_INSTANT"),
    ({"relation": "tag", "basis": "1.1.1", "valid": "2024-05-01T12:00:00Z"}, "INVALID_BASIS")])
def test_what_cannot_be_answered_gets_its_code(api: Served, asked: dict[str, str], code: str) -> None:
    response = api.client.get("/arrow", params=asked)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, code)
