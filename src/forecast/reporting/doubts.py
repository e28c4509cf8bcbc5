"""What the data's own doubt did to a forecast, in words: errors, revisions, breaks, exceptional periods."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.plans.series import Break, Exceptional, SeriesFacts
from forecast.reporting.cases import Case, Value
from forecast.reporting.voice import Voice
from forecast.schema.exactness import TAIL, told_error
from forecast.schema.language import format_exact
from forecast.study import Study


def doubts(case: Case, study: Study, voice: Voice) -> list[str]:
    """Say what of its values a forecast doubted, and what it did about it."""
    facts = known_facts(case, study).values()
    breaks = [item for found in facts for item in found.breaks]
    stretches = [item for found in facts for item in found.exceptional]
    return [
        *_errors(case, voice),
        *(_break(item, voice) for item in passed_breaks(case.used, breaks)),
        *_stretches(case, stretches, voice),
    ]


def known_facts(case: Case, study: Study) -> dict[str, SeriesFacts]:
    """What was known at the as-of of the series that an indicator follows, beside their values."""
    return study.catalogue.facts(sorted({value.series for value in case.used}), study.as_of)


def passed_breaks(values: Sequence[Value], breaks: Sequence[Break]) -> list[Break]:
    """Breaks that lie between two of the values."""
    return [item for item in breaks if values and values[0].time <= item.since < values[-1].time]


def error_width(errors: Sequence[float]) -> float:
    """Half the width of the central 80 % of the largest error."""
    return TAIL * max(errors, default=0.0)


def _errors(case: Case, voice: Voice) -> list[str]:
    _ = voice.translate
    assert case.path is not None
    said = []
    if "doubt:errors" in case.path.notes:
        said.append(_("Each ± is the largest error of its kind, kept to eight times in ten; it widens the intervals."))
    latest, unit = case.latest, case.indicator.unit
    if latest and latest.error > told_error(latest.value, latest.status, case.indicator.bounds) + 1e-12:
        size = voice.difference(error_width([latest.error]), unit)
        revised = _("The latest value will probably be revised; eight times in ten, by less than {size}.")
        said.append(revised.format(size=size))
    return said


def _break(item: Break, voice: Voice) -> str:
    _ = voice.translate
    said = _("Break ({period}): {reason}.")
    told = said.format(period=voice.period(item.start), reason=voice.text(item.reason).rstrip("."))
    return f"{told} {_linked(item, voice)}"


def _linked(item: Break, voice: Voice) -> str:
    """Say what was done with the values before a break."""
    _ = voice.translate
    link = item.link
    if link.kind == "unknown":
        return _("Its size is unknown: it is taken from the jump seen, with a wide margin.")
    low, likely, high = (format_exact(number, voice.language) for number in link.numbers)
    if link.kind == "multiply":
        sure = _("Earlier values are multiplied by {likely}.")
        unsure = _("Earlier values are multiplied by {likely} ({low} to {high}).")
    else:
        sure = _("To earlier values, {likely} is added.")
        unsure = _("To earlier values, {likely} is added ({low} to {high}).")
    return (sure if low == high else unsure).format(low=low, likely=likely, high=high)


def _stretches(case: Case, stretches: Sequence[Exceptional], voice: Voice) -> list[str]:
    _ = voice.translate
    assert case.path is not None
    if "doubt:exceptional" not in case.path.notes:
        return []
    said = [_stretch(item, case, voice) for item in stretches if any(item.holds(value.time) for value in case.used)]
    if case.used[-1].exceptional:
        said.append(_("Nobody knows whether the latest level stays: half of the futures start from it, half do not."))
    return said


def _stretch(item: Exceptional, case: Case, voice: Voice) -> str:
    _ = voice.translate
    ends = dict.fromkeys(voice.period(text) for text in (item.start, item.until))
    said = _("Exceptional period ({period}): {reason}.")
    told = said.format(period=" – ".join(ends), reason=voice.text(item.reason).rstrip("."))
    count = sum(value.exceptional and item.holds(value.time) for value in case.used)
    out = voice.counted(
        "{n} value is left out of the trend.",
        "{n} values are left out of the trend.",
        count,
    )
    return f"{told} {out}"
