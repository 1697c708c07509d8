"""Every answer says its basis, and asked again at that basis it is the same, to the byte."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from factdb.basis import Basis
from factdb.fact import assert_fact
from tests.api.conftest import START, Served

EVERYTHING = """query($at: At) { view(at: $at) {
    basis { token } pupdate { totalCount nodes { post length systemFrom } } like { nodes { post sniffer validFrom } }
    weatherHistory(city: "Paris") { wind systemTo } postFeatures(post: "p1") { likes1h snifferOf }
    query(text: "popular(p)") { rows } transactions { transaction facts } } }"""


def test_an_answer_asked_again_after_more_transactions_has_the_same_bytes(fresh: Served) -> None:
    first = fresh.client.post("/graphql", json={"query": EVERYTHING})
    token = first.json()["extensions"]["basis"]["token"]
    for number in range(20):
        fresh.clock.pass_(minutes=1)
        fresh.database.transact([assert_fact("like", {"post": "p1", "sniffer": f"s{number}"}, START),
                                 assert_fact("weather", {"city": "Paris", "wind": float(number)}, START)],
                                actor="t", source="t", reason="t")
    again = fresh.client.post("/graphql", json={"query": EVERYTHING, "variables": {"at": {"basis": token}}})
    assert again.content == first.content
    assert fresh.client.post("/graphql", json={"query": EVERYTHING}).content != first.content


def test_a_time_left_out_is_the_one_now_of_the_request(api: Served) -> None:
    answer = api.ask("{ a: view { basis { valid system } } b: view(at: {valid: \"2024-05-01T12:00:00Z\"}) "
                     "{ basis { valid system } } }")
    now = "2024-05-01T13:00:00Z"
    assert answer["data"] == {"a": {"basis": {"valid": now, "system": now}},
                              "b": {"basis": {"valid": "2024-05-01T12:00:00Z", "system": now}}}


def test_the_extensions_have_the_basis_and_of_several_views_all(api: Served) -> None:
    answer = api.ask("""{ a: view { basis { token } }
        b: view(at: {system: "2024-05-01T12:00:00Z"}) { basis { token } } }""")
    tokens = {field: answer["data"][field]["basis"]["token"] for field in "ab"}
    assert answer["extensions"]["bases"] == tokens
    assert answer["extensions"]["basis"]["token"] == tokens["a"]
    assert Basis.parse(tokens["a"]).transaction == answer["extensions"]["basis"]["transaction"] == 2


@pytest.mark.parametrize("query", [
    "{ __typename }", "{", "{ nothing }", "{ view { query(text: \"nothing(\") { rows } } }"])
def test_even_an_answer_without_a_view_has_a_basis(api: Served, query: str) -> None:
    assert api.ask(query)["extensions"]["basis"]["transaction"] == 2


def test_a_transaction_that_is_not_yet_known_is_not_awaited(api: Served) -> None:
    view = api.data("{ view(at: {basis: \"0.0.99\"}) { basis { transaction } } }")["view"]
    assert view["basis"]["transaction"] == 2


def test_a_few_readers_and_a_writer_at_once_see_whole_transactions(fresh: Served) -> None:
    asked = """{ view { basis { transaction } like(where: {sniffer: {eq: "pair"}}) { totalCount } } }"""

    def read(_: int) -> tuple[int, int]:
        view = fresh.data(asked)["view"]
        return view["basis"]["transaction"], view["like"]["totalCount"]

    def write(number: int) -> None:
        fresh.clock.pass_(seconds=1)
        facts = [assert_fact("like", {"post": f"{number}-{half}", "sniffer": "pair"}, START) for half in "ab"]
        fresh.database.transact(facts, actor="t", source="t", reason="t")

    with ThreadPoolExecutor(5) as threads:
        writing = threads.submit(lambda: [write(number) for number in range(20)])
        seen = [pair for batch in range(5) for pair in threads.map(read, range(10))]
        writing.result()
    assert all(count == 2 * (transaction - 2) for transaction, count in seen)
    assert read(0) == (22, 40)
