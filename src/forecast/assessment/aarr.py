"""WHO/UNICEF annual average rate of reduction (AARR), by regression, against the rate required from today.

b = slope of ln(value) on the year over all values; AARR = 1 - exp(b); required AARR = 1 - (yT / yc)^(1 / (T - tc)). For
an indicator that should rise the rate of increase exp(b) - 1 takes its place. Sources: WHO/UNICEF technical note, *How
to calculate the average annual rate of reduction* (2007), and the NIPN note on it, with its erratum (the slope of the
example is -0.06613, not -0.0669). Below which rate there is no progress differs by report: `NO_PROGRESS` is ours.

Logarithms need values of one sign, none of them zero; values below zero are judged as their mirror above it (ours).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import compound_rate, fit_line, share_sign
from forecast.assessment.verdict import Label, Method, Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_, Text

#: Rate a year in the good direction below which there is no progress; ours, a setting.
NO_PROGRESS = 0.005
#: Slope beyond which a value grows out of any unit; keeps a few steep days within floats.
STEEPEST = 300.0

LABELS = {
    "on_track": Label("En bonne voie", "On track", "↑", favourable=True, ours=("fr",)),
    "off_track": Label("Pas en bonne voie", "Off track", "↗", favourable=False, ours=("fr",)),
    "no_progress": Label("Aucun progrès ou recul", "No progress or worsening", "↓", favourable=False, ours=("fr",)),
}


def fit_rate(points: Sequence[Point]) -> float | None:
    """Fit the rate of increase a year, as a fraction: exp(b) - 1; the AARR is its opposite.

    Returns
    -------
    float or None
        None where a value is zero or has another sign than the others, or all are of one date.
    """
    if not share_sign(*(point.value for point in points)):
        return None
    line = fit_line([point.time for point in points], [math.log(abs(point.value)) for point in points])
    return None if line is None else math.expm1(min(line[0], STEEPEST))


def judge(evidence: Evidence, no_progress: float = NO_PROGRESS) -> Verdict:
    """Judge the fitted rate against the one required from the latest value on.

    Parameters
    ----------
    evidence : Evidence
        What is known of the target.
    no_progress : float
        Rate a year in the good direction, as a fraction, below which there is no progress.
    """
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    first, latest, target = evidence.judged[0], evidence.judged[-1], evidence.target
    if target.met_by(latest.value):
        return Verdict(
            "on_track", N_("the latest value meets the target, whatever the trend"), base=first, latest=latest
        )
    reason = why_no_pace(evidence)
    if reason:
        return no_verdict(reason, evidence)
    value, years = cast(float, target.value), cast(float, evidence.due_time) - latest.time
    rate = fit_rate(evidence.judged)
    if rate is None or not share_sign(value, latest.value):
        return no_verdict(N_("the method takes logarithms, which need values and a target of one sign"), evidence)
    required = compound_rate(latest.value, value, years)
    if not required:
        return no_verdict(
            N_("no time or no way is left from the latest value, so that no rate can be required"), evidence
        )
    limits = {"on_track": 1.0, "off_track": min(no_progress / abs(required), 1.0)}
    key, distance = place(rate / required, limits, "no_progress")
    rule = N_("rate fitted to all values over the one required from the latest; the limit of no progress is ours")
    return Verdict(key, rule, rate / required, distance, first, latest, chosen=N_("the first of the values fitted"))


METHOD = Method(
    id="aarr",
    name=Text(fr="OMS et UNICEF, taux annuel moyen de réduction", en="WHO/UNICEF annual rate of reduction"),
    question="pace",
    labels=LABELS,
    source="WHO/UNICEF, technical note on the average annual rate of reduction; the limit of no progress is ours",
    judge=judge,
    traits=Traits("compound", "line", "from today", "rates", 1.0),
)
