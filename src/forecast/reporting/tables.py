"""Tables of a report: targets, values, sources and assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from forecast.reporting.cases import Beside, Case, Commitment, Value
from forecast.reporting.layout import fiscal
from forecast.reporting.markup import Column, Html, element, lines, table
from forecast.reporting.text import (
    days_sentence,
    known_value,
    other_chances,
    signed_gap,
    status_words,
    target_remarks,
    why_chosen,
    words,
)
from forecast.reporting.voice import Voice
from forecast.study import Study

DASH = "–"


def summary_table(found: Sequence[Case], voice: Voice) -> Html:
    """One row per indicator in numbers: its leading target, and how the others ended."""
    _ = voice.translate
    columns = [
        Column(_("Indicator")),
        Column(_("Target")),
        Column(_("Last known value"), number=True),
        Column(_("Probability"), number=True),
        Column(_("Projected value and 80% interval"), number=True),
        Column(_("Gap"), number=True),
        Column(_("Required and recent pace"), number=True),
        Column(_("Status")),
    ]
    rows = [_summary_row(case, case.leading, voice) for case in found if case.leading]
    return table(_("How the indicators stand"), columns, rows, "summary")


def _summary_row(case: Case, item: Commitment, voice: Voice) -> list[str | Html]:
    _ = voice.translate
    name = element("a", f"{case.indicator.number}. {voice.text(case.indicator.name)}", href=f"#{case.name}")
    unit = "" if case.indicator.unit == "%" else voice.unit_name(case.indicator.unit)
    return [
        lines(name, unit, *_labels(case, voice)),
        lines(voice.level(item.target, _bare(case)), voice.period(item.target.due) if item.target.due else ""),
        _latest_cell(case, voice),
        chance_cell(item, voice),
        projected_cell(item, case, voice),
        gap_cell(item, case, voice),
        pace_cell(item, case, voice),
        lines(status_words(item, voice), *_others(case, item, voice)),
    ]


def _bare(case: Case) -> str | None:
    """Unit of a column whose unit stands beside the indicator's name: only a percentage repeats it."""
    return "%" if case.indicator.unit == "%" else "unspecified"


def _labels(case: Case, voice: Voice) -> list[str]:
    """What a reader must know before reading a row."""
    _ = voice.translate
    return [
        label
        for label, applies in (
            (_("rests on an assumption"), case.assumed),
            (_("rests on a proposed identification"), case.identified),
            (_("one observation"), case.path is not None and case.path.observations == 1),
        )
        if applies
    ]


def _latest_cell(case: Case, voice: Voice) -> Html:
    _ = voice.translate
    if case.latest is None:
        return lines(DASH, _("none published"))
    latest = case.latest
    shown = voice.quantity(latest.value, _bare(case), exact=True)
    return lines(shown, voice.period(latest.period.text), voice.status(latest.status))


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
    return Html(lines(voice.probability(item.probability)).text + bar)


def projected_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    """Write the projected value with its interval."""
    row, unit = item.outlook, _bare(case)
    if row.get("median") is None:
        return Html(DASH)
    return lines(voice.quantity(row["median"], unit), voice.range(row["low"], row["high"], unit))


def gap_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    """Write the gap in words with its interval."""
    _ = voice.translate
    row, unit = item.outlook, _bare(case)
    if row.get("gap") is None:
        return Html(DASH)
    side = _("{amount} short") if row["gap"] > 0 else _("{amount} to spare")
    interval = _("{low} to {high}").format(
        low=signed_gap(row["gap_high"], voice), high=signed_gap(row["gap_low"], voice)
    )
    return lines(side.format(amount=voice.difference(row["gap"], unit)), interval)


def pace_cell(item: Commitment, case: Case, voice: Voice) -> Html:
    """Write the pace required, and under it the recent one."""
    _ = voice.translate
    row, unit = item.outlook, _bare(case)
    if row.get("required_pace") is None:
        return Html(DASH)
    recent = voice.pace(row["recent_pace"], unit) if row.get("recent_pace") is not None else _("unknown")
    return lines(voice.pace(row["required_pace"], unit), _("recent: {pace}").format(pace=recent))


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
        voice.counted("{n} earlier target without result", "{n} earlier targets without result", counts["no_value"])
        if counts["no_value"]
        else "",
    ]
    return [text for text in known if text]


def targets_table(case: Case, voice: Voice) -> Html:
    """Every target of one indicator, with the verdict of the official methods."""
    _ = voice.translate
    columns = [
        Column(_("Due")),
        Column(_("Target, in the source's words")),
        Column(_("Probability"), number=True),
        Column(_("Projected value and 80% interval"), number=True),
        Column(_("Gap"), number=True),
        Column(_("Status")),
        Column(_("Official verdicts")),
    ]
    rows = [_target_row(item, case, voice) for item in case.commitments]
    return table(_("Targets: {name}").format(name=voice.text(case.indicator.name)), columns, rows, "targets")


def _target_row(item: Commitment, case: Case, voice: Voice) -> list[str | Html]:
    level = voice.level(item.target, case.indicator.unit) if item.target.numeric else ""
    return [
        voice.due(item.target),
        lines(words(item.target, voice), level, *target_remarks(item.target, voice)),
        lines(chance_cell(item, voice), other_chances(item, case, voice)),
        projected_cell(item, case, voice),
        gap_cell(item, case, voice),
        status_words(item, voice),
        verdicts_cell(item, voice),
    ]


def verdicts_cell(item: Commitment, voice: Voice) -> Html:
    """Write the verdict of each official method in its own words."""
    label = "label_fr" if voice.language == "fr" else "label_en"
    names = {"government_of_canada": "GC InfoBase"}
    said = [f"{verdict[label]} ({names.get(verdict['method'], verdict['method'])})" for verdict in item.verdicts]
    return lines(*said) if said else Html(DASH)


def states_table(found: Iterable[tuple[Case, Commitment]], caption: str, study: Study, voice: Voice) -> Html:
    """Targets in words and dates: when they fall due, the days left or passed, their state."""
    _ = voice.translate
    columns = [
        Column(_("Indicator")),
        Column(_("Target")),
        Column(_("Due")),
        Column(_("Days"), number=True),
        Column(_("Status")),
    ]
    rows: list[list[str | Html]] = [
        [
            lines(
                element("span", f"{case.indicator.number}. {voice.text(case.indicator.name)}", id=_anchor(case, item)),
                voice.text(case.indicator.note),
            ),
            lines(words(item.target, voice), *target_remarks(item.target, voice)),
            voice.due(item.target),
            days_sentence(item.target, study.as_of, voice),
            status_words(item, voice),
        ]
        for case, item in found
    ]
    return table(caption, columns, rows, "states")


def _anchor(case: Case, item: Commitment) -> str | None:
    return case.name if item is case.commitments[0] else None


def quantiles_table(case: Case, study: Study, voice: Voice) -> Html:
    """The figures behind a chart: low, median and high of every period forecast; the committed levels without one."""
    _ = voice.translate
    if case.path is None:
        columns = [Column(_("Due")), Column(_("Committed value"), number=True)]
        rows = [[voice.due(item.target), voice.level(item.target, case.indicator.unit)] for item in case.numeric]
        return table(_("Committed path"), columns, rows)
    names = [Column(_("Low (10%)"), True), Column(_("Median"), True), Column(_("High (90%)"), True)]
    values = case.path.quantiles((0.1, 0.5, 0.9)).T
    rows = [
        [voice.period(period.text), *(voice.quantity(float(value), case.indicator.unit) for value in row)]
        for period, row in zip(case.path.periods, values, strict=True)
    ]
    period_name = _("Fiscal year") if fiscal(case.path.periods) else _("Period")
    caption = _("Forecast by period: {name}").format(name=voice.text(case.indicator.name))
    return table(caption, [Column(period_name), *names], rows)


def values_table(values: Sequence[Value], caption: str, voice: Voice) -> Html:
    """Known values with their source and status; those not used say why."""
    _ = voice.translate
    columns = [
        Column(_("Period")),
        Column(_("Value"), number=True),
        Column(_("Status")),
        Column(_("Known from")),
        Column(_("Source")),
        Column(_("Used")),
        Column(_("Note")),
    ]
    return table(caption, columns, [_value_row(value, voice) for value in values], "values")


def _value_row(value: Value, voice: Voice) -> list[str | Html]:
    _ = voice.translate
    source = element("a", value.source, href=f"#{value.source}") if value.source else Html(_("none: assumption"))
    return [
        voice.period(value.period.text),
        voice.quantity(value.value, value.unit, exact=True),
        voice.status(value.status) or _("exact"),
        value.published or DASH,
        source,
        lines(_("yes") if value.used else _("no"), why_chosen(value, voice)),
        value.notes.get(voice.language) or "",
    ]


def beside_values(side: Beside, voice: Voice) -> str:
    """Write the last value of a driver or comparable."""
    return known_value(side.values[-1], voice)


def sources_table(ids: Sequence[str], study: Study, voice: Voice) -> Html:
    """Cited documents with title, date, address and licence."""
    _ = voice.translate
    columns = [Column(_("Source")), Column(_("Document")), Column(_("Date")), Column(_("Licence"))]
    return table(_("Documents cited"), columns, [_source_row(id, study, voice) for id in ids], "sources")


def _source_row(id: str, study: Study, voice: Voice) -> list[str | Html]:
    _ = voice.translate
    source = study.catalogue.sources[id]
    safe = source.url if source.url and source.url.startswith(("https://", "http://")) else None
    title: str | Html = element("a", source.title, href=safe) if safe else source.title
    dating = {"inferred": _("inferred"), "unknown": _("unknown")}.get(source.dating, "")
    licence = {
        "facts quoted; rights with the publisher": _("facts quoted; rights with the publisher"),
    }.get(source.licence, source.licence)
    return [
        element("span", id, id=id),
        lines(title, source.publisher, voice.text(source.note)),
        lines(source.date or DASH, dating),
        lines(licence, _("consulted {date}").format(date=source.accessed)),
    ]
