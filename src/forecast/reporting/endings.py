"""Plans that have ended: how each target ended, beside what the forecast said at the plan's start."""

from __future__ import annotations

from forecast.reporting.cases import Case, Commitment, cases
from forecast.reporting.grids import Grid
from forecast.reporting.markup import Html, element, paragraphs, part
from forecast.reporting.text import known_value, level, status_words, words
from forecast.reporting.voice import Voice
from forecast.study import Study, look_back

DASH = "–"


def ending(study: Study, language: str) -> Html:
    """Results of a plan that has ended; nothing while it goes on."""
    before = look_back(study)
    if before is None:
        return Html("")
    voice = Voice.of(study, language)
    _ = voice.translate
    title = element("h2", _("Results of the plan"))
    said = paragraphs([ending_sentence(study, before, voice)])
    return part("section", [title, said, ending_grid(study, before, voice).html("ending")], language)


def ending_sentence(study: Study, before: Study, voice: Voice) -> str:
    """Say that a plan has ended, and as of when its forecast is looked back at."""
    _ = voice.translate
    said = _("The plan ended on {end}. The forecast at its start is the baseline, made with what was known on {start}.")
    return said.format(end=voice.date(study.plan.last.end), start=voice.date(before.as_of))


def ending_grid(study: Study, before: Study, voice: Voice) -> Grid:
    """Lay out how each target of an ended plan ended.

    Parameters
    ----------
    study, before : Study
        The plan as known now, and its baseline as known at its start.
    """
    _ = voice.translate
    earlier = {_identify(case, item): item for case in cases(before) for item in case.commitments}
    rows = tuple(
        (
            f"{case.indicator.number}. {voice.text(case.indicator.name)}",
            level(item, case, voice) if item.target.numeric else words(item.target, voice),
            voice.due(item.target),
            status_words(item, case, voice),
            known_value(case.latest, voice) if case.latest else DASH,
            _foreseen(earlier.get(_identify(case, item)), voice),
        )
        for case in cases(study)
        for item in case.commitments
    )
    columns = (_("Indicator"), _("Target"), _("Due"), _("Result"), _("Last known value"), _("Forecast at the start"))
    return Grid(_("How the targets ended"), columns, rows)


def _identify(case: Case, item: Commitment) -> tuple[str, str, str | None]:
    """A target is the same whatever its value became: its words and the due date that the plan gave it."""
    return case.name, item.target.words, item.target.moved_from or item.target.due


def _foreseen(item: Commitment | None, voice: Voice) -> str:
    """What the forecast said at the start."""
    _ = voice.translate
    if item is None or not item.target.numeric:
        return DASH
    if item.board.evidence.past:
        return _("the date had passed")
    return _("no value was known") if item.probability is None else voice.chance(item.probability)
