"""Scenarios side by side: differences draw by draw, the mixture, milestones and effort."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.compare import MIXTURE, compare, move_levers
from forecast.compare.comparison import COLUMNS, MILESTONES
from forecast.compare.mixture import choose, share_weights
from forecast.errors import PlanError, ScenarioError
from forecast.scenarios.changes import change_path
from forecast.scenarios.neutral import find_neutral
from forecast.schema.periods import Period
from forecast.study import open_bench

AS_OF = date(2025, 7, 15)
SERVED = """  served:
    number: "4"
    name: {fr: Demandes servies, en: Requests served}
    unit: "%"
    bounds: [0, 100]
    better: up
    formula: 100 * offers / requests
    targets:
      - {words: "70 %", due: "2026", value: 70, operator: ">="}
"""
DRIVERS = """  offers:
    name: {fr: Offres, en: Offers}
    unit: persons
    of: seen_on_time
    assumed: {value: {low: 50, high: 70}, period: "2024", reason: {fr: Essai, en: Trial}}
  requests:
    name: {fr: Demandes, en: Requests}
    unit: persons
    of: seen_on_time
    assumed: {value: {low: 90, high: 110}, period: "2024", reason: {fr: Essai, en: Trial}}
levers:
  push: {on: seen_on_time, change: add, unit: points, bounds: [-5, 10]}
  queue: {on: waiting, change: multiply, bounds: [0.5, 1.5]}
  more_offers: {on: offers, change: add, unit: persons, bounds: [0, 40]}
"""
HEAD = "title: {fr: Essai, en: Trial}\ndescription: {fr: Essai., en: Trial.}\nextends: baseline\n"
WHY = "reason: {fr: Essai, en: Trial}"
NOTHING = {"push": 0, "queue": 1, "more_offers": 0}
SCENARIOS = {
    "nothing": "levers:\n" + "".join(f"  {lever}: {{value: {value}, {WHY}}}\n" for lever, value in NOTHING.items()),
    "pushed": f"weight: 3\nlevers:\n  push: {{value: {{low: 1, high: 6}}, {WHY}, source: S002}}\n",
    "queued": f"weight: 1\nlevers:\n  queue: {{value: 0.8, {WHY}}}\n  push: {{value: -2.5, {WHY}}}\n",
    "offered": f"levers:\n  more_offers: {{value: 20, {WHY}}}\n",
    "later": f'targets:\n  waiting: {{due: "2027-2028", value: 900, {WHY}}}\n',
}


@pytest.fixture
def clinic(small, write, edit):
    """The hand-typed catalogue with levers, an indicator computed from drivers, and scenarios."""
    edit("data/plans/clinic.yaml", "drivers:\n", f"{SERVED}drivers:\n")
    plan = small.root / "data/plans/clinic.yaml"
    write("data/plans/clinic.yaml", plan.read_text("utf-8") + DRIVERS)
    for name, text in SCENARIOS.items():
        write(f"parameters/clinic/{name}.yaml", HEAD + text)
    return small


@pytest.fixture
def bench(clinic):
    return open_bench("clinic", as_of=AS_OF, catalogue=clinic)


def row_of(comparison, scenario, indicator):
    table = comparison.table
    (row,) = table[(table["scenario"] == scenario) & (table["indicator"] == indicator)].to_dict("records")
    return row


def draws_at_due(bench, scenario, indicator):
    """Draws at the due date of the last target, by another way than the comparison's."""
    plan, after = bench.apply(bench.scenario(scenario))
    target = plan.indicators[indicator].targets[-1]
    return after.paths[indicator].at(Period.parse(target.due)), target


def quantile(values, level):
    """Linear between the two nearest of the ordered values."""
    ordered = sorted(values)
    place = level * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


# Differences


def test_a_lever_set_to_nothing_differs_by_exactly_zero(bench):
    found = compare(bench, ["nothing"])
    rows = found.table[found.table["scenario"] == "nothing"]
    assert sorted(rows["indicator"]) == ["seen_on_time", "served", "waiting"]
    columns = [column for column in COLUMNS if "difference" in column]
    assert (rows[columns].to_numpy() == 0.0).all()
    assert not rows["changed"].any()
    assert set(rows["effort"]) == {0.0}


def test_differences_are_those_of_a_slow_loop_draw_by_draw(bench):
    found = row_of(compare(bench, ["pushed"]), "pushed", "seen_on_time")
    (own, target), (without, _) = (draws_at_due(bench, name, "seen_on_time") for name in ("pushed", "baseline"))
    value, met = [], []
    for with_it, before in zip(own.tolist(), without.tolist(), strict=True):
        value.append(with_it - before)
        met.append((with_it >= target.value) - (before >= target.value))
    for column, level in (("difference_low", 0.1), ("difference", 0.5), ("difference_high", 0.9)):
        assert found[column] == pytest.approx(quantile(value, level), rel=1e-12)
    for column, level in (("low", 0.1), ("median", 0.5), ("high", 0.9)):
        assert found[column] == pytest.approx(quantile(own.tolist(), level), rel=1e-12)
    mean, reach = statistics.fmean(met), 1.2815515655 * statistics.pstdev(met) / math.sqrt(len(met))
    assert found["probability_difference"] == pytest.approx(mean, rel=1e-12)
    assert found["probability_difference_low"] == pytest.approx(mean - reach, rel=1e-9)
    assert found["probability_difference_high"] == pytest.approx(mean + reach, rel=1e-9)
    assert found["probability"] - found["baseline_probability"] == pytest.approx(mean, rel=1e-12)
    assert 1 < found["difference_low"] < found["difference"] < found["difference_high"] < 6


def test_the_gap_is_positive_when_short_in_both_directions(bench):
    found = compare(bench, ["queued"])
    up, down = row_of(found, "baseline", "seen_on_time"), row_of(found, "baseline", "waiting")
    assert up["gap"] == pytest.approx(63 - up["median"])
    assert down["gap"] == pytest.approx(down["median"] - 1000)
    assert row_of(found, "queued", "waiting")["gap"] < down["gap"]


def test_what_a_scenario_leaves_alone_is_looked_at_once(bench):
    found = compare(bench, ["pushed", "queued"])
    pairs = found.pairs
    assert pairs["pushed"]["waiting"].aim is pairs["baseline"]["waiting"].aim
    assert pairs["pushed"]["served"].aim is pairs["baseline"]["served"].aim
    assert pairs["pushed"]["seen_on_time"].reference is pairs["queued"]["seen_on_time"].reference
    changed = found.table[found.table["changed"] & (found.table["scenario"] != MIXTURE)]
    assert sorted(zip(changed["scenario"], changed["indicator"], strict=True)) == [
        ("pushed", "seen_on_time"),
        ("queued", "seen_on_time"),
        ("queued", "waiting"),
    ]


def test_a_moved_target_is_compared_with_the_baseline_judged_by_the_same(bench):
    found = row_of(compare(bench, ["later"]), "later", "waiting")
    draws, target = draws_at_due(bench, "later", "waiting")
    assert (found["due"], found["target"]) == ("2027-2028", 900.0)
    assert (found["target_changed"], found["changed"], found["difference"]) == (True, False, 0.0)
    assert found["baseline_probability"] == found["probability"] == (draws <= target.value).mean()


def test_a_driver_moves_what_is_computed_from_it_and_the_assumption_is_told(bench):
    found = compare(bench, ["offered"])
    row = row_of(found, "offered", "served")
    assert row["difference"] == pytest.approx(20, abs=0.5)
    assert row["assumed"]
    assert not row_of(found, "offered", "seen_on_time")["assumed"]


def test_an_assumed_size_is_told_and_a_cited_one_is_not(bench):
    found = compare(bench, ["pushed", "queued"])
    assert row_of(found, "queued", "seen_on_time")["assumed"]
    assert not row_of(found, "pushed", "seen_on_time")["assumed"]


def test_without_observations_there_is_a_row_and_no_figure(clinic, write):
    header = "series,period,value,unit,source,published,status,note,note_fr\n"
    write("data/observations/clinic.csv", f"{header}seen_on_time,2024,62.5,%,S002,,exact,,\n")
    found = compare(open_bench("clinic", as_of=AS_OF, catalogue=clinic), ["queued"])
    row = row_of(found, "queued", "waiting")
    assert row["status"] == "no_forecast"
    assert all(math.isnan(row[column]) for column in ("median", "probability", "difference", "baseline_median"))
    assert "waiting" not in set(found.milestones["indicator"])
    start = f'assumptions: {{waiting: {{value: 1300, unit: persons, period: "2025-03-31", {WHY}}}}}\n'
    write("parameters/clinic/assumed.yaml", HEAD + start)
    found = compare(open_bench("clinic", as_of=AS_OF, catalogue=clinic), ["assumed"])
    row = row_of(found, "assumed", "waiting")
    assert (row["status"], row["assumed"], row["changed"]) == ("open", True, True)
    assert row["low"] < 1300 < row["high"]
    assert math.isnan(row["difference"])
    assert found.milestones.query("indicator == 'waiting'")["baseline_probability"].isna().all()
    assert not row_of(found, "assumed", "seen_on_time")["changed"]


# Which rows


def test_the_baseline_stands_first_and_each_scenario_once(bench):
    found = compare(bench, ["offered", "pushed", "offered", "baseline"])
    assert [one.id for one in found.scenarios] == ["baseline", "offered", "pushed"]
    assert list(found.table["scenario"]) == ["baseline", "offered", "pushed"] * 3
    assert list(found.table) == list(COLUMNS)


def test_only_the_indicators_asked_for(bench):
    found = compare(bench, ["queued"], indicators=["waiting"])
    assert set(found.table["indicator"]) == set(found.milestones["indicator"]) == {"waiting"}


def test_nothing_open_leaves_empty_tables_of_the_same_columns(clinic):
    found = compare(
        open_bench("clinic", as_of=date(2026, 11, 23), catalogue=clinic), ["pushed"], indicators=["waiting"]
    )
    assert (len(found.table), list(found.table)) == (0, list(COLUMNS))
    assert (len(found.milestones), list(found.milestones)) == (0, list(MILESTONES))


@pytest.mark.parametrize(
    ("names", "indicators", "kind", "message"),
    [
        (["pusht"], [], ScenarioError, "unknown scenario 'pusht' of plan 'clinic'; did you mean 'pushed'?"),
        ([], ["wating"], PlanError, "unknown indicator 'wating' of plan 'clinic'; did you mean 'waiting'?"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(bench, names, indicators, kind, message):
    with pytest.raises(kind) as error:
        compare(bench, names, indicators=indicators)
    assert str(error.value) == message


# Levers that a reader moves


def test_a_scenario_with_a_lever_moved_says_so_and_leaves_the_baseline(bench):
    moved = move_levers(bench, "baseline", {"push": 4, "queue": 0.9})
    assert moved.id == "baseline+push=4,queue=0.9"
    found = compare(bench, [moved])
    assert [one.id for one in found.scenarios] == ["baseline", moved.id]
    assert row_of(found, moved.id, "seen_on_time")["difference"] == pytest.approx(4)
    assert move_levers(bench, "pushed", {}).id == "pushed"


# Mixture


def test_every_draw_of_the_mixture_is_that_of_one_scenario(bench):
    found = compare(bench, ["queued", "pushed", "offered"])
    assert found.weights == {"pushed": 0.75, "queued": 0.25}
    chosen = choose(found.weights, 400, bench.rng.stream("mixture", "clinic"))
    for name in ("seen_on_time", "waiting"):
        mixed = found.pairs[MIXTURE][name].aim.draws
        for i in range(400):
            source = found.pairs[("pushed", "queued")[chosen[i]]][name].aim.draws
            assert (mixed[:, i] == source[:, i]).all()
    row, parts = row_of(found, MIXTURE, "seen_on_time"), ("pushed", "queued")
    chances = [row_of(found, name, "seen_on_time")["probability"] for name in parts]
    assert min(chances) < row["probability"] < max(chances)
    assert math.isnan(row["weight"])
    assert row_of(found, "pushed", "waiting")["weight"] == 0.75


def test_the_mixture_of_what_nobody_changes_is_the_baseline(bench):
    pair = compare(bench, ["pushed", "queued"]).pairs[MIXTURE]["served"]
    assert not pair.changed


def test_the_mixture_does_not_depend_on_the_order(bench):
    one, other = compare(bench, ["pushed", "queued"]), compare(bench, ["queued", "pushed"])
    pick = [found.table[found.table["scenario"] == MIXTURE].reset_index(drop=True) for found in (one, other)]
    pd.testing.assert_frame_equal(*pick)


def test_scenarios_with_other_targets_are_not_mixed(clinic, edit):
    edit("parameters/clinic/later.yaml", "targets:", "weight: 2\ntargets:")
    found = compare(open_bench("clinic", as_of=AS_OF, catalogue=clinic), ["pushed", "later"])
    assert set(found.pairs[MIXTURE]) == {"seen_on_time", "served"}
    assert found.unmixed == ("waiting",)


def test_one_weight_alone_makes_no_mixture(bench):
    found = compare(bench, ["pushed", "offered"])
    assert (found.weights, MIXTURE in found.pairs, found.unmixed) == ({}, False, ())


def test_no_scenario_may_bear_the_name_of_the_mixture(bench):
    named = bench.scenario("offered").model_copy(update={"id": MIXTURE})
    with pytest.raises(ScenarioError) as error:
        compare(bench, ["pushed", "queued", named])
    said = "beside weighted scenarios none may be called 'mixture': that is all of them; rename it"
    assert str(error.value) == said


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=6), st.integers(100, 1000), st.integers(0, 5))
def test_each_scenario_has_its_share_of_the_draws_to_one(weights, count, seed):
    total = sum(weights)
    shares = {f"s{i}": weight / total for i, weight in enumerate(weights)}
    counts = np.bincount(choose(shares, count, np.random.default_rng(seed)), minlength=len(weights))
    below = np.cumsum(counts) - count * np.cumsum(list(shares.values()))
    assert counts.sum() == count
    assert np.abs(below).max() <= 1 + 1e-9


def test_weights_are_shared_in_the_order_of_the_ids(bench):
    loaded = [bench.scenario(name) for name in ("queued", "offered", "pushed")]
    assert list(share_weights(loaded).items()) == [("pushed", 0.75), ("queued", 0.25)]


# Milestones


def test_milestones_are_the_medians_of_each_year_up_to_the_due_date(bench):
    found = compare(bench, ["later", "pushed"]).milestones
    rows = found[(found["scenario"] == "later") & (found["indicator"] == "waiting")]
    assert list(rows["period"]) == ["2025-2026", "2026-2027", "2027-2028"]
    path = bench.apply(bench.scenario("later"))[1].paths["waiting"]
    for row in rows.to_dict("records"):
        draws = path.at(Period.parse(row["period"]))
        assert row["value"] == pytest.approx(np.median(draws))
        assert row["probability"] == np.mean([draw <= row["value"] for draw in draws.tolist()])
    rows = found[(found["scenario"] == "pushed") & (found["indicator"] == "seen_on_time")]
    assert list(rows["period"]) == ["2025", "2026"]
    after, before = (bench.apply(bench.scenario(name))[1].paths["seen_on_time"] for name in ("pushed", "baseline"))
    for row in rows.to_dict("records"):
        assert row["value"] == pytest.approx(np.median(after.at(Period.parse(row["period"]))))
        level = before.at(Period.parse(row["period"]))
        assert row["baseline_probability"] == np.mean([draw >= row["value"] for draw in level.tolist()])
        assert row["baseline_probability"] < row["probability"]


def test_the_last_milestone_is_the_projected_value(bench):
    found = compare(bench, ["pushed", "queued", "later"])
    last = found.milestones.groupby(["indicator", "scenario"])["value"].last()
    medians = found.table.set_index(["indicator", "scenario"])["median"]
    pd.testing.assert_series_equal(last.sort_index(), medians.sort_index(), check_names=False)


# Effort


def test_effort_adds_up_how_far_levers_are_moved_in_shares_of_their_bounds(bench):
    found = compare(bench, ["pushed", "queued", "later"])
    assert found.efforts == {"pushed": pytest.approx(3.5 / 15), "queued": pytest.approx(0.2 / 1 + 2.5 / 15)}
    assert math.isnan(row_of(found, "later", "waiting")["effort"])


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [("add", "points", 0.0), ("multiply", None, 1.0), ("close_gap", None, 0.0), ("set", "%", 34.0), ("cap", "%", 40.0)],
)
def test_the_magnitude_at_which_a_change_does_nothing(make_path, make_change, kind, unit, expected):
    path = replace(make_path(), draws=np.tile([31.0, 32.0, 34.0, 40.0, 39.0, 36.0], (5, 1)))
    change = make_change(change=kind, unit=unit, value=1.0)
    assert find_neutral(change, path) == pytest.approx(expected)


@pytest.mark.parametrize(("unit", "value"), [("points/year", 2.5), ("%/year", 100 * ((42 / 32) ** (1 / 4) - 1))])
@pytest.mark.parametrize("profile", ["step", "ramp"])
def test_a_growth_at_its_neutral_pace_ends_on_the_median(make_path, make_change, unit, value, profile):
    path = make_path(value=20.0)
    change = make_change(unit=unit, profile=profile, until="2028" if profile == "ramp" else None)
    neutral = find_neutral(change, path)
    moved = change_path(path, change, np.full(path.draws.shape[0], neutral))
    assert np.median(moved.draws[:, -1]) == pytest.approx(np.median(path.draws[:, -1]), rel=1e-9)
    assert np.median(moved.draws[:, 3]) != pytest.approx(np.median(path.draws[:, 3]), rel=1e-3)
    by_hand = replace(path, draws=np.tile([30.0, 32.0, 33.0, 35.0, 37.0, 42.0], (5, 1)))
    assert profile == "ramp" or find_neutral(change, by_hand) == pytest.approx(value, rel=1e-3)


def test_a_growth_through_zero_has_no_compound_pace(make_path, make_change):
    path = replace(make_path(), draws=np.tile([30.0, 0.0, 1.0, 2.0, 3.0, 4.0], (5, 1)))
    assert find_neutral(make_change(unit="%/year"), path) == 0.0


def test_effort_counts_from_the_bound_where_doing_nothing_lies_beyond(clinic, edit):
    edit("data/plans/clinic.yaml", "bounds: [0, 40]", "bounds: [10, 40]")
    found = compare(open_bench("clinic", as_of=AS_OF, catalogue=clinic), ["offered"])
    assert found.efforts == {"offered": pytest.approx(10 / 30)}


def test_what_is_not_forecast_has_no_neutral_growth(make_change):
    assert find_neutral(make_change(), None) is None
