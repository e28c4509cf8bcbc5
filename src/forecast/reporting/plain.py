"""One indicator as plain text and tables, for the command line."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.reporting.basis import basis
from forecast.reporting.cases import Case, cases
from forecast.reporting.gaps import gap_sentence, pace_sentence
from forecast.reporting.layout import fiscal
from forecast.reporting.text import case_title, status_words, target_sentence, words
from forecast.reporting.voice import Voice
from forecast.study import Study


@dataclass(frozen=True)
class PlainTable:
    """A table of text; `numbers` are the positions of the columns to align right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


def project_text(study: Study, indicator: str, language: str) -> tuple[str, list[PlainTable]]:
    """Describe one indicator of a study: sentences, and tables of its targets and of its forecast."""
    voice = Voice.of(study, language)
    case = next(case for case in cases(study) if case.name == indicator)
    tables = [_targets(case, voice)] if case.commitments else []
    tables += [_forecast(case, voice)] if case.path else []
    return "\n".join(_sentences(case, study, voice)), tables


def _sentences(case: Case, study: Study, voice: Voice) -> list[str]:
    said = [f"{case.indicator.number}. {case_title(case, voice)}"]
    for item in case.commitments:
        said.append(target_sentence(item, case, voice))
        further = "; ".join(
            part for part in (gap_sentence(item, case, voice), pace_sentence(item, case, voice)) if part
        )
        said += [f"{further[0].upper()}{further[1:]}."] if further else []
    return [*said, *basis(case, study, voice)]


def _targets(case: Case, voice: Voice) -> PlainTable:
    _ = voice.translate
    rows = tuple(
        (
            voice.due(item.target),
            words(item.target, voice),
            voice.probability(item.probability) if item.probability is not None else "–",
            status_words(item, case, voice),
        )
        for item in case.commitments
    )
    return PlainTable(_("Targets"), (_("Due"), _("Target"), _("Probability"), _("Status")), rows, (2,))


def _forecast(case: Case, voice: Voice) -> PlainTable:
    _ = voice.translate
    assert case.path is not None
    values = case.path.quantiles((0.1, 0.5, 0.9)).T
    rows = tuple(
        (voice.period(period.text), *(voice.quantity(float(value), case.indicator.unit) for value in row))
        for period, row in zip(case.path.periods, values, strict=True)
    )
    period_name = _("Fiscal year") if fiscal(case.path.periods) else _("Period")
    columns = (period_name, _("Low (10%)"), _("Median"), _("High (90%)"))
    title = _("Forecast under an assumption") if case.assumed else _("Forecast")
    return PlainTable(title, columns, rows, (1, 2, 3))
