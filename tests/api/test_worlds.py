"""Possible worlds over HTTP: the book's four worlds, from what was stated and from what is stored."""

from datetime import timedelta

import pytest

from factdb.fact import assert_fact
from tests.api.conftest import START, Served

ASKED = """query($formula: String!, $quantities: [QuantityInput!]!, $thresholds: [Float!], $at: At) { view(at: $at) {
    possibleWorlds(formula: $formula, quantities: $quantities, thresholds: $thresholds, levels: [0.5]) {
        unit between within mixture { mean sd method exceeds { threshold probability lower upper } }
        worlds { weight choices { quantity estimator } outcome { mean quantiles { level value } } }
        decide(threshold: 200000, cost: 10, loss: 50) { act expectedCost evpi } } } }"""


def stated(name: str, value: float, **others: object) -> dict[str, object]:
    return {"kind": "STATED", "name": name, "value": value, **others}


def book(*, shares: tuple[float, float] | None = None) -> list[dict[str, object]]:
    weights = [{}, {}] if shares is None else [{"weight": 1 - share} for share in shares]
    others = [{}, {}] if shares is None else [{"weight": share} for share in shares]
    return [{"name": "rate", "unit": "pupdates", "support": "POSITIVE", "estimators": [
                stated("historical", 6500, **weights[0]), stated("learned", 7250, **others[0])]},
            {"name": "likes", "unit": "likes/pupdate", "support": "POSITIVE", "estimators": [
                stated("historical", 23, **weights[1]), stated("learned", 28, **others[1])]}]


def test_the_four_worlds_of_the_book(api: Served) -> None:
    answer = api.data(ASKED, formula="rate * likes", quantities=book(), thresholds=[200_000])["view"]["possibleWorlds"]
    assert [world["outcome"]["mean"] for world in answer["worlds"]] == [149_500, 166_750, 182_000, 203_000]
    assert answer["worlds"][3]["choices"] == [{"quantity": "likes", "estimator": "learned"},
                                              {"quantity": "rate", "estimator": "learned"}]
    assert (answer["unit"], answer["mixture"]["mean"], answer["within"]) == ("like", 175_312.5, 0)
    assert answer["mixture"]["exceeds"] == [{"threshold": 200_000, "probability": 0.25, "lower": 0.25, "upper": 0.25}]


def test_stated_weights_decide_the_mixture_and_the_decision(api: Served) -> None:
    answer = api.data(ASKED, formula="rate * likes", quantities=book(shares=(0.7, 0.6)),
                      thresholds=[200_000])["view"]["possibleWorlds"]
    assert answer["mixture"]["exceeds"][0]["probability"] == pytest.approx(0.42)
    assert answer["mixture"]["mean"] == pytest.approx(182_650)
    assert answer["decide"] == {"act": True, "expectedCost": 10, "evpi": pytest.approx(10 - 10 * 0.42)}


def test_histories_come_from_the_store_at_the_basis(fresh: Served) -> None:
    rates = [6500 + 150 * (hour - 5) for hour in range(1, 10)]
    facts = [assert_fact("scored", {"post": f"h{hour}", "points": rate}, START + timedelta(hours=hour))
             for hour, rate in enumerate(rates, start=1)]
    fresh.clock.pass_(hours=9)
    fresh.database.transact(facts, actor="t", source="t", reason="t")
    quantities = [{"name": "rate", "unit": "points", "support": "COUNT", "history": {
        "text": 'scored(post: p, points: n) within 10h at t, p != "p1"', "instant": "t", "value": "n"},
        "estimators": [{"kind": "MEAN", "certain": True}, {"kind": "TREND"}]}]
    at = {"valid": "2024-05-01T22:00:00Z"}
    data = fresh.data(ASKED, formula="rate", quantities=quantities, thresholds=[7000], at=at)
    answer = data["view"]["possibleWorlds"]
    assert [(world["choices"][0]["estimator"], round(world["outcome"]["mean"])) for world in answer["worlds"]] == [
        ("historical", 6500), ("learned", 7250)]
    before = fresh.ask(ASKED, formula="rate", quantities=quantities, at={**at, "system": "2024-05-01T13:00:00Z"})
    assert "at least 4 values, got 0" in before["errors"][0]["message"]


@pytest.mark.parametrize(("formula", "change", "code"), [
    ("rate * like", {}, "UNKNOWN_NAME"), ("rate +", {}, "PARSE_ERROR"), ("rate + likes", {}, "TYPE_MISMATCH"),
    ("rate * likes", {"estimators": []}, "UNKNOWN_NAME"),
    ("rate * likes", {"estimators": [{"kind": "MEAN"}]}, "INVALID_FACT"),
    ("rate * likes", {"estimators": [{"kind": "STATED"}]}, "INVALID_FACT"),
    ("rate * likes", {"estimators": [{"kind": "STATED", "value": -1}]}, "INVALID_FACT"),
    ("rate * likes", {"estimators": [{"kind": "STATED", "value": 0}]}, "INVALID_FACT"),
    ("rate * likes", {"support": "UNIT", "estimators": [{"kind": "STATED", "value": 1.5}]}, "INVALID_FACT"),
    ("rate * likes", {"estimators": [stated("a", 1), stated("a", 2)]}, "INVALID_FACT"),
    ("rate * likes", {"estimators": [stated("a", 1, weight=-1)]}, "BAD_INPUT")])
def test_a_question_that_makes_no_sense_gets_its_code(
    api: Served, formula: str, change: dict[str, object], code: str,
) -> None:
    rate, likes = book()
    assert api.code(ASKED, formula=formula, quantities=[{**rate, **change}, likes]) == code
