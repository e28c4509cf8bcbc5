"""Progress as Eurostat measures it in its sustainable development reports, edge cases as EUSTAT applies it.

Eurostat judges the last fifteen years and the last five apart; EUSTAT, the Basque statistics office, publishes scores
and what to do with zeros and natural limits. Keys of the classes are EUSTAT's; their words with a target are
Eurostat's. Sources: Eurostat, *Sustainable development in the European Union*, monitoring report, methodology;
EUSTAT, published components of its progress measures. Those put a base or a target of zero at 0.001.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from forecast.assessment.bases import nearest_to
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.ratio import (
    BEST_SCORE,
    ENOUGH,
    MODERATE,
    NOT_AVAILABLE,
    TRAITS,
    UNKNOWN,
    WORST_SCORE,
    Classes,
    Progress,
    Valued,
    judge_ratio,
    limit_factor,
    measure_ratio,
    signed_rate,
)
from forecast.assessment.verdict import Label, Method, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_, Text

#: With a target; without, a fifth class stands between, `no_progress`.
LABELS = {
    "significant_progress": Label(
        "Progrès important vers la cible", "Significant progress towards the target", "↑", favourable=True, ours=("fr",)
    ),
    "moderate_progress": Label(
        "Progrès modéré vers la cible", "Moderate progress towards the target", "↗", favourable=False, ours=("fr",)
    ),
    "moderate_deterioration": Label(
        "Progrès insuffisant vers la cible",
        "Insufficient progress towards the target",
        "↘",
        favourable=False,
        ours=("fr",),
    ),
    "significant_deterioration": Label(
        "Éloignement de la cible", "Movement away from the target", "↓", favourable=False, ours=("fr",)
    ),
}
BEST, *_, WORST = LABELS
#: Lower limits of the ratio R, of the rate a year without a target, and of a mean score.
LIMITS = {"significant_progress": ENOUGH, "moderate_progress": MODERATE, "moderate_deterioration": 0.0}
RATES = {
    "significant_progress": 0.01,
    "moderate_progress": 0.001,
    "no_progress": -0.001,
    "moderate_deterioration": -0.01,
}
BANDS = {"significant_progress": 2.5, "moderate_progress": 0.25, "no_progress": -0.25, "moderate_deterioration": -2.5}
#: Years that each window looks back.
LONG_YEARS, SHORT_YEARS = 15, 5


# One series


def measure(
    base: Valued | None, latest: Valued | None, direction: int, goal: Valued | None = None, limit: float | None = None
) -> Progress:
    """Measure the progress of a series; arguments as for Statistics Canada's `measure`."""
    if base is None or latest is None:
        return UNKNOWN
    if goal is None:
        return _measure_trend(base, latest, direction, limit)
    return measure_ratio(base, latest, goal, direction, CLASSES)


def _measure_trend(base: Valued, latest: Valued, direction: int, limit: float | None) -> Progress:
    rate = signed_rate(base, latest, direction)
    if rate is None:
        return UNKNOWN
    factor = limit_factor(base.value, limit)
    if factor == 0 and rate >= 0:  # the base stands on the limit and the latest value holds it
        return Progress(rate, BEST_SCORE, BEST)
    full = rate / (factor or 1.0)
    return Progress(rate, _bound(250 * full), place(full, RATES, WORST)[0])


def score_ratio(share: float) -> float:
    """Score of a ratio, -5 at -60% to 5 at 130%."""
    if share >= MODERATE:
        return _bound(5 / 0.7 * (share - MODERATE))
    return _bound(5 / 1.2 * (share - MODERATE))


def _bound(score: float) -> float:
    return min(max(score, WORST_SCORE), BEST_SCORE)


CLASSES = Classes(BEST, LIMITS, WORST, score_ratio)


def aggregate(scores: Sequence[float | None]) -> tuple[str, float | None]:
    """Average scores into one status; None is left out, and is the score where nothing is left."""
    known = [score for score in scores if score is not None]
    if not known:
        return NOT_AVAILABLE, None
    mean = math.fsum(known) / len(known)
    return place(mean, BANDS, WORST)[0], mean


# One target


def judge_long(evidence: Evidence) -> Verdict:
    """Judge a target over the fifteen years before the latest value, or what there is of them."""
    return _judge(evidence, LONG_YEARS, _explain_long)


def judge_short(evidence: Evidence) -> Verdict:
    """Judge a target over the five years before the latest value, or what there is of them."""
    return _judge(evidence, SHORT_YEARS, _explain_short)


def _judge(evidence: Evidence, years: int, explain: Callable[[Evidence, Point | None], str]) -> Verdict:
    reason = why_no_pace(evidence)
    if reason:
        return no_verdict(reason, evidence)
    base = _base(evidence, years)
    return judge_ratio(evidence, base, explain(evidence, base), CLASSES)


def _base(evidence: Evidence, years: int) -> Point | None:
    *earlier, latest = evidence.judged
    return nearest_to(earlier, latest.time - years)


def _explain_long(evidence: Evidence, base: Point | None) -> str:
    if _spans(evidence, base) == LONG_YEARS:
        return N_("the value fifteen years before the latest one")
    if base is evidence.judged[0] and _spans(evidence, base) < LONG_YEARS:
        return N_("the first value: the history is shorter than fifteen years")
    return N_("the value nearest to fifteen years before the latest one")


def _explain_short(evidence: Evidence, base: Point | None) -> str:
    if base is _base(evidence, LONG_YEARS):
        return N_("the same value as over the long term")
    if _spans(evidence, base) == SHORT_YEARS:
        return N_("the value five years before the latest one")
    return N_("the value nearest to five years before the latest one")


def _spans(evidence: Evidence, base: Point | None) -> int:
    return evidence.judged[-1].year - base.year if base else 0


SOURCE = "Eurostat, Sustainable development in the European Union, monitoring report; edge cases as EUSTAT applies it"
LONG = Method(
    id="eurostat_long",
    name=Text(fr="Eurostat, long terme", en="Eurostat, long term"),
    question="pace",
    labels=LABELS,
    source=SOURCE,
    judge=judge_long,
    traits=TRAITS,
)
SHORT = Method(
    id="eurostat_short",
    name=Text(fr="Eurostat, court terme", en="Eurostat, short term"),
    question="pace",
    labels=LABELS,
    source=SOURCE,
    judge=judge_short,
    traits=TRAITS,
)
