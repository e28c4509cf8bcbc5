"""Tables of a report: targets, values, sources and assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from forecast.plans.model import Target
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.gaps import gap_interval, gap_words, required_words
from forecast.reporting.markup import Column, Html, element, foreign, lines, table
from forecast.reporting.text import (
    days_sentence,
    level,
    moved_label,
    other_chances,
    status_words,
    target_remarks,
    unit_beside,
    words,
)
from forecast.reporting.voice import Voice
from forecast.study import Study

DASH = "–"


def summary_table(found: Sequence[Case], voice: Voice) -> Html:
    """One row per indicator: its leading target, and how the others ended; those with a probability first."""
    _ = voice.translate
    columns = [
        Column(_("Indicator")),
        Column(_("Target")),
        Column(_("Status")),
        Column(_("Last known value"), number=True),
        Column(_("Probability"), number=True),
        Column(_("Projected value and 80% interval"), number=True),
        Column(_("Gap"), number=True),
        Column(_("Required and recent pace"), number=True),
    ]
    live = [case for case in found if case.leading and case.leading.probability is not None]
    rest = [case for case in found if case not in live]
    rows = [_summary_row(case, case.leading, voice) for case in (*live, *rest)]
    return table(_("How the indicators stand"), columns, rows, "summary")


def _summary_row(case: Case, item: Commitment | None, voice: Voice) -> list[str | Html]:
    _ = voice.translate
    title = f"{case.indicator.number}. {voice.text(case.indicator.name)}"
    linked = case.indicator.numeric or case.commitments
    name = element("a", title, href=f"#{case.name}") if linked else Html(element("span", title).text)
    head: list[str | Html] = [lines(name, unit_beside(case, voice), *labels(case, voice))]
    if item is None:
        return [*head, DASH, _("– no forecast"), _latest_cell(case, voice), DASH, DASH, DASH, DASH]
    status = status_words(item, case, voice)
    without = _("– no forecast") if case.path is None and not status.startswith("–") else ""
    return [
        *head,
        _target_cell(item, case, voice),
        lines(status, without, *_others(case, item, voice)),
        _latest_cell(case, voice),
        chance_cell(item, voice),
        projected_cell(item, case, voice, bare=True),
        gap_cell(item, case, voice),
        pace_cell(item, case, voice),
    ]


def _target_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    due = voice.period(item.target.due) if item.target.due else ""
    said: str | Html = level(item, case, voice, bare=True) if item.target.numeric else words_cell(item.target, voice)
    return lines(said, due, moved_label(item.target, voice))


def words_cell(target: Target, voice: Voice) -> Html:
    """Quote a target's words, marked with their language where it is not the reader's."""
    return quoting(words(target, voice), target, voice)


def quoting(text: str, target: Target, voice: Voice) -> Html:
    """Mark the quoted words of a target within a text."""
    quotes = [voice.quoted(said) for said in (target.words, *(other.words for other in target.also))]
    return foreign(text, quotes if voice.translated else (), voice.source_language)


def labels(case: Case, voice: Voice, *, values: bool = False) -> list[str]:
    """What a reader must know before reading a row; `values` alone, as verdicts rest on, know no change of the path."""
    _ = voice.translate
    return [
        label
        for label, applies in (
            (_("rests on an assumption"), case.values_assumed if values else case.assumed),
            (_("path changed by the scenario"), case.forced and not values),
            (_("rests on a proposed identification"), case.identified),
            (_("one observation"), case.single),
        )
        if applies
    ]


def _latest_cell(case: Case, voice: Voice) -> Html:
    _ = voice.translate
    if case.latest is None:
        return lines(DASH, _("none found") if case.indicator.numeric else "")
    latest = case.latest
    shown = voice.quantity(latest.value, case.indicator.unit, exact=True, bare=True)
    status = _("assumed start") if case.supposed else voice.status(latest.status)
    return lines(shown, voice.period(latest.period.text), status)


def chance_cell(item: Commitment, voice: Voice) -> Html:
    """Write a probability with a bar whose length says the same."""
    if item.probability is None:
        return Html(DASH)
    width = round(60 * item.probability, 1)
    bar = (
        '<svg class="bar" viewBox="0 0 60 7" width="60" height="7" aria-hidden="true" focusable="false">'
        '<rect x="0.5" y="0.5" width="59" height="6" fill="none" stroke="#767676"/>'
        f'<rect x="0" y="0" width="{width}" height="7" fill="#12497d"/></svg>'
    )
    shown = lines(voice.probability(item.probability), voice.likelihood_of(item.probability))
    return Html(shown.text + bar)


def projected_cell(item: Commitment, case: Case, voice: Voice, *, bare: bool = False) -> Html:
    """Write the projected value with its interval; once the date has passed, the value that decided."""
    row, unit = item.outlook, case.indicator.unit
    if decided := case.decision(item):
        shown = voice.quantity(decided.value, unit, exact=True, bare=bare)
        return lines(shown, voice.period(decided.period.text), voice.status(decided.status))
    if row.get("median") is None:
        return Html(DASH)
    interval = voice.range(row["low"], row["high"], unit, bare=bare)
    return lines(voice.quantity(row["median"], unit, bare=bare), interval)


def gap_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    """Write the gap in words with its interval."""
    if item.outlook.get("gap") is None:
        return Html(DASH)
    return lines(gap_words(item, case, voice), gap_interval(item, case, voice))


def pace_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    """Write the pace required, and under it the recent one."""
    _ = voice.translate
    row = item.outlook
    if row.get("required_pace") is None:
        return Html(DASH)
    recent = _("unknown")
    if row.get("recent_pace") is not None:
        recent = voice.pace(row["recent_pace"], case.indicator.unit, bare=True)
    return lines(required_words(item, case, voice, bare=True), _("recent: {pace}").format(pace=recent))


def _others(case: Case, shown: Commitment, voice: Voice) -> list[str]:
    """How the indicator's other targets ended."""
    _ = voice.translate
    rest = [item for item in case.commitments if item is not shown]
    counts = {status: sum(item.status == status for item in rest) for status in ("met", "missed", "no_value")}
    known = [
        voice.counted("{n} earlier target met", "{n} earlier targets met", counts["met"]) if counts["met"] else "",
        voice.counted("{n} earlier target missed", "{n} earlier targets missed", counts["missed"])
        if counts["missed"]
        else "",
        voice.counted("{n} earlier target, no result found", "{n} earlier targets, no result found", counts["no_value"])
        if counts["no_value"]
        else "",
    ]
    return [text for text in known if text]


def targets_table(case: Case, voice: Voice) -> Html:
    """Every target of one indicator."""
    _ = voice.translate
    columns = [
        Column(_("Due")),
        Column(_("Target, in the source's words")),
        Column(_("Probability"), number=True),
        Column(_("Result, or projected value and 80% interval"), number=True),
        Column(_("Gap"), number=True),
        Column(_("Status")),
    ]
    rows = [_target_row(item, case, voice) for item in case.commitments]
    return table(_("Targets: {name}").format(name=voice.text(case.indicator.name)), columns, rows, "targets")


def _target_row(item: Commitment, case: Case, voice: Voice) -> list[str | Html]:
    shown = level(item, case, voice) if item.target.numeric else ""
    remarks = [quoting(remark, item.target, voice) for remark in target_remarks(item.target, voice)]
    return [
        lines(voice.due(item.target), moved_label(item.target, voice)),
        lines(words_cell(item.target, voice), shown, *remarks),
        lines(chance_cell(item, voice), other_chances(item, case, voice)),
        projected_cell(item, case, voice),
        gap_cell(item, case, voice),
        status_words(item, case, voice),
    ]


def states_table(found: Iterable[tuple[Case, Commitment]], caption: str, study: Study, voice: Voice) -> Html:
    """Targets in words and dates: when they fall due, the days left or passed, their state."""
    _ = voice.translate
    columns = [
        Column(_("Indicator")),
        Column(_("Target")),
        Column(_("Due")),
        Column(_("Time left")),
        Column(_("Status")),
    ]
    rows: list[list[str | Html]] = [
        [
            lines(
                element("span", f"{case.indicator.number}. {voice.text(case.indicator.name)}", id=_anchor(case, item)),
                voice.text(case.indicator.note),
            ),
            lines(
                words_cell(item.target, voice),
                *(quoting(remark, item.target, voice) for remark in target_remarks(item.target, voice)),
            ),
            voice.due(item.target),
            days_sentence(item.target, study.as_of, voice),
            status_words(item, case, voice),
        ]
        for case, item in found
    ]
    return table(caption, columns, rows, "states")


def _anchor(case: Case, item: Commitment) -> str | None:
    return case.name if item is case.commitments[0] else None


def sources_table(ids: Sequence[str], study: Study, voice: Voice) -> Html:
    """Cited documents with title, date, address and licence."""
    _ = voice.translate
    columns = [Column(_("Source")), Column(_("Document")), Column(_("Date")), Column(_("Licence"))]
    return table(_("Documents cited"), columns, [_source_row(id, study, voice) for id in ids], "sources")


def _source_row(id: str, study: Study, voice: Voice) -> list[str | Html]:
    _ = voice.translate
    source = study.catalogue.sources[id]
    safe = source.url if source.url and source.url.startswith(("https://", "http://")) else None
    title = element("a" if safe else "span", source.title, href=safe, lang=voice.other(source.title))
    dating = {"inferred": _("inferred"), "unknown": _("unknown")}.get(source.dating, "")
    return [
        element("span", id, id=id),
        lines(title, source.publisher, voice.text(source.note)),
        lines(voice.day(source.date), dating),
        lines(voice.text(source.licence), _("consulted {date}").format(date=voice.day(source.accessed))),
    ]
