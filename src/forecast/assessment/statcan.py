"""Progress as Statistics Canada measures it in its two indicator frameworks, and Open SDG after it.

With a target, the observed compound rate is compared with the one required from the base; without, with 1.5% and 0.5%
a year, less near a natural limit. Sources: Open SDG, *Progress measurement methodology*; Statistics Canada, published
components of its progress measures. Those put a base or a target of zero at 0.001.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from forecast.assessment.bases import explain, first_from
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
    Dated,
    Progress,
    Valued,
    judge_ratio,
    limit_factor,
    measure_ratio,
    signed_rate,
)
from forecast.assessment.verdict import Label, Method, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_, Text

#: A series as status and score, or a group of them that counts as one.
Scored: TypeAlias = "tuple[str, float | None] | list[Scored]"

LABELS = {
    "target_achieved": Label("Cible atteinte", "Target achieved", "✓", favourable=True),
    "substantial_progress": Label("Sur la bonne voie", "On track", "↑", favourable=True),
    "moderate_progress": Label(
        "Des progrès ont été réalisés, mais une accélération est nécessaire",
        "Progress made but acceleration needed",
        "↗",
        favourable=False,
    ),
    "limited_progress": Label("Progrès limités", "Limited progress", "→", favourable=False),
    "deterioration": Label("Détérioration", "Deterioration", "↓", favourable=False),
}
ACHIEVED, *_, WORST = LABELS
#: Lower limits of the ratio R, of the rate a year without a target, and of a mean score.
LIMITS = {"substantial_progress": ENOUGH, "moderate_progress": MODERATE, "limited_progress": 0.0}
RATES = {"substantial_progress": 0.015, "moderate_progress": 0.005, "limited_progress": 0.0}
BANDS = {"substantial_progress": 2.5, "moderate_progress": 0.0, "limited_progress": -2.5}
#: Base year of the 2030 Agenda, and the years between values from which the year before it may stand for it.
AGENDA_YEAR, RARE = 2015, 4


# One series


def measure(
    base: Valued | None, latest: Valued | None, direction: int, goal: Valued | None = None, limit: float | None = None
) -> Progress:
    """Measure the progress of a series.

    Parameters
    ----------
    base, latest : values with their years, or None
        Unit of the series; None where there is no value.
    direction : {1, -1}
        Whether up or down is good.
    goal : value with its due year, or None
        Target.
    limit : float or None
        Natural limit, such as 100 for a percentage; counts only without a target.
    """
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
    status, _ = place(rate, {key: least * factor for key, least in RATES.items()}, WORST)
    return Progress(rate, score_rate(rate, factor), status)


def score_ratio(share: float) -> float:
    """Score of a ratio, -5 at -60% to 5 at 130%; coefficients rounded as in the published code."""
    if share >= MODERATE:
        return min(7.1429 * share - 4.2857, BEST_SCORE)
    return max(4.1667 * share - 2.5, WORST_SCORE)


def score_rate(rate: float, factor: float = 1.0) -> float:
    """Score of a rate without a target, -5 at -2% to 5 at 2% a year; what is above zero shrinks by the factor C."""
    if rate < 0:
        return max(125 * rate - 2.5, WORST_SCORE)
    if factor == 0:  # the base stands on the limit and the latest value holds it
        return BEST_SCORE
    full = rate / factor
    if full >= RATES["substantial_progress"]:
        return min(500 * full - 5, BEST_SCORE)
    return 250 * full - 1.25 if full >= RATES["moderate_progress"] else 500 * full - 2.5


CLASSES = Classes(ACHIEVED, LIMITS, WORST, score_ratio)


# Base and latest value


def select(
    series: Sequence[tuple[int | str, float | None]], base_year: int | None = None
) -> tuple[Dated | None, Dated | None]:
    """Select base and latest value of a series as published, in any order.

    Parameters
    ----------
    series : sequence of (year or period, value or None)
        One value a year; a period such as `2015-16` or `2018/2021` counts in its first year.
    base_year : int or None
        Year wanted; without data the next one with data is taken. None: 2015, or 2014 where data are rare.

    Returns
    -------
    (base, latest)
        None where there is no such value.
    """
    dated = sorted(Dated(int(str(period)[:4]), value) for period, value in series if value is not None)
    if not dated:
        return None, None
    wanted = start_year([int(d.time) for d in dated], AGENDA_YEAR) if base_year is None else base_year
    return next((d for d in dated if d.time >= wanted), None), dated[-1]


def start_year(years: Sequence[int], wanted: int) -> int:
    """Year to start from: the wanted one, or the year before where only that one has data and data are rare.

    Rare is every four years or less often ("a base year of 2014 may be used instead"); `years` ascend.
    """
    rare = len(years) > 1 and all(later - year >= RARE for year, later in pairwise(years))
    return wanted - 1 if rare and wanted not in years and wanted - 1 in years else wanted


# Several series


def aggregate(parts: Sequence[Scored]) -> tuple[str, float | None]:
    """Average the scores of series into one status; a group is averaged first and counts as one.

    Series without a score are left out; `target_achieved` only where every scored series achieved its target.

    Returns
    -------
    (status, score)
        Score -5 to 5, None where no series has one.
    """
    folded = [aggregate(part) if isinstance(part, list) else part for part in parts]
    scores = [score for _, score in folded if score is not None]
    if not scores:
        return NOT_AVAILABLE, None
    mean = math.fsum(scores) / len(scores)
    if all(status == ACHIEVED for status, score in folded if score is not None):
        return ACHIEVED, mean
    return place(mean, BANDS, WORST)[0], mean


# One target


def judge(evidence: Evidence) -> Verdict:
    """Judge a target from the plan's starting year; one value is enough to say that it is achieved."""
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    return judge_ratio(evidence, *_choose_base(evidence), CLASSES)


def score(evidence: Evidence) -> tuple[str, float | None]:
    """Give the status and the score of a target, -5 to 5, as `aggregate` takes them; None where it has none."""
    verdict = judge(evidence)
    if verdict.key == ACHIEVED:
        return ACHIEVED, BEST_SCORE
    if verdict.ratio is None:
        return NOT_AVAILABLE, None
    return verdict.key, score_ratio(verdict.ratio)


def _choose_base(evidence: Evidence) -> tuple[Point | None, str | None]:
    points, wanted = evidence.judged, evidence.base_year
    base = first_from(points, wanted)
    if base is not None and base.year == wanted:
        return base, explain(base, wanted)
    if start_year([point.year for point in points], wanted) < wanted:
        return first_from(points, wanted - 1), N_("the value of the year before: data come every four years or less")
    return base, explain(base, wanted) if base else None


METHOD = Method(
    id="statcan",
    name=Text(fr="Statistique Canada", en="Statistics Canada"),
    question="pace",
    labels=LABELS,
    source="Statistics Canada and Open SDG, progress measurement methodology for the Sustainable Development Goals",
    judge=judge,
    traits=TRAITS,
)
