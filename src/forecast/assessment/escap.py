"""ESCAP: how much of the way was made (current status), and how much will be missing (anticipated progress).

Current status index CS = 10 d (yc - y0) / |yT - y0|; anticipated progress P = 100 |yT - e| / |yT - y0|, 0 where e meets
the target, e being the value that a line fitted to all values, recent ones weighing more, has at the due date. Sources:
UN ESCAP, *Progress assessment methodology*, and UNECE, technical notes of the SDG reports 2022 to 2026.

Ours: weights that rise linearly with time (the notes say only that recent values weigh more). Recalled, not read again:
the cut-offs of P, a setting. Both measures are linear, so that zero, a change of sign or values below zero do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from forecast.assessment.bases import explain, start_from
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import DECIMALS, fit_line
from forecast.assessment.verdict import Label, Method, Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.draws import SAME_TIME
from forecast.schema.language import N_, Text

#: Largest gap P of the two upper classes, percent of the way from base to target; recalled, hence a setting.
CUT_OFFS = {"maintain": 10.0, "accelerate": 100.0}

ANTICIPATED_LABELS = {
    "maintain": Label(
        "Maintenir les progrès pour atteindre la cible",
        "Maintain progress to achieve target",
        "↑",
        favourable=True,
        ours=("fr",),
    ),
    "accelerate": Label(
        "Accélérer les progrès pour atteindre la cible",
        "Accelerate progress to achieve target",
        "↗",
        favourable=False,
        ours=("fr",),
    ),
    "reverse": Label(
        "Inverser la tendance pour atteindre la cible",
        "Reverse trend to achieve target",
        "↓",
        favourable=False,
        ours=("fr",),
    ),
}
CURRENT_LABELS = {
    "achieved": Label("Cible atteinte", "Target achieved", "✓", favourable=True, ours=("fr", "en")),
    "progress": Label("Progrès réalisés depuis la base", "Progress made since the base", "+", ours=("fr", "en")),
    "unchanged": Label("Inchangé depuis la base", "Unchanged since the base", "=", favourable=False, ours=("fr", "en")),
    "regressed": Label("Recul depuis la base", "Regressed since the base", "▼", favourable=False, ours=("fr", "en")),
}


def measure_status(base: float, latest: float, target: float, direction: int) -> float | None:
    """Measure the current status index: 0 at the base, 10 at the target; None where the two are the same."""
    return 10 * direction * (latest - base) / abs(target - base) if target != base else None


def measure_parity(base: float, latest: float, target: float) -> float | None:
    """Measure the current status index of a parity indicator, whose best value lies between two bad sides."""
    return 10 - 10 * abs(target - latest) / abs(target - base) if target != base else None


def rising_weights(points: Sequence[Point]) -> list[float]:
    """Weigh values by their age: linear in time, from 1 for the first, 1 more for every year (ours)."""
    return [1 + point.time - points[0].time for point in points]


def anticipate(points: Sequence[Point], due: float) -> float | None:
    """Read the weighted line at a time, decimal years; a value already there stands for itself."""
    if points[-1].time >= due - SAME_TIME:
        return points[-1].value
    line = fit_line([point.time for point in points], [point.value for point in points], rising_weights(points))
    return None if line is None else line[0] * due + line[1]


def measure_gap(base: float, expected: float, target: float, direction: int) -> float | None:
    """Measure the anticipated gap P, percent of the way from base to target; 0 where the expected value meets it."""
    if direction * (expected - target) >= 0:
        return 0.0
    return 100 * abs(target - expected) / abs(target - base) if target != base else None


def judge_anticipated(evidence: Evidence, cut_offs: Mapping[str, float] = CUT_OFFS) -> Verdict:
    """Judge what will be missing at the due date; `ratio` is P as a fraction, the smaller the better.

    Parameters
    ----------
    evidence : Evidence
        What is known of the target.
    cut_offs : mapping
        Largest P of the classes, best first, in percent.
    """
    early = _judge_early(evidence, "maintain")
    if early:
        return early
    base, latest, chosen = _find_ends(evidence)
    target, direction = cast(float, evidence.target.value), evidence.direction
    expected = anticipate(evidence.judged, cast(float, evidence.due_time))
    if expected is None:
        return no_verdict(N_("the values are all of one date; a line needs two"), evidence)
    gap = measure_gap(base.value, expected, target, direction)
    if gap is None or (gap > 0 and evidence.target.met_by(base.value)):
        rule = N_("the base already met the target, which was later lost and is not expected back")
        return Verdict("reverse", rule, base=base, latest=latest, chosen=chosen)
    missing = round(gap / 100, DECIMALS)
    key, distance = place(-missing, {key: -cut / 100 for key, cut in cut_offs.items()}, "reverse")
    rule = N_("gap left at the due date by a line through all values, recent ones weighing more; weights are ours")
    return Verdict(key, rule, missing, distance, base, latest, chosen=chosen)


def judge_current(evidence: Evidence) -> Verdict:
    """Judge the way made since the base; `ratio` is a tenth of the index, the share of the way."""
    early = _judge_early(evidence, "achieved")
    if early:
        return early
    base, latest, chosen = _find_ends(evidence)
    target = evidence.target
    if target.met_by(base.value):
        rule = N_("the base already met the target, which was later lost")
        return Verdict("regressed", rule, base=base, latest=latest, chosen=chosen)
    index = measure_status(base.value, latest.value, cast(float, target.value), evidence.direction)
    if index is None:
        return no_verdict(N_("the base equals the target; there is no way to make"), evidence)
    share = round(index / 10, DECIMALS)
    key = "progress" if share > 0 else "regressed" if share < 0 else "unchanged"
    rule = N_("share made of the way from the base to the target")
    return Verdict(key, rule, share, (1 if share > 0 else 0) - share, base, latest, chosen=chosen)


def _judge_early(evidence: Evidence, met: str) -> Verdict | None:
    """Give the verdict where nothing needs to be measured: the target is met, or the method does not apply."""
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    latest = evidence.judged[-1]
    if not evidence.target.met_by(latest.value):
        reason = why_no_pace(evidence)
        return no_verdict(reason, evidence) if reason else None
    rule = N_("the latest value meets the target, whatever the trend")
    if len(evidence.judged) == 1:
        return Verdict(met, rule, latest=latest)
    base, latest, chosen = _find_ends(evidence)
    return Verdict(met, rule, base=base, latest=latest, chosen=chosen)


def _find_ends(evidence: Evidence) -> tuple[Point, Point, str]:
    """Find the base, the latest value, and how the base was chosen; of two values or more."""
    *earlier, latest = evidence.judged
    base = start_from(earlier, evidence.base_year)
    return base, latest, explain(base, evidence.base_year)


ANTICIPATED = Method(
    id="escap_anticipated",
    name=Text(fr="CESAP, progrès prévus", en="ESCAP, anticipated progress"),
    question="pace",
    labels=ANTICIPATED_LABELS,
    source="UN ESCAP, progress assessment methodology; weights are ours, cut-offs recalled",
    judge=judge_anticipated,
    traits=Traits("linear", "weighted line", "from base", "projection", 1 - CUT_OFFS["maintain"] / 100),
)
CURRENT = Method(
    id="escap_current",
    name=Text(fr="CESAP, état actuel", en="ESCAP, current status"),
    question="level",
    labels=CURRENT_LABELS,
    source="UN ESCAP, progress assessment methodology, current status index",
    judge=judge_current,
)
