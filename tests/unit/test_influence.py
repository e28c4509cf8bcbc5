"""What matters most: the tornado against single runs, the shares of variance against known ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.lever_plan import AS_OF, FILES, PLAN, write_catalogue

from forecast import scenarios
from forecast.errors import PlanError, ScenarioError
from forecast.influence import Influence, measure_influence
from forecast.schema.periods import Period
from forecast.study import open_bench

#: Widths of the ranges that add up in `staff`: of a sum, the share of each is its squared width over that of all.
WIDTHS = {"hire_doctors": 80.0, "hire_nurses": 40.0, "nurses": 40.0, "clerks": 20.0}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    return write_catalogue(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(scope="module")
def bench(catalogue):
    return open_bench("trial", as_of=AS_OF, catalogue=catalogue)


@pytest.fixture(scope="module")
def staff(bench) -> Influence:
    return measure_influence(bench, "baseline", "staff", points=512, draws=100)


def at_due(bench, plan, scenario, indicator) -> np.ndarray:
    """Draws at the due date of the last target, by the long way."""
    resolved, observed, baseline = bench.forecast(scenario)
    resolved = resolved.model_copy(update={"drivers": plan.drivers})
    path = scenarios.apply(scenario, resolved, observed, baseline, rng=bench.rng).paths[indicator]
    return path.at(resolved.indicators[indicator].targets[-1].period)


# One at a time


def test_what_acts_on_an_indicator_is_weighed_and_nothing_else(staff):
    assert {swing.factor.name for swing in staff.swings} == set(WIDTHS)
    assert {swing.factor.kind for swing in staff.swings if swing.factor.name.startswith("hire")} == {"lever"}


def test_now_is_the_scenario_as_it_is(bench, staff):
    draws = at_due(bench, bench.plan, bench.scenario("baseline"), "staff")
    assert staff.now.value == np.median(draws)
    assert staff.now.probability == (draws >= 330).mean()


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("lever", ["hire_doctors", "hire_nurses"])
def test_the_swing_of_a_lever_is_what_moving_it_gives(bench, staff, lever, end):
    (swing,) = [one for one in staff.swings if one.factor.name == lever]
    value = bench.plan.levers[lever].bounds[end == "high"]
    draws = at_due(
        bench, bench.plan, scenarios.with_levers(bench.scenario("baseline"), bench.plan, {lever: value}), "staff"
    )
    effect = getattr(swing, end)
    assert (effect.value, effect.probability) == (np.median(draws), (draws >= 330).mean())


@pytest.mark.parametrize(("end", "value"), [("low", 100.0), ("high", 140.0)])
def test_the_swing_of_an_assumption_is_what_assuming_its_end_gives(bench, staff, end, value):
    (swing,) = [one for one in staff.swings if one.factor.name == "nurses"]
    side = bench.plan.drivers["nurses"]
    told = side.model_copy(update={"assumed": side.assumed.model_copy(update={"value": value})})
    plan = bench.plan.model_copy(update={"drivers": {**bench.plan.drivers, "nurses": told}})
    draws = at_due(bench, plan, bench.scenario("baseline"), "staff")
    effect = getattr(swing, end)
    assert (effect.value, effect.probability) == (np.median(draws), (draws >= 330).mean())


def test_the_largest_effect_stands_first(staff):
    assert staff.swings[0].factor.name == "hire_doctors"
    sizes = [abs(swing.value) for swing in staff.swings]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes == pytest.approx([80, 40, 40, 20], abs=1e-9)
    assert all(swing.probability >= 0 for swing in staff.swings)


# All at once


@pytest.mark.parametrize("name", WIDTHS)
def test_of_a_sum_every_share_is_known(staff, name):
    (share,) = [one for one in staff.value_shares if one.factor.name == name]
    known = WIDTHS[name] ** 2 / sum(width**2 for width in WIDTHS.values())
    assert share.first == pytest.approx(known, abs=0.03)
    assert share.total == pytest.approx(known, abs=0.03)
    assert abs(share.total - known) < 2 * share.total_error


def test_of_a_product_the_interaction_is_in_the_total(tmp_path):
    sum_, product = "doctors + nurses + clerks", "nurses * clerks / doctors"
    assert PLAN.count(sum_) == 1
    files = FILES | {
        "data/plans/trial.yaml": PLAN.replace(sum_, product).replace("low: 40, high: 60", "low: 10, high: 90")
    }
    bench = open_bench("trial", as_of=AS_OF, catalogue=write_catalogue(tmp_path, files), only="staff")
    found = measure_influence(bench, "baseline", "staff", levers=[], points=512, draws=50)
    shares = {one.factor.name: one for one in found.value_shares}
    # variance of a product: μ₂²σ₁² + μ₁²σ₂² + σ₁²σ₂²
    nurses, clerks = 40**2 / 12, 80**2 / 12
    both = nurses * clerks
    alone = {"nurses": 50**2 * nurses, "clerks": 120**2 * clerks}
    whole = sum(alone.values()) + both
    for name, part in alone.items():
        assert shares[name].first == pytest.approx(part / whole, abs=0.03)
        assert shares[name].total == pytest.approx((part + both) / whole, abs=0.03)


def test_shares_of_the_probability_are_told_too(staff):
    assert staff.probability_shares[0].factor.name == "hire_doctors"
    assert {one.factor.name for one in staff.probability_shares} == set(WIDTHS)
    totals = [one.total for one in staff.probability_shares]
    assert totals == sorted(totals, reverse=True)
    assert all(0 < one.total_error < 0.2 for one in staff.probability_shares)


def test_the_number_of_evaluations_is_told(staff):
    assert (staff.evaluations, staff.draws) == (512 * (len(WIDTHS) + 2), 100)


def test_the_same_seed_gives_the_same_shares_and_leaves_chance_elsewhere_alone(bench, catalogue):
    before = np.random.get_state()[1].copy()  # noqa: NPY002  # what must not be touched
    one, two = (measure_influence(bench, "baseline", "staff", points=16, draws=50) for _ in range(2))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert one == two
    other = open_bench("trial", as_of=AS_OF, seed=2, catalogue=catalogue)
    assert measure_influence(other, "baseline", "staff", points=16, draws=50).value_shares != one.value_shares


def test_a_range_without_ends_is_moved_too(tmp_path):
    old = "{low: 40, high: 60}"
    files = FILES | {"data/plans/trial.yaml": PLAN.replace(old, "{low: 40, high: 60, shape: normal}")}
    bench = open_bench("trial", as_of=AS_OF, catalogue=write_catalogue(tmp_path, files), only="staff")
    found = measure_influence(bench, "baseline", "staff", levers=[], points=256, draws=50)
    shares = {one.factor.name: one.first for one in found.value_shares}
    clerks = (10 / 1.2815515655446004) ** 2
    assert shares["clerks"] == pytest.approx(clerks / (clerks + 40**2 / 12), abs=0.05)


def test_what_moves_nothing_has_no_shares(bench):
    wide = bench.plan.levers["lid"].model_copy(update={"bounds": (8000.0, 9000.0)})
    plan = bench.plan.model_copy(update={"levers": {"lid": wide}})
    found = measure_influence(replace(bench, plan=plan), "baseline", "waiting", points=4, draws=50)
    assert (found.value_shares, found.probability_shares) == ((), ())
    assert [(one.value, one.probability) for one in found.swings] == [(0.0, 0.0)]


def test_an_indicator_that_nothing_acts_on_has_neither_swings_nor_shares(bench):
    found = measure_influence(bench, "baseline", "over", by=Period.parse("2027"))
    assert (found.swings, found.value_shares, found.evaluations, found.target.due) == ((), (), 0, "2027")


def test_levers_chosen_are_weighed_beside_the_assumptions(bench):
    found = measure_influence(bench, "baseline", "staff", levers=["hire_nurses"], points=4, draws=50)
    assert {one.factor.name for one in found.swings} == {"hire_nurses", "nurses", "clerks"}


def test_levers_that_cannot_move_together_have_no_shares_beside_each_other(bench):
    found = measure_influence(bench, "baseline", "waiting", points=4, draws=50)
    moved = {"push", "times", "closing", "level", "lid"}
    assert {one.factor.name for one in found.value_shares} == moved
    assert found.left_out == ("pace", "weak")
    assert {one.factor.name for one in found.swings} == {*moved, *found.left_out}
    assert found.evaluations == 4 * (len(moved) + 2)


def test_a_lever_that_the_scenario_does_not_let_move_is_not_weighed(bench):
    growth = "parameters/trial/growing.yaml"
    text = FILES["parameters/trial/later.yaml"].replace('from: "2026-2027", ', "")
    assert text != FILES["parameters/trial/later.yaml"]
    write_catalogue(bench.catalogue.root, {growth: text})
    found = measure_influence(bench, "growing", "waiting", points=4, draws=50)
    assert {"pace", "level"}.isdisjoint(one.factor.name for one in found.swings)


# Wrong questions


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"points": 100}, ScenarioError, "a design of 100 points is not balanced; write a power of two, such as 128"),
        ({"points": 1}, ScenarioError, "a design of 1 points is not balanced; write a power of two, such as 128"),
        ({"levers": ["pusch"]}, ScenarioError, "unknown lever 'pusch' of plan 'trial'; did you mean 'push'?"),
        ({"indicator": "shar"}, PlanError, "unknown indicator 'shar' of plan 'trial'; did you mean 'share'?"),
        ({"indicator": "milestone"}, ScenarioError, "'milestone' has no target in numbers: nothing can be weighed"),
        (
            {"indicator": "waiting", "levers": ["push", "weak"]},
            ScenarioError,
            "two changes on 'waiting' from the first period; keep one, or start the second later",
        ),
        (
            {"indicator": "unseen"},
            ScenarioError,
            "'unseen' is not forecast at its due date, 2027; ask about a later one",
        ),
    ],
)
def test_a_wrong_question_is_an_error(bench, asked, error, message):
    with pytest.raises(error) as caught:
        measure_influence(bench, "baseline", **{"indicator": "share", **asked})
    assert str(caught.value) == message
