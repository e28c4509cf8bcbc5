"""The outlook of a target: probability, projected value, gap and pace, with intervals."""

from __future__ import annotations

from typing import Any

from forecast.assessment.dates import Dates
from forecast.assessment.evidence import Evidence
from forecast.assessment.rates import fit_line
from forecast.schema.draws import SAME_TIME, FloatArray, take_quantiles

#: Quantiles of `low` and `high`: an interval of 0.8.
LOW, HIGH = 0.1, 0.9
#: Years of observations behind `recent_pace`.
RECENT_YEARS = 5.0
#: How long a target must stay met to be *held*, in years after its due date.
HELD_YEARS = 1.0


def outlook_row(evidence: Evidence, dates: Dates | None) -> dict[str, Any]:
    """Assess one target; every figure that cannot be known is absent, never guessed.

    Parameters
    ----------
    evidence : Evidence
        What is known of it.
    dates : Dates or None
        Its probabilities by date, as `spread_chances` gives them.
    """
    target, latest = evidence.target, evidence.latest
    row: dict[str, Any] = {
        "indicator": evidence.name,
        "model": evidence.path.model if evidence.path else "none",
        "due": target.due,
        "words": target.words,
        "target": target.value if target.numeric else None,
        "operator": target.operator,
        "unit": evidence.indicator.unit,
        "observations": sum(not point.assumed for point in evidence.points),
        "assumed": any(point.assumed for point in evidence.points) or bool(evidence.path and evidence.path.assumed),
        "status": status(evidence),
        "latest_period": latest.period.text if latest else None,
        "latest": latest.value if latest else None,
        "recent_pace": recent_pace(evidence),
    }
    if target.numeric and evidence.path is not None:
        plausible = dates.plausible if dates else None
        row["first_plausible"] = plausible.text if plausible else None
        if not evidence.past:
            row |= _figures(evidence)
    return row


def status(evidence: Evidence) -> str:
    """`met`, `missed` or `no_value` once the date has passed; before, `open`, or `no_forecast` without a path."""
    if not evidence.past:
        return "open" if evidence.path is not None or not evidence.target.numeric else "no_forecast"
    published = evidence.published()
    if published is None or not evidence.target.numeric:
        return "no_value"
    return "met" if evidence.target.met_by(published.value) else "missed"


def recent_pace(evidence: Evidence) -> float | None:
    """Slope a year of the least-squares line through the observations of the last five years.

    With fewer than two dates there the last two observations count; None when there is but one. Values before the last
    declared break are measured otherwise and do not count.
    """
    known = [point for point in evidence.points if point.break_from == evidence.points[-1].break_from]
    if len(known) < 2:
        return None
    last = known[-1].time
    recent = [point for point in known if point.time >= last - RECENT_YEARS - SAME_TIME]
    if recent[0].time >= last:
        recent = known[-2:]
    line = fit_line([point.time for point in recent], [point.value for point in recent])
    return line[0] if line else None


def _figures(evidence: Evidence) -> dict[str, Any]:
    target, path = evidence.target, evidence.path
    assert path is not None
    assert target.period is not None
    assert target.value is not None
    row: dict[str, Any] = {}
    due_time = target.period.time(evidence.indicator.measure)
    if due_time > path.origin.time(path.measure):
        row["required_pace"] = (target.value - path.origin_value) / (due_time - path.origin.time(path.measure))
    draws = path.at(target.period)
    if draws is None:  # the due period lies before the last observation: its value is only to be published
        return row
    met = target.met_by(draws)
    low, median, high = take_quantiles(draws, (LOW, 0.5, HIGH)).tolist()
    gaps = [gap(value, evidence) for value in (low, median, high)]
    return row | {
        "probability": float(met.mean()),
        "probability_held": _held(evidence, met),
        "probability_worse": _worse(evidence, draws),
        "low": low,
        "median": median,
        "high": high,
        "gap": gaps[1],
        "gap_low": min(gaps),
        "gap_high": max(gaps),
    }


def gap(value: float, evidence: Evidence) -> float:
    """Distance to the target in the indicator's unit, positive when short; nothing is short inside a range."""
    target = evidence.target
    assert target.value is not None
    if target.high is not None:
        return max(target.value - value, value - target.high, 0.0)
    if target.operator == "=":
        return abs(target.value - value)
    return target.value - value if target.operator in (">=", ">") else value - target.value


def _held(evidence: Evidence, met: FloatArray) -> float | None:
    """Probability of meeting the target at its date and at every forecast period of the year after it."""
    path, due = evidence.path, evidence.target.period
    assert path is not None
    assert due is not None
    times = path.times
    start = due.time(path.measure)
    after = (times > start + 1e-9) & (times <= start + HELD_YEARS + 0.02)
    if not after.any():
        return None
    still = evidence.target.met_by(path.draws[:, after]).all(axis=1)
    return float((met & still).mean())


def _worse(evidence: Evidence, draws: FloatArray) -> float | None:
    """Probability of ending worse than the last value known."""
    if evidence.latest is None:
        return None
    worse = draws < evidence.latest.value if evidence.indicator.better == "up" else draws > evidence.latest.value
    return float(worse.mean())
