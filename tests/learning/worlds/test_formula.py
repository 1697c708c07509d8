"""What a formula may say, and the errors that name the place where one says something else."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdb.errors import CallerError, FactDBError, ParseError, TypeMismatch, UnknownInProgram
from learning.worlds.check import check
from learning.worlds.distribution import floats
from learning.worlds.formula import evaluate, parse
from learning.worlds.quantity import Quantity, Support
from learning.worlds.units import parse_unit


def quantity(name: str, unit: str | None, support: Support) -> Quantity:
    return Quantity(name=name, unit=unit, support=support, resolver=None)


QUANTITIES = [
    quantity("rate", "pupdates/hour", Support.POSITIVE), quantity("hours", "hours", Support.POSITIVE),
    quantity("likes", "likes/pupdate", Support.REAL), quantity("share", None, Support.UNIT),
    quantity("departures", "departures", Support.COUNT),
    quantity("trials", None, Support.COUNT), quantity("late", "late/departure", Support.UNIT),
]


@pytest.mark.parametrize(("text", "unit"), [
    ("rate * hours * likes", "like"),
    ("thin(departures, late)", "late"),
    ("rate / hours", "pupdate/hour^2"),
    ("sqrt(hours ** 2)", "hour"),
    ("max(0, likes) if likes > 0 else -likes", "like/pupdate"),
    ("exp(share) + 1", "1"),
    ("min(rate, 2 * rate)", "pupdate/hour"),
])
def test_the_unit_of_a_formula_follows_from_its_parts(text: str, unit: str) -> None:
    assert str(check(text, QUANTITIES).unit) == unit


@pytest.mark.parametrize(("text", "message"), [
    ("rate + hours", "expected two of one unit, got pupdate/hour and hour"),
    ("rate > hours", "expected two of one unit"),
    ("rate + 5", "a number with a unit is a quantity"),
    ("exp(rate)", "expected a number without a unit"),
    ("rate ** share", "expected a whole number"),
    ("rate / share", "divisor that cannot be 0; share may make it 0"),
    ("rate / (likes - likes)", "likes may make it 0"),
    ("1 / 0", "0 may make it 0"),
    ("share ** -1", "divisor that cannot be 0"),
    ("log(share)", "expected log of what cannot be 0 or negative"),
    ("sqrt(likes)", "expected sqrt of what cannot be negative"),
    ("thin(departures, likes)", "a share in [0, 1]"),
])
def test_a_formula_without_a_meaning_is_refused_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(TypeMismatch) as caught:
        check(text, QUANTITIES)
    assert message in str(caught.value)
    assert "^" in str(caught.value)


@pytest.mark.parametrize("text", [
    "rate / hours", "1 / (trials + 1)", "1 / exp(share)", "1 / -hours", "likes / (hours ** 2)",
    "log(hours / hours)", "1 / (1 + share * share)", "1 / abs(hours)", "1 / max(hours, hours)",
])
def test_a_divisor_that_cannot_be_zero_is_fine(text: str) -> None:
    check(text, QUANTITIES)


@pytest.mark.parametrize("text", [
    "__import__('os')", "rate.real", "rate[0]", "[rate]", "lambda: 1", "'a'", "rate if True else 1", "rate and 1",
    "rate // 2", "rate % 2", "1 < rate < 2", "max(rate, key=abs)", "max(*rate)", "(yield)", "f'{rate}'", "1j", "...",
    "rate := 1", "", "rate +", "rate; rate", "max(rate)", "thin(rate)", "1e999", "10 ** 400 if 1 else 2" + "0" * 400,
])
def test_whatever_is_not_on_the_list_is_refused(text: str) -> None:
    with pytest.raises(CallerError):
        check(text, QUANTITIES)


def test_an_unknown_name_suggests_the_near_one_and_points_at_it() -> None:
    with pytest.raises(UnknownInProgram, match="did you mean likes") as caught:
        parse("rate * like", ["rate", "likes"])
    assert (caught.value.line, caught.value.column) == (1, 8)
    with pytest.raises(UnknownInProgram, match="did you mean sqrt"):
        parse("sqr(rate)", ["rate"])


def test_depth_and_size_have_limits() -> None:
    with pytest.raises(ParseError, match="levels of nesting"):
        parse("-" * 40 + "rate", ["rate"])
    with pytest.raises(CallerError, match="at most 200 parts"):
        parse("+".join(["1"] * 500), [])
    with pytest.raises(CallerError, match="at most 2000 characters"):
        parse("1" * 3_000, [])
    with pytest.raises(CallerError):
        parse("(" * 900 + "1" + ")" * 900, [])


@given(st.text(max_size=40))
def test_no_text_does_anything_but_parse_or_fail_on_purpose(text: str) -> None:
    with suppress(FactDBError):
        check(text, QUANTITIES)


def test_a_formula_computes_as_python_does() -> None:
    values = {"rate": floats([1.0, 4.0]), "hours": floats([2.0, 2.0])}
    text = "max(rate, hours) ** 2 - (sqrt(rate) if rate > hours else abs(-hours)) * 3 / log(exp(1))"
    assert list(evaluate(parse(text, values), values)) == pytest.approx([4 - 6.0, 16 - 6.0])
    with pytest.raises(CallerError, match="divides by 0"):
        evaluate(parse("1 / (rate - 1)", values), values)


def test_units_multiply_and_take_roots() -> None:
    assert parse_unit("km/h") * parse_unit("hours") != parse_unit("km")
    assert parse_unit("km/hour") * parse_unit("hours") == parse_unit("km")
    assert parse_unit("m^2") ** Fraction(1, 2) == parse_unit("m")
    assert parse_unit("1/hour") == parse_unit("hours^-1")
    assert parse_unit("") == parse_unit(None) == parse_unit("1") == parse_unit("miles/mile")
    for wrong in ("likes per pupdate", "/hour", "likes//hour", "5 m"):
        with pytest.raises(CallerError, match="Expected a unit"):
            parse_unit(wrong)
