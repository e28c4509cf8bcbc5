"""Healthy People 2020 and 2030: the change since the baseline, with its sampling error when it is known.

Known errors of both values: z = change / sqrt(e0² + ec²), significant from 1.645 (one-sided, 5 %). Else a change counts
from 10 % of the targeted change toward the target, and from 10 % of the baseline away from it. Percent of targeted
change achieved = 100 (yc - y0) / (yT - y0). Source: CDC/NCHS, methods of Healthy People 2020 and 2030.

Rounding is no sampling error, and is not taken for one. Linear, so that a change of sign or values below zero do no
harm; from a baseline of zero every step away counts.
"""

from __future__ import annotations

import math
from typing import cast

from forecast.assessment.bases import explain, start_from
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.verdict import Label, Method, Verdict, no_verdict, why_no_pace
from forecast.schema.language import N_, Text

#: One-sided significance at 5 %.
SIGNIFICANT = 1.645
#: Share of the targeted change, or of the baseline when moving away, that counts without known errors.
DETECTABLE = 0.1
#: Room for binary figures: 30 → 31.2 of 30 → 42 is a tenth.
ROUNDING = 1e-9

LABELS = {
    "met": Label("Cible atteinte ou dépassée", "Target met or exceeded", "✓", favourable=True, ours=("fr",)),
    "improving": Label("En amélioration", "Improving", "+", ours=("fr",)),
    "little": Label("Changement faible ou non détectable", "Little or no detectable change", "=", ours=("fr",)),
    "worse": Label("En détérioration", "Getting worse", "▼", favourable=False, ours=("fr",)),
    "baseline_only": Label("Valeur de départ seulement", "Baseline only", "◇", ours=("fr",)),
}
#: Rule of each class, by whether the errors of both values are known.
RULES = {
    ("improving", True): N_("the change is toward the target and significant, given both sampling errors"),
    ("little", True): N_("the change is not significant, given both sampling errors"),
    ("worse", True): N_("the change is away from the target and significant, given both sampling errors"),
    ("improving", False): N_("at least a tenth of the targeted change was made; no sampling error is known"),
    (
        "little",
        False,
    ): N_("less than a tenth of the targeted change was made, or moved away less than a tenth of the baseline"),
    ("worse", False): N_("moved away by at least a tenth of the baseline; no sampling error is known"),
}


def least_changes(base: Point, latest: Point, target: float) -> tuple[float, float]:
    """Give the least change that counts, toward the target and away from it, in the unit of the values."""
    if base.sampling_error and latest.sampling_error:
        least = SIGNIFICANT * math.hypot(base.sampling_error, latest.sampling_error)
        return least, least
    return DETECTABLE * abs(target - base.value), DETECTABLE * abs(base.value)


def classify_change(change: float, toward: float, away: float) -> str:
    """Class a change, positive toward the target, by the least ones that count."""
    if change > 0 and change >= toward * (1 - ROUNDING):
        return "improving"
    return "worse" if change < 0 and -change >= away * (1 - ROUNDING) else "little"


def judge(evidence: Evidence) -> Verdict:
    """Judge the change since the baseline; `ratio` is the share of the targeted change that was made."""
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    if len(evidence.judged) == 1:
        return Verdict("baseline_only", N_("only one value is known, the baseline"), latest=evidence.judged[0])
    *earlier, latest = evidence.judged
    base = start_from(earlier, evidence.base_year)
    chosen, target = explain(base, evidence.base_year), cast(float, evidence.target.value)
    way = evidence.direction * (target - base.value)
    ratio = (latest.value - base.value) / (target - base.value) if way > 0 else None
    if evidence.target.met_by(latest.value):
        return Verdict(
            "met", N_("the latest value meets or exceeds the target"), ratio, None, base, latest, chosen=chosen
        )
    change = evidence.direction * (latest.value - base.value)
    toward, away = least_changes(base, latest, target)
    key = classify_change(change, toward, away)
    rule = RULES[key, bool(base.sampling_error and latest.sampling_error)]
    better = {"improving": way, "little": toward, "worse": -away}[key]
    distance = None if ratio is None else (better - change) / way
    return Verdict(key, rule, ratio, distance, base, latest, chosen=chosen)


METHOD = Method(
    id="healthy_people",
    name=Text(fr="Healthy People (États-Unis)", en="Healthy People (United States)"),
    question="change",
    labels=LABELS,
    source="CDC/NCHS, Healthy People 2020 and 2030, progress toward target attainment",
    judge=judge,
)
