"""The real driver trees: what they rest on, how they agree with what was observed, and the questions they answer."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from forecast import observations
from forecast.plans.formulas import parse_formula
from forecast.scenarios import load
from forecast.schema.periods import Period
from forecast.study import open_bench

AS_OF = date(2026, 6, 30)
HEMA, MSSS = "hema_quebec_2021_2025", "msss_2023_2027"
PLASMA, SURGERY = "plasma_self_sufficiency", "surgeries_waiting_over_one_year"
TREES = {
    (HEMA, PLASMA): {
        *("donation_centres_in_operation", "plasma_donors_per_centre", "registered_plasma_donors"),
        *("plasma_donations_per_donor", "litres_per_plasma_donation", "recovered_plasma", "plasma_collected"),
        *("immunoglobulin_grams_per_1000_inhabitants", "quebec_population", "immunoglobulin_demand"),
        *("immunoglobulin_yield", "plasma_required"),
    },
    (HEMA, "new_donor_share_whole_blood"): {"blood_donors", "new_blood_donors", "returning_blood_donors"},
    (MSSS, SURGERY): {"surgery_requests_passing_one_year", "surgeries_on_requests_over_one_year"},
}


@cache
def bench(plan_id):
    return open_bench(plan_id, as_of=AS_OF, draws=400)


@pytest.fixture(scope="module")
def plans(catalogue):
    return {plan_id: catalogue.plan(plan_id) for plan_id in catalogue.plan_ids}


def test_three_indicators_are_computed_from_drivers(plans):
    found = {(plan.id, name): plan.named_by(name) for plan in plans.values() for name in plan.indicators}
    assert {key: names for key, names in found.items() if names} == TREES


def test_every_driver_of_a_formula_is_observed_assumed_or_computed(catalogue, plans):
    observed = {row.observation.series for row in observations.read(catalogue)}
    for plan in plans.values():
        items = {**plan.drivers, **plan.indicators}
        for item in items.values():
            for name in parse_formula(item.formula).names if item.formula else ():
                driver = items[name]
                seen = bool(observed & set(plan.series_of(name)))
                assert seen or driver.formula or driver.assumed, name
                assert not (seen and driver.assumed), f"{name} has values: nothing is to be assumed"


def test_what_is_assumed_says_why_and_whether_a_source_is_cited(plans):
    for plan in plans.values():
        for name, side in plan.drivers.items():
            if side.assumed is None:
                continue
            assert side.assumed.value.low < side.assumed.value.likely < side.assumed.value.high, name
            started = (
                ("Hypothèse tirée de", "Assumption drawn from")
                if side.assumed.source
                else (
                    "Hypothèse sans source citée ici",
                    "Assumption without a source cited here",
                )
            )
            assert side.assumed.reason.fr.startswith(started[0]), name
            assert side.assumed.reason.en.startswith(started[1]), name


@pytest.mark.parametrize(("plan_id", "name"), TREES)
def test_a_tree_agrees_with_what_was_observed_to_a_quarter_or_says_so(plan_id, name):
    _, trajectories = bench(plan_id).apply(bench(plan_id).scenario("baseline"))
    tree = trajectories.trees[name]
    assert tree.missing == ()
    assert tree.undefined == 0
    assert tree.factor == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("plan_id", [HEMA, MSSS])
def test_every_lever_moves_something_and_nothing_when_it_is_not_moved(plan_id):
    own = bench(plan_id)
    baseline = own.apply(own.scenario("baseline"))[1].paths
    for name, lever in own.plan.levers.items():
        moved = own.apply(own.scenario("baseline", {name: lever.bounds[1]}))[1].paths
        changed = {key for key in baseline if not np.array_equal(baseline[key].draws, moved[key].draws)}
        assert changed & {indicator for plan, indicator in TREES if plan == plan_id}, name
        neutral = {"add": 0.0, "multiply": 1.0}.get(lever.change)
        if neutral is not None:
            same = own.apply(own.scenario("baseline", {name: neutral}))[1].paths
            assert all(np.array_equal(baseline[key].draws, same[key].draws) for key in baseline), name


def chance(scenario_id):
    """Probability of 42 % or more in 2028, in a scenario."""
    _, trajectories = bench(HEMA).apply(bench(HEMA).scenario(scenario_id))
    return float(np.mean(trajectories.paths[PLASMA].at(Period.parse("2028")) >= 42))


def test_two_centres_do_not_reach_42_percent_while_demand_grows_8_percent(plans):
    scenario = load(bench(HEMA).catalogue, plans[HEMA], "two_centres_demand_8")
    assert {name: move.value for name, move in scenario.levers.items()} == {"new_centres": 2, "demand_growth": 8}
    assert scenario.targets[PLASMA].due == "2028"
    assert all(move.source and move.assumed for move in scenario.levers.values())
    grows, stays, nothing = (chance(name) for name in ("two_centres_demand_8", "two_centres_demand_flat", "baseline"))
    assert grows < 0.1
    assert grows < nothing < stays < 0.5


def test_scenarios_of_the_surgery_list(plans):
    own = bench(MSSS)
    due = Period.parse("2026-2027")
    medians = {
        name: float(np.median(own.apply(own.scenario(name))[1].paths[SURGERY].at(due)))
        for name in ("baseline", "more_operations", "surgeries_as_promised", "surgeries_shorter_list")
    }
    assert medians["surgeries_as_promised"] == pytest.approx(1000, rel=0.01)
    assert medians["surgeries_shorter_list"] == pytest.approx(medians["baseline"] - 2500, abs=300)
    assert medians["more_operations"] < medians["baseline"] - 1500
