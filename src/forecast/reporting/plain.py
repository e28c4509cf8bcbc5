"""One indicator as plain text and tables, for the command line."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.reporting.basis import basis
from forecast.reporting.boards import board_grid, count_note, key_grid
from forecast.reporting.cases import Case, Commitment, cases
from forecast.reporting.endings import ending_grid, ending_sentence
from forecast.reporting.gaps import gap_sentence, pace_sentence
from forecast.reporting.grids import Grid
from forecast.reporting.headline import headline
from forecast.reporting.layout import fiscal
from forecast.reporting.prospects import (
    dates_grid,
    extreme_sentence,
    paces_grid,
    percentile_sentence,
    readings_sentence,
)
from forecast.reporting.text import case_title, other_chances, sentence, status_words, target_sentence, words
from forecast.reporting.together import audit_sentences, portfolio_sentences
from forecast.reporting.verdicts import (
    agreement_sentence,
    before_sentence,
    ratio_note,
    silent_sentence,
    verdict_grid,
)
from forecast.reporting.voice import Voice
from forecast.study import Study, look_back


def project_text(study: Study, indicator: str, language: str) -> tuple[str, list[Grid]]:
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


def _targets(case: Case, voice: Voice) -> Grid:
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
    return Grid(_("Targets"), (_("Due"), _("Target"), _("Probability"), _("Status")), rows, (2,))


def _forecast(case: Case, voice: Voice) -> Grid:
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
    return Grid(title, columns, rows, (1, 2, 3))


def assess_text(study: Study, language: str, indicator: str | None = None) -> Iterator[str | Grid]:
    """Say how the targets of a study, or of one indicator, stand: sentences and tables, one after the other."""
    voice = Voice.of(study, language)
    found = cases(study)
    if indicator is not None:
        yield from _assess_one(next(case for case in found if case.name == indicator), voice)
        return
    _ = voice.translate
    yield headline(study, language)
    if (grid := board_grid(found, voice)) is not None:
        yield grid
        yield key_grid(found, voice)
        yield count_note(voice)
    if (before := look_back(study)) is not None:
        yield ending_sentence(study, before, voice)
        yield ending_grid(study, before, voice)
    yield "\n".join(portfolio_sentences(study, voice))
    told = [f"- {one}" for one in audit_sentences(study, voice)]
    yield "\n".join([_("What a reader of the plan should know:"), *told])


def _assess_one(case: Case, voice: Voice) -> Iterator[str | Grid]:
    """All that is said of the targets of one indicator, the leading one in full."""
    yield f"{case.indicator.number}. {case_title(case, voice)}"
    for item in case.commitments:
        yield target_sentence(item, case, voice)
    if case.leading is not None and case.leading.target.numeric:
        yield from _assess_target(case.leading, case, voice)


def _assess_target(item: Commitment, case: Case, voice: Voice) -> Iterator[str | Grid]:
    """What the methods say of one target, and what the forecast adds."""
    said = [
        readings_sentence(item, case, voice),
        extreme_sentence(item, voice),
        percentile_sentence(item, voice),
        sentence(other_chances(item, case, voice)),
    ]
    yield from (part for part in said if part)
    yield " ".join(part for part in (agreement_sentence(item, voice), before_sentence(item, case, voice)) if part)
    yield verdict_grid(item, case, voice, brief=True)
    yield ratio_note(item, voice)
    if silent := silent_sentence(item, voice):
        yield silent
    for grid in (paces_grid(item, case, voice), dates_grid(item, voice)):
        if grid is not None:
            yield grid
