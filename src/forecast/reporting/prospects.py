"""What the forecast adds to the verdicts on a target: its probability by date, the pace it takes, and who kept it."""

from __future__ import annotations

from forecast.assessment.dates import Dates
from forecast.assessment.evidence import Evidence
from forecast.assessment.paces import Pace, choose_base, readings
from forecast.reporting.boards import DASH, marked
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.grids import Grid
from forecast.reporting.tables import labels
from forecast.reporting.verdicts import point_words
from forecast.reporting.voice import Voice
from forecast.schema.language import format_number
from forecast.schema.periods import Period

#: Years after the due date that the probability by date goes on; a little more than one, for leap years.
AFTER = 1.01
#: Dates above which a year shows only its last one.
MOST_DATES = 12


def dates_grid(item: Commitment, voice: Voice) -> Grid | None:
    """Lay out the probability by date up to a year after the due date; None without a forecast."""
    _ = voice.translate
    dates = item.board.dates
    if dates is None or item.probability is None:
        return None
    rows = tuple(
        (
            voice.period(dates.periods[place].text),
            voice.probability(dates.met[place]),
            voice.probability(dates.reached[place]),
        )
        for place in shown_dates(dates, item.board.evidence)
    )
    columns = (_("Period"), _("Met then"), _("Met then or before"))
    return Grid(_("Probability by date"), columns, rows, (1, 2))


def shown_dates(dates: Dates, evidence: Evidence) -> list[int]:
    """Choose the places of the dates to show: of many, the last one of each year and the one that ends as it is due."""
    due, target = evidence.due_time, evidence.target.period
    times = [period.time(evidence.indicator.measure) for period in dates.periods]
    near = [place for place, time in enumerate(times) if due is None or time <= due + AFTER]
    if len(near) <= MOST_DATES:
        return near
    last = {_year_of(dates.periods[place]): place for place in near}
    at_due = [place for place in near if target is not None and dates.periods[place].end == target.end]
    return sorted({*last.values(), *at_due})


def _year_of(period: Period) -> str:
    """Year, fiscal where the period is a part of one."""
    return period.text[:4] if period.kind in ("fiscal_quarter", "four_week") else str(period.end.year)


def paces_grid(item: Commitment, case: Case, voice: Voice) -> Grid | None:
    """Lay out the pace that an open target requires, from the last value and from the base; None where none is."""
    _ = voice.translate
    paces = item.board.paces
    if paces is None or item.probability is None:
        return None
    last = _("from the assumed starting value") if case.supposed else _("from the last known value")
    starts = ((last, paces.from_latest), (_("from the base"), paces.from_base))
    rows = tuple(_pace_row(name, pace, case, voice) for name, pace in starts if pace is not None and not pace.met)
    columns = (_("Required pace"), _("Linear"), _("Compound, a year"), _("Log-odds, a year"), _("Times the recent one"))
    title = marked(_("Required pace, in every way in use"), labels(case, voice, values=True))
    return Grid(title, columns, rows, (1, 2, 3, 4)) if rows else None


def _pace_row(name: str, pace: Pace, case: Case, voice: Voice) -> tuple[str, ...]:
    return (
        f"{name}, {point_words(pace.start, case, voice)}",
        voice.pace(pace.linear, case.indicator.unit, bare=True),
        _rate(pace.compound, voice),
        DASH if pace.logit is None else voice.signed(pace.logit, 3),
        _multiple(pace.multiple, voice),
    )


def _rate(percent: float | None, voice: Voice) -> str:
    return DASH if percent is None else f"{voice.signed(percent, 1)}{voice.percent_sign}"


def _multiple(times: float | None, voice: Voice) -> str:
    """Write the multiple of the recent pace; none of a pace the other way would reach the target."""
    _ = voice.translate
    if times is None:
        return DASH
    return _("the recent pace leads away") if times < 0 else format_number(times, voice.language, 1)


def readings_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say what a change such as "+5 %" would aim at in each of its readings; empty for other targets."""
    _ = voice.translate
    target, known = item.target, item.board.evidence.points
    if target.kind != "change" or target.change is None or not known:
        return ""
    base = choose_base(item.board.evidence) if item.board.evidence.judged else known[0]
    levels = readings(target.change, base.value, known[-1].value)
    names = {
        "relative": _("in percent of the last value"),
        "points": _("in points from the last value"),
        "of baseline": _("in percent of the starting value"),
    }
    shown = (f"{voice.quantity(level, case.indicator.unit)} ({names[key]})" for key, level in levels.items())
    return _("The words would aim at: {levels}.").format(levels="; ".join(shown))


def percentile_sentence(item: Commitment, voice: Voice) -> str:
    """Say how many similar public indicators ever achieved what is required; empty where that is not known."""
    _ = voice.translate
    share = item.board.share
    if share is None or item.probability is None:
        return ""
    indicators = format_number(share.indicators, voice.language)
    if share.share == 0:
        return voice.counted(
            "None of {indicators} similar public indicators ever achieved the required change in {n} year.",
            "None of {indicators} similar public indicators ever achieved the required change in {n} years.",
            share.years,
            indicators=indicators,
        )
    return voice.counted(
        "Similar public indicators ({indicators}) achieved the required change in {n} year in {percent} of cases.",
        "Similar public indicators ({indicators}) achieved the required change in {n} years in {percent} of cases.",
        share.years,
        indicators=indicators,
        percent=voice.share(share.share),
    )


def extreme_sentence(item: Commitment, voice: Voice) -> str:
    """Give the reason of an extreme probability; empty where it is not extreme."""
    _ = voice.translate
    reason = item.outlook.get("extreme")
    return _("Why so extreme: {reason}.").format(reason=_(reason)) if reason else ""
