"""Scenarios: only what differs changes, on the same draws; targets move, starting values are assumed."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forecast import models, observations, scenarios
from forecast.errors import ScenarioError
from forecast.plans.catalogue import growth_units, legal_units
from forecast.scenarios.apply import assume, resolve
from forecast.scenarios.model import Assumption, Change, LeverMove, TargetChange
from forecast.schema.language import Text
from forecast.schema.periods import Period
from forecast.schema.streams import Streams
from forecast.schema.tables import make_table

WHY = Text(fr="Essai", en="Trial")


def assume_start(value=30, **other):
    return {"share": Assumption(**{"value": value, "unit": "%", "period": "2023", "reason": WHY, **other})}


# Nothing changed


@settings(max_examples=25)
@given(
    st.integers(0, 1000),
    st.sampled_from(["2024", "2024-2025", "2024-2025Q1", "2024-01"]),
    st.sampled_from([(0.0, 100.0), (0.0, None), (None, None)]),
)
def test_nothing_changed_is_the_baseline_exactly(make_path, run_scenario, seed, start, bounds):
    paths = {"share": make_path(start, seed=seed, bounds=bounds), "other": make_path(seed=seed + 1)}
    same = run_scenario(seed=seed, **paths)
    assert same.scenario == "trial"
    assert all(same.paths[name] is path for name, path in paths.items())
    assert same.paths.keys() == paths.keys()


def test_only_the_path_that_is_named_changes(make_path, make_change, run_scenario):
    share, other = make_path(), make_path(seed=8)
    moved = run_scenario(make_change(), share=share, other=other).paths
    assert moved["other"] is other
    assert not np.array_equal(moved["share"].draws, share.draws)


def test_the_baseline_itself_is_never_touched(make_path, make_change, run_scenario):
    path = make_path()
    before = path.draws.copy()
    run_scenario(make_change(change="set", value=90.0, unit="%"), share=path)
    np.testing.assert_array_equal(path.draws, before)


def test_a_change_of_what_is_not_forecast_changes_nothing(make_path, make_change, run_scenario):
    path = make_path()
    assert run_scenario(make_change(on="other"), share=path).paths["share"] is path


# Start, labels and units


@pytest.mark.parametrize(("start", "first"), [("2026", 2), ("2025-2026", 2), ("2026-01", 2), ("2025-12-31", 1)])
def test_a_change_starts_at_the_first_period_that_ends_no_earlier(make_path, make_change, run_scenario, start, first):
    path = make_path()
    moved = run_scenario(make_change(**{"from": start}, value=5.0), share=path).paths["share"]
    assert np.array_equal(moved.draws[:, :first], path.draws[:, :first])
    assert not np.array_equal(moved.draws[:, first], path.draws[:, first])


def test_a_change_after_the_last_period_is_refused(make_path, make_change, run_scenario):
    with pytest.raises(ScenarioError) as caught:
        run_scenario(make_change(**{"from": "2035"}), share=make_path())
    assert str(caught.value) == (
        "the change on 'share' starts 2035, after the last period forecast, 2029; start it earlier"
    )


@pytest.mark.parametrize(("assumed", "source"), [(True, ()), (False, ("S001",)), (True, ("S001",))])
def test_an_assumed_size_makes_the_path_an_assumption(make_path, make_change, run_scenario, assumed, source):
    moved = run_scenario(make_change(assumed=assumed, source=source), share=make_path()).paths["share"]
    assert moved.assumed is assumed
    assert moved.notes == ("changed",)


@pytest.mark.parametrize(
    ("said", "assumed"),
    [({}, True), ({"assumed": False}, True), ({"source": "S001"}, False), ({"source": "S001", "assumed": True}, True)],
)
def test_a_size_without_a_source_is_an_assumption(said, assumed):
    change = Change(on="share", change="add", value=1, unit="points", reason=WHY, **said)
    assert change.assumed is assumed


def test_only_a_hold_has_no_size(make_change):
    assert make_change(change="hold", value=None, unit=None).value is None
    for kind, value, message in (
        ("hold", 3.0, "a change of kind hold takes no value: it keeps the path where it stands"),
        ("cap", None, "a change of kind cap needs a value"),
    ):
        with pytest.raises(ValidationError, match=f"Value error, {message}"):
            make_change(change=kind, value=value, unit=None)


def test_a_lever_that_is_named_needs_a_value():
    with pytest.raises(
        ValidationError, match="a lever that is named needs a value; one that is not named is not moved"
    ):
        LeverMove(reason=WHY)


@pytest.mark.parametrize(
    ("unit", "legal"),
    [("%", ("%/year", "points/year")), ("persons", ("%/year", "persons/year")), ("L", ("%/year", "L/year"))],
)
def test_units_of_growth(unit, legal):
    assert growth_units(unit) == legal


@pytest.mark.parametrize(
    ("kind", "of_percent", "of_litres"),
    [
        ("set", ("%",), ("L",)),
        ("cap", ("%",), ("L",)),
        ("add", ("points", "%"), ("L",)),
        ("multiply", (None,), (None,)),
        ("hold", (None,), (None,)),
        ("close_gap", (None, "%"), (None, "%")),
    ],
)
def test_units_of_the_other_kinds(kind, of_percent, of_litres):
    assert (legal_units(kind, "%"), legal_units(kind, "L")) == (of_percent, of_litres)


# Targets


def test_nothing_moved_keeps_the_targets(make_plan, make_indicator, make_target, make_scenario):
    plan = make_plan(share=make_indicator(make_target()))
    assert resolve(make_scenario(), plan).indicators["share"].targets == plan.indicators["share"].targets


def test_a_scenario_moves_the_last_target(make_plan, make_indicator, make_target, make_scenario):
    plan = make_plan(share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()))
    moved = resolve(make_scenario(targets={"share": TargetChange(due="2028", value=45.0, reason=WHY)}), plan)
    first, last = moved.indicators["share"].targets
    assert first == plan.indicators["share"].targets[0]
    assert (last.due, last.value, last.words, last.reason) == ("2028", 45.0, "42 %", WHY)
    assert plan.indicators["share"].targets[1].due == "2025"


def test_by_moves_the_last_target_of_every_indicator_in_numbers(make_plan, make_indicator, make_target, make_scenario):
    text = make_target("Guide produit", kind="text", value=None, operator=None)
    plan = make_plan(
        share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()),
        words=make_indicator(text, measure="text", better=None, unit=None),
    )
    moved = resolve(make_scenario(), plan, by=Period.parse("2028"))
    assert [target.due for target in moved.indicators["share"].targets] == ["2024", "2028"]
    assert moved.indicators["share"].targets[1].reason is not None
    assert moved.indicators["words"].targets == (text,)


def test_by_an_earlier_date_keeps_the_targets_in_order(make_plan, make_indicator, make_target, make_scenario):
    plan = make_plan(share=make_indicator(make_target("30 %", due="2024", value=30.0), make_target()))
    moved = resolve(make_scenario(), plan, by=Period.parse("2023"))
    assert [(target.due, target.value) for target in moved.indicators["share"].targets] == [
        ("2023", 42.0),
        ("2024", 30.0),
    ]


def test_by_wins_over_the_scenario(make_plan, make_indicator, make_target, make_scenario):
    plan = make_plan(share=make_indicator(make_target()))
    moving = make_scenario(targets={"share": TargetChange(due="2028", reason=WHY)})
    assert resolve(moving, plan, by=Period.parse("2030")).indicators["share"].targets[0].due == "2030"


def test_a_moved_due_date_loses_the_reading_of_the_old_one(make_plan, make_indicator, make_target, make_scenario):
    target = make_target("100 % (fin 2022)", due="2022-12-31", value=100.0, reading="end of year")
    moved = resolve(make_scenario(), make_plan(share=make_indicator(target)), by=Period.parse("2024"))
    assert "end of year" not in moved.indicators["share"].targets[0].reading


@pytest.mark.parametrize(
    ("better", "reading", "number", "level", "operator"),
    [("up", "points", 5, 35.0, ">="), ("up", "relative", 20, 36.0, ">="), ("down", "relative", -10, 27.0, "<=")],
)
@pytest.mark.parametrize("start", [30, {"low": 20, "high": 40}])
def test_an_assumed_start_fills_the_level_of_a_change(
    make_plan, make_indicator, make_target, make_scenario, start, better, reading, number, level, operator
):
    words = make_target(f"{number:+} %", kind="change", change=number, value=None, operator=None, reading=reading)
    plan = make_plan(share=make_indicator(words, better=better))
    assumed = make_scenario(assumptions=assume_start(start))
    (target,) = resolve(assumed, plan).indicators["share"].targets
    assert (target.value, target.operator) == (pytest.approx(level), operator)
    assert resolve(make_scenario(), plan).indicators["share"].targets == (words,)


def test_a_filled_change_stays_a_change_when_its_date_moves(make_plan, make_indicator, make_target, make_scenario):
    words = make_target("+5 %", kind="change", change=5, value=None, operator=None, reading="points")
    assumed = make_scenario(assumptions=assume_start())
    (target,) = (
        resolve(assumed, make_plan(share=make_indicator(words)), by=Period.parse("2030")).indicators["share"].targets
    )
    assert (target.value, target.due) == (35.0, "2030")
    assert "points" in target.reading  # how the words are read has not changed, only when they fall due


# Assumed starting values


@pytest.mark.parametrize(
    ("value", "error"), [(30, 0.0), ({"low": 20, "high": 40, "shape": "normal"}, 10 / 1.2815515655446004)]
)
def test_an_assumed_start_is_added_and_marked(
    make_plan, make_indicator, make_target, make_observed, make_scenario, value, error
):
    plan = make_plan(share=make_indicator(make_target()), other=make_indicator(make_target()))
    rows = assume(make_scenario(assumptions=assume_start(value)), plan, make_observed(other={"2022": 10.0}))
    (row,) = rows[rows["indicator"] == "share"].to_dict("records")
    assert (row["value"], row["status"], row["used"], row["time"], row["note"]) == (
        30.0,
        "assumed",
        True,
        2023.5,
        "Trial",
    )
    assert row["error"] == pytest.approx(error)
    assert len(rows) == 2


def test_an_assumed_start_stands_before_an_observation_of_its_period(
    make_plan, make_indicator, make_target, make_observed, make_scenario
):
    plan = make_plan(share=make_indicator(make_target()))
    known = make_observed(share={"2022": 10.0, "2023": 12.0})
    rows = assume(make_scenario(assumptions=assume_start()), plan, known)
    assert rows[rows["used"]][["period", "value"]].values.tolist() == [["2022", 10.0], ["2023", 30.0]]


def test_nothing_assumed_leaves_the_observations_as_they_are(
    make_plan, make_indicator, make_target, make_observed, make_scenario
):
    rows = make_observed(share={"2022": 10.0})
    assert assume(make_scenario(), make_plan(share=make_indicator(make_target())), rows) is rows


def test_assuming_for_one_indicator_of_a_narrowed_plan(small, make_scenario):
    # `forecast project` narrows the plan to one indicator; what is assumed of the others does not concern it
    scenario = make_scenario(assumptions={"waiting": assume_start(unit="persons")["share"]})
    plan = small.plan("clinic").only("seen_on_time")
    assert "waiting" not in set(assume(scenario, plan, make_table("observations", []))["indicator"])


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


# Scaling


@pytest.mark.parametrize("model", ["naive", "drift", "ets", "theta"])
@pytest.mark.parametrize("values", [[900.0], [900.0, 950.0], [900, 980, 950, 1010, 990, 1050, 1100, 1080]])
def test_ten_times_the_units_is_ten_times_the_result(
    make_plan, make_indicator, make_target, make_observed, make_change, run_scenario, model, values
):
    def forecast(scale, *changes):
        target = make_target("1 200", value=1200 * scale, due="2028")
        indicator = make_indicator(target, unit="persons", bounds=(0, None))
        series = {str(2016 + i): value * scale for i, value in enumerate(values)}
        observed = make_observed(share=series, unit="persons")
        paths = models.forecast(observed, make_plan(share=indicator), model=model, draws=200, rng=Streams(3)).paths
        return run_scenario(*changes, **paths).paths["share"].draws

    np.testing.assert_allclose(forecast(10), 10 * forecast(1), rtol=1e-6)
    grown = make_change(value=5.0, unit="%/year")
    np.testing.assert_allclose(forecast(10, grown), 10 * forecast(1, grown), rtol=1e-6)
