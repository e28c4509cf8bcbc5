"""Backtests: what was known on a day, what was forecast from it, and what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast import backtest
from forecast.assessment import scores
from forecast.backtest import cases, panels, plans
from forecast.backtest.summary import USUAL_CHANGE, reliability_of, summarise
from forecast.errors import DataError
from forecast.models.panel import Series
from forecast.plans.model import Target

HEADER = "series,period,value,unit,source,published,status,note,note_fr\n"
DAY = date(2026, 11, 23)


def row(series, period, value, published, status="exact", unit="%"):
    return f"{series},{period},{value},{unit},S001,{published},{status},,\n"


#: The share of 2021 is said roughly at first, and published later, below.
SHARES = [
    row("seen_on_time", "2019", 60, "2020-03-01"),
    row("seen_on_time", "2020", 62, "2021-03-01"),
    row("seen_on_time", "2021", 70, "2022-03-01", status="approximate"),
    row("seen_on_time", "2021", 64, "2023-03-01"),
    row("seen_on_time", "2022", 66, "2023-03-01"),
]


@pytest.fixture
def clinic(small, write):
    """The hand-typed catalogue with yearly shares, published one after the other."""
    write("data/observations/clinic.csv", HEADER + "".join(SHARES))
    return small


def check(catalogue, models=("drift",), **other):
    return backtest.backtest_plan("clinic", catalogue, models, as_of=DAY, **{"draws": 400, **other})


def make_series(id="s", values=(10.0, 12.0, 11.0, 13.0, 15.0), **other):
    times = 2015.5 + np.arange(len(values))
    usual = {"step": 1.0, "season": 1, "lower": 0.0, "upper": None, "ahead": times[-1:] + 1}
    return Series(id=id, times=times, values=np.array(values), **{**usual, **other})


# Plans


def test_each_day_sees_what_was_known_and_is_compared_with_what_is_used_now(clinic):
    found = check(clinic).cases
    shown = found[["as_of", "origin", "period", "observations", "outcome"]].to_numpy().tolist()
    assert shown == [
        ["2020-03-01", "2019", "2020", 1, 62],
        ["2020-03-01", "2019", "2021", 1, 64],
        ["2020-03-01", "2019", "2022", 1, 66],
        ["2021-03-01", "2020", "2021", 2, 64],
        ["2021-03-01", "2020", "2022", 2, 66],
        ["2022-03-01", "2021", "2022", 3, 66],
    ]
    assert found["lead"].tolist() == pytest.approx([1, 2, 3, 1, 2, 1], abs=0.01)
    near = found[found["as_of"] == "2022-03-01"]
    assert abs(near["median"].item() - 70) < 6  # the value of that day was 70, not the 64 published since


def test_what_was_published_later_changes_no_earlier_forecast(clinic, write):
    whole = check(clinic).cases
    write("data/observations/clinic.csv", HEADER + "".join(SHARES[:2]))
    early = check(clinic).cases
    same = whole[(whole["as_of"] == "2020-03-01") & (whole["period"] == "2020")]
    for column in ("median", "low_95", "high_95"):
        assert early[column].item() == same[column].item()


def test_what_happened_is_what_was_known_at_the_as_of(clinic):
    then = backtest.backtest_plan("clinic", clinic, ["naive"], as_of=date(2022, 6, 30), draws=400).cases
    assert then["outcome"].tolist() == [62, 70, 70]


def test_models_are_told_nothing_of_what_happened(clinic):
    plan = clinic.plan("clinic")
    (origin, *_) = plans.find_origins(plan, clinic, DAY).origins
    asked = plans.ask_for(plan, origin.outcomes)
    assert {target.value for item in asked.indicators.values() for target in item.targets} == {0.0}
    assert [target.due for target in asked.indicators["seen_on_time"].targets] == ["2020", "2021", "2022"]


def test_a_driver_is_forecast_too(clinic, write):
    visits = [
        row("visits", year, 9000 + 100 * i, f"{year + 1}-03-01", unit="persons") for i, year in enumerate((2021, 2022))
    ]
    write("data/observations/clinic.csv", HEADER + "".join(visits))
    assert check(clinic).cases[["indicator", "unit", "outcome"]].to_numpy().tolist() == [["visits", "persons", 9100]]


def test_targets_of_the_plan_and_virtual_ones_are_counted(clinic, write):
    late = [row("seen_on_time", "2024", 78, "2025-03-01"), row("seen_on_time", "2025", 81, "2026-03-01")]
    write("data/observations/clinic.csv", HEADER + "".join(late))
    events = check(clinic).events
    own = events[events["kind"] == "target"]
    assert own[["period", "threshold", "happened"]].to_numpy().tolist() == [["2025", 80.0, True]]
    assert own["brier"].item() == pytest.approx((own["probability"].item() - 1) ** 2)
    lead = events["lead"].iloc[0]
    expected = [78 * (1 + pace) ** lead for pace in (0.01, 0.02, 0.04, -0.01, -0.02, -0.04)]
    virtual = events[events["kind"] == "virtual"]
    assert virtual["threshold"].tolist() == pytest.approx(expected)
    assert virtual["happened"].tolist() == [True, True, False, False, False, False]


def test_a_virtual_target_outside_the_bounds_is_left_out(clinic, write):
    late = [row("seen_on_time", "2024", 98, "2025-03-01"), row("seen_on_time", "2025", 99, "2026-03-01")]
    write("data/observations/clinic.csv", HEADER + "".join(late))
    assert check(clinic).events["threshold"].max() < 100


def test_values_after_a_later_break_are_not_compared():
    rows = pd.DataFrame({"time": [2021.5, 2022.5], "value": [1.0, 2.0], "broken": [np.nan, 2022.0]})
    assert plans._later(rows, 2020.5)["value"].tolist() == [1.0]
    assert plans._later(rows, 2022.1)["value"].tolist() == [2.0]


def test_a_proposed_series_is_not_compared_with_the_figures_of_the_indicator(catalogue):
    plan = catalogue.plan("sante_quebec_2025_2028")
    origins = plans.find_origins(plan, catalogue, DAY).origins
    found = {series for origin in origins for series in origin.outcomes["flagship_6"]["series"]}
    assert found == {"surgeries_waiting_over_one_year"}


def test_a_series_that_two_plans_follow_counts_once(catalogue):
    both = ["msss_2023_2027", "sante_quebec_2025_2028"]
    found = backtest.backtest_plans(both, catalogue, ["naive"], as_of=DAY, draws=200)
    assert not found.cases.duplicated(["series", "model", "as_of", "period"]).any()
    assert set(found.cases["plan"]) == {"msss_2023_2027"}


def test_progress_is_told_step_by_step(clinic):
    told = []
    check(clinic, ["naive", "drift"], tell=lambda done, total: told.append((done, total)))
    assert told == [(i + 1, 6) for i in range(6)]


def test_without_models_the_default_and_two_simple_ones(clinic):
    assert list(dict.fromkeys(check(clinic, ()).cases["model"])) == ["drift", "naive"]


def test_nothing_to_compare_gives_empty_tables(clinic, write):
    write("data/observations/clinic.csv", HEADER + SHARES[0])
    found = check(clinic)
    assert len(found) == 0
    assert {"median", "wis", "covered_95", "width_50"} <= set(found.cases)
    assert len(summarise(found)) == len(reliability_of(found)) == 0


def test_an_unknown_model_is_refused(clinic):
    with pytest.raises(DataError) as error:
        check(clinic, ["drifft"])
    assert str(error.value) == "unknown model 'drifft'; did you mean 'drift'?"


# Panels


def test_every_history_is_cut_and_forecast_in_one_call_per_model_and_origin(monkeypatch):
    asked = []

    def predict(model, panel, draws, rng):
        asked.append((model, {series.id: (series.values.size, series.ahead.tolist()) for series in panel}))
        return real(model, panel, draws, rng)

    real = panels.predict
    monkeypatch.setattr(panels, "predict", predict)
    panel = [make_series("long"), make_series("short", (1.0, 2.0))]
    found = backtest.backtest_panel(panel, ["naive", "drift"], origins=2, horizon=1, draws=200, seed=3)
    assert [call[0] for call in asked] == ["naive", "naive", "drift", "drift"]
    assert asked[0][1] == {"long": (4, [2019.5]), "short": (1, [2016.5])}
    assert asked[1][1] == {"long": (3, [2018.5])}
    naive = found.cases[found.cases["model"] == "naive"]
    assert naive[["series", "observations", "period", "outcome"]].to_numpy().tolist() == [
        ["long", 4, "2019.5", 15.0],
        ["short", 1, "2016.5", 2.0],
        ["long", 3, "2018.5", 13.0],
    ]


def test_later_values_of_a_panel_change_no_forecast():
    values = (10.0, 12.0, 11.0, 13.0, 15.0)
    whole = backtest.backtest_panel([make_series(values=values)], ["drift"], origins=2, draws=200)
    other = backtest.backtest_panel([make_series(values=(*values[:3], 40.0, 50.0))], ["drift"], origins=2, draws=200)
    for found in (whole, other):
        assert len(found) == 3
    same = [found.cases[found.cases["observations"] == 3]["median"].tolist() for found in (whole, other)]
    assert same[0] == same[1]


def test_what_is_doubtful_of_values_held_back_is_held_back_too():
    series = make_series(errors=np.arange(5.0), exceptional=[0, 0, 0, 1, 1])
    cut = panels.cut_series(series, 2, 1)
    assert (cut.errors.tolist(), cut.exceptional.tolist()) == ([0, 1, 2], [False] * 3)
    assert cut.ahead.tolist() == [2018.5]


def test_a_series_with_one_value_is_left_out():
    panel = [make_series("one", (1.0,)), make_series("two", (1.0, 2.0))]
    assert set(backtest.backtest_panel(panel, ["naive"], draws=200).cases["series"]) == {"two"}
    assert len(backtest.backtest_panel(panel[:1], ["naive"], draws=200)) == 0


@pytest.mark.parametrize(("name", "message"), [("origins", "origins is 0"), ("horizon", "horizon is 0")])
def test_a_panel_needs_an_origin_and_a_horizon(name, message):
    with pytest.raises(DataError) as error:
        backtest.backtest_panel([make_series()], ["naive"], **{name: 0})
    assert str(error.value) == f"{message}; ask for at least 1"


# Scores of cases


def make_forecast(**other):
    rng = np.random.default_rng(7)
    usual = {
        "labels": {"series": "s", "indicator": "s", "unit": "%", "model": "drift", "observations": 3},
        "draws": rng.normal([20, 30], [2, 5], (500, 2)),
        "periods": ["2025", "2026"],
        "lead": np.array([1.0, 2.0]),
        "outcomes": np.array([21.0, 45.0]),
        "last": 20.0,
        "scale": 2.0,
    }
    return cases.Forecast(**{**usual, **other})


def test_scores_agree_with_the_formulas_one_by_one():
    forecast = make_forecast(targets=[(1, Target(words="40 %", due="2026", value=40, operator=">="))])
    found = cases.score([make_forecast(), forecast])
    for i, case in enumerate(found.cases.to_dict("records")):
        draws, outcome = forecast.draws[:, i % 2], forecast.outcomes[i % 2]
        ends = np.quantile(draws, cases.LEVELS)
        assert case["crps"] == pytest.approx(scores.crps(draws, outcome))
        assert case["wis"] == pytest.approx(scores.weighted_interval_score(cases.LEVELS, ends, outcome))
        assert case["absolute_error"] == pytest.approx(abs(np.median(draws) - outcome))
        assert case["covered_80"] == (ends[1] <= outcome <= ends[5])
        assert case["width_95"] == pytest.approx(ends[6] - ends[0])
    own = found.events[found.events["kind"] == "target"]
    assert own["probability"].item() == pytest.approx((forecast.draws[:, 1] >= 40).mean())
    assert own["happened"].item()


def test_memory_is_spared_without_changing_a_score(monkeypatch):
    many = [make_forecast() for _ in range(5)]
    whole = cases.collect(many)
    monkeypatch.setattr(cases, "AT_ONCE", 1500)
    parts = cases.collect(many)
    pd.testing.assert_frame_equal(parts.cases, whole.cases)
    key = ["threshold", "lead", "probability"]
    assert sorted(parts.events[key].to_numpy().tolist()) == sorted(whole.events[key].to_numpy().tolist())


@pytest.mark.parametrize(
    ("history", "known", "expected"),
    [((1, 3, 2), (1, 3, 2, 9), 1.5), ((5,), (5, 8, 8), 1.5), ((5, 5), (5, 5, 8), 1.5), ((5, 5), (5, 5, 5), np.nan)],
)
def test_the_usual_change_of_a_series(history, known, expected):
    found = cases.usual_change(np.array(history, float), np.array(known, float), 1)
    assert found == pytest.approx(expected, nan_ok=True)


# Together


def test_scores_of_several_units_are_in_usual_changes():
    hours = make_forecast(labels={**make_forecast().labels, "series": "t", "unit": "hours"}, scale=4.0)
    one, two = cases.score([make_forecast()]), cases.score([make_forecast(), hours])
    (alone,) = summarise(one).to_dict("records")
    (mixed,) = summarise(two).to_dict("records")
    assert (alone["unit"], mixed["unit"]) == ("%", USUAL_CHANGE)
    assert alone["wis"] == pytest.approx(one.cases["wis"].mean())
    assert mixed["wis"] == pytest.approx(one.cases["wis"].mean() * (1 / 2 + 1 / 4) / 2)
    assert mixed["mae"] == mixed["mase"]
    assert summarise(two, "series")["unit"].tolist() == ["%", "hours"]
    assert (mixed["cases"], mixed["series"], mixed["few"]) == (4, 2, True)


def test_figures_of_few_cases_are_marked_and_kept():
    many = cases.score([make_forecast() for _ in range(10)])
    assert summarise(many)["few"].tolist() == [False]
    assert summarise(many, "lead")["few"].tolist() == [True, True]


def test_classes_of_history_and_of_lead_time():
    counts, leads = (1, 2, 4, 5, 9, 10, 19, 20, 300), (0.1, 1.01, 1.5, 3.0, 5.02, 6.0, 10.0, 10.5, 30.0)
    forecasts = [
        replace(
            make_forecast(labels={**make_forecast().labels, "observations": count}),
            lead=np.array([lead, lead]),
        )
        for count, lead in zip(counts, leads, strict=True)
    ]
    found = cases.score(forecasts)
    histories = summarise(found, "observations")
    assert dict(zip(histories["group"], histories["cases"], strict=True)) == {
        "1": 2, "2-4": 4, "5-9": 4, "10-19": 4, "20+": 4,
    }  # fmt: skip
    years = summarise(found, "lead")
    assert dict(zip(years["group"], years["cases"], strict=True)) == {
        "1": 4,
        "2": 2,
        "3": 2,
        "4-5": 2,
        "6-10": 4,
        "11+": 4,
    }
    assert (histories["events"] == 6 * histories["cases"]).all()


def test_an_unknown_grouping_is_refused():
    with pytest.raises(DataError) as error:
        summarise(cases.score([make_forecast()]), "observation")
    assert str(error.value) == "by: unknown grouping 'observation'; did you mean 'observations'?"


def test_reliability_is_by_model_and_clustered_by_series():
    found = cases.score([make_forecast(), make_forecast(labels={**make_forecast().labels, "series": "t"})])
    table = reliability_of(found)
    assert set(table["model"]) == {"drift"}
    assert table["cases"].sum() == len(found.events)
    assert set(table["groups"]) == {2}
    assert table["few"].all()


# Panels in files


def test_a_panel_is_read_from_a_long_table(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text(
        "unique_id,time,y,lower,upper\na,2020.5,1,0,10\na,2021.5,,0,10\na,2022.5,3,0,10\nb,2020.25,5,,\nb,2020.5,6,,\n"
    )
    first, second = backtest.read_panel(path)
    assert (first.id, first.values.tolist(), first.lower, first.upper) == ("a", [1, 3], 0, 10)
    assert (second.step, second.season, second.lower) == (0.25, 4, None)


def test_a_panel_may_name_its_periods(tmp_path):
    path = tmp_path / "panel.parquet"
    pd.DataFrame({"unique_id": "a", "period": ["2024-01", "2024-02"], "y": [1.0, 2.0]}).to_parquet(path)
    (series,) = backtest.read_panel(path)
    assert (series.season, series.values.tolist()) == (12, [1, 2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,time,y\na,2020,1\n", f"column 'unique_id' is missing; {panels.NEEDED}"),
        ("unique_id,date,y\na,2020,1\n", f"column 'time' is missing; {panels.NEEDED}"),
        (
            "unique_id,time,y\na,2020,1\na,2021,2 000\n",
            "row 2: y '2 000' is not a number; write digits with a point, such as 27.9",
        ),
        (
            "unique_id,time,y,upper\na,2020,1,5\na,2021,7,5\nb,2021,1,5\nb,2020,1,5\n",
            "series 'a': value 7 at 2021 is outside its bounds [-inf, 5]; correct the value or the bounds\n"
            "{path}: series 'b': dates out of order: 2021 comes before 2020; sort observations by date",
        ),
        ("unique_id,period,y\na,2020-13,1\n", "'2020-13' is not a month: 01 to 12; a fiscal year is written 2020-2021"),
    ],
    ids=["id", "time", "number", "series", "period"],
)
def test_faults_of_a_panel_name_the_file(tmp_path, content, message):
    path = tmp_path / "panel.csv"
    path.write_text(content)
    with pytest.raises(DataError) as error:
        backtest.read_panel(path)
    assert str(error.value) == f"{path}: {message.replace('{path}', str(path))}"


def test_a_panel_that_is_no_table_or_no_file(tmp_path):
    with pytest.raises(DataError) as error:
        backtest.read_panel(tmp_path / "none.csv")
    name = tmp_path / "none.csv"
    assert str(error.value) == f"{name}: cannot be read (No such file or directory); name a CSV or Parquet file"
    path = tmp_path / "panel.csv"
    path.write_text("")
    with pytest.raises(DataError) as error:
        backtest.read_panel(path)
    assert str(error.value) == f"{path}: not a table (No columns to parse from file); {panels.NEEDED}"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([2020.0], (1, 1)),
        ([2018.0, 2020.0], (1, 1)),
        ([2020, 2020 + 1 / 12], (1 / 12, 12)),
        ([2020, 2020.077], (1 / 13, 13)),
    ],
)
def test_the_grid_is_told_from_the_dates(times, expected):
    assert panels.guess_grid(np.array(times)) == pytest.approx(expected)
