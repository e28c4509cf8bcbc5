"""The command: what it prints, what it writes, and with which exit code it leaves."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from forecast.cli import COMMANDS, run
from forecast.runs.checks import find_faults

ROOT = Path(__file__).parents[2]
PLAN, PLASMA = "hema_quebec_2021_2025", "plasma_self_sufficiency"
QUICK = ["--as-of", "2026-11-23", "--model", "drift", "--draws", "300"]


@pytest.fixture(autouse=True)
def _home(monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(ROOT))


@pytest.fixture
def call(capsys):
    """Run the command as its main function does; give exit code, output and errors."""

    def call_command(*args):
        code = run([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return code, out, err

    return call_command


@pytest.fixture
def call_bytes(capfdbinary):
    def call_command(*args):
        code = run([str(arg) for arg in args])
        sys.stdout.flush()
        return code, capfdbinary.readouterr().out

    return call_command


# Help


def test_help_lists_every_command(call):
    code, out, err = call("--help")
    assert (code, err) == (0, "")
    assert [name for name in COMMANDS if re.search(rf"^  {name}\b", out, re.M)] == list(COMMANDS)
    assert "Examples:" in out


@pytest.mark.parametrize(
    "args", [[name] for name in COMMANDS] + [["plans", "show"], ["new", "plan"], ["new", "scenario"]], ids=" ".join
)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(call, args, option):
    code, out, err = call(*args, option)
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: forecast {' '.join(args)} ")
    assert "\b" not in out


def test_version(call):
    code, out, _ = call("--version")
    assert code == 0
    assert re.fullmatch(r"forecast, version \d+\.\d+\.\d+\n", out)


# Wrong usage


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["plan"], "unknown command 'plan'; did you mean 'plans'?"),
        (["chek"], "unknown command 'chek'; did you mean 'check'?"),
        (["xyz"], "unknown command 'xyz'; known: " + ", ".join(sorted(COMMANDS))),
        (["plans", "show"], "Missing argument 'PLAN'."),
        (["plans", "--lang", "es"], "Invalid value for '--lang': 'es' is not one of 'fr', 'en'."),
        (
            ["plans", "--format", "xml"],
            "Invalid value for '--format': 'xml' is not one of 'table', 'csv', 'json', 'parquet'.",
        ),
        (["project", PLAN], "Missing argument 'INDICATOR'."),
        (
            ["project", PLAN, PLASMA, "--as-of", "yesterday"],
            "Invalid value for '--as-of': 'yesterday' is not a period; write 2025, 2027-2028, 2024-2025Q2, 2025-07,"
            " 2024-2025P07, 2025-12-08, 2022-autumn, 2017/2019 or 2025-01-21/2025-02-03",
        ),
        (
            ["project", PLAN, PLASMA, "--as-of", "2024-2025"],
            "Invalid value for '--as-of': '2024-2025' is not a date, a month or a year,"
            " such as 2025-12-08, 2025-12 or 2025",
        ),
        (["project", PLAN, PLASMA, "--by", "2024-2026"], "Invalid value for '--by': '2024-2026' is not a fiscal year"),
        (
            ["project", PLAN, PLASMA, "--draws", "5"],
            "Invalid value for '--draws': 5 is not in the range 100<=x<=100000.",
        ),
        (["new", "scenario", "x"], "Missing option '--plan'."),
    ],
    ids=" ".join,
)
def test_wrong_usage_leaves_with_two_and_says_what_is_right(call, args, message):
    code, out, err = call(*args)
    assert (code, out) == (2, "")
    assert message in re.sub(r"\s+", " ", err)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["plans", "show", "msss"],
            "error: unknown plan 'msss'; known: "
            + ", ".join(sorted(path.stem for path in (ROOT / "data/plans").glob("*.yaml"))),
        ),
        (["plans", "show", "msss_2023_207"], "error: unknown plan 'msss_2023_207'; did you mean 'msss_2023_2027'?"),
        (["project", "hema_quebec_2021", PLASMA], f"error: unknown plan 'hema_quebec_2021'; did you mean '{PLAN}'?"),
        (
            ["project", PLAN, "plasma"],
            f"error: unknown indicator 'plasma' of plan '{PLAN}'; known: ",
        ),
        (
            ["project", PLAN, "plasma_self_suficiency"],
            f"error: unknown indicator 'plasma_self_suficiency' of plan '{PLAN}'; did you mean '{PLASMA}'?",
        ),
        (
            ["project", PLAN, PLASMA, "-s", "basline"],
            f"error: unknown scenario 'basline' of plan '{PLAN}'; did you mean 'baseline'?",
        ),
        (["project", PLAN, PLASMA, "--model", "mixtur"], "error: unknown model 'mixtur'; did you mean 'mixture'?"),
        (
            ["new", "plan", "../evil"],
            "error: plan '../evil' is not a plain name; write lower-case letters, digits and _ only",
        ),
        (["new", "plan", PLAN], f"error: data/plans/{PLAN}.yaml exists already; choose another name or edit it"),
        (
            ["new", "scenario", "baseline", "--plan", PLAN],
            f"error: parameters/{PLAN}/baseline.yaml exists already; choose another name or edit it",
        ),
        (
            ["new", "scenario", "Faster", "--plan", PLAN],
            "error: scenario 'Faster' is not a plain name; write lower-case letters, digits and _ only",
        ),
        (["new", "scenario", "faster", "--plan", "hema"], "error: unknown plan 'hema'; "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_unknown_or_taken_name_leaves_with_two(call, args, message):
    code, out, err = call(*args)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_a_folder_without_a_catalogue_is_named(call, tmp_path, monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(tmp_path))
    code, _, err = call("plans")
    assert code == 2
    assert err == f"error: FORECAST_HOME: no folder data/plans in {tmp_path}; name a checkout of the project\n"


# plans


def test_plans_in_json(call):
    code, out, _ = call("plans", "--format", "json", "--lang", "en")
    (table,) = [value for key, value in json.loads(out).items() if key == "plans"]
    assert code == 0
    assert {row["plan"]: row["indicators"] for row in table} == {
        "alliance_sante_quebec_2021_2024": 4,
        "hema_quebec_2021_2025": 20,
        "msss_2023_2027": 25,
        "office_des_professions_2019_2023": 26,
        "ptn_ssss_2023_2027": 10,
        "sante_quebec_2025_2028": 8,
    }
    assert table[1]["title"] == "Strategic plan 2021-2025"


def test_plans_speak_the_default_language(call):
    assert "Plan stratégique 2021-2025" in call("plans")[1]
    assert "Strategic plan 2021-2025" in call("plans", "--lang", "en")[1]


@pytest.mark.parametrize("form", ["csv", "json", "table", "parquet"])
@pytest.mark.parametrize(("args", "count"), [(["plans"], 6), (["plans", "show", PLAN], 20)], ids=["plans", "show"])
def test_plans_in_every_format(call_bytes, form, args, count):
    code, out = call_bytes(*args, "--format", form, "--lang", "en")
    assert code == 0
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(out.decode())))) == count
    elif form == "json":
        assert len(json.loads(out)["plans" if args == ["plans"] else "targets"]) == count
    elif form == "parquet":
        assert len(pd.read_parquet(io.BytesIO(out))) == count
    else:
        assert all(name in out.decode() for name in (["msss_2023_2027"] if args == ["plans"] else [PLASMA]))


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_out_writes_a_file(call, tmp_path, form):
    path = tmp_path / f"plans.{form}"
    code, out, err = call("plans", "--format", form, "--out", path)
    assert (code, out, err) == (0, "", "")
    rows = {"csv": pd.read_csv, "json": lambda p: json.loads(p.read_text())["plans"], "parquet": pd.read_parquet}[form](
        path
    )
    assert len(rows) == 6


def test_out_in_a_folder_that_does_not_exist_is_a_readable_error(call, tmp_path):
    code, _, err = call("plans", "--format", "csv", "--out", tmp_path / "no" / "plans.csv")
    assert code in (1, 2)
    assert "plans.csv" in err


def test_one_plan_with_its_targets(call):
    code, out, _ = call("plans", "show", PLAN, "--format", "json", "--lang", "fr")
    shown = json.loads(out)
    assert code == 0
    assert (shown["plan"], shown["title"]) == (PLAN, "Plan stratégique 2021-2025")
    (row,) = [row for row in shown["targets"] if row["indicator"] == PLASMA]
    assert row["due"] == "2025"
    assert row["words"].replace("\N{NO-BREAK SPACE}", " ") == "42 %"
    assert row["baseline"].replace("\N{NO-BREAK SPACE}", " ") == "27,9 %"


# check


def test_check_of_the_real_files(call):
    assert call("check") == (0, "data/ and parameters/ are sound: 6 plans\n", "")


def test_check_of_a_broken_copy_shows_all_faults_at_once(call, catalogue_copy, edit, monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(catalogue_copy.root))
    edit(f"data/plans/{PLAN}.yaml", "source: S001", "source: S0001")
    edit("parameters/runs.yaml", "America/Toronto", "Toronto")
    edit("parameters/defaults.yaml", "draws: 4000", "draws: 40")
    code, out, err = call("check")
    assert code == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == [
        f"data/plans/{PLAN}.yaml:4",
        "parameters/defaults.yaml:3",
        "parameters/runs.yaml:3",
    ]
    assert err == "3 faults\n"


def test_one_fault_is_one_fault(call, small, edit):
    edit("parameters/runs.yaml", "America/Toronto", "Toronto")
    code, out, err = call("check")
    assert (code, err) == (1, "1 fault\n")
    assert out == "parameters/runs.yaml:1: time_zone: unknown time zone 'Toronto'; write one such as America/Toronto\n"


def test_another_command_on_a_faulty_file_leaves_with_two(call, small, edit):
    edit("data/plans/clinic.yaml", "source: S001", "source: S003")
    for args in (["plans"], ["plans", "show", "clinic"], ["project", "clinic", "waiting"]):
        code, out, err = call(*args)
        assert (code, out) == (2, "")
        assert err == "error: data/plans/clinic.yaml:3: unknown source 'S003'; did you mean 'S002'?\n"


def test_a_plan_that_is_right_is_shown_beside_a_faulty_one(call, small, write):
    write("data/plans/other.yaml", "title: x\n")
    assert call("plans", "show", "clinic", "--format", "csv")[0] == 0


# new


def test_a_new_plan_passes_check_at_once(call, small):
    code, out, _ = call("new", "plan", "my_region_2026_2030")
    assert (code, out.split()) == (
        0,
        ["data/plans/my_region_2026_2030.yaml", "parameters/my_region_2026_2030/baseline.yaml"],
    )
    assert find_faults(small) == []
    assert call("check") == (0, "data/ and parameters/ are sound: 2 plans\n", "")
    assert call("project", "my_region_2026_2030", "first_indicator", *QUICK[:2], "--format", "json")[0] == 0


@pytest.mark.parametrize("name", ["2030_plan", "7", "a" * 60])
def test_a_new_plan_with_an_odd_name_passes_check_too(call, small, name):
    assert call("new", "plan", name)[0] == 0
    assert [str(fault) for fault in find_faults(small)] == []


def test_a_new_scenario_passes_check_at_once(call, small):
    code, out, _ = call("new", "scenario", "demand_grows", "--plan", "clinic")
    assert (code, out) == (0, "parameters/clinic/demand_grows.yaml\n")
    assert find_faults(small) == []
    assert call("project", "clinic", "seen_on_time", "-s", "demand_grows", *QUICK, "--format", "json")[0] == 0


@pytest.mark.parametrize("plan", sorted(path.stem for path in (ROOT / "data" / "plans").glob("*.yaml")))
def test_a_new_scenario_of_every_plan_passes_check(call, catalogue_copy, plan, monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(catalogue_copy.root))
    assert call("new", "scenario", "trial", "--plan", plan)[0] == 0
    assert [str(fault) for fault in find_faults(catalogue_copy)] == []


def test_a_new_plan_replaces_nothing(call, small):
    before = (small.root / "parameters/clinic/baseline.yaml").read_bytes()
    (small.root / "data/plans/clinic.yaml").unlink()
    code, _, err = call("new", "plan", "clinic")
    assert (code, err) == (2, "error: parameters/clinic/baseline.yaml exists already; choose another name or edit it\n")
    assert not (small.root / "data/plans/clinic.yaml").exists()
    assert (small.root / "parameters/clinic/baseline.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["..", "a/b", "{name}", "s3://bucket", "Été", "a b", "x" * 81, ""])
def test_bad_names_write_nothing(call, small, name):
    before = sorted(small.root.parent.rglob("*"))
    assert call("new", "plan", name)[0] == 2
    assert call("new", "scenario", name, "--plan", "clinic")[0] == 2
    assert sorted(small.root.parent.rglob("*")) == before


# project


def test_project_in_json(call):
    code, out, _ = call("project", PLAN, PLASMA, "--by", "2028", *QUICK, "--format", "json")
    shown = json.loads(out)
    assert code == 0
    assert {key: shown[key] for key in ("plan", "indicator", "scenario", "model", "as_of", "unit", "observations")} == {
        "plan": PLAN,
        "indicator": PLASMA,
        "scenario": "baseline",
        "model": "drift",
        "as_of": "2026-11-23",
        "unit": "%",
        "observations": 9,
    }
    assert {"period", "quantile", "value"} == set(shown["trajectories"][0])
    assert all(0 <= row["value"] <= 100 for row in shown["trajectories"])
    (target,) = shown["targets"]
    assert {key: target[key] for key in ("due", "target", "operator", "status")} == {
        "due": "2028",
        "target": 42.0,
        "operator": ">=",
        "status": "open",
    }
    assert 0 <= target["probability"] <= 1


def test_project_as_known_in_june_2021(call):
    code, out, _ = call("project", PLAN, PLASMA, "--as-of", "2021-06", "--draws", 500, "--format", "json")
    shown = json.loads(out)
    assert (code, shown["as_of"], shown["model"]) == (0, "2021-06-30", "pooled")
    assert shown["observations"] == 6
    assert "2025" in {row["period"] for row in shown["trajectories"]}
    assert 0 < shown["targets"][0]["probability"] < 1


def test_absent_figures_are_null_in_json(call):
    _, out, _ = call("project", PLAN, PLASMA, *QUICK, "--format", "json")
    (target,) = json.loads(out)["targets"]
    assert (target["status"], target["probability"], target["median"]) == ("no_value", None, None)
    assert "NaN" not in out


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_project_as_a_table_for_machines(call_bytes, form):
    code, out = call_bytes("project", PLAN, PLASMA, *QUICK, "--format", form)
    table = pd.read_csv(io.BytesIO(out)) if form == "csv" else pd.read_parquet(io.BytesIO(out))
    assert code == 0
    assert list(table.columns) == [
        "plan",
        "indicator",
        "scenario",
        "model",
        "origin",
        "period",
        "quantile",
        "value",
        "unit",
    ]
    assert set(table["indicator"]) == {PLASMA}
    assert len(table) == table["period"].nunique() * 9


@pytest.mark.parametrize(("language", "shown"), [("fr", "42\N{NO-BREAK SPACE}%"), ("en", "42%")])
def test_project_for_people(call, language, shown):
    code, out, err = call("project", PLAN, PLASMA, "--by", "2028", *QUICK, "--lang", language)
    assert (code, err) == (0, "")
    assert shown in out
    assert "nan" not in out.lower().split()


@pytest.mark.parametrize(
    ("plan", "indicator"),
    [
        (PLAN, "erp_deployment"),
        (PLAN, "strategic_planning_cycle"),
        ("office_des_professions_2019_2023", "oversight_policy_adopted"),
        ("alliance_sante_quebec_2021_2024", "partnerships"),
        ("ptn_ssss_2023_2027", "digital_maturity"),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_nothing_to_forecast_is_said_and_is_no_failure(call, plan, indicator, form):
    code, out, err = call("project", plan, indicator, *QUICK, "--format", form)
    assert (code, err) == (0, "")
    assert out.strip()
    if form == "json":
        shown = json.loads(out)
        assert (shown["observations"], shown["trajectories"]) == (0, [])


def test_project_with_assumed_starts_of_other_indicators(call):
    code, out, err = call(
        "project", "ptn_ssss_2023_2027", "digital_maturity", "-s", "assumed_start", *QUICK, "--format", "json"
    )
    assert (code, err) == (0, "")
    assert json.loads(out)["scenario"] == "assumed_start"


def test_the_same_seed_prints_the_same(call):
    args = ["project", PLAN, PLASMA, *QUICK, "--format", "csv"]
    assert call(*args) == call(*args)
    assert call(*args) != call(*args, "--seed", 5)


# As a process


@pytest.mark.parametrize(("args", "code"), [(["check"], 0), (["plans", "show", "nothing"], 2)])
def test_the_command_as_a_process(args, code):
    done = subprocess.run(
        [sys.executable, "-m", "forecast.cli", *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_commands_that_need_no_model_import_none():
    code = (
        "import sys; from forecast.cli import run; code = run(['check']);"
        " heavy = {'pandas', 'scipy.special', 'statsmodels', 'prophet', 'matplotlib', 'papermill'} & set(sys.modules);"
        " sys.exit(code or ','.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words", [[], *([name] for name in COMMANDS), ["plans", "show"], ["schedule", "export"], ["new", "plan"]]
)
def test_examples_of_every_help_stand_on_lines_of_their_own(call, words):
    _, out, _ = call(*words, "--help")
    assert "\\b" not in out
    if len(words) < 2:
        assert re.search(r"^  Examples?:\n    forecast ", out, re.MULTILINE)


def test_source_text_in_square_brackets_is_no_markup(call, small, edit):
    edit("data/plans/clinic.yaml", "fr: Patients vus à temps", 'fr: "Taux [net] de [/b] x"')
    code, out, _ = call("plans", "show", "clinic", "--lang", "fr")
    assert code == 0
    assert "[net]" in out


def test_options_before_a_subcommand_are_refused(call):
    assert call("plans", "--format", "json", "show", "msss_2023_2027")[0] == 2


def test_a_day_that_has_not_come_is_refused(call):
    code, _, err = call("project", "hema_quebec_2021_2025", "plasma_self_sufficiency", "--as-of", "2190")
    assert code == 2
    assert "'2190' has not come yet; write today" in err


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_schedule_for_machines(call, form):
    code, out, _ = call("schedule", "--format", form)
    assert (code, "quarterly" in out) == (0, True)
