"""Process charts of the NHS (*Making Data Count*): signals apart from ordinary variation, and whether targets are met.

They judge the process, not the pace, and need values several times a year. The limits come from the values since the
last declared break, moving ranges screened once.
"""

from __future__ import annotations

from itertools import pairwise

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.spc.icons import (
    ASSURANCE_LABELS,
    VARIATION_LABELS,
    assure,
    choose_icon,
    collect_icons,
)
from forecast.assessment.spc.limits import CHARTS, Band, Limits, draw_chart, draw_xmr, measure_band
from forecast.assessment.spc.rules import SEVEN, Cause, find_causes
from forecast.assessment.verdict import Method, Verdict, no_verdict
from forecast.schema.language import N_, Text
from forecast.schema.periods import Period

__all__ = [
    "ASSURANCE",
    "CHARTS",
    "VARIATION",
    "Band",
    "Cause",
    "Limits",
    "assure",
    "choose_icon",
    "collect_icons",
    "draw_chart",
    "draw_xmr",
    "find_causes",
    "measure_band",
]

#: Fewest values that are charted (ours), and those under which Making Data Count warns that limits may move.
FEWEST, ENOUGH = 3, 13
#: Days from which a span is as good as a year, and years from which two values count as a year apart; ours.
LONG_SPAN, LONG_STEP = 200, 0.75

#: Rule by kind of cause: with enough values, and with fewer than 13.
CAUSE_RULES = {
    "outside": (
        N_("the last value lies outside the process limits"),
        N_("the last value lies outside the process limits; fewer than 13 values, so limits are provisional"),
    ),
    "trend": (
        N_("the last seven values all rise or all fall"),
        N_("the last seven values all rise or all fall; fewer than 13 values, so limits are provisional"),
    ),
    "two_in_three": (
        N_("two of the last three values lie near the same limit"),
        N_("two of the last three values lie near the same limit; fewer than 13 values, so limits are provisional"),
    ),
    "one_side": (
        N_("the last seven values lie on one side of the mean"),
        N_("the last seven values lie on one side of the mean; fewer than 13 values, so limits are provisional"),
    ),
    "common": (
        N_("no rule sets the last value apart from ordinary variation"),
        N_(
            "no rule sets the last value apart from ordinary variation; fewer than 13 values, so limits are provisional"
        ),
    ),
}
ASSURANCE_RULES = {
    "consistent_pass": (
        N_("the process limits lie wholly on the good side of the target"),
        N_(
            "the process limits lie wholly on the good side of the target; "
            "fewer than 13 values, so limits are provisional"
        ),
    ),
    "inconsistent": (
        N_("the target lies between the process limits or on one"),
        N_("the target lies between the process limits or on one; fewer than 13 values, so limits are provisional"),
    ),
    "consistent_fail": (
        N_("the process limits lie wholly on the wrong side of the target"),
        N_(
            "the process limits lie wholly on the wrong side of the target; "
            "fewer than 13 values, so limits are provisional"
        ),
    ),
}


def judge_variation(evidence: Evidence) -> Verdict:
    """Judge whether the last value of the process is a signal, by the rules of *Making Data Count*."""
    group, reason = find_group(evidence)
    if reason:
        return no_verdict(reason, evidence)
    values = [point.value for point in group]
    # No rule looks further back than seven values
    cause = find_causes(values[-SEVEN:], measure_band(values))[-1]
    rule = CAUSE_RULES[cause.kind][len(values) < ENOUGH]
    key = choose_icon(cause.side, _improvement(evidence))
    return Verdict(key, rule, base=group[0], latest=group[-1], chosen=_explain(evidence, group))


def judge_assurance(evidence: Evidence) -> Verdict:
    """Judge whether a process that stays as it is will meet the target.

    The ratio is how far the mean lies on the good side of the target, in widths from the mean to a process limit:
    more than 1 always passes, less than -1 always fails.
    """
    target, improvement = evidence.target.value, evidence.direction
    if not evidence.target.numeric or target is None:
        return no_verdict(N_("a target in words or a date has no value to hold against process limits"), evidence)
    if not improvement:
        return no_verdict(N_("a range or an exact value has no side on which a process passes it"), evidence)
    group, reason = find_group(evidence)
    if reason:
        return no_verdict(reason, evidence)
    band = measure_band([point.value for point in group])
    key = assure(band.lower, band.upper, target, improvement) or "inconsistent"
    ratio = improvement * (band.centre - target) / width if (width := band.upper - band.centre) else None
    lacks = None if ratio is None or key == "consistent_pass" else (1 if key == "inconsistent" else -1) - ratio
    rule = ASSURANCE_RULES[key][len(group) < ENOUGH]
    return Verdict(key, rule, ratio, lacks, base=group[0], latest=group[-1], chosen=_explain(evidence, group))


def find_group(evidence: Evidence) -> tuple[tuple[Point, ...], str | None]:
    """Find the values that one band describes, and why they cannot be charted, if so.

    They are the last ones in a row, less than nine months apart, since the last declared break. Of a flow only periods
    much shorter than a year count, all of the kind of the last one; a stock is the same whatever its period is called.
    """
    points = _short(evidence)
    if not evidence.judged:
        return (), N_("no value is known")
    steps = [later.time - earlier.time for earlier, later in pairwise(points)]
    if not points or (steps and min(steps) >= LONG_STEP):
        return (), N_("values a year apart; a process chart needs quarters, months or four-week periods")
    first = len(points) - 1
    while first and steps[first - 1] < LONG_STEP and points[first - 1].break_from == points[-1].break_from:
        first -= 1
    group = points[first:]
    few = N_("fewer than three quarters, months or four-week periods in a row since the last declared break")
    return group, few if len(group) < FEWEST else None


def _short(evidence: Evidence) -> tuple[Point, ...]:
    points = evidence.judged
    if evidence.indicator.measure == "stock":
        return points
    kind = next((point.period.kind for point in reversed(points) if _is_short(point.period)), None)
    return tuple(point for point in points if point.period.kind == kind and _is_short(point.period))


def _is_short(period: Period) -> bool:
    if period.kind == "span":
        return (period.end - period.start).days < LONG_SPAN
    return period.kind not in ("year", "fiscal_year")


def _improvement(evidence: Evidence) -> int:
    """Where the good side is: that of the target; where it is in words, that of the indicator."""
    if evidence.target.numeric:
        return evidence.direction
    return {"up": 1, "down": -1}.get(evidence.indicator.better or "", 0)


def _explain(evidence: Evidence, group: tuple[Point, ...]) -> str:
    base = group[0]
    if any(point.time < base.time and point.break_from == base.break_from for point in evidence.judged):
        return N_("the first of the last values in a row")
    return (
        N_("the first value known") if base.break_from is None else N_("the first value since the last declared break")
    )


VARIATION = Method(
    id="nhs_variation",
    name=Text(fr="NHS, variation", en="NHS, variation"),
    question="process",
    labels=VARIATION_LABELS,
    source="NHS England, Making Data Count; NHSRplotthedots",
    judge=judge_variation,
)
ASSURANCE = Method(
    id="nhs_assurance",
    name=Text(fr="NHS, assurance", en="NHS, assurance"),
    question="process",
    labels=ASSURANCE_LABELS,
    source="NHS England, Making Data Count; NHSRplotthedots",
    judge=judge_assurance,
)
