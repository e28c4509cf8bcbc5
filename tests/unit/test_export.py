"""What is exported of an indicator: tables, a CSV file, a workbook, a picture."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from forecast.plans.model import Target
from forecast.reporting.drawing import SCALE, to_png
from forecast.reporting.export import MARK, tables, to_csv, to_excel
from forecast.reporting.figures import figure
from forecast.schema.tables import COLUMNS
from forecast.study import run_study

AS_OF = date(2025, 9, 30)
NAME = "seen_on_time"
HOSTILE = ("=HYPERLINK(A1)", "http://example.org", "1e5", "{=1+1}")
SHEETS = {
    "en": ["About these figures", "Trajectory", "Targets", "Verdicts"],
    "fr": ["À propos de ces chiffres", "Trajectoire", "Cibles", "Verdicts"],
}


@pytest.fixture
def study(small):
    return run_study("clinic", as_of=AS_OF, catalogue=small, draws=200)


def read(content):
    return openpyxl.load_workbook(BytesIO(content))


def about(content):
    """The first sheet as one text, with plain spaces."""
    rows = read(content).worksheets[0].iter_rows(values_only=True)
    return "\n".join(": ".join(cell or "" for cell in row) for row in rows).replace("\N{NO-BREAK SPACE}", " ")


def test_the_tables_are_those_of_a_run_for_this_indicator(study):
    found = tables(study, "en", NAME)
    trajectory, targets, verdicts = found.values()
    whole = study.trajectories.table(study.parameters.quantiles)
    pd.testing.assert_frame_equal(trajectory, whole[whole["indicator"] == NAME].reset_index(drop=True))
    assert set(targets["indicator"]) == set(verdicts["indicator"]) == {NAME}
    assert list(targets["due"]) == ["2025", "2026"]
    assert list(targets.columns) == list(COLUMNS["outlook"])
    assert [column for column in verdicts.columns if column != "unit"] == list(COLUMNS["assessment"])
    assert set(verdicts["unit"]) == {"%"}
    assert "unit" not in study.assessment.verdicts.columns  # the study itself stays as it is


def test_a_target_that_is_a_date_has_no_trajectory(study):
    assert list(tables(study, "en", "opening")) == ["Targets", "Verdicts"]
    assert to_csv(study, "en", "opening").decode("utf-8-sig").splitlines() == [",".join(COLUMNS["trajectories"])]
    content = to_excel(study, "en", "opening")
    assert read(content).sheetnames == ["About these figures", "Targets", "Verdicts"]
    assert "There is no projection: only the targets are given." in about(content)


def test_a_csv_file_opens_with_its_accents_and_reads_back(study):
    content = to_csv(study, "fr", NAME)
    assert content.startswith(MARK)
    assert b"\r" not in content
    again = pd.read_csv(BytesIO(content), encoding="utf-8-sig", dtype={"period": str, "origin": str})
    pd.testing.assert_frame_equal(
        again, tables(study, "fr", NAME)["Trajectoire"], rtol=1e-12
    )  # a reader may round the last digit


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_workbook_holds_every_table_with_numbers_as_numbers(study, language):
    book = read(to_excel(study, language, NAME))
    assert book.sheetnames == SHEETS[language]
    for title, table in tables(study, language, NAME).items():
        header, *rows = book[title].iter_rows(values_only=True)
        assert header == tuple(table.columns)
        for row, record in zip(rows, table.to_dict("records"), strict=True):
            assert [value for value in row if value is not None] == [
                pytest.approx(value) if isinstance(value, float) else value
                for value in record.values()
                if not pd.isna(value)
            ]
        assert book[title].freeze_panes == "A2"
        assert all(cell.font.bold for cell in book[title][1])
        widths = [book[title].column_dimensions[cell.column_letter].width for cell in book[title][1]]
        assert all(width > len(name) for width, name in zip(widths, header, strict=True))
    assert any(isinstance(cell.value, bool) for row in book[SHEETS[language][2]] for cell in row)


def test_a_text_that_looks_like_a_formula_an_address_or_a_number_stays_text(small):
    plan = small.plan("clinic")
    opening = plan.indicators["opening"].model_copy(
        update={"targets": tuple(Target(words=words, due="2026", kind="text") for words in HOSTILE)}
    )
    plan = plan.model_copy(update={"indicators": {**plan.indicators, "opening": opening}})
    study = run_study(plan, as_of=AS_OF, catalogue=small, draws=200)
    sheet = read(to_excel(study, "en", "opening"))["Targets"]
    column = next(cell.column for cell in sheet[1] if cell.value == "words")
    cells = [sheet.cell(row, column) for row in range(2, 2 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert [(cell.data_type, cell.hyperlink) for cell in cells] == [("s", None)] * len(HOSTILE)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "Plan: Clinic – Clinic plan",
                "Indicator: 1. Patients seen on time",
                "Unit: %",
                "Scenario: Baseline: Nothing is changed.",
                "As known on: September 30, 2025",
                "Model: drift",
                "No value of the trajectory was observed: each is a projection of the model under this scenario.",
                "2 observations (2023 – 2024)",
                "Target ≥ 80%, due 2025: ",
            ),
        ),
        (
            "fr",
            (
                "Plan: Clinique – Plan de la clinique",
                "Indicateur: 1. Patients vus à temps",
                "Scénario: Référence : Rien n'est changé.",
                "30 septembre 2025",
                "chacune est une projection du modèle selon ce scénario.",
                "2 observations (2023 – 2024)",
            ),
        ),
    ],
)
def test_the_first_sheet_says_what_the_figures_are(study, language, expected):
    said = about(to_excel(study, language, NAME))
    assert [part for part in expected if part not in said] == []


def test_what_rests_on_an_assumption_says_so(small, write):
    write(
        "parameters/clinic/assumed.yaml",
        "title: {fr: a, en: a}\ndescription: {fr: b, en: b}\nextends: baseline\nassumptions:\n"
        '  seen_on_time: {value: 70, unit: "%", period: "2024", reason: {fr: c, en: c}}\n',
    )
    study = run_study("clinic", "assumed", as_of=AS_OF, catalogue=small, draws=200)
    said = about(to_excel(study, "en", NAME))
    assert "No value of the trajectory was observed: each is an assumption, or follows from one." in said
    assert "Rests on an assumption" in said


def test_the_same_study_gives_the_same_bytes(small):
    first, second = (run_study("clinic", as_of=AS_OF, catalogue=small, draws=200) for _time in range(2))
    assert to_excel(first, "fr", NAME) == to_excel(second, "fr", NAME)
    assert to_csv(first, "fr", NAME) == to_csv(second, "en", NAME)
    assert read(to_excel(first, "fr", NAME)).properties.created.date() == AS_OF


def test_what_is_infinite_or_absent_is_an_empty_cell(study):
    study.assessment.verdicts["ratio"] = float("inf")
    sheet = read(to_excel(study, "en", NAME))["Verdicts"]
    column = next(cell.column for cell in sheet[1] if cell.value == "ratio")
    assert {sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)} == {None}


def test_a_png_is_twice_as_large_as_the_drawing(study):
    spec = figure(study, NAME, "fr")
    content = to_png(spec)
    assert content.startswith(b"\x89PNG\r\n")
    padding = spec["padding"]
    width, height = (int.from_bytes(content[start : start + 4]) for start in (16, 20))
    assert width == SCALE * (spec["width"] + padding["left"] + padding["right"])
    assert height == SCALE * (spec["height"] + padding["top"] + padding["bottom"])
    assert content == to_png(spec)
