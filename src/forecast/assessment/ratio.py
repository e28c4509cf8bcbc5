"""What Statistics Canada and Eurostat share: the observed compound rate as a share of the required one.

    R = d s g / |g*|,   g = (latest / base)^(1 / (t - t0)) - 1,   g* = (target / base)^(1 / (T - t0)) - 1

with d = 1 where up is good and -1 where down is good, and s = -1 for a negative base, else 1. Both rates start at the
base, never today. |g*| keeps a base that met the target and lost it below zero. Statistics Canada took the measure
from Eurostat. Sources: Open SDG, *Progress measurement methodology*; Eurostat, monitoring report, methodology.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import compound_rate
from forecast.assessment.verdict import Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_

#: Shares of the required rate from which progress is enough, and from which it is moderate.
ENOUGH, MODERATE = 0.95, 0.6
#: Stands for a base or a target of zero, from or to which no compound rate leads. It is in the unit of the values:
#: where it is used, a verdict depends on that unit.
NEAR_ZERO = 0.001
#: How fast the limits of the classes shrink near a natural limit (Statistics Canada).
SHRINKING = 4.44
BEST_SCORE, WORST_SCORE = 5.0, -5.0
NOT_AVAILABLE = "not_available"
TRAITS = Traits("compound", "two points", "from base", "rates", ENOUGH)


class Valued(Protocol):
    """A value on the time axis, such as a `Point`."""

    @property
    def time(self) -> float:
        """Year, or decimal years."""

    @property
    def value(self) -> float:
        """In the unit of the source."""


class Dated(NamedTuple):
    """A value and its year."""

    time: float
    value: float


class Progress(NamedTuple):
    """Progress of one series as the offices publish it.

    Attributes
    ----------
    value : float or None
        With a target, the ratio R; without, the rate d s g a year, as a fraction.
    score : float or None
        -5 to 5, for averages over series.
    status : str
        Class, or `not_available`.
    """

    value: float | None
    score: float | None
    status: str


UNKNOWN = Progress(None, None, NOT_AVAILABLE)


@dataclass(frozen=True)
class Classes:
    """How an office names and scores the ratio.

    Attributes
    ----------
    met : str
        Class of a target that is met, whatever the trend.
    limits : mapping
        Lower limits of R of the other classes, best first.
    worst : str
        Class below all limits.
    score : callable
        Ratio in, score of -5 to 5 out; a target that is met has 5.
    """

    met: str
    limits: Mapping[str, float]
    worst: str
    score: Callable[[float], float]


# Formulas


def signed_rate(base: Valued, latest: Valued, direction: int) -> float | None:
    """Compound rate a year, as a fraction, positive when good: d s g; None where the signs differ or no time passed."""
    first = base.value or NEAR_ZERO
    rate = compound_rate(first, latest.value, latest.time - base.time)
    if rate is None:
        return None
    return -direction * rate if first < 0 else direction * rate


def compare_rates(base: Valued, latest: Valued, goal: Valued, direction: int) -> float | None:
    """Observed rate as a share of the required one, R; None where it does not exist, as when the base is the target."""
    observed = signed_rate(base, latest, direction)
    required = compound_rate(base.value or NEAR_ZERO, goal.value or NEAR_ZERO, goal.time - base.time)
    if observed is None or not required:
        return None
    share = observed / abs(required)
    return share if math.isfinite(share) else None


def meets(latest: Valued, goal: Valued, direction: int) -> bool:
    """Say whether a value lies on the good side of a target or on it; a target of zero is 0.001, as published."""
    return direction * (latest.value - (goal.value or NEAR_ZERO)) >= 0


def measure_ratio(base: Valued, latest: Valued, goal: Valued, direction: int, classes: Classes) -> Progress:
    """Measure the progress of a series with a target, which may be met without any rate."""
    share = compare_rates(base, latest, goal, direction)
    if meets(latest, goal, direction):
        return Progress(share, BEST_SCORE, classes.met)
    if share is None:
        return UNKNOWN
    return Progress(share, classes.score(share), place(share, classes.limits, classes.worst)[0])


def limit_factor(base: float, limit: float | None) -> float:
    """Factor C, 0 to 1, by which limits of classes shrink near a natural limit in the desired direction.

    Below the limit 1 - (base / limit)^4.44; between it and its double 1 - ((2 limit - base) / limit)^4.44; beyond 1.
    Source: Open SDG, *Progress measurement methodology*.
    """
    if limit is None:
        return 1.0
    size, edge = abs(base), abs(limit)
    if size >= 2 * edge:  # first, so that a limit of zero never divides
        return 1.0
    near = size if size <= edge else 2 * edge - size
    return 1 - math.pow(near / edge, SHRINKING)


# Verdicts


def judge_ratio(evidence: Evidence, base: Point | None, chosen: str | None, classes: Classes) -> Verdict:
    """Judge a target by the ratio from a base to the last value that counts.

    Parameters
    ----------
    evidence : Evidence
        With at least one value, and a target with a good side and a due date.
    base : Point or None
        Where the method starts to count; None where there is no such value.
    chosen : str or None
        How the base was chosen.
    classes : Classes
        Of the office.
    """
    latest, goal = evidence.judged[-1], _goal(evidence)
    share = compare_rates(base, latest, goal, evidence.direction) if base else None
    if evidence.target.met_by(latest.value):
        rule = N_("the latest value meets the target")
        return Verdict(classes.met, rule, share, base=base, latest=latest, chosen=chosen)
    reason = why_no_pace(evidence) or _why_no_ratio(base, latest, goal)
    if reason:
        return no_verdict(reason, evidence)
    if base is None or share is None:
        return no_verdict(N_("the rates are too small or too large to compare"), evidence)
    key, distance = place(share, classes.limits, classes.worst)
    rule = _explain(evidence, base, latest)
    return Verdict(key, rule, share, distance, base=base, latest=latest, chosen=chosen)


def _goal(evidence: Evidence) -> Dated:
    value, due = evidence.target.value, evidence.due_time
    if value is None or due is None:
        raise ValueError("a ratio needs a target with a value and a due date; ask why_no_pace first")
    return Dated(due, value)


def _why_no_ratio(base: Point | None, latest: Point, goal: Dated) -> str | None:
    if base is None:
        return N_("no value is known from the plan's starting year on")
    if base.year == latest.year:
        return N_("values of two different years are needed")
    if goal.time <= base.time:
        return N_("the target falls due no later than the base")
    first, last = base.value or NEAR_ZERO, goal.value or NEAR_ZERO
    if (first < 0) != (last < 0) or first * latest.value < 0:
        return N_("no compound rate joins values of opposite signs")
    return N_("the base equals the target, so no change is required") if first == last else None


def _explain(evidence: Evidence, base: Point, latest: Point) -> str:
    target = evidence.target
    if target.met_by(base.value):
        return N_("the base met the target and the latest value no longer does")
    if evidence.past:
        return N_("the target is due and not met; the pace up to its date is compared with the required one")
    if base.value == 0 or target.value == 0:
        return N_("a zero is replaced by 0.001, as the method does; the compound rates are compared")
    if latest.value == 0:
        return N_("a latest value of zero counts as a compound rate of minus one hundred percent")
    if base.value < 0:
        return N_("the values are negative, so the sign of the rate is turned; the compound rates are compared")
    return N_("the observed compound rate is compared with the required one")
