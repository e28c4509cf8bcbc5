"""`forecast compare` and `--set`: what they print, what they write, and how they refuse."""

from __future__ import annotations

import json
import re
from datetime import date

import pandas as pd
import pytest

from forecast.cli import run
from forecast.compare import compare
from forecast.compare.comparison import COLUMNS, MILESTONES
from forecast.reporting import comparisons
from forecast.reporting.grids import Grid
from forecast.study import open_bench

AS_OF = ("--as-of", "2025-07-15")
LEVERS = """levers:
  push: {on: seen_on_time, change: add, unit: points, bounds: [-5, 10]}
  queue: {on: waiting, change: multiply, bounds: [0.5, 1.5]}
"""
WHY = "reason: {fr: Essai, en: Trial}"
HEAD = "extends: baseline\ndescription: {fr: Essai., en: Trial.}\n"
SCENARIOS = {
    "pushed": f"title: {{fr: Poussée, en: Pushed}}\nweight: 3\nlevers: {{push: {{value: 4, {WHY}}}}}\n",
    "queued": f"title: {{fr: File courte, en: Short queue}}\nweight: 1\nlevers: {{queue: {{value: 0.8, {WHY}}}}}\n",
}


@pytest.fixture
def clinic(small, write):
    """The hand-typed catalogue with two levers, and a weighted scenario of each."""
    plan = small.root / "data/plans/clinic.yaml"
    write("data/plans/clinic.yaml", plan.read_text("utf-8") + LEVERS)
    for name, text in SCENARIOS.items():
        write(f"parameters/clinic/{name}.yaml", HEAD + text)
    return small


@pytest.fixture
def call(capsys, clinic):
    def call_command(*args):
        code = run([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return code, out, err

    return call_command


@pytest.fixture
def tell(call):
    """What a command answers as JSON; it fails where the command does."""

    def tell_json(*args):
        code, out, err = call(*args, *AS_OF, "--format", "json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return tell_json


def flow(text):
    """Text with ordinary spaces, its lines joined."""
    return re.sub(r"\s+", " ", text)


# What is answered


def test_json_is_one_object_with_its_context_and_both_tables(tell):
    said = tell("compare", "clinic", "-s", "queued", "-s", "pushed", "--by", "2026-2027", "--indicator", "waiting")
    assert list(said) == ["plan", "as_of", "by", "scenarios", "comparisons", "milestones"]
    assert (said["plan"], said["as_of"], said["by"]) == ("clinic", "2025-07-15", "2026-2027")
    assert said["scenarios"] == ["baseline", "queued", "pushed"]
    for table, columns in (("comparisons", COLUMNS), ("milestones", MILESTONES)):
        assert [list(row) for row in said[table]] == [list(columns)[1:]] * len(said[table])
    assert [row["scenario"] for row in said["comparisons"]] == ["baseline", "queued", "pushed", "mixture"]
    assert {row["indicator"] for row in said["comparisons"]} == {"waiting"}
    assert {row["due"] for row in said["comparisons"]} == {"2026-2027"}
    assert said["comparisons"][0]["effort"] is None


def test_all_scenarios_of_the_plan_without_s(tell):
    said = tell("compare", "clinic")
    assert said["scenarios"] == ["baseline", "faster", "pushed", "queued"]
    assert said["by"] is None
    assert {row["indicator"] for row in said["comparisons"]} == {"seen_on_time", "waiting"}


def test_two_indicators_have_the_figures_of_all(tell):
    asked = tell("compare", "clinic", "--indicator", "waiting", "--indicator", "seen_on_time")
    assert asked == tell("compare", "clinic")


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "table"])
def test_out_writes_a_file(call, tmp_path, form):
    path = tmp_path / "compared"
    assert call("compare", "clinic", *AS_OF, "--format", form, "--out", path) == (0, "", "")
    if form == "json":
        assert json.loads(path.read_text("utf-8"))["plan"] == "clinic"
    else:
        table = pd.read_parquet(path) if form == "parquet" else pd.read_csv(path)
        assert list(table.columns) == list(COLUMNS)
        assert len(table) == 10


def test_the_table_in_english(call):
    code, out, err = call("compare", "clinic", *AS_OF, "-s", "pushed", "-s", "queued", "--lang", "en")
    assert (code, err) == (0, "")
    said = flow(out)
    assert said.startswith("Clinic plan: scenarios compared, as known on July 15, 2025 1. Patients seen on time: ≥ 63%")
    assert re.search(r"Pushed – rests on .*67\.9% .*4\.9 points to spare.*\+4 points", said)
    assert re.search(r"Short queue – .*\+\d+ points", said)
    assert "Weighted mixture" in said
    assert "each as often as its weight says: Pushed (75%), Short queue (25%)." in said
    assert "Milestones: Patients seen on time" in said
    assert "only what 400 draws leave open" in said


def test_the_table_in_french_has_french_numbers(call):
    code, out, err = call("compare", "clinic", *AS_OF, "-s", "pushed", "--lang", "fr", "--indicator", "seen_on_time")
    assert (code, err) == (0, "")
    said = flow(out)
    assert "15 juillet 2025" in said
    assert re.search(r"Poussée – repose .*67,9 % .*marge de 4,9 points.*\+4 points", said)


def test_what_no_scenario_changes_is_counted(call):
    out = flow(call("compare", "clinic", *AS_OF, "-s", "pushed", "--lang", "en")[1])
    assert "No scenario changes 1 other indicator whose target is still open." in out
    assert "People waiting" not in out


def test_nothing_to_compare_is_said_and_no_failure(call):
    code, out, err = call(
        "compare", "clinic", "-s", "pushed", "--as-of", "2026-11-23", "--indicator", "waiting", "--lang", "en"
    )
    assert (code, err) == (0, "")
    said = "No target in numbers is still open: there is nothing to compare, unless another date is asked for."
    assert out.splitlines()[1] == said


# Moving levers


def test_set_moves_a_lever_in_every_scenario_and_leaves_the_baseline_beside(tell):
    said = tell(
        "compare", "clinic", "-s", "baseline", "-s", "queued", "--set", "push=2.5", "--indicator", "seen_on_time"
    )
    assert said["scenarios"] == ["baseline", "baseline+push=2.5", "queued+push=2.5"]
    assert [row["difference"] for row in said["comparisons"]] == pytest.approx([0, 2.5, 2.5])
    assert [row["effort"] for row in said["comparisons"]] == [
        None,
        pytest.approx(2.5 / 15),
        pytest.approx(2.5 / 15 + 0.2),
    ]


def test_set_moves_a_lever_in_project_and_assess(tell):
    for command, table in (("project", "targets"), ("assess", "outlooks")):
        before, after = (
            [row["median"] for row in tell(command, "clinic", "seen_on_time", *moved)[table]]
            for moved in ((), ("--set", "push=3"))
        )
        assert after == pytest.approx([value + 3 for value in before])


def test_a_lever_at_its_neutral_value_differs_by_exactly_zero(tell):
    said = tell("compare", "clinic", "-s", "baseline", "--set", "push=0", "--set", "queue=1")
    moved = [row for row in said["comparisons"] if row["scenario"] == "baseline+push=0,queue=1"]
    assert len(moved) == 2
    assert {row[column] for row in moved for column in row if "difference" in column} == {0.0}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("push", "'push' is not a lever and its magnitude; write them as demand_growth=8"),
        ("=8", "'=8' is not a lever and its magnitude; write them as demand_growth=8"),
        ("push=", "'push=' is not a lever and its magnitude; write them as demand_growth=8"),
        ("push=2,5", "'2,5' of lever 'push' is not a number; write it without its unit, as in 2.5"),
        ("push=8 %", "'8 %' of lever 'push' is not a number; write it without its unit, as in 2.5"),
        ("push=nan", "'nan' of lever 'push' is not a number; write it without its unit, as in 2.5"),
        ("push=1_0", "'1_0' of lever 'push' is not a number; write it without its unit, as in 2.5"),
    ],
)
@pytest.mark.parametrize("command", [["compare", "clinic"], ["assess", "clinic"], ["project", "clinic", "waiting"]])
def test_set_says_how_a_lever_is_written(call, command, said, message):
    code, out, err = call(*command, "--set", said)
    assert (code, out) == (2, "")
    assert f"Invalid value for '--set': {message}" in flow(err)


def test_a_lever_is_put_in_one_place(call):
    code, _, err = call("compare", "clinic", "--set", "push=1", "--set", "push=2")
    assert code == 2
    assert "Invalid value for '--set': lever 'push' is put at 1 and at 2; keep one" in flow(err)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-s", "pusht"], "unknown scenario 'pusht' of plan 'clinic'; did you mean 'pushed'?"),
        (["--indicator", "wating"], "unknown indicator 'wating' of plan 'clinic'; did you mean 'waiting'?"),
        (
            ["--indicator", "wating", "--indicator", "waiting"],
            "unknown indicator 'wating' of plan 'clinic'; did you mean 'waiting'?",
        ),
        (["--set", "psh=1"], "unknown lever 'psh' of plan 'clinic'; did you mean 'push'?"),
        (["--set", "push=99"], "99 of lever 'push' lies outside its bounds [-5, 10]"),
    ],
    ids=" ".join,
)
def test_an_unknown_name_leaves_with_two(call, args, message):
    assert call("compare", "clinic", *AS_OF, *args) == (2, "", f"error: {message}\n")


# The page


@pytest.fixture
def compared(clinic):
    bench = open_bench("clinic", as_of=date(2025, 7, 15), catalogue=clinic)
    return compare(bench, ["pushed", "queued", "faster"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_section_is_in_its_language(compared, language):
    parts = (comparisons.header, comparisons.overview, comparisons.indicator_sections, comparisons.reading_note)
    for show in parts:
        assert str(show(compared, language)).startswith((f'<div class="part" lang="{language}">', "<section class="))
        assert f'lang="{language}"' in str(show(compared, language))


def test_a_page_has_a_chart_and_its_figures_for_each_indicator(compared):
    html = str(comparisons.indicator_sections(compared, "en"))
    assert re.findall(r'<section class="indicator" id="(\w+)"', html) == ["seen_on_time", "waiting"]
    assert html.count("<svg") == html.count('role="img"') == 2
    assert html.count("<table") == 4
    assert '<title id="compare-waiting-title">2. People waiting: ≤ 1,000 people, 2025-2026</title>' in html.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_another_target_is_named_beside_the_scenario(compared):
    grid = comparisons.indicator_grid("waiting", compared, comparisons.make_voice(compared, "en"))
    rows = {row[0]: row for row in grid.rows}
    (faster,) = [name for name in rows if name.startswith("Faster")]
    said = "Faster – its target: ≤ 900 people, 2027-2028, target changed by the scenario (plan: 2025-2026)"
    assert faster.replace("\N{NO-BREAK SPACE}", " ") == said
    assert rows[faster][4:6] == ("=", "=")
    assert rows["Baseline"][4:6] == ("–", "–")


def test_a_baseline_whose_date_has_passed_is_judged_by_the_target_of_the_scenario(clinic):
    bench = open_bench("clinic", as_of=date(2026, 11, 23), catalogue=clinic)
    found = compare(bench, ["faster"], indicators=["waiting"])
    grid = comparisons.indicator_grid("waiting", found, comparisons.make_voice(found, "en"))
    assert [row[0] for row in grid.rows] == ["Baseline", "Faster"]
    assert grid.rows[0][1:4] == grid.rows[1][1:4]
    assert "target changed by the scenario" in grid.title


def test_a_row_holds_value_gap_differences_and_effort(compared):
    voice = comparisons.make_voice(compared, "en")
    rows = {row[0]: row for row in comparisons.indicator_grid("waiting", compared, voice).rows}
    _name, value, probability, gap, difference, points, effort = rows["Short queue – rests on an assumption"]
    found = compared.table.set_index(["indicator", "scenario"]).loc[("waiting", "queued")]
    assert (value.split("\N{NO-BREAK SPACE}")[0], probability) == ("966", f"{100 * found['probability']:.0f}%")
    assert (gap, effort) == ("34\N{NO-BREAK SPACE}people to spare", "0.20")
    ends = [f"{found[f'difference{end}']:.0f}".replace("-", "\N{MINUS SIGN}") for end in comparisons.ENDS]
    assert difference == f"{ends[0]}\N{NO-BREAK SPACE}people ({ends[1]} to {ends[2]}\N{NO-BREAK SPACE}people)"
    assert re.fullmatch(r"\+\d+\spoints \(\+\d+ to \+\d+\spoints\)", points)


def test_at_a_glance_every_target_has_its_probability(compared):
    grid = comparisons.overview_grid(compared, comparisons.make_voice(compared, "en"))
    assert isinstance(grid, Grid)
    assert grid.columns[2:] == ("Baseline", "Pushed", "Short queue", "Faster", "Weighted mixture")
    table = compared.table.set_index(["indicator", "scenario"])
    found = table.loc[("seen_on_time", "pushed")]
    points = round(100 * found["probability_difference"])
    assert grid.rows[0][3] == f"{100 * found['probability']:.0f}%, +{points}\N{NO-BREAK SPACE}points"
    assert grid.rows[0][4] == grid.rows[0][2]
