"""One indicator of a study as tables, as a CSV file and as an Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from forecast.reporting.basis import basis, model_name
from forecast.reporting.cases import Case, cases
from forecast.reporting.tables import labels
from forecast.reporting.text import case_title, sentence, target_sentence
from forecast.reporting.voice import Voice
from forecast.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Narrowest and widest column of a sheet, and that of what the first sheet says, in characters.
NARROW, WIDE, SAID = 8, 44, 100
#: Tells Excel that a CSV file is in UTF-8.
MARK = b"\xef\xbb\xbf"


def tables(study: Study, language: str, indicator: str) -> dict[str, pd.DataFrame]:
    """Give the tables of one indicator by their title; a table without a row is left out.

    Parameters
    ----------
    language : {'fr', 'en'}
        Of the titles; the columns are those of the tables of a run.

    Returns
    -------
    dict of str to DataFrame
        Quantiles of the trajectory by period, the outlook of its targets, and the verdict of each official method;
        every row names the unit of its values.
    """
    _ = Voice.of(study, language).translate
    verdicts = _only(study.assessment.verdicts, indicator)
    verdicts.insert(list(verdicts.columns).index("target") + 1, "unit", study.plan.indicators[indicator].unit)
    found = {
        _("Trajectory"): _trajectory(study, indicator),
        _("Targets"): _only(study.assessment.outlook, indicator),
        _("Verdicts"): verdicts,
    }
    return {title: table for title, table in found.items() if len(table)}


def _trajectory(study: Study, indicator: str) -> pd.DataFrame:
    return _only(study.trajectories.table(study.parameters.quantiles), indicator)


def _only(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return table[table["indicator"] == indicator].reset_index(drop=True)


def to_csv(study: Study, language: str, indicator: str) -> bytes:
    """Write the trajectory of an indicator as the CSV files of a run, with the mark that Excel needs for accents.

    Columns, decimal point and units are those of these files in either language.
    """
    return MARK + _trajectory(study, indicator).to_csv(index=False, lineterminator="\n").encode()


def to_excel(study: Study, language: str, indicator: str) -> bytes:
    """Write the tables of an indicator as a workbook: what they are on the first sheet, then one sheet for each.

    The same study gives the same bytes: the workbook bears the as-of as its date.
    """
    from xlsxwriter import Workbook

    content = BytesIO()
    # a label of a source that begins with = or http stays the text that it is
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, plain) as workbook:
        workbook.set_properties({"created": datetime.combine(study.as_of, time())})
        _write_about(workbook, study, language, indicator)
        for title, table in tables(study, language, indicator).items():
            _write_table(workbook, title, table)
    return content.getvalue()


def _write_about(workbook: Workbook, study: Study, language: str, indicator: str) -> None:
    voice = Voice.of(study, language)
    _ = voice.translate
    case = next(case for case in cases(study) if case.name == indicator)
    bold = workbook.add_format({"bold": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet = workbook.add_worksheet(_("About these figures"))
    rows = list(_about(case, study, voice))
    sheet.set_column(0, 0, max(len(name) for name, _said in rows) + 2)
    sheet.set_column(1, 1, SAID)
    for place, (name, said) in enumerate(rows):
        sheet.write_string(place, 0, name, bold)
        sheet.write_string(place, 1, said, wrapped)


def _about(case: Case, study: Study, voice: Voice) -> Iterator[tuple[str, str]]:
    """Say what the figures are of, under what, as known when, by which model, and what they rest on."""
    _ = voice.translate
    yield _("Plan"), f"{voice.text(study.plan.publisher)} – {voice.text(study.plan.title)}"
    yield _("Indicator"), f"{case.indicator.number}. {case_title(case, voice)}"
    if case.indicator.numeric:
        yield _("Unit"), voice.unit_name(case.indicator.unit)
    scenario = study.scenario
    yield _("Scenario"), f"{voice.text(scenario.title)}{voice.colon} {voice.text(scenario.description)}"
    yield _("As known on"), voice.date(study.as_of)
    yield _("Model"), model_name(study.parameters.model, voice)
    yield _("What they are"), _nature(case, voice)
    for said in (*basis(case, study, voice), *(target_sentence(item, case, voice) for item in case.commitments)):
        yield "", said


def _nature(case: Case, voice: Voice) -> str:
    """Say that values are no observations, and what a reader must know before reading them."""
    _ = voice.translate
    said = _("No value of the trajectory was observed: each is a projection of the model under this scenario.")
    if case.path is None:
        said = _("There is no projection: only the targets are given.")
    elif case.assumed:
        said = _("No value of the trajectory was observed: each is an assumption, or follows from one.")
    return " ".join([said, sentence(", ".join(labels(case, voice)))]).strip()


def _write_table(workbook: Workbook, title: str, table: pd.DataFrame) -> None:
    """Write a table on a sheet of its own: a bold header that stays in sight, and nothing where a value is absent."""
    sheet = workbook.add_worksheet(title)
    header = workbook.add_format({"bold": True, "bottom": 1})
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    for place, name in enumerate(table.columns):
        values = [row[place] for row in rows]
        sheet.write_string(0, place, str(name), header)
        sheet.set_column(place, place, _width(str(name), values))
        _write_column(sheet, place, values)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)


def _write_column(sheet: Worksheet, place: int, values: Sequence[Any]) -> None:
    for row, value in enumerate(values, 1):
        if isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, int | float):
            if math.isfinite(value):  # a workbook knows no infinity
                sheet.write_number(row, place, value)
        elif value is not None:
            sheet.write_string(row, place, str(value))


def _width(name: str, values: Sequence[Any]) -> int:
    """Width of a column in characters: that of its longest text, or of a number as Excel shows it."""
    longest = max((len(value) if isinstance(value, str) else NARROW for value in values), default=0)
    return min(max(NARROW, len(name) + 3, longest + 1), WIDE)
