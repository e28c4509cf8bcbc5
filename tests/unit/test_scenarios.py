"""Scenarios: only what differs changes, on the same draws, inside the same bounds."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import models, observations, scenarios
from forecast.errors import ScenarioError
from forecast.scenarios.apply import apply, assume, resolve
from forecast.scenarios.library import growth_units
from forecast.scenarios.model import Assumption, Change, Scenario, TargetChange
from forecast.schema.draws import Trajectories
from forecast.schema.language import Text
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

WHY = Text(fr="Essai", en="Trial")


def make_scenario(*changes, targets=None, assumptions=None):
    return Scenario(
        id="trial",
        plan="plan",
        title=WHY,
        description=WHY,
        changes=changes,
        targets=targets or {},
        assumptions=assumptions or {},
    )


def change(**other):
    usual = {"on": "share", "change": "growth", "value": 1.0, "unit": "points/year", "from": "2026", "reason": WHY}
    return Change(**{**usual, "assumed": True, **other})


def run(path, *changes):
    return apply(make_scenario(*changes), Trajectories("plan", "baseline", {"share": path})).paths["share"]


# Nothing changed


def test_nothing_changed_is_the_baseline_exactly(make_path):
    baseline = Trajectories("plan", "baseline", {"share": make_path(), "other": make_path(seed=8)})
    same = apply(make_scenario(), baseline)
    assert same.scenario == "trial"
    assert all(same.paths[name].draws is path.draws for name, path in baseline.paths.items())


def test_only_the_path_that_is_named_changes(make_path):
    baseline = Trajectories("plan", "baseline", {"share": make_path(), "other": make_path(seed=8)})
    moved = apply(make_scenario(change()), baseline)
    assert moved.paths["other"] is baseline.paths["other"]
    assert not np.array_equal(moved.paths["share"].draws, baseline.paths["share"].draws)


def test_the_baseline_itself_is_never_touched(make_path):
    path = make_path()
    before = path.draws.copy()
    run(path, change(change="set", value=90.0, unit="%"))
    np.testing.assert_array_equal(path.draws, before)


def test_a_change_of_what_is_not_forecast_changes_nothing(make_path):
    path = make_path()
    assert run(path, change(on="other")) is path


starts = st.sampled_from(["2024", "2025", "2026", "2027", "2028", "2029"])
rates = st.floats(-40, 40)


@settings(max_examples=40)
@given(starts, rates, st.sampled_from(["points/year", "%/year"]), st.integers(0, 50))
def test_before_the_start_nothing_changes_and_bounds_hold_after(make_path, start, rate, unit, seed):
    path = make_path(seed=seed)
    moved = run(path, change(**{"from": start}, value=rate, unit=unit))
    first = [str(period) for period in path.periods].index(start)
    np.testing.assert_array_equal(moved.draws[:, :first], path.draws[:, :first])
    assert moved.draws.min() >= 0
    assert moved.draws.max() <= 100
    assert np.isfinite(moved.draws).all()


@settings(max_examples=40)
@given(starts, st.floats(0, 100), st.integers(0, 50))
def test_bounds_hold_whatever_the_level(make_path, start, level, seed):
    moved = run(make_path(seed=seed), change(**{"from": start}, change="set", value=level, unit="%"))
    assert moved.draws.min() >= 0
    assert moved.draws.max() <= 100


# Growth


@pytest.mark.parametrize("bounds", [(0.0, 100.0), (0.0, None), (None, None)])
def test_linear_growth_moves_the_median_by_so_much_a_year(make_path, bounds):
    path = make_path(bounds=bounds)
    moved = run(path, change(value=1.5))
    base = np.median(path.draws[:, 1])  # 2025, the last period before the change
    np.testing.assert_allclose(np.median(moved.draws, axis=0)[2:], base + 1.5 * np.arange(1, 5), rtol=1e-9)


@pytest.mark.parametrize("rate", [-30.0, 4.1, 8.0])
def test_compound_growth_multiplies_the_median_each_year(make_path, rate):
    path = make_path(unit="persons", bounds=(0.0, None), value=9000.0)
    moved = run(path, change(value=rate, unit="%/year"))
    base = np.median(path.draws[:, 1])
    np.testing.assert_allclose(
        np.median(moved.draws, axis=0)[2:], base * (1 + rate / 100) ** np.arange(1, 5), rtol=1e-9
    )


def test_growth_from_the_first_period_starts_at_the_last_observation(make_path):
    path = make_path()
    moved = run(path, change(**{"from": "2024"}, value=2.0))
    np.testing.assert_allclose(np.median(moved.draws, axis=0), 30 + 2.0 * np.arange(1, 7), rtol=1e-9)


def test_growth_counts_years_not_periods(make_path):
    quarters = make_path("2024-2025Q1", count=12)
    moved = run(quarters, change(**{"from": "2025-2026Q1"}, value=4.0))
    medians = np.median(moved.draws, axis=0)
    np.testing.assert_allclose(medians[7] - medians[3], 4.0, rtol=1e-9)


def test_growth_of_nothing_keeps_the_median_of_the_period_before(make_path):
    path = make_path()
    moved = run(path, change(value=0.0))
    np.testing.assert_allclose(np.median(moved.draws, axis=0)[2:], np.median(path.draws[:, 1]), rtol=1e-9)


def test_growth_keeps_the_order_of_the_draws(make_path):
    path = make_path()
    moved = run(path, change(value=1.5))
    np.testing.assert_array_equal(np.argsort(path.draws[:, 4]), np.argsort(moved.draws[:, 4]))


def test_growth_against_a_slow_plain_loop(make_path):
    path = make_path(bounds=(0.0, None))
    moved = run(path, change(value=1.5))
    base = sorted(path.draws[:, 1])[200]
    for draw in range(0, 401, 40):
        for i in range(2, 6):
            median = sorted(path.draws[:, i])[200]
            expected = path.draws[draw, i] / median * (base + 1.5 * (i - 1))
            assert moved.draws[draw, i] == pytest.approx(expected)


# Set


@pytest.mark.parametrize("level", [0.5, 12.0, 42.0, 99.0])
def test_set_puts_every_draw_at_the_level(make_path, level):
    moved = run(make_path(), change(change="set", value=level, unit="%"))
    np.testing.assert_allclose(moved.draws[:, 2], level, rtol=1e-9)


@pytest.mark.parametrize("level", [0.0, 100.0])
def test_set_reaches_a_bound(make_path, level):
    moved = run(make_path(), change(change="set", value=level, unit="%"))
    np.testing.assert_allclose(moved.draws[:, 2], level, atol=0.6)


def test_after_set_each_draw_moves_on_as_forecast(make_path):
    path = make_path(bounds=(None, None))
    moved = run(path, change(change="set", value=50.0, unit="%"))
    np.testing.assert_allclose(np.diff(moved.draws[:, 2:]), np.diff(path.draws[:, 2:]), rtol=1e-9)


def test_set_then_growth(make_path):
    moved = run(make_path(), change(change="set", value=50.0, unit="%"), change(**{"from": "2027"}, value=1.0))
    np.testing.assert_allclose(np.median(moved.draws, axis=0)[2:], [50, 51, 52, 53], rtol=1e-9)


# Start and labels


@pytest.mark.parametrize(("start", "first"), [("2026", 2), ("2025-2026", 2), ("2026-01", 2), ("2025-12-31", 1)])
def test_a_change_starts_at_the_first_period_that_ends_no_earlier(make_path, start, first):
    path = make_path()
    moved = run(path, change(**{"from": start}, value=5.0))
    assert np.array_equal(moved.draws[:, :first], path.draws[:, :first])
    assert not np.array_equal(moved.draws[:, first], path.draws[:, first])


def test_a_change_after_the_last_period_is_refused(make_path):
    with pytest.raises(ScenarioError) as caught:
        run(make_path(), change(**{"from": "2035"}))
    assert str(caught.value) == (
        "the change on 'share' starts 2035, after the last period forecast, 2029; start it earlier"
    )


@pytest.mark.parametrize(("assumed", "source"), [(True, ()), (False, ("S001",))])
def test_an_assumed_size_makes_the_path_an_assumption(make_path, assumed, source):
    assert run(make_path(), change(assumed=assumed, source=source)).assumed is assumed


@pytest.mark.parametrize(
    ("unit", "legal"),
    [("%", ("%/year", "points/year")), ("persons", ("%/year", "persons/year")), ("L", ("%/year", "L/year"))],
)
def test_units_of_growth(unit, legal):
    assert growth_units(unit) == legal


# Targets


def test_nothing_moved_keeps_the_targets(make_plan, make_indicator, make_target):
    plan = make_plan(share=make_indicator(make_target()))
    assert resolve(make_scenario(), plan).indicators["share"].targets == plan.indicators["share"].targets


def test_a_scenario_moves_the_last_target(make_plan, make_indicator, make_target):
    plan = make_plan(share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()))
    moved = resolve(make_scenario(targets={"share": TargetChange(due="2028", value=45.0, reason=WHY)}), plan)
    first, last = moved.indicators["share"].targets
    assert first == plan.indicators["share"].targets[0]
    assert (last.due, last.value, last.words, last.reason) == ("2028", 45.0, "42 %", WHY)
    assert plan.indicators["share"].targets[1].due == "2025"


def test_by_moves_the_last_target_of_every_indicator_in_numbers(make_plan, make_indicator, make_target):
    text = make_target("Guide produit", kind="text", value=None, operator=None)
    plan = make_plan(
        share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()),
        words=make_indicator(text, measure="text", better=None, unit=None),
    )
    moved = resolve(make_scenario(), plan, by=Period.parse("2028"))
    assert [target.due for target in moved.indicators["share"].targets] == ["2024", "2028"]
    assert moved.indicators["share"].targets[1].reason is not None
    assert moved.indicators["words"].targets == (text,)


def test_by_an_earlier_date_keeps_the_targets_in_order(make_plan, make_indicator, make_target):
    plan = make_plan(share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()))
    moved = resolve(make_scenario(), plan, by=Period.parse("2023"))
    assert [(target.due, target.value) for target in moved.indicators["share"].targets] == [
        ("2023", 42.0),
        ("2024", 30.0),
    ]


def test_by_wins_over_the_scenario(make_plan, make_indicator, make_target):
    plan = make_plan(share=make_indicator(make_target()))
    moving = make_scenario(targets={"share": TargetChange(due="2028", reason=WHY)})
    assert resolve(moving, plan, by=Period.parse("2030")).indicators["share"].targets[0].due == "2030"


def test_a_moved_due_date_loses_the_reading_of_the_old_one(make_plan, make_indicator, make_target):
    target = make_target("100 % (fin 2022)", due="2022-12-31", value=100.0, reading="end of year")
    moved = resolve(make_scenario(), make_plan(share=make_indicator(target)), by=Period.parse("2024"))
    assert "end of year" not in moved.indicators["share"].targets[0].reading


@pytest.mark.parametrize(
    ("better", "reading", "number", "level", "operator"),
    [("up", "points", 5, 35.0, ">="), ("up", "relative", 20, 36.0, ">="), ("down", "relative", -10, 27.0, "<=")],
)
def test_an_assumed_start_fills_the_level_of_a_change(
    make_plan, make_indicator, make_target, better, reading, number, level, operator
):
    words = make_target(f"{number:+} %", kind="change", change=number, value=None, operator=None, reading=reading)
    plan = make_plan(share=make_indicator(words, better=better))
    assumed = make_scenario(assumptions={"share": Assumption(value=30, unit="%", period="2023", reason=WHY)})
    (target,) = resolve(assumed, plan).indicators["share"].targets
    assert (target.value, target.operator) == (pytest.approx(level), operator)
    assert resolve(make_scenario(), plan).indicators["share"].targets == (words,)


def test_a_filled_change_stays_a_change_when_its_date_moves(make_plan, make_indicator, make_target):
    words = make_target("+5 %", kind="change", change=5, value=None, operator=None, reading="points")
    assumed = make_scenario(assumptions={"share": Assumption(value=30, unit="%", period="2023", reason=WHY)})
    (target,) = (
        resolve(assumed, make_plan(share=make_indicator(words)), by=Period.parse("2030")).indicators["share"].targets
    )
    assert (target.value, target.due) == (35.0, "2030")
    assert "points" in target.reading  # how the words are read has not changed, only when they fall due


# Assumed starting values


def test_an_assumed_start_is_added_and_marked(make_plan, make_indicator, make_target, make_observed):
    plan = make_plan(share=make_indicator(make_target()), other=make_indicator(make_target()))
    assumed = make_scenario(assumptions={"share": Assumption(value=30, unit="%", period="2023", reason=WHY)})
    rows = assume(assumed, plan, make_observed(other={"2022": 10.0}))
    (row,) = rows[rows["indicator"] == "share"].to_dict("records")
    assert (row["value"], row["status"], row["used"], row["time"], row["note"]) == (
        30.0,
        "assumed",
        True,
        2023.5,
        "Trial",
    )
    assert len(rows) == 2


def test_an_assumed_start_stands_before_an_observation_of_its_period(
    make_plan, make_indicator, make_target, make_observed
):
    plan = make_plan(share=make_indicator(make_target()))
    assumed = make_scenario(assumptions={"share": Assumption(value=30, unit="%", period="2023", reason=WHY)})
    rows = assume(assumed, plan, make_observed(share={"2022": 10.0, "2023": 12.0}))
    assert rows[rows["used"]][["period", "value"]].values.tolist() == [["2022", 10.0], ["2023", 30.0]]


def test_nothing_assumed_leaves_the_observations_as_they_are(make_plan, make_indicator, make_target, make_observed):
    rows = make_observed(share={"2022": 10.0})
    assert assume(make_scenario(), make_plan(share=make_indicator(make_target())), rows) is rows


def test_assuming_for_one_indicator_of_a_narrowed_plan(small):
    # `forecast project` narrows the plan to one indicator; what is assumed of the others does not concern it
    scenario = make_scenario(assumptions={"waiting": Assumption(value=30, unit="persons", period="2023", reason=WHY)})
    plan = small.plan("clinic").only("seen_on_time")
    observed = scenarios.assume(scenario, plan, make_empty())
    assert "waiting" not in set(observed["indicator"])


def make_empty():
    from forecast.schema.tables import make_table

    return make_table("observations", [])


# From files


def test_extends_takes_in_what_it_extends(small, write):
    write(
        "parameters/clinic/later.yaml",
        "title: {fr: Tard, en: Late}\ndescription: {fr: Tard, en: Late}\nextends: faster\n"
        "targets:\n  waiting: {due: 2028-2029, reason: {fr: Report, en: Later}}\n"
        "changes:\n  - {on: waiting, change: set, value: 10, unit: persons, from: 2026-2027, assumed: true,"
        " reason: {fr: a, en: a}}\n",
    )
    scenario = scenarios.load(small, small.plan("clinic"), "later")
    assert [item.on for item in scenario.changes] == ["seen_on_time", "waiting"]
    assert (scenario.targets["waiting"].due, scenario.targets["waiting"].value) == ("2028-2029", 900)
    assert scenario.id == "later"


def test_a_change_of_the_same_path_and_start_replaces_that_of_the_base(small, write):
    write(
        "parameters/clinic/more.yaml",
        "title: {fr: Plus, en: More}\ndescription: {fr: Plus, en: More}\nextends: faster\nchanges:\n"
        "  - {on: seen_on_time, change: set, value: 70, unit: '%', from: 2026, assumed: true,"
        " reason: {fr: a, en: a}}\n",
    )
    (change,) = scenarios.load(small, small.plan("clinic"), "more").changes
    assert (change.change, change.value) == ("set", 70)


def test_what_a_scenario_says_of_a_target_is_merged_with_its_base(small, write):
    text = "title: {fr: a, en: a}\ndescription: {fr: a, en: a}\nextends: %s\n"
    text += "targets:\n  waiting: {%s, reason: {fr: a, en: a}}\n"
    write("parameters/clinic/later.yaml", text % ("baseline", "due: 2028-2029"))
    write("parameters/clinic/lower.yaml", text % ("later", "value: 500"))
    moved = scenarios.load(small, small.plan("clinic"), "lower").targets["waiting"]
    assert (moved.due, moved.value) == ("2028-2029", 500)


def test_a_yearly_flow_is_not_asked_about_a_month(small):
    plan = small.plan("clinic")
    with pytest.raises(ScenarioError) as caught:
        scenarios.resolve(scenarios.load(small, plan), plan, by=Period.parse("2028-06"))
    assert str(caught.value) == (
        "'seen_on_time' is measured over a year: 2028-06 cannot be its due date;"
        " write a year, such as 2028 or 2027-2028"
    )


def test_an_assumption_replaces_only_its_own_period(catalogue):
    plan = catalogue.plan("msss_2023_2027")
    reason = {"fr": "a", "en": "a"}
    assumptions = {
        "stretcher_length_of_stay": {"value": 18, "unit": "hours", "period": "2022-2023", "reason": reason},
        "home_care_hours": {"value": 33e6, "unit": "hours", "period": "2023-2024", "reason": reason},
    }
    chosen = scenarios.load(catalogue, plan).model_copy(
        update={"assumptions": {key: Assumption(**value) for key, value in assumptions.items()}}
    )
    known = observations.load(plan, catalogue, as_of=date(2026, 11, 23))
    assumed = scenarios.assume(chosen, plan, known)
    stay = assumed[assumed["indicator"] == "stretcher_length_of_stay"].set_index(["period", "status"])
    assert stay.loc[("2023-2024", "exact"), "used"]
    replaced = assumed[(assumed["indicator"] == "stretcher_length_of_stay") & (assumed["period"] == "2022-2023")]
    assert sorted(zip(replaced["used"], replaced["why"].fillna(""), strict=True)) == [
        (False, "replaced by an assumption"),
        (True, ""),
    ]


def test_an_unknown_scenario_gets_the_nearest_name(small):
    with pytest.raises(ScenarioError) as caught:
        scenarios.load(small, small.plan("clinic"), "fastr")
    assert str(caught.value) == "unknown scenario 'fastr' of plan 'clinic'; did you mean 'faster'?"


def test_the_baseline_comes_first_and_is_one(small):
    assert scenarios.scenario_ids(small, "clinic") == ["baseline", "faster"]
    assert scenarios.load(small, small.plan("clinic")).is_baseline
    assert not scenarios.load(small, small.plan("clinic"), "faster").is_baseline


# Scaling


@pytest.mark.parametrize("model", ["naive", "drift", "ets", "theta"])
@pytest.mark.parametrize("values", [[900.0], [900.0, 950.0], [900, 980, 950, 1010, 990, 1050, 1100, 1080]])
def test_ten_times_the_units_is_ten_times_the_result(
    make_plan, make_indicator, make_target, make_observed, model, values
):
    def forecast(scale, *changes):
        target = make_target("1 200", value=1200 * scale, due="2028")
        indicator = make_indicator(target, unit="persons", bounds=(0, None))
        series = {str(2016 + i): value * scale for i, value in enumerate(values)}
        observed = make_observed(share=series, unit="persons")
        paths = models.forecast(observed, make_plan(share=indicator), model=model, draws=200, rng=Streams(3))
        return apply(make_scenario(*changes), paths).paths["share"].draws

    np.testing.assert_allclose(forecast(10), 10 * forecast(1), rtol=1e-6)
    grown = change(value=5.0, unit="%/year")
    np.testing.assert_allclose(forecast(10, grown), 10 * forecast(1, grown), rtol=1e-6)


def test_as_of_of_the_real_scenarios(catalogue):
    # every scenario of the catalogue can be applied on the day it is published
    for plan_id in catalogue.plan_ids:
        plan = catalogue.plan(plan_id)
        for name in scenarios.scenario_ids(catalogue, plan_id):
            scenario = scenarios.load(catalogue, plan, name)
            resolved = resolve(scenario, plan, by=None)
            assert set(resolved.indicators) == set(plan.indicators)
            assert all(Period.parse(item.start).end > date(2020, 1, 1) for item in scenario.changes)
