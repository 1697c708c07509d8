"""Facts in, by mutation and by post: durable and once, or refused and nothing."""

import io
import struct
from datetime import timedelta

import httpx
import pyarrow as pa
import pytest

from tests.api.conftest import NOON, START, Served

TRANSACT = """mutation($facts: [FactInput!]!, $key: String) {
    transact(facts: $facts, actor: "ann", source: "test", reason: "to see", idempotencyKey: $key) {
        __typename ... on Transacted { transaction facts repeated systemAt basis { token transaction } }
        ... on Refused { code message } ... on Conflict { code message } } }"""
COUNT = "{ view { pupdate { totalCount } like { totalCount } } }"
ADDRESS = "/facts?actor=ann&source=test&reason=why"


def fact(relation: str, values: object, **others: object) -> dict[str, object]:
    return {"relation": relation, "values": values, "validFrom": NOON, **others}


def test_facts_are_readable_at_the_basis_of_their_receipt(fresh: Served) -> None:
    answer = fresh.ask(TRANSACT, facts=[fact("pupdate", {
        "post": "new", "sniffer": "rex", "length": "PT1M", "posted": NOON, "pinned": True})])
    receipt = answer["data"]["transact"]
    assert (receipt["__typename"], receipt["facts"], receipt["repeated"]) == ("Transacted", 1, False)
    assert answer["extensions"]["basis"]["token"] == receipt["basis"]["token"]
    view = fresh.data("query($at: At) { view(at: $at) { pupdateByKey(post: \"new\") { length pinned } } }",
                      at={"basis": receipt["basis"]["token"]})["view"]
    assert view["pupdateByKey"] == {"length": "PT1M", "pinned": True}


def test_a_retraction_takes_the_key_away(fresh: Served) -> None:
    fresh.data(TRANSACT, facts=[fact("pupdate", {"post": "p1"}, op="RETRACT")])
    assert fresh.data("{ view { pupdateByKey(post: \"p1\") { post } } }")["view"] == {"pupdateByKey": None}


def test_the_same_key_commits_once(fresh: Served) -> None:
    facts = [fact("like", {"post": "p2", "sniffer": "ace"})]
    first = fresh.data(TRANSACT, facts=facts, key="k")["transact"]
    second = fresh.data(TRANSACT, facts=facts, key="k")["transact"]
    assert (first["transaction"], False, True) == (second["transaction"], first["repeated"], second["repeated"])
    other = fresh.data(TRANSACT, facts=[fact("like", {"post": "p3", "sniffer": "ace"})], key="k")["transact"]
    assert (other["__typename"], other["code"]) == ("Conflict", "CONFLICT")


@pytest.mark.parametrize(("wrong", "code", "said"), [
    (fact("pupdat", {"post": "x"}), "UNKNOWN_NAME", "did you mean pupdate?"),
    (fact("pupdate", {"pots": "x"}), "UNKNOWN_NAME", "did you mean post"),
    (fact("pupdate", {"post": 7}), "WRONG_TYPE", "Expected text for post"),
    (fact("pupdate", {"post": "x", "posted": "2024-05-01T12:00:00"}), "NAIVE_INSTANT", "with a zone"),
    (fact("pupdate", {"post": "x", "length": "1h"}), "WRONG_TYPE", "ISO 8601 duration"),
    (fact("pupdate", {"post": "x", "length": "P9999999999D"}), "WRONG_TYPE", "fewer than"),
    (fact("pupdate", {"sniffer": "x"}), "INVALID_FACT", "key column pupdate.post"),
    (fact("pupdate", ["post"]), "INVALID_FACT", "Expected an object of values"),
    (fact("pupdate", {"post": "x"}, validTo=NOON), "INVALID_PERIOD", "start before its end")])
def test_one_wrong_fact_refuses_all_and_changes_nothing(
    fresh: Served, wrong: dict[str, object], code: str, said: str,
) -> None:
    before = fresh.data(COUNT)
    answer = fresh.data(TRANSACT, facts=[fact("like", {"post": "p0", "sniffer": "x"}), wrong])["transact"]
    assert (answer["__typename"], answer["code"]) == ("Refused", code)
    assert said in answer["message"]
    assert fresh.data(COUNT) == before


def post(api: Served, body: bytes, kind: str, *, address: str = ADDRESS, key: str = "") -> httpx.Response:
    headers = {"content-type": kind} | ({"idempotency-key": key} if key else {})
    return api.client.post(address, content=body, headers=headers)


def test_lines_of_json_are_one_transaction_and_once_by_their_key(fresh: Served) -> None:
    lines = b"\n".join(b'{"relation": "like", "values": {"post": "p%d", "sniffer": "zoe"}, '
                       b'"valid_from": "2024-05-01T12:45:00Z"}' % i for i in range(3)) + b"\n\n"
    receipts = [post(fresh, lines, "application/x-ndjson", key="once").json() for _ in range(2)]
    assert [(receipt["facts"], receipt["repeated"]) for receipt in receipts] == [(3, False), (3, True)]
    assert fresh.data(COUNT)["view"]["like"]["totalCount"] == 5


def test_an_arrow_stream_is_loaded_with_its_columns_of_time(fresh: Served) -> None:
    rows = pa.table({"post": ["p1", "p2"], "sniffer": ["ida", "ida"],
                     "at": pa.array([START + timedelta(minutes=m) for m in (1, 2)], pa.timestamp("us", tz="UTC"))})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    response = post(fresh, sink.getvalue(), "application/vnd.apache.arrow.stream",
                    address=f"{ADDRESS}&relation=like&valid_from=at")
    assert (response.status_code, response.json()["facts"]) == (200, 2)


@pytest.mark.parametrize(("written", "lie"), [
    (struct.pack("<2i", 0, 77), struct.pack("<2i", 0, 1 << 30)), (b"sniffer", b"sniff\xff\xff")])
def test_an_arrow_stream_that_lies_about_its_bytes_is_refused(fresh: Served, written: bytes, lie: bytes) -> None:
    rows = pa.table({"post": ["p" * 77], "sniffer": ["ida"], "at": pa.array([START], pa.timestamp("us", tz="UTC"))})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    assert written in sink.getvalue()
    response = post(fresh, sink.getvalue().replace(written, lie), "application/vnd.apache.arrow.stream",
                    address=f"{ADDRESS}&relation=like&valid_from=at")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_FACT")


@pytest.mark.parametrize(("body", "kind", "status", "code"), [
    (b"{", "application/jsonl", 400, "INVALID_FACT"), (b"", "application/jsonl", 400, "INVALID_FACT"),
    (b'{"relation": "likes", "values": {}, "valid_from": "2024-05-01T12:00:00Z"}', "application/jsonl", 400,
     "UNKNOWN_NAME"),
    (b'{"relation": "like", "values": {}, "valid_from": "2024-05-01"}', "application/jsonl", 400, "NAIVE_INSTANT"),
    (b'{"relation": "like", "values": {}, "valid_from": "2024-05-01T12:00:00Z", "until": 1}', "application/jsonl", 400,
     "INVALID_FACT"),
    (b'{"relation": "like", "values": {}, "valid_from": "2024-05-01T12:00:00Z", "op": "erase"}', "application/jsonl",
     400, "INVALID_FACT"),
    (b"not arrow", "application/vnd.apache.arrow.stream", 400, "INVALID_FACT"),
    (b"{}", "text/csv", 415, "UNSUPPORTED_MEDIA_TYPE")])
def test_what_cannot_be_committed_is_refused_with_a_code(
    api: Served, body: bytes, kind: str, status: int, code: str,
) -> None:
    response = post(api, body, kind)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)


def test_a_post_without_an_actor_is_refused(api: Served) -> None:
    response = post(api, b"", "application/jsonl", address="/facts?source=test&reason=why")
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_FACT"
