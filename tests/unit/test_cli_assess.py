"""`forecast assess`: what it prints, what it writes, and with which exit code it leaves."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from forecast.assessment.methods import METHODS
from forecast.cli import run
from forecast.schema.tables import COLUMNS

ROOT = Path(__file__).parents[2]
HEMA, PLASMA, WORDS = "hema_quebec_2021_2025", "plasma_self_sufficiency", "alliance_sante_quebec_2021_2024"
AS_OF = ("--as-of", "2026-11-23")
KEYS = ["plan", "scenario", "as_of", "outlooks", "assessments", "chances", "portfolio", "audit"]
#: Columns of a table that stand in the context of its JSON object.
CONTEXT = {"plan", "scenario", "as_of"}


#: An ended plan, an open target, and a plan without numbers.
SEVERAL = pytest.mark.parametrize("args", [(HEMA,), (HEMA, PLASMA, "--by", "2028"), (WORDS,)], ids=" ".join)


@pytest.fixture(autouse=True)
def _home(monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(ROOT))


def call(*args: object) -> tuple[int, str, str]:
    """Run `forecast assess` as its main function does; give exit code, output and errors."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(["assess", *map(str, args)])
    return code, out.getvalue(), err.getvalue()


@cache
def ask(*args: str) -> str:
    """What the command prints of the real catalogue on the usual day; it fails where the command does."""
    code, out, err = call(*args, *AS_OF)
    assert (code, err) == (0, "")
    return out


def tell(*args: str) -> dict[str, object]:
    return json.loads(ask(*args, "--format", "json"))


def flow(text: str) -> str:
    """Text with ordinary spaces, its lines joined."""
    return re.sub(r"\s+", " ", text)


def test_help_explains_by_examples():
    code, out, err = call("--help")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: forecast assess [OPTIONS] PLAN [INDICATOR]\n")
    assert re.search(r"^  Examples:\n(    forecast assess \w+.*\n){3}", out, re.MULTILINE)
    assert "\b" not in out
    assert "Portfolio and audit are of the whole plan; as JSON they are null for one INDICATOR." in flow(out)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Missing argument 'PLAN'."),
        ((HEMA, PLASMA, "more"), "Got unexpected extra argument (more)"),
        ((HEMA, "--lang", "es"), "Invalid value for '--lang': 'es' is not one of 'fr', 'en'."),
        (
            (HEMA, "--format", "xml"),
            "Invalid value for '--format': 'xml' is not one of 'table', 'csv', 'json', 'parquet'.",
        ),
        ((HEMA, "--by", "2028Q9"), "Invalid value for '--by': '2028Q9' is not a period; write 2025, 2027-2028, "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_leaves_with_two(args, message):
    code, out, err = call(*args)
    assert (code, out) == (2, "")
    assert f" Error: {message}" in flow(err)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("hema_quebec_2021",), f"unknown plan 'hema_quebec_2021'; did you mean '{HEMA}'?"),
        ((HEMA, "plasma_self"), f"unknown indicator 'plasma_self' of plan '{HEMA}'; did you mean '{PLASMA}'?"),
        ((HEMA, "-s", "basline"), f"unknown scenario 'basline' of plan '{HEMA}'; did you mean 'baseline'?"),
        (
            (HEMA, PLASMA, "--by", "2028-06"),
            f"'{PLASMA}' is measured over a year: 2028-06 cannot be its due date; write a year, such as 2028 or"
            " 2027-2028",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_unknown_name_or_a_wrong_date_leaves_with_two(args, message):
    assert call(*args, *AS_OF) == (2, "", f"error: {message}\n")


def test_a_name_like_no_other_is_answered_with_all_that_are_known():
    known = ", ".join(sorted({row["indicator"] for row in tell(WORDS)["outlooks"]}))
    message = f"error: unknown indicator 'xyz' of plan '{WORDS}'; known: {known}\n"
    assert call(WORDS, "xyz") == (2, "", message)


@SEVERAL
def test_json_is_one_object_with_its_context_and_each_table(args):
    said = tell(*args)
    assert list(said) == KEYS
    assert (said["plan"], said["scenario"], said["as_of"]) == (args[0], "baseline", "2026-11-23")
    for table, name in (("outlooks", "outlook"), ("assessments", "assessment"), ("chances", "chances")):
        columns = [column for column in COLUMNS[name] if column not in CONTEXT]
        assert [list(row) for row in said[table]] == [columns] * len(said[table])
    assert len(said["assessments"]) >= len(said["outlooks"]) * len(METHODS) > 0
    if len(args) > 1:  # of one indicator: what is of the whole plan is left out
        assert (said["portfolio"], said["audit"]) == (None, None)
    else:
        assert {"counted", "every", "last", "statcan"} <= set(said["portfolio"])
        assert set(said["audit"]) == {"findings", "quality"}


@SEVERAL
def test_absent_values_are_null(args):
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    text = ask(*args, "--format", "json")
    said = json.loads(text, parse_constant=refuse)
    assert any(row["ratio"] is None for row in said["assessments"])
    assert all(row["ratio"] is None for row in said["assessments"] if row["class"] == "not_applicable")


def test_by_asks_about_another_date_and_keeps_the_target_before():
    said = tell(HEMA, PLASMA, "--by", "2028")
    (outlook,) = said["outlooks"]
    assert (outlook["due"], outlook["status"], outlook["target"]) == ("2028", "open", 42.0)
    assert 0 < outlook["probability"] < 1
    rows = [(row["version"], row["due"], row["method"]) for row in said["assessments"]]
    ids = [method.id for method in METHODS]
    assert rows == [("current", "2028", id) for id in ids] + [("before", "2025", id) for id in ids]
    assert [row["probability"] for row in said["chances"] if row["period"] == "2028"] == [outlook["probability"]]


def test_a_scenario_is_assessed_as_it_says():
    said = tell(HEMA, PLASMA, "-s", "target_2028_double_pace")
    assert said["scenario"] == "target_2028_double_pace"
    assert said["outlooks"][0]["due"] == "2028"


@pytest.mark.parametrize("args", [(HEMA,), (WORDS,)], ids=" ".join)
def test_csv_has_the_columns_of_the_verdicts(args):
    rows = list(csv.DictReader(io.StringIO(ask(*args, "--format", "csv"))))
    assert list(rows[0]) == list(COLUMNS["assessment"])
    assert [row["method"] for row in rows[: len(METHODS)]] == [method.id for method in METHODS]
    assert len(rows) == len(tell(*args)["assessments"])


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "table"])
def test_out_writes_a_file(tmp_path, form):
    path = tmp_path / "verdicts"
    assert call(HEMA, PLASMA, *AS_OF, "--format", form, "--out", path) == (0, "", "")
    if form == "json":
        assert list(json.loads(path.read_text("utf-8"))) == KEYS
    else:
        table = pd.read_parquet(path) if form == "parquet" else pd.read_csv(path)
        assert list(table.columns) == list(COLUMNS["assessment"])
        assert table["method"].tolist() == [method.id for method in METHODS]


def test_out_in_a_folder_that_does_not_exist_is_a_readable_error(tmp_path):
    path = tmp_path / "no" / "verdicts.csv"
    code, out, err = call(HEMA, PLASMA, *AS_OF, "--format", "csv", "--out", path)
    assert (code, out) == (2, "")
    assert err.endswith(f"Error: '{path}' cannot be written: No such file or directory\n")


def test_parquet_is_not_for_the_screen(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    code = run(["assess", WORDS, *AS_OF, "--format", "parquet"])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.endswith("Error: parquet is not for the screen; add --out FILE.parquet\n")


def test_parquet_goes_through_a_pipe(capfdbinary):
    assert run(["assess", WORDS, *AS_OF, "--format", "parquet"]) == 0
    sys.stdout.flush()
    table = pd.read_parquet(io.BytesIO(capfdbinary.readouterr().out))
    assert list(table.columns) == list(COLUMNS["assessment"])


@pytest.mark.parametrize(
    ("language", "headline", "board"),
    [
        ("fr", "4 intentions suivies en mots; le plan ne fixe aucune cible chiffrée.", "Tableau des verdicts"),
        ("en", "4 intentions followed in words; the plan sets no target in numbers.", "Verdict board"),
    ],
)
def test_a_plan_without_a_target_in_numbers_says_so(language, headline, board):
    said = ask(WORDS, "--lang", language)
    assert flow(said).startswith(headline)
    assert board not in said
    assert board in ask(HEMA, "--lang", language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            ["Légende du tableau", "Le plan a pris fin le 31 décembre 2025.", "Comment les cibles", "Note de qualité"],
        ),
        ("en", ["Key to the board", "The plan ended on December 31, 2025.", "How the targets ended", "Quality mark"]),
    ],
)
def test_an_ended_plan_shows_its_results(language, said):
    text = flow(ask(HEMA, "--lang", language))
    places = [text.find(piece) for piece in said]
    assert -1 < places[0] < places[1] < places[2] < places[3]


def test_the_default_language_is_that_of_the_defaults():
    assert ask(HEMA, PLASMA) == ask(HEMA, PLASMA, "--lang", "fr") != ask(HEMA, PLASMA, "--lang", "en")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            ["≥ 42 %, échéance 2028", "Avant le changement, la cible était ≥ 42 %", "Verdicts officiels", "Rapport"],
        ),
        ("en", ["≥ 42%, due 2028", "Before the change, the target was ≥ 42%", "Official verdicts", "Ratio: "]),
    ],
)
def test_one_indicator_in_full(language, said):
    text = flow(ask(HEMA, PLASMA, "--by", "2028", "--lang", language))
    assert text.startswith("7. ")
    places = [text.find(piece) for piece in said]
    assert -1 < places[0] < places[1] < places[2] < places[3]
    assert not re.search(r"\b(nan|None)\b(?! of)|[{}]", text)
