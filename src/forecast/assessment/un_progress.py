"""UN progress assessment of 2023: share of the way that will be made by the due date if the compound rate holds.

e = yc (1 + g)^(T - tc), with g the compound rate from the base, and share = (e - y0) / (yT - y0). Sources: UN
Statistics Division, *Progress Chart technical note* (2023) and *Technical note for progress assessment* (2024), as
EUSTAT's methodology page gives them. Yes/no series and growth rates have rules of their own there and are not judged.

A compound rate needs values of one sign, a base other than zero; the target may be zero. A value that falls to zero
stays there. Values below zero are judged as their mirror above it.
"""

from __future__ import annotations

import math
from typing import cast

from forecast.assessment.bases import explain, start_from
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import DECIMALS
from forecast.assessment.verdict import Label, Method, Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_, Text

#: Lowest share of the way of the two upper classes.
SHARE_LIMITS = {"on_track": 0.95, "moderate": 0.10}
#: Lowest rate a year in the good direction of the two upper classes, without a target.
RATE_LIMITS = {"on_track": 0.02, "moderate": 0.005}
WORST = "stagnation"
#: Points from a target of 0 % or 100 % within which it counts as met.
CLOSE = 1.0
#: Exponent beyond which a value grows out of any unit; keeps a steep month, held for years, within floats.
STEEPEST = 300.0

LABELS = {
    "on_track": Label("Cible atteinte ou en bonne voie", "On track or target met", "↑", favourable=True, ours=("fr",)),
    "moderate": Label(
        "Progrès acceptable, mais accélération nécessaire",
        "Fair progress, but acceleration needed",
        "↗",
        favourable=False,
        ours=("fr",),
    ),
    "stagnation": Label("Stagnation ou régression", "Stagnation or regression", "↓", favourable=False, ours=("fr",)),
}


def predict(base: Point, latest: Point, due: float) -> float | None:
    """Carry the latest value on at its compound rate since the base, to a time in decimal years.

    A due time already reached leaves the latest value as it is: targets already due are assessed to their own year.

    Returns
    -------
    float or None
        In the unit of the values; None where the rate does not exist.
    """
    years = latest.time - base.time
    if base.value == 0 or base.value * latest.value < 0 or years <= 0:
        return None
    if latest.value == 0:
        return 0.0
    growth = math.log(latest.value / base.value) / years
    return latest.value * math.exp(min(growth * max(due - latest.time, 0.0), STEEPEST))


def meets_nearly(evidence: Evidence, value: float) -> bool:
    """Whether a percentage is within one point of a target of 0 % or 100 %."""
    target = evidence.target.value
    return evidence.indicator.unit == "%" and target in (0.0, 100.0) and abs(value - target) <= CLOSE


def judge(evidence: Evidence) -> Verdict:
    """Judge the share of the way that the compound rate makes by the due date."""
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    points, wanted = evidence.judged, evidence.base_year
    latest, earlier = points[-1], points[:-1]
    base = start_from(earlier, wanted) if earlier else None
    chosen = explain(base, wanted) if base else None
    if evidence.target.met_by(latest.value):
        rule = N_("the latest value meets the target, whatever the trend")
        return Verdict("on_track", rule, base=base, latest=latest, chosen=chosen)
    if meets_nearly(evidence, latest.value):
        rule = N_("the latest value is within one point of a target of 0 % or 100 %, which counts as met")
        return Verdict("on_track", rule, base=base, latest=latest, chosen=chosen)
    if base is None:
        return no_verdict(N_("only one value is known; a pace needs two"), evidence)
    if evidence.target.met_by(base.value):
        rule = N_("the base already met the target, which was later lost")
        return Verdict(WORST, rule, base=base, latest=latest, chosen=chosen)
    return _judge_share(evidence, base, latest, chosen)


def _judge_share(evidence: Evidence, base: Point, latest: Point, chosen: str | None) -> Verdict:
    target = cast(float, evidence.target.value)
    expected = predict(base, latest, cast(float, evidence.due_time))
    if expected is None:
        return no_verdict(
            N_("a compound rate needs a base other than zero and a latest value of the same sign"), evidence
        )
    if target == base.value:
        return no_verdict(N_("the base equals the target; there is no way to make"), evidence)
    share = round((expected - base.value) / (target - base.value), DECIMALS)
    key, distance = place(share, SHARE_LIMITS, WORST)
    rule = N_("share of the way from the base that is made by the due date at the compound rate since the base")
    return Verdict(key, rule, share, distance, base, latest, chosen=chosen)


def classify_rate(rate: float, direction: int) -> str:
    """Give the class of a trend without a target.

    Parameters
    ----------
    rate : float
        Compound rate a year, as a fraction.
    direction : {1, -1}
        1 where up is good.
    """
    return place(direction * rate, RATE_LIMITS, WORST)[0]


METHOD = Method(
    id="un_progress",
    name=Text(fr="ONU, évaluation des progrès 2023", en="UN progress assessment 2023"),
    question="pace",
    labels=LABELS,
    source="UN Statistics Division, technical notes on the progress assessment, 2023 and 2024",
    judge=judge,
    traits=Traits("compound", "two points", "from base", "projection", SHARE_LIMITS["on_track"]),
)
