"""How far a target is, in words: the projected gap with its interval, and the paces required and recent."""

from __future__ import annotations

from collections.abc import Callable

from forecast.reporting.cases import Case, Commitment
from forecast.reporting.voice import Voice


def gap_words(item: Commitment, case: Case, voice: Voice) -> str:
    """Say how far the projected value ends from the target; the same words in a cell and in a sentence."""
    _ = voice.translate
    unit, gap = case.indicator.unit, item.outlook["gap"]
    if voice.distance(gap, unit) == voice.distance(0.0, unit):
        return _("just on target")
    amount = voice.difference(gap, unit)
    if gap < 0:
        return _("{amount} to spare").format(amount=amount)
    return _side(item, case, voice)(amount)


def _side(item: Commitment, case: Case, voice: Voice) -> Callable[[str], str]:
    """How an amount is told that keeps a value from its target."""
    _ = voice.translate
    if item.target.high is not None or item.target.operator == "=":
        said = _("{amount} away from the target")
    elif case.indicator.better == "down":
        said = _("above the target by {amount}")
    else:
        said = _("{amount} short")
    return lambda amount: said.format(amount=amount)


def gap_interval(item: Commitment, case: Case, voice: Voice) -> str:
    """Say in words between which gaps the interval of 0.8 lies; no sign to be read."""
    _ = voice.translate
    unit, least, most = case.indicator.unit, item.outlook["gap_low"], item.outlook["gap_high"]
    if least >= 0:
        return _side(item, case, voice)(_range(least, most, unit, voice))
    if most <= 0:
        return _("{amount} to spare").format(amount=_range(-most, -least, unit, voice))
    if case.indicator.better == "down":
        said = _("from {short} above the target to {spare} to spare")
    elif unit == "%":
        said = _("from {short} short to {spare} to spare")
    else:
        said = _("from {short} below the target to {spare} to spare")
    short = voice.difference(most, unit) if unit == "%" else voice.distance(most, unit)
    return said.format(short=short, spare=voice.difference(least, unit))


def _range(low: float, high: float, unit: str | None, voice: Voice) -> str:
    _ = voice.translate
    return _("{low} to {high}").format(low=voice.distance(low, unit), high=voice.difference(high, unit))


def gap_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say how far the projected value ends from the target, with its interval; empty without a forecast."""
    _ = voice.translate
    if item.outlook.get("gap") is None:
        return ""
    interval = _("80% interval: {interval}").format(interval=gap_interval(item, case, voice))
    return f"{gap_words(item, case, voice)} ({interval})"


def required_words(item: Commitment, case: Case, voice: Voice, *, bare: bool = False) -> str:
    """Write the pace required, or that the last value known already meets the target."""
    _ = voice.translate
    if case.latest is not None and item.target.met_by(case.latest.value):
        return _("already beyond the target")
    return voice.pace(item.outlook["required_pace"], case.indicator.unit, bare=bare)


def pace_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Compare the pace required from the last value known with the recent one; empty without a forecast."""
    _ = voice.translate
    row, unit = item.outlook, case.indicator.unit
    if row.get("required_pace") is None or case.latest is None:
        return ""
    required = required_words(item, case, voice)
    if not item.target.met_by(case.latest.value):
        since = voice.after(case.latest.period.text)
        required = _("required pace since {period}: {pace}").format(period=since, pace=required)
    if row.get("recent_pace") is not None:
        return f"{required}; " + _("recent pace: {pace}").format(pace=voice.pace(row["recent_pace"], unit))
    if case.supposed:
        return f"{required}; " + _("recent pace unknown: no date is known")
    return f"{required}; " + _("recent pace unknown: only one date is known")
