"""Pace that a target requires: from the base and from the last value, in every way that is in use.

Linear (unit a year), compound (% a year) and logit (log-odds a year), after the official methods, which differ on it;
as a multiple of the recent pace; and the linear share of the planned change, which also holds for zeros and changes of
sign, where compound rates do not exist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from forecast.assessment.bases import explain, first_from, search
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.outlook import recent_pace
from forecast.assessment.quebec import share_done
from forecast.assessment.rates import compound_rate
from forecast.plans.model import Bounds, Target
from forecast.schema.draws import SAME_TIME
from forecast.schema.scales import Scale

#: A recent pace below this share of the last value a year is what rounding leaves of none.
STILL = 1e-9


@dataclass(frozen=True)
class Pace:
    """What it takes from one value to the target.

    Attributes
    ----------
    start : Point
        Value that it starts from.
    years : float
        From there to the due date; above 0.
    met : bool
        Whether `start` meets the target: the paces then say how far it may fall back, or are 0 inside a range.
    linear : float
        Change a year, in the unit of the source: (target - start) / years.
    compound : float or None
        Change in % a year: 100 ((target / start)^(1 / years) - 1); None unless both are above 0.
    logit : float or None
        Change of the log-odds a year; None without two bounds, or unless both values lie between them.
    multiple : float or None
        `linear` over the recent pace, negative where that one leads away from the target. None without a recent
        pace, where it is 0, and where `start` meets the target, so that no pace is required.
    """

    start: Point
    years: float
    met: bool
    linear: float
    compound: float | None
    logit: float | None
    multiple: float | None


@dataclass(frozen=True)
class Paces:
    """Required pace of one target and what became of the planned change.

    Attributes
    ----------
    from_base : Pace or None
        From the value that the plan counts from; None where that is not before the due date.
    from_latest : Pace or None
        From the last value; None where that is not before the due date, and once the due date has passed.
    chosen : str
        How the base was chosen, in English.
    recent : float or None
        Slope of the last five years, in the unit of the source a year.
    share_done : float or None
        (latest - base) / (target - base); 1 is all of it, below 0 is backwards. None where the base meets the
        target, so that no change was planned.
    share_elapsed : float or None
        Share of the time from base to due date that had passed at the last value; None where there is none.
    change : float or None
        Change from the last value to the target on the model scale (log-odds, logarithm or unit, as its bounds ask),
        to be made in `from_latest.years`, for comparison with similar public indicators. None where `from_latest` is,
        and for a target outside the bounds.
    """

    from_base: Pace | None
    from_latest: Pace | None
    chosen: str
    recent: float | None
    share_done: float | None
    share_elapsed: float | None
    change: float | None


def paces(evidence: Evidence) -> Paces | None:
    """Measure the pace that a target requires; None without a number, a due date or a value."""
    target, due, known = evidence.target, evidence.due_time, evidence.judged
    if not target.numeric or due is None or not known:
        return None
    base, latest = choose_base(evidence), known[-1]
    recent = recent_pace(replace(evidence, points=known) if evidence.past else evidence)
    bounds = evidence.indicator.bounds
    today = None if evidence.past else _require(latest, target, due, bounds, recent)
    return Paces(
        from_base=_require(base, target, due, bounds, recent),
        from_latest=today,
        chosen=explain(base, evidence.base_year),
        recent=recent,
        share_done=None if target.met_by(base.value) else share_done(base.value, latest.value, aim(target, base.value)),
        share_elapsed=(latest.time - base.time) / (due - base.time) if due - base.time > SAME_TIME else None,
        change=_measure_change(evidence) if today else None,
    )


def choose_base(evidence: Evidence) -> Point:
    """Choose the value that the plan counts from.

    The last one of the base year; else the first later one and then the last earlier one, but not the latest value of
    all, which is compared with it; else the only one.
    """
    known, wanted = evidence.judged, evidence.base_year
    return search(known, wanted, (0,)) or first_from(known[:-1], wanted) or known[-2:][0]


def aim(target: Target, value: float) -> float:
    """Give the value to reach from another one: the nearest of a range (itself inside), else that of the target."""
    assert target.value is not None
    return target.value if target.high is None else min(max(value, target.value), target.high)


def _require(start: Point, target: Target, due: float, bounds: Bounds, recent: float | None) -> Pace | None:
    years = due - start.time
    if years <= SAME_TIME:
        return None
    value, wanted, met = start.value, aim(target, start.value), bool(target.met_by(start.value))
    linear = (wanted - value) / years
    still = recent is None or abs(recent) <= STILL * abs(value)
    return Pace(
        start=start,
        years=years,
        met=met,
        linear=linear,
        compound=_require_compound(value, wanted, years),
        logit=_require_logit(value, wanted, years, bounds),
        multiple=None if recent is None or still or met else linear / recent,
    )


def _require_compound(value: float, wanted: float, years: float) -> float | None:
    """Rate in % a year; none of a negative value, whose rate would rise as it falls, nor beyond what a number holds."""
    rate = compound_rate(value, wanted, years) if value > 0 and wanted > 0 else None
    return None if rate is None or math.isinf(rate) else 100 * rate


def _require_logit(value: float, wanted: float, years: float, bounds: Bounds) -> float | None:
    low, high = bounds
    if low is None or high is None or not (low < value < high and low < wanted < high):
        return None
    return (_log_odds(wanted, low, high) - _log_odds(value, low, high)) / years


def _log_odds(value: float, low: float, high: float) -> float:
    return math.log(value - low) - math.log(high - value)


def _measure_change(evidence: Evidence) -> float | None:
    """Measure the change from the last value to the target on the scale of the models; a value on a bound moved in."""
    latest, (low, high) = evidence.judged[-1].value, evidence.indicator.bounds
    wanted = aim(evidence.target, latest)
    if (low is not None and wanted < low) or (high is not None and wanted > high):
        return None
    # with the target among the values, or a small one would be taken for half of the smallest value seen
    scale = Scale.of(np.array([*(point.value for point in evidence.judged), wanted]), low, high)
    here, there = scale.forward(np.array([latest, wanted]))
    return float(there - here)


def readings(words_change: float, base: float, latest: float) -> dict[str, float]:
    """Give the levels that a change such as "+5 %" may mean, by reading, so that a plan file can decide.

    Parameters
    ----------
    words_change : float
        The number of the words with its sign: 5 for "+5 %", -5 for "-5 %".
    base, latest : float
        Starting value of the plan and last value, in the unit of the source; both in % for the reading in points.

    Returns
    -------
    dict of str to float
        `relative` in percent of the latest value, `points` added to it, and `of baseline` in percent of the base.
    """
    return {
        "relative": latest * (1 + words_change / 100),
        "points": latest + words_change,
        "of baseline": base * (1 + words_change / 100),
    }
