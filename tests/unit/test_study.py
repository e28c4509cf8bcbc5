"""The study: the whole method on real plans."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError, PlanError, ScenarioError
from forecast.models import registry
from forecast.schema.periods import Period
from forecast.schema.tables import check_table
from forecast.study import run_study

PLAN, PLASMA = "hema_quebec_2021_2025", "plasma_self_sufficiency"
TODAY, THEN = date(2026, 11, 23), date(2021, 6, 30)


@pytest.fixture(scope="module")
def study(catalogue):
    """Study of a plan, made once for each set of arguments."""
    made = {}

    def run(plan=PLAN, scenario="baseline", **options):
        key = (plan, scenario, *sorted((name, str(value)) for name, value in options.items()))
        if key not in made:
            made[key] = run_study(plan, scenario, catalogue=catalogue, **{"as_of": TODAY, "draws": 1000, **options})
        return made[key]

    return run


def outlook(study, indicator=PLASMA):
    table = study.assessment.outlook
    return table[table["indicator"] == indicator].iloc[-1]


# Plasma self-sufficiency, as known at the start of the plan


def test_as_known_in_june_2021(study):
    then = study(as_of=THEN, only=PLASMA)
    path = then.trajectories.paths[PLASMA]
    assert Period.parse("2025") in path.periods
    table = then.trajectories.table(then.parameters.quantiles)
    assert table[table["indicator"] == PLASMA]["value"].between(0, 100).all()
    assert path.observations > 0
    assert (pd.to_datetime(then.observed["published"]) <= pd.Timestamp(THEN)).all()
    row = outlook(then)
    assert (row["status"], row["words"].replace("\N{NO-BREAK SPACE}", " "), row["due"]) == ("open", "42 %", "2025")
    assert 0 < row["probability"] < 1
    assert row["observations"] == path.observations


def test_what_was_published_later_changes_nothing(study, catalogue, catalogue_copy):
    file = catalogue_copy.root / "data/observations/hema_quebec.csv"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith((f"{PLASMA},2021,", f"{PLASMA},2025"))]
    assert len(kept) == len(lines) - 3
    file.write_text("".join(kept), "utf-8")
    before = run_study(PLAN, catalogue=catalogue_copy, as_of=THEN, draws=1000, only=PLASMA)
    same = study(as_of=THEN, only=PLASMA)
    np.testing.assert_array_equal(before.trajectories.paths[PLASMA].draws, same.trajectories.paths[PLASMA].draws)


def test_once_the_date_has_passed_without_a_value(study):
    row = outlook(study(only=PLASMA, model="drift"))
    assert (row["status"], row["latest_period"], row["latest"]) == ("no_value", "2025-12", 30.0)
    assert pd.isna(row["probability"])


def test_by_2028_the_target_is_open_again(study):
    row = outlook(study(only=PLASMA, by=Period.parse("2028")))
    assert (row["status"], row["due"], row["target"]) == ("open", "2028", 42.0)
    assert 0 < row["probability"] < 1
    assert row["low"] < row["median"] < row["high"]
    assert row["gap"] == pytest.approx(42 - row["median"])


# Draws depend on the seed and on nothing else


def test_same_seed_same_tables(study, catalogue):
    one = study(as_of=THEN, only=PLASMA)
    two = run_study(PLAN, catalogue=catalogue, as_of=THEN, draws=1000, only=PLASMA)
    pd.testing.assert_frame_equal(one.trajectories.table([0.1, 0.5]), two.trajectories.table([0.1, 0.5]))
    pd.testing.assert_frame_equal(one.assessment.outlook, two.assessment.outlook)
    pd.testing.assert_frame_equal(one.assessment.verdicts, two.assessment.verdicts)


def test_another_seed_gives_other_draws(study):
    one, two = study(as_of=THEN, only=PLASMA), study(as_of=THEN, only=PLASMA, seed=2)
    assert not np.array_equal(one.trajectories.paths[PLASMA].draws, two.trajectories.paths[PLASMA].draws)


def test_draws_do_not_depend_on_what_else_is_computed(study):
    whole, alone = study(model="drift"), study(only=PLASMA, model="drift")
    assert len(whole.trajectories.paths) > len(alone.trajectories.paths)
    for name, path in alone.trajectories.paths.items():
        np.testing.assert_array_equal(path.draws, whole.trajectories.paths[name].draws)
    columns = ["indicator", "due", "status", "latest"]
    pd.testing.assert_frame_equal(
        alone.assessment.outlook[columns],
        whole.assessment.outlook.query(f"indicator == '{PLASMA}'")[columns].reset_index(drop=True),
    )


def test_draws_do_not_depend_on_the_scenario(study):
    baseline = study(only=PLASMA, by=Period.parse("2028"), model="drift")
    for scenario in ("target_2028_recent_pace", "target_2028_double_pace", "target_2028_new_donors"):
        other = study(scenario=scenario, only=PLASMA, by=Period.parse("2028"), model="drift")
        np.testing.assert_array_equal(other.baseline.paths[PLASMA].draws, baseline.trajectories.paths[PLASMA].draws)


def test_the_same_series_has_the_same_draws_under_two_names(study):
    one = study("msss_2023_2027", only="surgeries_waiting_over_one_year", model="drift")
    two = study("sante_quebec_2025_2028", only="flagship_6", model="drift")
    assert one.trajectories.paths["surgeries_waiting_over_one_year"].observations > 1
    assert "identification" in two.trajectories.paths["flagship_6"].notes


# Scenarios


def test_a_moved_target_and_a_growth(study):
    moved = study(scenario="target_2028_double_pace", only=PLASMA, model="drift")
    row = outlook(moved)
    assert (row["due"], row["status"], bool(row["assumed"])) == ("2028", "open", True)
    medians = np.median(moved.trajectories.paths[PLASMA].draws, axis=0)
    (change,) = moved.scenario.changes
    np.testing.assert_allclose(np.diff(medians), change.value, atol=0.01)


def test_assumed_starts_make_a_forecast_that_says_so(study):
    nothing = study("ptn_ssss_2023_2027", model="drift")
    assert nothing.trajectories.paths == {}
    assert set(nothing.assessment.outlook["status"]) <= {"open", "no_forecast", "no_value"}
    assumed = study("ptn_ssss_2023_2027", "assumed_start", model="drift")
    assert assumed.trajectories.paths
    rows = assumed.assessment.outlook
    forecast = rows[rows["probability"].notna()]
    assert len(forecast)
    assert forecast["assumed"].all()
    assert (forecast["observations"] == 0).all()


@pytest.mark.parametrize("indicator", ["digital_maturity", "staff_trained_in_digital_skills"])
def test_assumed_starts_of_other_indicators_do_not_stop_a_study_of_one(study, indicator):
    alone = study("ptn_ssss_2023_2027", "assumed_start", only=indicator, model="drift")
    whole = study("ptn_ssss_2023_2027", "assumed_start", model="drift")
    assert set(alone.trajectories.paths) == {indicator} & set(whole.trajectories.paths)


@pytest.mark.parametrize(
    ("plan", "scenario"),
    [
        ("alliance_sante_quebec_2021_2024", "baseline"),
        ("office_des_professions_2019_2023", "assumed_start"),
        ("sante_quebec_2025_2028", "catch_up_continues"),
        ("msss_2023_2027", "pressure_returns"),
    ],
)
def test_every_plan_can_be_studied(study, plan, scenario):
    made = study(plan, scenario, model="drift")
    check_table("outlook", made.assessment.outlook)
    check_table("assessment", made.assessment.verdicts)
    table = made.trajectories.table(made.parameters.quantiles)
    check_table("trajectories", table)
    for name, path in made.trajectories.paths.items():
        low, high = path.bounds
        assert np.isfinite(path.draws).all()
        assert low is None or path.draws.min() >= low, name
        assert high is None or path.draws.max() <= high, name
    assert made.assessment.outlook["words"].notna().all()


def test_quantiles_never_cross_and_hold_the_narrower_interval(study):
    table = study("msss_2023_2027", "pressure_returns", model="drift").trajectories.table([0.05, 0.1, 0.5, 0.9, 0.95])
    for _, rows in table.groupby(["indicator", "period"]):
        assert rows["value"].is_monotonic_increasing


def test_no_observation_no_forecast(study):
    row = outlook(study(as_of=THEN, only="erp_deployment"), "erp_deployment")
    assert (row["status"], row["observations"]) == ("no_forecast", 0)
    assert pd.isna(row["probability"])


def test_horizon_reaches_beyond_the_last_due_date(study):
    path = study("msss_2023_2027", model="drift").trajectories.paths["stretcher_length_of_stay"]
    assert [str(period) for period in path.periods[:3]] == ["2024-2025", "2025-2026", "2026-2027"]
    assert str(path.periods[-1]) == "2029-2030"


# What is asked for and does not exist


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (
            {"plan": "hema_quebec"},
            PlanError,
            "unknown plan 'hema_quebec'; did you mean 'hema_quebec_2021_2025'?",
        ),
        (
            {"scenario": "target_2028"},
            ScenarioError,
            "unknown scenario 'target_2028' of plan 'hema_quebec_2021_2025'; did you mean 'target_2028_new_donors'?",
        ),
        (
            {"only": "plasma_selfsufficiency"},
            PlanError,
            "unknown indicator 'plasma_selfsufficiency' of plan 'hema_quebec_2021_2025';"
            " did you mean 'plasma_self_sufficiency'?",
        ),
        ({"only": PLASMA, "model": "dift"}, DataError, "unknown model 'dift'; did you mean 'drift'?"),
        ({"draws": 5}, DataError, "draws: Input should be greater than or equal to 100, not 5"),
    ],
)
def test_unknown_names_get_the_nearest_one(catalogue, ask, error, message):
    with pytest.raises(error) as caught:
        run_study(**{"plan": PLAN, "as_of": TODAY, "catalogue": catalogue, **ask})
    assert str(caught.value) == message


def test_an_unknown_model_is_refused_even_where_nothing_can_be_forecast(catalogue):
    with pytest.raises(DataError, match="unknown model 'dift'"):
        run_study("alliance_sante_quebec_2021_2024", model="dift", as_of=TODAY, catalogue=catalogue)


@pytest.mark.parametrize("model", [name for name in registry.REGISTRY if name != "prophet"])
def test_every_model_forecasts_the_longest_real_series(study, model):
    made = study("msss_2023_2027", only="stretcher_length_of_stay", model=model, draws=300)
    path = made.trajectories.paths["stretcher_length_of_stay"]
    assert path.model == model
    assert path.observations == 15
    assert 5 < np.median(path.draws[:, 0]) < 30


# Golden


def test_golden_trajectories(study, golden):
    made = study(as_of=THEN, only=PLASMA, model="drift", draws=2000)
    table = made.trajectories.table([0.1, 0.5, 0.9])
    golden(table[table["indicator"] == PLASMA], "plasma_self_sufficiency_as_of_2021_06_30")


def test_golden_outlook(small, golden):
    made = run_study("clinic", "faster", as_of=date(2025, 7, 1), catalogue=small)
    table = made.assessment.outlook[made.assessment.outlook["status"] != "no_forecast"]
    columns = ["indicator", "due", "target", "operator", "probability", "median", "gap", "required_pace", "status"]
    golden(table[columns], "clinic_faster_outlook")
