"""The back-test of verdicts on two series that can be judged by hand."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import folder, verdicts
from benchmarks.official import fold_of
from benchmarks.truth import RATES, Truth

from forecast.assessment.verdict import NOT_APPLICABLE

YEARS = range(2010, 2017)  # the plan counts from 2011, five years before the last value
#: 3 % a year, up and down, through 100 in 2011; the year to come rises by 2.5 % and falls by 1.5 %.
SERIES = {"rising": (0.03, 0.025), "falling": (-0.03, -0.015)}
#: Against -4, -2, -1, 1, 2, 4 % in one year. From 100 on, the rising one needs (1.03^5 * 1.01)^(1/6) - 1 = 2.66 % a
#: year for +1 %, 2.83 % for +2 % and 3.17 % for +4 %: it made 113, 106 and 95 % of that, the last just under 0.95.
#: Targets below lie above 100, so that the base met them. The falling one is its mirror.
CLASSES = {
    "rising": [*["deterioration"] * 3, "on_track", "on_track", "fair"],
    "falling": ["fair", "on_track", "on_track", *["deterioration"] * 3],
}
MET = {"rising": [0, 0, 0, 1, 1, 0], "falling": [0, 0, 1, 0, 0, 0]}


def write(path, kind="rate"):
    """Write the two series, each of an indicator of its own."""
    rows, meta = [], []
    for name, (growth, change) in SERIES.items():
        values = [100 * (1 + growth) ** (year - 2011) for year in YEARS]
        for step, value in enumerate([*values, values[-1] * (1 + change)]):
            split = "train" if step < len(YEARS) else "test"
            about = {"unique_id": name, "freq": "Y", "ds": f"{2010 + step}-01-01", "split": split, "horizon": 1}
            rows.append({"dataset": "hand", "step": step, "y": value} | about)
        meta.append({"dataset": "hand", "unique_id": name, "source": "s", "indicator": name, "kind": kind})
    pd.DataFrame(rows).to_parquet(path / "hand.parquet")
    pd.DataFrame(meta).assign(lower=0.0, upper=np.nan).to_parquet(path / "series_meta.parquet")
    return path


@pytest.fixture
def items(tmp_path):
    return folder.load(write(tmp_path), "hand").items


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The table that is written, and what is printed; the forecast of two series takes most of the time."""
    data = write(tmp_path_factory.mktemp("hand"))
    out = data / "table.csv"
    with verdicts.CONSOLE.capture() as capture:
        verdicts.main(["--data", str(data), "--out", str(out), "--draws", "200"])
    return pd.read_csv(out), capture.get()


@pytest.fixture
def table(printed):
    return printed[0].set_index(["method", "class"])


def test_classes_by_hand(items):
    truth = Truth(items, 1, True)
    found = verdicts.judge_all(items, truth.targets, 1)
    names = [item.id for item in items]
    assert found["un_chart_trend"].reshape(2, RATES.size).tolist() == [CLASSES[name] for name in names]
    assert truth.met.tolist() == [MET[name] for name in names]
    assert set(found["nhs_variation"]) == {NOT_APPLICABLE}  # yearly values are no process


def test_evidence_ends_with_the_training_part(items):
    (rising,) = (item for item in items if item.id == "rising")
    evidence = verdicts.make_evidence(rising, 1, 0.02, 120.0)
    assert [point.period.text for point in evidence.points] == [str(year) for year in YEARS]
    assert (evidence.as_of.isoformat(), evidence.target.due, evidence.base_year) == ("2016-12-31", "2017", 2011)
    assert (evidence.past, evidence.direction, evidence.indicator.better) == (False, 1, "up")
    falling = verdicts.make_evidence(rising, 1, -0.02, 110.0)
    assert (falling.direction, falling.indicator.better) == (-1, "down")


def test_a_short_history_counts_from_its_first_value(items):
    short = folder.Subset("short", items, 3).seen(items[0])
    assert verdicts.make_evidence(short, 1, 0.02, 120.0).base_year == 2014


@pytest.mark.parametrize(
    ("start", "season", "period"),
    [
        (2015.0, 1, "2015"),
        (2015.0, 4, "2014-2015Q4"),
        (2015.25, 4, "2015-2016Q1"),
        (2015 + 11 / 12, 12, "2015-12"),
    ],
)
def test_periods(start, season, period):
    assert verdicts.name_period(start, season).text == period


def test_frequencies_of_classes_by_hand(table):
    rows = table.loc["un_chart_trend"]
    # of four targets on track three were met: two of two of the one series, one of two of the other
    assert rows.loc[["on_track", "fair", "deterioration"], "cases"].tolist() == [4, 2, 6]
    assert rows.loc[["on_track", "fair", "deterioration"], "met"].tolist() == [0.75, 0, 0]
    # a resample of two holds both half of the time, else the one, 1, or the other, 0.5
    assert rows.loc["on_track", "met_se"] == pytest.approx(0.25 / 2**0.5, rel=0.1)
    assert rows.loc["fair", "met_se"] == 0


def test_brier_scores_by_hand(items, table):
    assert len(set(fold_of(items))) == 2  # each series is judged by the frequencies of the other
    rows = table.loc["un_chart_trend"]
    # the rising one has 0.5 for two targets that were met, the falling one 1 for one that was met and one that was not
    assert rows.loc["all cases", "brier"] == pytest.approx((2 * 0.5**2 + 1) / 12, rel=1e-5)
    # no class was seen at the same rate: the frequency of that rate in the other series stands in, 1 or 0
    assert rows.loc["all cases", "brier_fine"] == pytest.approx(2 * 3 / 12, rel=1e-5)
    # without a class: 1 of 6 for the rising one, of which 2 were met, and 2 of 6 for the falling one, of which 1 was
    alike = (2 * (5 / 6) ** 2 + 4 * (1 / 6) ** 2 + (2 / 3) ** 2 + 5 * (1 / 3) ** 2) / 12
    assert table.loc[(verdicts.OVERALL, "all cases"), "brier"] == pytest.approx(alike, rel=1e-5)
    ahead = rows["brier"] - rows["brier_ours"]
    assert rows["ahead"].tolist() == pytest.approx(ahead.tolist(), abs=1e-5)


def test_our_score_is_the_same_beside_every_method(table):
    ours = table.xs("all cases", level="class")["brier_ours"]
    assert ours.nunique() == 1
    assert 0 < ours.iloc[0] < 1


def test_where_a_method_does_not_apply_all_cases_stand_in():
    cases = verdicts.Cases(
        met=np.array([1.0, 0, 1, 1]),
        ours=np.full(4, 0.5),
        setting=np.zeros(4, dtype=int),
        fold=np.array([0, 1, 0, 1]),
        cluster=np.arange(4),
        classes={},
    )
    keys = np.array(["a", "a", "b", NOT_APPLICABLE], dtype=object)
    group = verdicts.number_classes(keys)
    everywhere = verdicts.learn(np.zeros_like(group), cases)
    assert everywhere.tolist() == [0.5, 1, 0.5, 1]
    # a: 0 of 1, then 1 of 1; b is in no other fold; the last has no class
    assert verdicts.learn(group, cases, everywhere).tolist() == [0, 1, 0.5, 1]


def test_what_is_printed(printed):
    table, text = printed
    for words in ("UN Progress Chart: trend", "↑ On Track", "75.0 ±", "does not apply", "12 cases of 2 series"):
        assert words in text
    assert "put them all in one class: UN Progress Chart: level; Government of Canada; Québec, annual report;" in text
    assert text.splitlines()[-1] == f"hand: {verdicts.conclude(table)}"


def test_the_last_line_says_who_is_better(printed):
    table = printed[0]
    ahead = table.assign(brier_ours=0.01, ahead=table["brier"] - 0.01, ahead_fine=table["brier_fine"] - 0.01)
    assert "our probability has the best Brier score, 0.0100: 0." in verdicts.conclude(ahead)
    behind = table.assign(brier_ours=0.9, ahead=table["brier"] - 0.9, ahead_fine=table["brier_fine"] - 0.9)
    found = verdicts.conclude(behind)
    assert "does NOT have" in found
    assert found.count("above") == 2


def test_a_competition_has_no_targets(tmp_path):
    with pytest.raises(
        SystemExit, match="no public indicators there, competition series only; nobody sets them targets"
    ):
        verdicts.main(["--data", str(write(tmp_path, "competition"))])


def test_a_rate_needs_values_above_zero(tmp_path):
    table = pd.read_parquet(write(tmp_path) / "hand.parquet")
    table.assign(y=-table["y"]).to_parquet(tmp_path / "hand.parquet")
    with pytest.raises(
        SystemExit, match="hand: no series with a value above zero, so that no virtual target makes sense"
    ):
        verdicts.main(["--data", str(tmp_path), "--draws", "20"])
