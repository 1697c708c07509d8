"""What is read in a view: facts by page, key and history; features; rules; transactions."""

from tests.api.conftest import NOON, Served


def test_a_page_of_facts_has_typed_fields_and_all_times_but_the_last(api: Served) -> None:
    page = api.data("""{ view { pupdate(where: {sniffer: {eq: "rex"}}) {
        totalCount nodes { post length posted pinned validFrom validTo systemFrom } } } }""")["view"]["pupdate"]
    assert page["totalCount"] == 2
    assert page["nodes"][0] == {
        "post": "p1", "length": "PT1S", "posted": NOON, "pinned": None, "validFrom": NOON,
        "validTo": "9999-12-31T23:59:59.999999Z", "systemFrom": "2024-05-01T12:00:00.000001Z"}


def test_pages_follow_one_another_by_cursor_at_one_basis(api: Served) -> None:
    token = api.data("{ view { basis { token } } }")["view"]["basis"]["token"]
    seen, after = [], None
    for _ in range(3):
        page = api.data("""query($at: At!, $after: String) { view(at: $at) { pupdate(first: 2, after: $after) {
            edges { cursor node { post } } pageInfo { hasNextPage endCursor } } } }""",
                        at={"basis": token}, after=after)["view"]["pupdate"]
        seen += [edge["node"]["post"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]
    assert (seen, page["pageInfo"]["hasNextPage"]) == (["p0", "p1", "p2", "p3", "p4"], False)


def test_a_filter_holds_all_its_conditions(api: Served) -> None:
    def found(where: dict[str, object]) -> list[str]:
        asked = "query($where: PupdateFilter) { view { pupdate(where: $where) { nodes { post } } } }"
        return [node["post"] for node in api.data(asked, where=where)["view"]["pupdate"]["nodes"]]

    assert found({"length": {"gt": "PT1S", "lte": "PT3S"}}) == ["p2", "p3"]
    assert found({"post": {"in": ["p4", "p0", "p9"]}, "sniffer": {"eq": "bella"}}) == ["p0", "p4"]
    assert found({"pinned": {"isNull": False}}) == []
    assert found({"validFrom": {"lt": NOON}}) == []


def test_the_fact_of_a_key_is_found_or_null(api: Served) -> None:
    data = api.data("""{ view { it: scoredByKey(post: "p1") { points } no: scoredByKey(post: "p7") { points } } }""")
    assert data["view"] == {"it": {"points": str(2**60)}, "no": None}


def test_the_history_of_a_key_has_every_belief_known(fresh: Served) -> None:
    fresh.data("""mutation { transact(facts: [{relation: "weather", values: {city: "Paris", wind: 9.0},
        validFrom: "2024-05-01T12:30:00Z"}], actor: "t", source: "t", reason: "t") { __typename } }""")
    asked = """query($at: At) { view(at: $at) { weatherHistory(city: "Paris") { wind validFrom validTo systemTo } } }"""
    beliefs = fresh.data(asked)["view"]["weatherHistory"]
    assert [(belief["wind"], belief["validTo"][:4]) for belief in beliefs if belief["systemTo"] > "9999"] == [
        (4.5, "2024"), (9.0, "9999")]
    before = fresh.data(asked, at={"system": "2024-05-01T12:30:00Z"})["view"]["weatherHistory"]
    assert [belief["wind"] for belief in before] == [4.5]


def test_both_times_of_a_view_choose_what_is_seen(api: Served) -> None:
    asked = "query($at: At) { view(at: $at) { popular: query(text: \"popular(p)\") { rows } } }"
    assert api.data(asked)["view"]["popular"]["rows"] == [["p1"]]
    assert api.data(asked, at={"valid": "2024-05-01T11:59:59Z"})["view"]["popular"]["rows"] == []
    assert api.data(asked, at={"system": "2024-05-01T12:00:00Z"})["view"]["popular"]["rows"] == []


def test_before_the_first_fact_the_answer_is_empty_and_no_error(api: Served) -> None:
    view = api.data("""{ view(at: {valid: "1970-01-01T00:00:00Z", system: "1970-01-01T00:00:00Z"}) {
        pupdate { nodes { post } totalCount } postFeatures(post: "p1") { likes1h sniffer_of: snifferOf } } }""")["view"]
    assert view == {"pupdate": {"nodes": [], "totalCount": 0}, "postFeatures": {"likes1h": 0, "sniffer_of": None}}


def test_features_of_an_entity_are_fields_and_concepts_beside_them(api: Served) -> None:
    view = api.data("""{ view(at: {valid: "2024-05-01T12:30:00Z"}) { ...F
        postConcepts(post: "p1") { likesNextHour } cityFeatures(city: "Paris") { windNow } } }
        fragment F on View { postFeatures(post: "p1") { ... on PostFeatures { likes1h } snifferOf } }""")["view"]
    assert view == {"postFeatures": {"likes1h": 2, "snifferOf": "rex"}, "postConcepts": {"likesNextHour": 1},
                    "cityFeatures": {"windNow": 4.5}}


def test_features_by_name_come_as_a_table(api: Served) -> None:
    table = api.data("""{ view { features(names: ["likes_1h", "sniffer_of"], entities: [{post: "p1"}, {post: "p2"}]) {
        columns { name type } rows rowCount truncated } } }""")["view"]["features"]
    assert [column["name"] for column in table["columns"]] == ["likes_1h", "sniffer_of"]
    assert (table["rows"], table["rowCount"], table["truncated"]) == ([[2, "rex"], [0, "bella"]], 2, False)


def test_a_rule_text_takes_values_apart_from_the_text(api: Served) -> None:
    table = api.data("""query($params: JSON) { view {
        query(params: $params, first: 1, text: "pupdate(post: p, posted: t, length: l), t = $since, l >= $long") {
            columns { name type } rows rowCount truncated } } }""",
                     params={"since": {"instant": NOON}, "long": {"duration": "PT3S"}})["view"]["query"]
    assert table["columns"] == [{"name": "p", "type": "text"}, {"name": "t", "type": "instant"},
                                {"name": "l", "type": "duration"}]
    assert (table["rows"], table["rowCount"], table["truncated"]) == ([["p3", NOON, "PT3S"]], 2, True)


def test_names_that_are_taken_or_words_of_python_are_still_reachable(api: Served) -> None:
    data = api.data("{ view { basis { transaction } basisFacts { nodes { name } } tag { nodes { class } } } }")
    assert data["view"] == {"basis": {"transaction": 2}, "basisFacts": {"nodes": []},
                            "tag": {"nodes": [{"class": "walk"}]}}


def test_transactions_say_who_wrote_what_and_why(api: Served) -> None:
    data = api.data("{ view { transactions { transaction actor source reason facts } } }")
    newest, first = data["view"]["transactions"]
    assert newest == {"transaction": 2, "actor": "tests", "source": "conftest", "reason": "a start", "facts": 11}
    assert (first["transaction"], first["reason"]) == (1, "declare")
