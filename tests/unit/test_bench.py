"""The bench: a plan is forecast once, and every scenario is tried on the same draws."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.lever_plan import write_catalogue

from forecast import study
from forecast.errors import PlanError, ScenarioError
from forecast.scenarios.model import Assumption
from forecast.schema.language import Text
from forecast.schema.periods import Period
from forecast.study import open_bench, run_study

AS_OF = date(2025, 9, 30)
TITLE = "title: {fr: a, en: a}\ndescription: {fr: a, en: a}\nextends: baseline\n"
WHY = "reason: {fr: a, en: a}"
FILES = {
    "demand_grows": f"levers:\n  demand: {{value: 8, {WHY}}}\n",
    "less_work": f"levers:\n  effort: {{value: 0.8, from: 2026, {WHY}}}\n",
    "unsure": f"levers:\n  effort: {{value: {{low: 1, high: 1.5}}, from: 2026, {WHY}}}\n",
    "assumed": f"assumptions:\n  waiting: {{value: 700, unit: persons, period: 2025-2026, {WHY}}}\n",
    "assumed_too": f"assumptions:\n  waiting: {{value: 700, unit: persons, period: 2025-2026, {WHY}}}\n"
    f"levers:\n  demand: {{value: 8, {WHY}}}\n",
    "later": f"targets:\n  seen_on_time: {{due: '2034', {WHY}}}\n",
}


@pytest.fixture
def clinic(driven, write):
    """The catalogue of a plan with levers, and its scenarios."""
    for name, text in FILES.items():
        write(f"parameters/clinic/{name}.yaml", TITLE + text)
    return driven


@pytest.fixture
def bench(clinic):
    return open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200)


@pytest.fixture
def count(monkeypatch):
    """How often the models were asked: the list grows by one each time."""
    made, forecast = [], study.models.forecast

    def counted(*arguments, **options):
        made.append(options["model"])
        return forecast(*arguments, **options)

    monkeypatch.setattr(study.models, "forecast", counted)
    return made


def draws_of(bench, name, levers=None):
    return {key: path.draws for key, path in bench.apply(bench.scenario(name, levers))[1].paths.items()}


# What is worked out once


def test_scenarios_with_the_same_assumptions_share_a_forecast(bench, count):
    for name in ("baseline", "demand_grows", "less_work", "unsure"):
        bench.apply(bench.scenario(name))
        bench.apply(bench.scenario(name, {"demand": 3}))
    assert len(count) == 1
    bench.run(bench.scenario("demand_grows"))
    assert len(count) == 1


def test_another_due_date_is_forecast_again(bench, count):
    for name in ("baseline", "faster", "baseline", "faster"):
        bench.apply(bench.scenario(name))
    assert len(count) == 2


def test_other_assumptions_are_forecast_again_and_once(bench, count):
    for name in ("baseline", "assumed", "assumed_too", "assumed", "baseline"):
        bench.apply(bench.scenario(name))
    assert len(count) == 2
    baseline, assumed = (draws_of(bench, name)["waiting"] for name in ("baseline", "assumed"))
    assert not np.array_equal(baseline[:, : assumed.shape[1]], assumed)


@pytest.mark.parametrize("order", [("baseline", "later"), ("later", "baseline")])
def test_a_scenario_is_the_same_whatever_was_tried_before_it(bench, clinic, order):
    tried = {name: bench.apply(bench.scenario(name))[1].paths for name in order}
    for name, paths in tried.items():
        alone = run_study("clinic", name, as_of=AS_OF, catalogue=clinic, draws=200).trajectories.paths
        for key, path in alone.items():
            assert paths[key].periods == path.periods, (name, key)
            np.testing.assert_array_equal(paths[key].draws, path.draws)


def test_a_later_due_date_is_forecast_after_an_earlier_one(bench):
    bench.apply(bench.scenario("baseline"))
    _, trajectories = bench.apply(bench.scenario("later"))
    assert trajectories.paths["seen_on_time"].at(Period.parse("2034")) is not None


def test_by_is_the_due_date_of_every_scenario(clinic):
    bench = open_bench("clinic", as_of=AS_OF, by=Period.parse("2030"), catalogue=clinic, draws=200)
    for name in ("baseline", "later"):
        plan, trajectories = bench.apply(bench.scenario(name))
        assert plan.indicators["seen_on_time"].targets[-1].due == "2030"
        assert trajectories.paths["seen_on_time"].at(Period.parse("2030")) is not None
    assert bench.plan.indicators["seen_on_time"].targets[-1].due == "2026"


# The same draws everywhere


def test_the_baseline_is_the_forecast_to_the_last_digit(bench):
    _, _, forecast = bench.forecast(bench.scenario("baseline"))
    found = bench.apply(bench.scenario("baseline"))[1]
    assert found.paths.keys() == forecast.paths.keys() == {"seen_on_time", "waiting", "visits", "seen"}
    assert all(found.paths[name] is path for name, path in forecast.paths.items())


@pytest.mark.parametrize("levers", [{"effort": 1.0}, {"effort": 1}])
def test_a_lever_set_to_nothing_differs_by_exactly_zero(bench, levers):
    plain, moved = draws_of(bench, "baseline"), draws_of(bench, "baseline", levers)
    for name, draws in plain.items():
        np.testing.assert_array_equal(moved[name], draws)


def test_only_what_hangs_on_a_lever_moves(bench):
    plain, moved = draws_of(bench, "baseline"), draws_of(bench, "less_work")
    for name in ("waiting", "visits"):
        np.testing.assert_array_equal(moved[name], plain[name])
    np.testing.assert_allclose(moved["seen"][:, 1:], 0.8 * plain["seen"][:, 1:])
    lost = (plain["seen_on_time"] - moved["seen_on_time"])[:, 1:]
    assert lost.min() > -1e-9
    assert (lost > 0).mean() > 0.5
    np.testing.assert_array_equal(moved["seen_on_time"][:, 0], plain["seen_on_time"][:, 0])


@pytest.mark.parametrize("name", ["baseline", "demand_grows", "unsure", "later"])
@pytest.mark.parametrize("only", ["seen_on_time", "waiting"])
def test_one_indicator_has_the_same_draws_as_among_all(clinic, bench, name, only):
    narrow = open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200, only=only)
    found, whole = draws_of(narrow, name), draws_of(bench, name)
    assert found.keys() == ({"seen_on_time", "visits", "seen"} if only == "seen_on_time" else {"waiting"})
    for key, draws in found.items():
        np.testing.assert_array_equal(draws, whole[key])


def test_one_indicator_computed_from_another_has_the_same_draws(clinic, edit):
    formula = "stock(visits * (100 - seen_on_time) / 100)"
    edit("data/plans/clinic.yaml", "    measure: stock\n", f"    measure: stock\n    formula: {formula}\n")
    narrow, whole = (
        open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200, only=only) for only in ("waiting", None)
    )
    found, expected = (draws_of(one, "baseline", {"effort": 1.5})["waiting"] for one in (narrow, whole))
    np.testing.assert_array_equal(found, expected)


def test_an_unknown_indicator_gets_the_nearest_name(clinic):
    bench = open_bench("clinic", as_of=AS_OF, catalogue=clinic, only="seen_on_tim")
    with pytest.raises(PlanError) as caught:
        bench.forecast(bench.scenario("baseline"))
    assert str(caught.value) == "unknown indicator 'seen_on_tim' of plan 'clinic'; did you mean 'seen_on_time'?"


def test_a_repeat_and_another_seed(clinic):
    one, again, other = (
        draws_of(open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200, seed=seed), "unsure")
        for seed in (1, 1, 2)
    )
    for name in one:
        np.testing.assert_array_equal(one[name], again[name])
        assert not np.array_equal(one[name], other[name])


# Levers that a reader moves


def test_levers_of_a_reader_equal_those_of_a_file(bench, clinic):
    file, reader = draws_of(bench, "demand_grows"), draws_of(bench, "baseline", {"demand": 8})
    for name, draws in file.items():
        np.testing.assert_array_equal(reader[name], draws)
    options = {"as_of": AS_OF, "catalogue": clinic, "draws": 200}
    file, reader = (
        run_study("clinic", name, levers=levers, **options).assessment.outlook.drop(columns="scenario")
        for name, levers in (("demand_grows", None), ("baseline", {"demand": 8}))
    )
    pd.testing.assert_frame_equal(file, reader)


def test_a_reader_goes_over_the_file_and_keeps_its_dates(bench):
    found = draws_of(bench, "less_work", {"effort": 1.0})
    for name, draws in draws_of(bench, "baseline").items():
        np.testing.assert_array_equal(found[name], draws)
    half = draws_of(bench, "less_work", {"effort": 0.5})["seen"]
    np.testing.assert_allclose(half[:, 1:], 0.5 * draws_of(bench, "baseline")["seen"][:, 1:])
    np.testing.assert_array_equal(half[:, 0], draws_of(bench, "baseline")["seen"][:, 0])


@pytest.mark.parametrize(
    ("levers", "message"),
    [
        ({"demnd": 3}, "unknown lever 'demnd' of plan 'clinic'; did you mean 'demand'?"),
        ({"x": 3}, "unknown lever 'x' of plan 'clinic'; known: demand, effort"),
        ({"demand": 20.5}, "20.5 of lever 'demand' lies outside its bounds [-10, 20]"),
        ({"demand": 3, "effort": 0.4}, "0.4 of lever 'effort' lies outside its bounds [0.5, 2]"),
        ({"demand": float("nan")}, "nan of lever 'demand' lies outside its bounds [-10, 20]"),
        ({"demand": float("inf")}, "inf of lever 'demand' lies outside its bounds [-10, 20]"),
    ],
)
def test_levers_that_cannot_be_moved_so(bench, levers, message):
    with pytest.raises(ScenarioError) as caught:
        bench.scenario("baseline", levers)
    assert str(caught.value) == message


def test_a_lever_of_a_reader_that_clashes_with_the_file_is_refused(bench, write):
    change = f"changes:\n  - {{on: visits, change: set, value: 9000, unit: persons, {WHY}}}\n"
    write("parameters/clinic/fixed.yaml", TITLE + change)
    with pytest.raises(ScenarioError, match="two changes on 'visits' from the first period; keep one"):
        bench.scenario("fixed", {"demand": 3})


@pytest.mark.parametrize("demand", [-10, 0, 19])
@pytest.mark.parametrize("effort", [0.5, 1, 1.9])
def test_more_effort_never_lowers_and_more_demand_never_raises_what_is_seen(bench, demand, effort):
    plain, strong, busy = (
        draws_of(bench, "baseline", {"demand": demand + busier, "effort": effort + stronger})["seen_on_time"]
        for busier, stronger in ((0, 0), (0, 0.1), (1, 0))
    )
    assert (strong >= plain - 1e-9).all()
    assert (busy <= plain + 1e-9).all()


# The study


def test_the_study_holds_the_forecast_before_and_after(bench):
    scenario = bench.scenario("less_work")
    found = bench.run(scenario)
    plan, observed, baseline = bench.forecast(scenario)
    assert found.baseline is baseline
    assert (found.plan, found.scenario, found.as_of) == (plan, scenario, AS_OF)
    pd.testing.assert_frame_equal(found.observed, observed)
    assert found.trajectories.trees["seen_on_time"].drivers == ("seen", "visits")
    assert found.trajectories.trees["seen_on_time"].computed == pytest.approx(60)
    assert found.trajectories.trees["seen_on_time"].observed == 62.5


def test_a_scenario_assumes_a_driver_otherwise_in_every_period_alike(tmp_path):
    catalogue = write_catalogue(tmp_path)
    bench = open_bench("trial", as_of=AS_OF, only="staff", catalogue=catalogue)
    baseline = bench.scenario("baseline")
    reason = Text(fr="Essai", en="Trial")
    assumed = Assumption(value=90.0, unit="persons", period="2024", reason=reason)
    otherwise = baseline.model_copy(update={"assumptions": {"nurses": assumed}})
    plan, trajectories = bench.apply(otherwise)
    assert plan.drivers["nurses"].assumed.value == 90.0
    assert np.unique(trajectories.paths["nurses"].draws).tolist() == [90.0]
    assert trajectories.paths["nurses"].assumed
    before = bench.apply(baseline)[1].paths["nurses"].draws
    assert before.min() >= 100
    assert np.array_equal(bench.apply(baseline)[1].paths["nurses"].draws, before)  # the other is forgotten again


def test_what_earlier_scenarios_made_changes_nothing_of_later_ones(clinic):
    names = ["baseline", "demand_grows", "less_work", "unsure", "assumed", "assumed_too", "faster"]
    used = open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200)
    for name in [*names, *reversed(names)]:
        fresh = open_bench("clinic", as_of=AS_OF, catalogue=clinic, draws=200)
        _plan, expected = fresh.apply(fresh.scenario(name))
        _plan, found = used.apply(used.scenario(name))
        assert found.paths.keys() == expected.paths.keys()
        for one, path in expected.paths.items():
            assert np.array_equal(found.paths[one].draws, path.draws), (name, one)
            assert (found.paths[one].assumed, found.paths[one].notes) == (path.assumed, path.notes)
        assert found.trees == expected.trees


def test_a_glance_gives_the_outlook_without_verdicts(bench):
    scenario = bench.scenario("demand_grows")
    whole, glance = bench.run(scenario), bench.run(scenario, verdicts=False)
    for full, brief in zip(whole.assessment.boards, glance.assessment.boards, strict=True):
        shown = ("status", "probability", "median", "low", "high", "gap", "required_pace", "recent_pace")
        assert [brief.outlook.get(name) for name in shown] == [full.outlook.get(name) for name in shown]
        assert brief.verdicts == ()
