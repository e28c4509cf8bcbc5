"""Icons of *Making Data Count*: what the last point says of the variation, and the limits of the target.

Source: NHS England, Making Data Count; NHSRplotthedots (assurance); for the icons of several rules at once PowerBI-SPC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from forecast.assessment.verdict import Label

Assured = Literal["consistent_pass", "inconsistent", "consistent_fail"]

#: Variation icons, best first. Method and symbol say the sense, so that blue and orange are not needed.
VARIATION_LABELS = {
    "improvement_high": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: amélioration (valeurs hautes)",
        "Special cause improvement (high)",
        "↑✓",
        ours=("fr",),
    ),
    "improvement_low": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: amélioration (valeurs basses)",
        "Special cause improvement (low)",
        "↓✓",
        ours=("fr",),
    ),
    "common_cause": Label("Variation de cause commune", "Common cause variation", "∼", ours=("fr",)),
    "neutral_high": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: sens neutre (valeurs hautes)",
        "Special cause neutral (high)",
        "↑",
        ours=("fr",),
    ),
    "neutral_low": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: sens neutre (valeurs basses)",
        "Special cause neutral (low)",
        "↓",
        ours=("fr",),
    ),
    "concern_high": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: préoccupation (valeurs hautes)",
        "Special cause concern (high)",
        "↑!",
        ours=("fr",),
    ),
    "concern_low": Label(
        "Cause spéciale\N{NO-BREAK SPACE}: préoccupation (valeurs basses)",
        "Special cause concern (low)",
        "↓!",
        ours=("fr",),
    ),
}
#: Assurance icons, best first.
ASSURANCE_LABELS = {
    "consistent_pass": Label(
        "Cible atteinte de façon constante", "Consistently pass", "P", favourable=True, ours=("fr",)
    ),
    "inconsistent": Label("Cible tantôt atteinte, tantôt manquée", "Hit and miss", "?", ours=("fr",)),
    "consistent_fail": Label(
        "Cible manquée de façon constante", "Consistently fail", "F", favourable=False, ours=("fr",)
    ),
}


def choose_icon(side: int, improvement: int) -> str:
    """Choose the variation icon of a point.

    Parameters
    ----------
    side : int
        1 special and high or rising, -1 special and low or falling, 0 common cause.
    improvement : int
        1 where up is good, -1 where down is good, 0 where neither is.
    """
    if not side:
        return "common_cause"
    kind = "neutral" if not improvement else "improvement" if side == improvement else "concern"
    return f"{kind}_{'high' if side > 0 else 'low'}"


def collect_icons(rules: Iterable[Sequence[str]], improvement: int, *, last_point_only: bool = False) -> list[str]:
    """Collect the icons of all points, or of the last one, over several rules; sorted, each once.

    Parameters
    ----------
    rules : iterable of sequences
        One sequence of flags per rule, one flag per point: `improvement`, `deterioration`, `neutral_high`,
        `neutral_low` or `none`.
    improvement : int
        1 where up is good, -1 where down is good; neutral flags say their side themselves.
    """
    icons = {
        "improvement": choose_icon(improvement, improvement),
        "deterioration": choose_icon(-improvement, improvement),
        "neutral_high": "neutral_high",
        "neutral_low": "neutral_low",
    }
    seen = {flag for flags in rules for flag in (flags[-1:] if last_point_only else flags)} - {"none"}
    return sorted(icons[flag] for flag in seen) or ["common_cause"]


def assure(lower: float | None, upper: float | None, target: float | None, improvement: int) -> Assured | None:
    """Say whether a process that stays as it is will meet its target.

    Parameters
    ----------
    lower, upper : float or None
        Process limits at the last point.
    target : float or None
        In the unit of the limits; on a limit it counts as between them.
    improvement : int
        1 where up is good, -1 where down is good.

    Returns
    -------
    str or None
        None without a target, limits or a direction.
    """
    if lower is None or upper is None or target is None or not improvement:
        return None
    if lower <= target <= upper:
        return "inconsistent"
    return "consistent_pass" if (target < lower) == (improvement > 0) else "consistent_fail"
