"""
The laws of possible worlds, on random estimates; a naive sampler of numpy is the oracle of the integrals.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factdb.errors import CallerError, UnknownName
from learning.worlds.check import check
from learning.worlds.continuous import Beta, LogNormal, Normal, StudentT, Uniform
from learning.worlds.counts import Binomial, NegativeBinomial, Poisson
from learning.worlds.decision import decide
from learning.worlds.distribution import Affine, Distribution, Point, floats
from learning.worlds.draws import uniforms
from learning.worlds.law import Method
from learning.worlds.mixture import Mixture, Samples
from learning.worlds.quantity import Quantity, Support
from learning.worlds.world import possible_worlds
from tests.learning.worlds.book import LIKES, PRODUCT, RATE, product_of

Estimates = dict[str, dict[str, Distribution]]

means = st.floats(5.0, 50.0)
sds = st.floats(0.1, 4.0)
estimates = st.one_of(
    st.builds(Normal, means, sds), st.builds(Point, means), st.builds(StudentT, means, sds, st.floats(3.0, 30.0)),
    st.builds(Poisson, means), st.builds(Uniform, st.floats(1.0, 5.0), st.floats(6.0, 9.0)),
    st.builds(LogNormal, st.floats(1.0, 3.0), st.floats(0.05, 0.5)),
)
two_each = st.fixed_dictionaries({name: st.fixed_dictionaries({"historical": estimates, "learned": estimates})
                                  for name in ("rate", "likes")})
shares = st.fixed_dictionaries({name: st.fixed_dictionaries({"historical": st.floats(0.1, 1.0),
                                                             "learned": st.floats(0.1, 1.0)})
                                for name in ("rate", "likes")})
thresholds = st.lists(st.floats(50.0, 2_000.0), min_size=2, max_size=4)
few = settings(max_examples=15)


@few
@given(two_each, shares)
def test_variance_is_within_and_between_worlds(given_estimates: Estimates,
                                               weights: dict[str, dict[str, float]]) -> None:
    answer = possible_worlds(PRODUCT, given_estimates, weights=weights)
    within = sum(world.weight * world.outcome.sd**2 for world in answer.worlds)
    mean = sum(world.weight * world.outcome.mean for world in answer.worlds)
    between = sum(world.weight * (world.outcome.mean - mean) ** 2 for world in answer.worlds)
    assert answer.within + answer.between == pytest.approx(answer.mixture.sd**2, rel=1e-9)
    assert (answer.within, answer.between) == pytest.approx((within, between), rel=1e-9, abs=1e-9)


@few
@given(two_each, shares, thresholds)
def test_the_mixture_is_the_weighted_worlds(given_estimates: Estimates, weights: dict[str, dict[str, float]],
                                            limits: list[float]) -> None:
    answer = possible_worlds(PRODUCT, given_estimates, weights=weights, thresholds=limits)
    for position, limit in enumerate(limits):
        pooled = sum(world.weight * world.outcome.exceeds[position].probability for world in answer.worlds)
        assert answer.mixture.exceeds[position].probability == pytest.approx(pooled, abs=1e-12)
        assert float(answer.mixture.distribution.sf(limit)) == pytest.approx(pooled, abs=1e-12)
    assert answer.mixture.method is not Method.MONTE_CARLO


@few
@given(two_each, shares, thresholds)
def test_the_order_of_quantities_and_estimators_changes_nothing(
        given_estimates: Estimates, weights: dict[str, dict[str, float]], limits: list[float]) -> None:
    turned = {name: dict(reversed(each.items())) for name, each in reversed(given_estimates.items())}
    again = check("rate * likes", [LIKES, RATE])
    one = possible_worlds(PRODUCT, given_estimates, weights=weights, thresholds=limits)
    other = possible_worlds(again, turned, weights=weights, thresholds=limits)
    assert [(world.choices, world.weight, world.outcome.mean, world.outcome.exceeds) for world in one.worlds] == \
           [(world.choices, world.weight, world.outcome.mean, world.outcome.exceeds) for world in other.worlds]
    assert (one.mixture.mean, one.mixture.exceeds) == (other.mixture.mean, other.mixture.exceeds)


@few
@given(two_each, thresholds)
def test_an_estimator_split_in_halves_changes_nothing(given_estimates: Estimates, limits: list[float]) -> None:
    whole = possible_worlds(PRODUCT, given_estimates, thresholds=limits)
    rate = given_estimates["rate"]
    halves = {**given_estimates, "rate": {**rate, "learned again": rate["learned"]}}
    weights = {"rate": {"historical": 2.0, "learned": 1.0, "learned again": 1.0}}
    split = possible_worlds(PRODUCT, halves, weights=weights, thresholds=limits)
    assert len(split.worlds) == 6
    _same_mixture(whole.mixture.distribution, split.mixture.distribution, limits)


@few
@given(two_each, estimates, thresholds)
def test_a_world_without_weight_changes_nothing(given_estimates: Estimates, more: Distribution,
                                                limits: list[float]) -> None:
    whole = possible_worlds(PRODUCT, given_estimates, thresholds=limits)
    added = {**given_estimates, "rate": {**given_estimates["rate"], "rumour": more}}
    with_it = possible_worlds(PRODUCT, added, weights={"rate": {"historical": 1.0, "learned": 1.0}}, thresholds=limits)
    _same_mixture(whole.mixture.distribution, with_it.mixture.distribution, limits)


@few
@given(two_each, st.floats(1e-3, 1e3), thresholds)
def test_an_answer_in_another_unit_is_the_same_answer(given_estimates: Estimates, factor: float,
                                                      limits: list[float]) -> None:
    scaled: Estimates = {
        **given_estimates, "rate": {name: Affine(each, factor, 0.0) for name, each in given_estimates["rate"].items()}}
    one = possible_worlds(PRODUCT, given_estimates, thresholds=limits)
    other = possible_worlds(PRODUCT, scaled, thresholds=[factor * limit for limit in limits])
    assert other.mixture.mean == pytest.approx(factor * one.mixture.mean, rel=1e-9)
    assert other.mixture.sd == pytest.approx(factor * one.mixture.sd, rel=1e-9)
    assert [part.probability for part in other.mixture.exceeds] == \
           pytest.approx([part.probability for part in one.mixture.exceeds], abs=1e-8)


@few
@given(two_each, thresholds)
def test_a_higher_threshold_is_exceeded_less(given_estimates: Estimates, limits: list[float]) -> None:
    answer = possible_worlds(PRODUCT, given_estimates, thresholds=sorted(limits))
    for low, high in pairwise(answer.mixture.exceeds):
        assert high.probability <= low.probability + 1e-12


@few
@given(two_each, st.floats(1.0, 20.0), st.floats(1.0, 60.0))
def test_knowing_a_part_is_never_worth_more_than_knowing_all(given_estimates: Estimates, cost: float,
                                                             loss: float) -> None:
    action = decide(possible_worlds(PRODUCT, given_estimates), threshold=500.0, cost=cost, loss=loss)
    assert all(0 <= part <= action.evpi_world + 1e-9 for part in action.evppi.values())
    assert action.evpi_world <= action.evpi + 1e-9


FAMILIES: list[tuple[Distribution, Distribution]] = [
    (Normal(20.0, 3.0), Normal(2.0, 1.5)),
    (StudentT(20.0, 2.0, 4.0), LogNormal(1.0, 0.3)),
    (Poisson(12.0), Normal(3.0, 0.5)),
    (Poisson(12.0), NegativeBinomial.of_moments(5.0, 9.0)),
    (Beta(2.0, 5.0), Uniform(10.0, 30.0)),
    (Mixture((0.4, 0.6), (Normal(10.0, 1.0), Normal(20.0, 2.0))), Normal(4.0, 1.0)),
    (Samples(floats([1, 2, 4, 8])), Normal(4.0, 1.0)),
]


@pytest.mark.parametrize(("one", "other"), FAMILIES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("text", ["rate * likes", "rate + likes", "rate - likes"])
def test_the_exact_answer_agrees_with_a_naive_sampler(one: Distribution, other: Distribution, text: str) -> None:
    a, b = _naive(one, 1), _naive(other, 2)
    drawn = {"*": a * b, "+": a + b, "-": a - b}[text.split()[1]]
    formula = check(text, [Quantity(name=name, unit=None, support=Support.REAL, resolver=None)
                           for name in ("rate", "likes")])
    limits = [float(np.quantile(drawn, level)) + 1e-6 for level in (0.1, 0.5, 0.9)]
    answer = possible_worlds(formula, {"rate": {"x": one}, "likes": {"x": other}}, thresholds=limits, exact_only=True)
    outcome = answer.worlds[0].outcome
    assert outcome.mean == pytest.approx(drawn.mean(), abs=5 * drawn.std() / math.sqrt(len(drawn)))
    assert outcome.error_bound < 1e-6
    for limit, exceeds in zip(limits, outcome.exceeds, strict=True):
        assert exceeds.probability == pytest.approx(float((drawn > limit).mean()), abs=5 * 0.5 / math.sqrt(len(drawn)))
    for level, value in outcome.quantiles:
        assert float(outcome.distribution.cdf(value)) >= level - 1e-9
        assert float(outcome.distribution.cdf(value - 1e-6 * abs(value))) <= level + 1e-5 or outcome.distribution.atoms


def test_a_product_of_three_is_integrated_twice() -> None:
    formula = check("a * b * c", [Quantity(name=name, unit=None, support=Support.REAL, resolver=None)
                                  for name in "abc"])
    parts: list[Distribution] = [Normal(10.0, 1.0), StudentT(5.0, 0.5, 9.0), Beta(8.0, 4.0)]
    answer = possible_worlds(formula, {name: {"x": part} for name, part in zip("abc", parts, strict=True)},
                             thresholds=[40.0], exact_only=True)
    drawn = math.prod((_naive(part, seed) for seed, part in enumerate(parts)), start=np.ones(1))
    assert answer.mixture.method is Method.QUADRATURE
    assert answer.mixture.exceeds[0].probability == pytest.approx(float((drawn > 40.0).mean()), abs=5e-3)


def test_quantities_that_repeat_are_collected_where_linear_and_drawn_elsewhere() -> None:
    known: Estimates = {"rate": {"x": Normal(100.0, 5.0)}, "likes": {"x": Normal(3.0, 1.0)}}
    plain = [Quantity(name=name, unit=None, support=Support.REAL, resolver=None) for name in ("rate", "likes")]
    linear = possible_worlds(check("2 * rate - rate + likes", plain), known).mixture
    assert (linear.method, linear.mean) == (Method.CLOSED_FORM, 103.0)
    assert linear.sd == pytest.approx(math.sqrt(26.0))
    squared = check("rate * rate - likes", plain)
    drawn = possible_worlds(squared, known, thresholds=[10_000.0]).mixture
    assert drawn.method is Method.MONTE_CARLO
    assert drawn.mean == pytest.approx(100.0**2 + 25.0 - 3.0, rel=0.01)
    with pytest.raises(CallerError, match="No exact answer"):
        possible_worlds(squared, known, exact_only=True)


def test_draws_repeat_to_the_byte_and_begin_alike() -> None:
    formula = check("max(rate, likes)", [Quantity(name=name, unit=None, support=Support.REAL, resolver=None)
                                         for name in ("rate", "likes")])
    known: Estimates = {"rate": {"x": Normal(3.0, 1.0)}, "likes": {"x": Poisson(3.0)}}
    one, again, other = (possible_worlds(formula, known, seed=seed, draws=4_096).worlds[0].outcome.distribution
                         for seed in (7, 7, 8))
    assert isinstance(one, Samples)
    assert isinstance(again, Samples)
    assert isinstance(other, Samples)
    assert one.values.tobytes() == again.values.tobytes()
    assert one.values.tobytes() != other.values.tobytes()
    assert (uniforms(7, "rate", 5_000)[:100] == uniforms(7, "rate", 100)).all()


def test_draws_never_prove_that_a_thing_is_impossible_or_certain() -> None:
    formula = check("max(rate, 0)", [Quantity(name="rate", unit=None, support=Support.REAL, resolver=None)])
    answer = possible_worlds(formula, {"rate": {"x": Normal(10.0, 1.0)}}, thresholds=[0.0, 10.0, 100.0], draws=1_000)
    certain, even, never = answer.mixture.exceeds
    assert certain.probability < 1
    assert certain.lower == pytest.approx(1 - 3 / 1_000, abs=1e-4)
    assert even.lower < 0.5 < even.upper
    assert 0 < never.probability < never.upper == pytest.approx(3 / 1_000, abs=1e-4)


def test_too_many_worlds_and_unknown_names_are_refused() -> None:
    crowd: dict[str, Distribution] = {f"estimator {number}": Point(float(number)) for number in range(100)}
    with pytest.raises(CallerError, match="at most 4096 worlds"):
        possible_worlds(PRODUCT, {"rate": crowd, "likes": crowd})
    with pytest.raises(UnknownName, match="did you mean rat"):
        possible_worlds(check("rate", [RATE]), {"rat": crowd})
    with pytest.raises(UnknownName, match="did you mean learned"):
        possible_worlds(PRODUCT, {"rate": {"learned": Point(1.0)}, "likes": {"learned": Point(1.0)}},
                        weights={"rate": {"learnt": 1.0}})


def test_quantiles_and_tails_are_each_others_inverse() -> None:
    scaled = Affine(Poisson(4.0), -0.1, 2.0)
    for each in (Poisson(6_500.0), Binomial(20, 0.3), NegativeBinomial(2.5, 0.2), scaled):
        for level in (0.01, 0.5, 0.99):
            value = float(each.ppf(level))
            assert float(each.cdf(value)) >= level - 1e-12
            assert float(each.cdf(value)) + float(each.sf(value)) == pytest.approx(1.0)
    assert float(scaled.density(1.6)) == pytest.approx(float(Poisson(4.0).density(4)))
    assert float(product_of(Poisson(12.0), Poisson(3.0), levels=[0.5]).mixture.quantiles[0][1]).is_integer()


def _same_mixture(one: Distribution, other: Distribution, limits: list[float]) -> None:
    assert other.mean == pytest.approx(one.mean, rel=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-9)
    assert list(other.sf(limits)) == pytest.approx(list(one.sf(limits)), abs=1e-12)


def _naive(distribution: Distribution, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    chance, count = np.random.default_rng(seed), 200_000
    match distribution:
        case Normal(mean, sd):
            return chance.normal(mean, sd, count)
        case StudentT(location, scale, df):
            return location + scale * chance.standard_t(df, count)
        case LogNormal(log_mean, log_sd):
            return chance.lognormal(log_mean, log_sd, count)
        case Poisson(rate):
            return chance.poisson(rate, count).astype(np.float64)
        case NegativeBinomial(successes, share):
            return chance.negative_binomial(successes, share, count).astype(np.float64)
        case Beta(a, b):
            return chance.beta(a, b, count)
        case Uniform(low, high):
            return chance.uniform(low, high, count)
        case Samples(values):
            return chance.choice(values, count)
        case Mixture(weights, parts):
            drawn = np.stack([_naive(part, seed + 10 + position) for position, part in enumerate(parts)])
            return drawn[chance.choice(len(parts), count, p=weights), np.arange(count)]
    raise AssertionError(distribution)


@pytest.mark.parametrize("wrong", [
    lambda: Normal(0.0, 0.0), lambda: Normal(math.nan, 1.0), lambda: StudentT(0.0, 1.0, -1.0),
    lambda: LogNormal(0.0, math.inf), lambda: Beta(0.0, 1.0), lambda: Uniform(2.0, 1.0), lambda: Poisson(-1.0),
    lambda: NegativeBinomial(1.0, 1.5), lambda: Binomial(3, -0.1), lambda: Point(math.inf),
    lambda: Samples(floats([])), lambda: Mixture((0.5,), (Point(1.0),)), lambda: Mixture((), ()),
    lambda: NegativeBinomial.of_moments(5.0, 5.0),
])
def test_a_distribution_that_cannot_be_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(CallerError, match="Expected"):
        wrong()


def test_levels_thresholds_and_draws_have_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    one: Estimates = {"rate": {"x": Normal(3.0, 1.0)}, "likes": {"x": Normal(2.0, 1.0)}}
    with pytest.raises(CallerError, match="levels"):
        possible_worlds(PRODUCT, one, levels=[1.0])
    with pytest.raises(CallerError, match="finite thresholds"):
        possible_worlds(PRODUCT, one, thresholds=[math.nan])
    with pytest.raises(CallerError, match="from 1 to"):
        possible_worlds(PRODUCT, one, draws=0)
    monkeypatch.setattr("learning.worlds.world.DRAWS_TOTAL_MAX", 1_000)
    with pytest.raises(CallerError, match="draws in all worlds"):
        possible_worlds(check("max(rate, 0)", [RATE]), {"rate": {"x": Normal(3.0, 1.0), "y": Normal(4.0, 1.0)}},
                        draws=600)
