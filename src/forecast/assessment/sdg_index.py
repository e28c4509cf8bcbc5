"""SDG Index arrows (SDSN): linear growth of the recent years against the linear growth needed from base to target.

Needed: (yT - y0) / (T - t0) a year. Observed: (yc - ys) / (tc - ts), s being the start of the last four to five years.
Values beyond the target, the green threshold, count as being on it. Sources: Sustainable Development Solutions Network,
dashboards code and frequently asked questions of the Africa SDG Index; no published vectors exist.

The index normalises values to 0-100 first, which a ratio of linear rates does not see. Linear, so that zero, a change
of sign or values below zero do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from forecast.assessment.bases import explain, first_from, search
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import DECIMALS, linear_rate
from forecast.assessment.verdict import Label, Method, Traits, Verdict, no_verdict, place, why_no_pace
from forecast.schema.draws import SAME_TIME
from forecast.schema.language import N_, Text

#: Lowest observed over needed growth of the three upper classes.
LIMITS = {"on_track": 1.0, "moderate": 0.5, "stagnating": 0.0}
WORST = "decreasing"
#: Longest span of the recent growth, years; a missing year is replaced by the nearest within one.
RECENT, MISSING = 5.0, 1.0
#: Order of the years looked at for the base before any other: the wanted one, else the nearest within one year.
WITHIN_ONE = (0, -1, 1)
#: Lowest mean of rescaled arrows of the three upper classes of a goal.
GOAL_LIMITS = {"on_track": 3.0, "moderate": 2.0, "stagnating": 1.0}
#: Share of a goal's indicators that must have an arrow.
ENOUGH = 0.75

LABELS = {
    "on_track": Label(
        "En bonne voie ou cible maintenue", "On track or maintaining achievement", "↑", favourable=True, ours=("fr",)
    ),
    "moderate": Label("En amélioration modérée", "Moderately improving", "➚", favourable=False, ours=("fr",)),
    "stagnating": Label("En stagnation", "Stagnating", "→", favourable=False, ours=("fr",)),
    "decreasing": Label("En recul", "Decreasing", "↓", favourable=False, ours=("fr",)),
}


def find_recent_start(points: Sequence[Point]) -> Point | None:
    """Find where the recent growth starts: the longest span of at most five years, or six where five has no value."""
    *earlier, latest = points
    for longest in (RECENT, RECENT + MISSING):
        for point in earlier:
            if latest.time - point.time <= longest + SAME_TIME:
                return point
    return None


def stop_at(value: float, target: float, direction: int) -> float:
    """Bring a value beyond the target back to it."""
    return min(value, target) if direction > 0 else max(value, target)


def judge(evidence: Evidence) -> Verdict:
    """Judge the recent growth against the needed one."""
    reason = why_no_pace(evidence, fewest=1)
    if reason:
        return no_verdict(reason, evidence)
    points, target, wanted = evidence.judged, evidence.target, evidence.base_year
    latest, base = points[-1], _find_base(points[:-1], wanted)
    chosen = explain(base, wanted) if base else None
    if target.met_by(latest.value):
        rule = N_("the latest value meets the target; movements beyond it are ignored")
        return Verdict("on_track", rule, base=base, latest=latest, chosen=chosen)
    since = find_recent_start(points)
    if base is None or since is None:
        return no_verdict(why_no_pace(evidence) or N_("no other value in the five years up to the latest"), evidence)
    return _compare_growth(evidence, base, since, chosen)


def _compare_growth(evidence: Evidence, base: Point, since: Point, chosen: str | None) -> Verdict:
    latest, direction = evidence.judged[-1], evidence.direction
    target, due = cast(float, evidence.target.value), cast(float, evidence.due_time)
    lost = direction * (base.value - target) >= 0
    start = latest if lost else base
    needed = linear_rate(start.value, target, due - start.time)
    observed = linear_rate(stop_at(since.value, target, direction), latest.value, latest.time - since.time) or 0.0
    if not needed:
        rule = N_("no time or no way is left for a needed growth; the recent movement decides")
        key = "stagnating" if direction * observed >= 0 else WORST
        return Verdict(key, rule, None, None, base, latest, since, chosen)
    ratio = round(observed / needed, DECIMALS)
    key, distance = place(ratio, LIMITS, WORST)
    if lost:
        rule = N_(
            "the base already met the target, which was later lost; the needed growth counts from the latest value"
        )
    else:
        rule = N_("linear growth of the last five years over the one needed from the base")
    return Verdict(key, rule, ratio, distance, base, latest, since, chosen)


def _find_base(earlier: Sequence[Point], wanted: int) -> Point | None:
    """Find the base: the nearest value within one year, else the first later one, else the last earlier one."""
    found = search(earlier, wanted, WITHIN_ONE) or first_from(earlier, wanted)
    return found or (earlier[-1] if earlier else None)


def score_arrow(ratio: float) -> float:
    """Rescale observed over needed growth to 0-4, so that the limits of the classes fall on 1, 2 and 3.

    Where 0 and 4 are reached, at a ratio of -0.5 and of 1.5, is ours: the same slope goes on.
    """
    return min(max(1 + 2 * ratio, 0.0), 4.0)


def aggregate_goal(scores: Sequence[float | None], enough: float = ENOUGH) -> tuple[str, float] | None:
    """Give the arrow of a goal and the mean of its indicators' rescaled arrows, 0 to 4.

    Parameters
    ----------
    scores : sequence of float or None
        One per indicator, None without an arrow.
    enough : float
        Share of the indicators that must have one.

    Returns
    -------
    (class, mean) or None
        None where too few have an arrow.
    """
    known = [score for score in scores if score is not None]
    if not known or len(known) < enough * len(scores):
        return None
    mean = sum(known) / len(known)
    return place(mean, GOAL_LIMITS, WORST)[0], mean


METHOD = Method(
    id="sdg_index",
    name=Text(fr="Indice des ODD (SDSN)", en="SDG Index (SDSN)"),
    question="pace",
    labels=LABELS,
    source="Sustainable Development Solutions Network, SDG Index, trend arrows",
    judge=judge,
    traits=Traits("linear", "two points", "from base", "rates", LIMITS["on_track"]),
)
