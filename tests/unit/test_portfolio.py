"""The targets of a plan together, and how the dependence between indicators is measured."""

import json
import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from benchmarks import dependence as measuring
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.evidence import Evidence
from forecast.assessment.portfolio import (
    Dependence,
    combine,
    follow,
    measure_goodness,
    meet,
    read_dependence,
)
from forecast.errors import DataError
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

AS_OF = date(2023, 6, 1)
DRAWS = 4000
RNG = Streams(7)


def depend(rho: float) -> Dependence:
    return Dependence(rho, 0.0, 1, "2026-11-25", "set by hand")


@pytest.fixture(scope="module")
def see(make_target, make_indicator, make_path) -> Callable[..., list[Evidence]]:
    """Evidence of one indicator: draws near a middle that wander over 2023 to 2026, and targets by year."""

    def make(
        name: str, wanted: dict[str, object], *, middle=40.0, operator=">=", draws=DRAWS, **other
    ) -> list[Evidence]:
        chance = np.random.default_rng(sum(map(ord, name)))
        values = middle + np.cumsum(chance.normal(0, 2, (draws, 4)), axis=1)
        better = "up" if operator in (">=", ">") else "down"
        path = make_path("2023", 4, draws=1, value=40.0)
        path = type(path)(**{**vars(path), "draws": values})
        told = [
            {"due": due, **(value if isinstance(value, dict) else {"value": value, "operator": operator})}
            for due, value in wanted.items()
        ]
        targets = [make_target(**one) for one in told]
        indicator = make_indicator(*targets, better=better)
        return [Evidence(name, indicator, one, AS_OF, (), other.get("path", path)) for one in targets]

    return make


@pytest.fixture(scope="module")
def plan(see) -> list[Evidence]:
    """Four indicators, one down, one with three targets, one in a range."""
    between = {"value": 36.0, "high": 44.0, "kind": "range", "operator": None}
    return [
        *see("beds", {"2024": 41.0, "2025": 41.5, "2026": 42.0}),
        *see("waits", {"2026": 38.0}, operator="<="),
        *see("nurses", {"2026": between}),
        *see("visits", {"2025": 39.0}),
    ]


# Distribution of the number met


@pytest.mark.parametrize("rho", [0.0, 0.134, 0.5, 1.0])
def test_the_distribution_sums_to_one_and_its_mean_is_the_sum_of_the_probabilities(plan, rho):
    found = combine(plan, RNG, dependence=depend(rho))
    chances = {(one.indicator, one.due): one.probability for one in found.counted}
    for one in plan:
        assert chances[one.name, one.target.due] == one.target.met_by(one.path.at(one.target.period)).mean()
    lasts = [("beds", "2026"), ("waits", "2026"), ("nurses", "2026"), ("visits", "2025")]
    for joint, expected in (
        (found.every, sum(chances.values())),
        (found.last, sum(chances[key] for key in lasts)),
    ):
        for tally in (joint.dependent, joint.independent):
            assert tally.pmf.size == joint.targets + 1
            assert tally.pmf.sum() == pytest.approx(1.0)
            assert tally.expected == pytest.approx(expected, abs=1e-12)
            assert tally.pmf @ np.arange(tally.pmf.size) == pytest.approx(expected)
    assert (found.every.targets, found.last.targets) == (6, 4)


def test_without_dependence_it_is_as_if_independent(plan):
    found = combine(plan, RNG, dependence=depend(0.0))
    for joint in (found.every, found.last):
        np.testing.assert_allclose(joint.dependent.pmf, joint.independent.pmf, atol=4 * math.sqrt(0.25 / DRAWS))


def test_independent_indicators_against_a_slow_plain_loop(see):
    evidence = [*see("a", {"2026": 41.0}), *see("b", {"2026": 43.0}), *see("c", {"2026": 39.0})]
    chances = [one.probability for one in combine(evidence, RNG).counted]
    expected = np.zeros(4)
    for pattern in range(8):
        met = [bool(pattern >> i & 1) for i in range(3)]
        expected[sum(met)] += math.prod(p if hit else 1 - p for p, hit in zip(chances, met, strict=True))
    tally = combine(evidence, RNG).last.independent
    np.testing.assert_allclose(tally.pmf, expected)
    assert tally.all_met == pytest.approx(math.prod(chances))
    assert tally.half_met == pytest.approx(expected[2] + expected[3])  # two of three are at least half
    two = combine(evidence[:2], RNG).last.independent
    assert two.half_met == pytest.approx(1 - (1 - chances[0]) * (1 - chances[1]))


def test_full_dependence_is_comonotone(plan, see):
    one_sided = [one for one in plan if one.direction]
    found = combine(one_sided, RNG, dependence=depend(1.0))
    chances = [
        next(one.probability for one in reversed(found.counted) if one.indicator == name)
        for name in ("beds", "waits", "visits")
    ]
    assert found.last.dependent.all_met == pytest.approx(min(chances))
    assert found.last.dependent.pmf[0] == pytest.approx(1 - max(chances))


def test_dependence_makes_extremes_likelier_and_moves_good_sides_together(plan):
    spread = []
    for rho in (0.0, 0.3, 0.9):
        tally = combine(plan, RNG, dependence=depend(rho)).last.dependent
        spread.append(tally.pmf @ (np.arange(tally.pmf.size) - tally.expected) ** 2)
    assert spread[0] < spread[1] < spread[2]
    beds, waits = [plan[2]], [plan[3]]  # one should rise, the other fall
    apart = [meet(known, RNG, 0.0)[:, -1] for known in (beds, waits)]
    joined = [meet(known, RNG, 0.5)[:, -1] for known in (beds, waits)]
    assert abs(np.corrcoef(*apart)[0, 1]) < 0.06
    assert np.corrcoef(*joined)[0, 1] > 0.2


def test_targets_of_one_indicator_stay_joined_through_its_own_draws(plan):
    beds = plan[:3]
    met = meet(beds, RNG, 0.134)
    plain = np.column_stack([one.target.met_by(one.path.at(one.target.period)) for one in beds])
    assert sorted(map(tuple, met.tolist())) == sorted(map(tuple, plain.tolist()))
    alone = combine(beds, RNG)
    np.testing.assert_allclose(alone.every.dependent.pmf, alone.every.independent.pmf)


# What a shock does to draws


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 9))
def test_values_rank_as_the_shock_does(values, seed):
    shock = np.random.default_rng(seed).normal(size=len(values))
    ordered = np.array(values)[follow(np.array(values), shock)]
    assert sorted(ordered) == sorted(values)
    assert (np.diff(ordered[np.argsort(shock)]) >= 0).all()


def test_the_good_side_is_up(plan, see, make_target):
    draws = np.array([30.0, 39.0, 50.0])
    assert list(np.argsort(measure_goodness(plan[2], draws))) == [0, 1, 2]
    assert list(np.argsort(measure_goodness(plan[3], draws))) == [2, 1, 0]
    assert list(measure_goodness(plan[4], draws)) == [-10.0, -1.0, -10.0]
    (exact,) = see("exact", {"2026": {"value": 50.0, "operator": "="}})
    assert list(measure_goodness(exact, draws)) == [-20.0, -11.0, 0.0]


# What it does not depend on


def test_order_and_company_change_nothing(plan, see):
    found, turned = combine(plan, RNG), combine(plan[3:] + plan[:3], RNG)
    np.testing.assert_array_equal(found.every.dependent.pmf, turned.every.dependent.pmf)
    assert set(found.counted) == set(turned.counted)
    other = see("other", {"2026": 40.0})
    more = combine([*other, *plan], RNG)
    assert more.counted[1:] == found.counted
    met = meet(other, RNG, read_dependence().rho)[:, 0]
    counts = sum(
        meet(known, RNG, read_dependence().rho).sum(axis=1) for known in (plan[:3], *([one] for one in plan[3:]))
    )
    np.testing.assert_array_equal(more.every.dependent.pmf, np.bincount(counts + met, minlength=8) / DRAWS)


def test_the_same_seed_gives_the_same_and_another_one_nearly(plan):
    first, again, other = (combine(plan, Streams(seed)).every.dependent.pmf for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    np.testing.assert_allclose(first, other, atol=0.04)


# What is counted


def test_only_open_targets_in_numbers_with_draws_at_their_date(see, make_target):
    past = see("past", {"2022": 40.0})
    words = see("words", {"2026": {"value": None, "operator": None, "kind": "text"}})
    undated = see("undated", {"2026": {"value": 40.0, "operator": ">=", "due": None}})
    later = see("later", {"2031": 40.0})
    unknown = see("unknown", {"2026": 40.0}, path=None)
    found = combine([*past, *words, *undated, *later, *unknown], RNG)
    assert (found.counted, found.every, found.last) == ((), None, None)
    assert found.reason == "no open target in numbers has a forecast at its due date"
    assert combine([], RNG).reason == found.reason
    with_one = combine([*past, *see("open", {"2026": 40.0}), *later], RNG)
    assert [one.indicator for one in with_one.counted] == ["open"]
    assert with_one.reason is None


def test_paths_of_different_length_are_refused(see):
    evidence = [*see("a", {"2026": 41.0}), *see("b", {"2026": 41.0}, draws=400)]
    with pytest.raises(DataError) as error:
        combine(evidence, RNG)
    assert str(error.value) == "paths of one plan have 400 to 4000 draws; forecast all with the same number"


# Aggregation


def test_scores_of_the_last_numeric_target_of_each_indicator_are_averaged(plan, see):
    words = see("words", {"2026": {"value": None, "operator": None, "kind": "text"}})
    scores = [("deterioration", -4.0)] * 2 + [("substantial_progress", 4.0), ("deterioration", -3.0)]
    scores += [("not_available", None), ("target_achieved", 5.0), ("target_achieved", 5.0)]
    found = combine([*plan, *words], RNG, scores=scores)
    assert (found.score, found.scored) == (pytest.approx((4 - 3 + 5) / 3), 3)
    assert found.status == "moderate_progress"
    nothing = combine(plan, RNG, scores=[("not_available", None)] * 6)
    assert (nothing.status, nothing.score, nothing.scored) == (None, None, 0)
    assert (combine(plan, RNG).status, combine(plan, RNG).scored) == (None, 0)
    with pytest.raises(ValueError, match="shorter"):
        combine(plan, RNG, scores=scores[:2])


def test_the_record_is_plain(plan):
    record = json.loads(json.dumps(combine(plan, RNG).record()))
    assert record["every"]["targets"] == len(record["counted"]) == 6
    assert sum(record["last"]["dependent"]["distribution"]) == pytest.approx(1)
    assert record["last"]["independent"]["all_met"] > 0
    assert record["dependence"]["rho"] == read_dependence().rho
    assert json.loads(json.dumps(combine([], RNG).record()))["every"] is None


# How the dependence is measured


def test_the_shipped_dependence_is_a_measured_correlation():
    found = read_dependence()
    assert 0 < found.rho < 0.5
    assert 0 < found.error < found.rho
    assert found.pairs > 1000
    assert Period.parse(found.measured).kind == "date"


def multiply_slowly(scores, i, j, lead, shift):
    total, count = 0.0, 0
    years = scores.shape[1]
    for t in range(years):
        for s in range(years):
            if abs(t - s) < lead or not (0 <= t - shift < years and 0 <= s - shift < years):
                continue
            product = scores[i, t] * scores[j, t - shift] * scores[i, s] * scores[j, s - shift]
            if np.isfinite(product):
                total, count = total + product, count + 1
    return total, count


@pytest.mark.parametrize(("lead", "shift"), [(1, 0), (2, 0), (3, 0), (2, 3), (1, -4), (1, 12)])
def test_products_are_those_of_a_slow_plain_loop(lead, shift):
    scores = np.random.default_rng(3).normal(size=(4, 9))
    scores[0, :2] = scores[1, 5:] = np.nan
    sums, counts = measuring.multiply(scores, lead, shift)
    for i in range(4):
        for j in range(4):
            total, count = multiply_slowly(scores, i, j, lead, shift)
            assert sums[i, j] == pytest.approx(total, abs=1e-9)
            assert counts[i, j] == count


def simulate(rho, lasting=0.0, size=120, years=16, seed=1):
    """Scores of one source and place: a common shock of either sign, and errors that last in each series."""
    chance = np.random.default_rng(seed)
    common, own = chance.normal(size=years), chance.normal(size=(size, years))
    steady = chance.normal(size=(size, 1))
    sign = chance.choice([-1, 1], size=(size, 1))
    own = math.sqrt(lasting) * steady + math.sqrt(1 - lasting) * own
    return sign * math.sqrt(rho) * common + math.sqrt(1 - rho) * own


@pytest.mark.parametrize(("rho", "lasting"), [(0.0, 0.0), (0.0, 0.4), (0.3, 0.0), (0.3, 0.2)])
def test_a_known_dependence_of_unknown_sign_is_found_again(rho, lasting):
    scores = np.stack([simulate(rho, lasting, seed=seed) for seed in range(6)])
    indicator = np.arange(120) // 2  # two series each
    sources = []
    for one in scores:
        every = np.ones((120, 120), dtype=bool)
        sources.append({1: measuring.compare(one, indicator, every, 1)})
    weights = [np.ones(60)] * 6
    assert measuring.root(measuring.average(sources, weights)) == pytest.approx(rho, abs=0.08)


def test_an_outcome_becomes_its_normal_score():
    quantiles = 10 + 2 * measuring.SCORES
    for outcome, score in ((10.0, 0.0), (12.0, 1.0), (8.0, -1.0), (15.0, 2.5), (30.0, 4.0), (-30.0, -4.0)):
        assert measuring.to_score(outcome, quantiles) == pytest.approx(score, abs=1e-6)
