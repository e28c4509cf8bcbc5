"""UN SDG Progress Chart: the trend, a ratio of compound rates, and the level, five bands of values.

Observed rate g = (yc / y0)^(1 / (tc - t0)) - 1 and required rate g* = (yT / y0)^(1 / (T - t0)) - 1, both from the base;
their ratio g / g* places the trend. Sources: UN Statistics Division, *Progress Chart technical note* (2022); limits,
search for a base year and the rule for a lost target as the statuses published by UNDP SDG Push show them. That a base
which met the target and later lost it is a deterioration is inferred from those statuses, not read in a document.

A compound rate needs values of one sign: a zero or a change of sign has none, save a value that falls to zero, -100 %.
Values below zero, whose published statuses were not checked, are judged as their mirror above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from forecast.assessment.bases import UN_ORDER, explain, search
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import compound_rate, share_sign
from forecast.assessment.verdict import Label, Method, Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.language import N_, Text

Direction = Literal["increase", "decrease", "not decrease", "not increase"]
#: Lower limits of the three upper classes, on the ratio; some series of the UN have others (0.95, 0.1, -0.1).
RATIO_LIMITS = (0.95, 0.5, -0.1)
#: Limits without a target, on the rate a year in the good direction.
RATE_LIMITS = (0.01, 0.005, -0.01)
#: The same for an indicator that only should not move the wrong way.
STABLE_LIMITS = (0.001, -0.0005, -0.001)
CLASSES = ("on_track", "fair", "limited")
SOURCE = "UN Statistics Division, SDG Progress Chart, technical note 2022; limits as applied by UNDP SDG Push"

TREND_LABELS = {
    "met": Label("Cible atteinte", "Target Achieved", "✓", favourable=True, ours=("fr",)),
    "on_track": Label("En bonne voie", "On Track", "↑", favourable=True, ours=("fr",)),
    "fair": Label(
        "Progrès acceptable, mais accélération nécessaire",
        "Fair progress but acceleration needed",
        "↗",
        favourable=False,
        ours=("fr",),
    ),
    "limited": Label("Progrès limité ou nul", "Limited or No Progress", "→", favourable=False, ours=("fr",)),
    "deterioration": Label("Détérioration", "Deterioration", "↓", favourable=False, ours=("fr",)),
}
LEVEL_LABELS = {
    "met": Label("Cible atteinte ou presque", "Target met or almost met", "✓", favourable=True, ours=("fr",)),
    "close": Label("Proche de la cible", "Close to Target", "◕", favourable=False, ours=("fr",)),
    "moderate": Label(
        "À distance modérée de la cible", "Moderate distance to target", "◑", favourable=False, ours=("fr",)
    ),
    "far": Label("Loin de la cible", "Far from target", "◔", favourable=False, ours=("fr",)),
    "very_far": Label("Très loin de la cible", "Very far from target", "○", favourable=False, ours=("fr",)),
}


def find_base(points: Sequence[Point], wanted: int) -> Point | None:
    """Find the base: the wanted year, else 1, 2, 3 years later, else 1, 2, 3 earlier; never a zero nor the latest year.

    The order reproduces 96 % of the published base years.
    """
    fit = [point for point in points if point.value != 0 and point.year != points[-1].year]
    return search(fit, wanted, UN_ORDER)


def compare_rates(base: Point, latest: Point, target: float, due: float) -> float | None:
    """Divide the observed compound rate by the required one; None where one of them does not exist.

    Parameters
    ----------
    base, latest : Point
        Values that the observed rate joins.
    target : float
        In the unit of the values.
    due : float
        Decimal years.
    """
    if not share_sign(base.value, target) or base.value * latest.value < 0:
        return None
    observed = compound_rate(base.value, latest.value, latest.time - base.time)
    required = compound_rate(base.value, target, due - base.time)
    return observed / required if observed is not None and required else None


def judge_trend(evidence: Evidence, limits: Sequence[float] = RATIO_LIMITS) -> Verdict:
    """Judge the trend toward a target.

    Parameters
    ----------
    evidence : Evidence
        What is known of the target.
    limits : sequence of three floats
        Lowest ratio of on track, of fair and of limited progress.
    """
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    points, target = evidence.judged, evidence.target
    latest, base = points[-1], find_base(points, evidence.base_year)
    chosen = _explain_base(points, base, evidence.base_year) if base else None
    if target.met_by(latest.value):
        rule = N_("the latest value meets the target, whatever the trend")
        return Verdict("met", rule, base=base, latest=latest, chosen=chosen)
    if base is None:
        far = N_("no value other than zero, in another year, within three years of the starting point")
        return no_verdict(why_no_pace(evidence) or far, evidence)
    if target.met_by(base.value):
        rule = N_("the base already met the target, which was later lost")
        return Verdict("deterioration", rule, base=base, latest=latest, chosen=chosen)
    return _place_ratio(evidence, base, chosen, limits)


def _place_ratio(evidence: Evidence, base: Point, chosen: str | None, limits: Sequence[float]) -> Verdict:
    latest = evidence.judged[-1]
    ratio = compare_rates(base, latest, cast(float, evidence.target.value), cast(float, evidence.due_time))
    if ratio is None:
        return no_verdict(N_("compound rates need values of one sign, and a target other than the base"), evidence)
    key, distance = place(ratio, dict(zip(CLASSES, limits, strict=True)), "deterioration")
    rule = N_("observed over required compound rate, both from the base")
    return Verdict(key, rule, ratio, distance, base, latest, chosen=chosen)


def _explain_base(points: Sequence[Point], base: Point, wanted: int) -> str:
    if base.year != wanted and search(points, wanted, UN_ORDER) is not base:
        return N_("the nearest year whose value is neither zero nor the latest")
    return explain(base, wanted)


def classify_rate(rate: float, direction: Direction, limits: Sequence[float] | None = None) -> str:
    """Give the class of a trend without a target.

    Parameters
    ----------
    rate : float
        Compound rate a year, as a fraction, unsigned by direction.
    direction : {'increase', 'decrease', 'not decrease', 'not increase'}
        What is wanted. The rule is checked on published statuses except for 'not increase', where it fails on a third.
    limits : sequence of three floats or None
        Rate above which it is on track, above which it is fair, and from which it is limited.
    """
    signed = rate if direction in ("increase", "not decrease") else -rate
    first, second, third = limits or (STABLE_LIMITS if direction.startswith("not") else RATE_LIMITS)
    if signed > first:
        return "on_track"
    if signed > second:
        return "fair"
    return "limited" if signed >= third else "deterioration"


def place_level(value: float, thresholds: Sequence[float], direction: Literal["increase", "decrease"]) -> int:
    """Place a value among bands, 0 the best; a value on a limit belongs to the better band.

    Published statuses show so for a decrease; for an increase they disagree on exact ties, and ours follows the same.

    Parameters
    ----------
    thresholds : sequence of float
        Limits from best to worst, one fewer than bands.
    """
    sign = 1 if direction == "increase" else -1
    return sum(sign * value < sign * limit for limit in thresholds)


def judge_level(evidence: Evidence) -> Verdict:
    """Judge how far the latest value is: only a met target has a band, since no limits of the others are published."""
    if not evidence.target.numeric:
        return no_verdict(N_("a target in words or a date has no level; it is followed as a state"), evidence)
    if not evidence.judged:
        return no_verdict(N_("no value is known"), evidence)
    latest = evidence.judged[-1]
    if evidence.target.met_by(latest.value):
        return Verdict("met", N_("the latest value meets the target"), latest=latest)
    return no_verdict(N_("no published band limits for this indicator"), evidence)


TREND = Method(
    id="un_chart_trend",
    name=Text(fr="ONU, tableau de progression\N{NO-BREAK SPACE}: tendance", en="UN Progress Chart: trend"),
    question="pace",
    labels=TREND_LABELS,
    source=SOURCE,
    judge=judge_trend,
    traits=Traits("compound", "two points", "from base", "rates", RATIO_LIMITS[0]),
)
LEVEL = Method(
    id="un_chart_level",
    name=Text(fr="ONU, tableau de progression\N{NO-BREAK SPACE}: niveau", en="UN Progress Chart: level"),
    question="level",
    labels=LEVEL_LABELS,
    source=SOURCE,
    judge=judge_level,
)
