"""`forecast backtest`: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from forecast.backtest.summary import COLUMNS
from forecast.cli import run

ROOT = Path(__file__).parents[2]
QUICK = ["--as-of", "2026-11-23", "--draws", "200", "--model", "naive", "--model", "drift"]
HEADER = "series,period,value,unit,source,published,status,note,note_fr\n"
SHARES = "".join(f"seen_on_time,{2016 + i},{60 + i},%,S001,{2017 + i}-03-01,exact,,\n" for i in range(5))


@pytest.fixture
def clinic(small, write):
    """The hand-typed catalogue with five yearly shares."""
    write("data/observations/clinic.csv", HEADER + SHARES)
    return small


@pytest.fixture
def call(capsys, clinic):
    def call_command(*args):
        code = run(["backtest", *(str(arg) for arg in args)])
        out, err = capsys.readouterr()
        return code, out, err

    return call_command


def test_a_plan_in_english(call):
    code, out, err = call("clinic", *QUICK, "--lang", "en")
    assert (code, err) == (0, "")
    assert "10 cases from 1 series alone for every model" in out
    assert "MAE, WIS, CRPS and widths are in the unit of the series." in out
    assert "* Fewer than 20 cases: such a figure says little." in out
    assert "Coverage at 50%\N{NO-BREAK SPACE}· 80%\N{NO-BREAK SPACE}· 95%" in out
    assert re.search(r"^last value +10\N{NO-BREAK SPACE}\*", out, re.M)
    assert "Stated probabilities, and how often it happened" in out


def test_all_plans_in_french_by_length_of_history(call):
    code, out, err = call(*QUICK, "--lang", "fr", "--by", "observations")
    assert (code, err) == (0, "")
    assert "10 cas tirés de 1 seule série pour chaque modèle" in out
    assert "Scores par longueur d’historique" in out
    assert "2–4" in out


def test_json_holds_the_context_and_both_tables(call):
    code, out, err = call("clinic", *QUICK, "--format", "json", "--by", "lead")
    assert (code, err) == (0, "")
    found = json.loads(out)
    context = {key: value for key, value in found.items() if key not in ("scores", "reliability")}
    assert context == {
        "plan": "clinic",
        "panel": None,
        "models": ["naive", "drift"],
        "as_of": "2026-11-23",
        "draws": 200,
        "seed": 1,
        "by": "lead",
        "cases": 20,
    }
    assert [(row["model"], row["group"], row["cases"]) for row in found["scores"]] == [
        (model, group, count)
        for model in ("naive", "drift")
        for group, count in (("1", 4), ("2", 3), ("3", 2), ("4-5", 1))
    ]
    assert list(found["scores"][0]) == COLUMNS
    assert {row["model"] for row in found["reliability"]} == {"naive", "drift"}


@pytest.mark.parametrize("table", ["scores", "reliability", "cases", "events"])
def test_each_table_as_a_file(call, tmp_path, table):
    path = tmp_path / "out.parquet"
    assert call("clinic", *QUICK, "--table", table, "--format", "parquet", "--out", path)[0] == 0
    found = pd.read_parquet(path)
    assert list(found["model"].unique()) == ["naive", "drift"]
    code, out, _ = call("clinic", *QUICK, "--table", table, "--format", "csv")
    assert code == 0
    assert out.splitlines()[0].split(",") == list(found)
    assert len(out.splitlines()) == len(found) + 1


def test_a_panel_of_ones_own(call, tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("unique_id,time,y\n" + "".join(f"{id},{2015 + i}.5,{10 + i}\n" for id in "ab" for i in range(6)))
    code, out, err = call(
        "--panel", path, "--model", "naive", "--draws", 200, "--origins", 2, "--horizon", 1, "--format", "json"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["panel"], found["plan"], found["as_of"]) == (str(path), None, None)
    (row,) = found["scores"]
    assert (row["cases"], row["series"], row["unit"]) == (4, 2, "usual change")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Nothing to backtest"), ("fr", "Aucun test rétrospectif possible")]
)
def test_nothing_to_backtest_is_said_and_no_failure(call, write, language, said):
    write("data/observations/clinic.csv", HEADER)
    code, out, err = call("clinic", "--lang", language)
    assert (code, err) == (0, "")
    assert out.startswith(said)
    found = json.loads(call("clinic", "--format", "json")[1])
    assert (found["cases"], found["scores"], found["reliability"]) == (0, [], [])
    assert call("clinic", "--format", "csv")[1].splitlines() == [",".join(COLUMNS)]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["clinik"], "error: unknown plan 'clinik'; did you mean 'clinic'?"),
        (["--model", "nave"], "error: unknown model 'nave'; did you mean 'naive'?"),
        (
            ["--origins", "2"],
            "--origins and --horizon go with --panel; a plan is forecast on every day it changed",
        ),
        (["clinic", "--panel", "x.csv"], "--panel replaces PLAN and --as-of; leave them out"),
        (["--panel", "none.csv"], "none.csv: cannot be read (No such file or directory); name a CSV or Parquet file"),
        (
            ["--by", "models"],
            "Invalid value for '--by': 'models' is not one of 'model', 'observations', 'lead', 'series'.",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_with_what_would_be_right(call, args, message):
    code, out, err = call(*args)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notebook_shows_tables_and_charts(clinic, language):
    notebook = nbformat.read(ROOT / "notebooks" / "backtest.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    cell.source += f'\nplan, models, language, draws = "clinic", "naive", "{language}", 100'
    shown = execute(notebook, clinic.root)
    assert shown.count("<svg") == 2
    assert ("Justesse" if language == "fr" else "Accuracy") in shown
    assert f'lang="{language}"' in shown


def test_the_notebook_says_when_there_is_nothing(clinic, write):
    write("data/observations/clinic.csv", HEADER)
    shown = execute(nbformat.read(ROOT / "notebooks" / "backtest.ipynb", as_version=4), clinic.root)
    assert "Aucun test rétrospectif possible" in shown
    assert "<svg" not in shown


def execute(notebook, folder):
    """All HTML that a notebook shows when it is run in a folder."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["data"].get("text/html", "") for output in outputs if "data" in output)
