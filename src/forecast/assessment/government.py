"""Status of a target in the words of the Government of Canada's results (GC InfoBase): the plainest verdict.

Met if the result published for the due date respects the target, not available if the date has passed without a
result, future otherwise. Source: TBS-EACPD/infobase, glossary of results.
"""

from __future__ import annotations

from datetime import date

from forecast.assessment.evidence import Evidence
from forecast.assessment.verdict import Label, Method, Verdict
from forecast.schema.language import N_, Text

LABELS = {
    "met": Label("Cible atteinte", "Target met", "✓", favourable=True),
    "future": Label("Résultat à atteindre dans le futur", "Result to be achieved in the future", "…"),
    "not_available": Label("Résultat non disponible", "Result not available", "–"),
    "not_met": Label("Cible non atteinte", "Target not met", "✗", favourable=False),
}
MET = N_("result published for the due date respects the target")
NOT_MET = N_("result published for the due date does not respect the target")


def state_status(
    result: float | None, low: float | None, high: float | None, due: date | None, collected: date
) -> tuple[str, str]:
    """Give the status of a result against a minimum, a maximum or both, and the rule that decided.

    Parameters
    ----------
    result : float or None
        Published for the due date, in the unit of the limits.
    low, high : float or None
        Least and most that it may be; both the same for an exact value, neither for a target yet to be set.
    due, collected : date or None, date
        Day on which it falls due, and the last day whose results count.
    """
    if due is None or (low is None and high is None):
        return "future", N_("no date, or no target value yet")
    if due > collected:
        return "future", N_("due date after the as-of")
    if result is None:
        return "not_available", N_("due date passed, no result published for it")
    if (low is None or result >= low) and (high is None or result <= high):
        return "met", MET
    return "not_met", NOT_MET


def judge(evidence: Evidence) -> Verdict:
    """Judge one target by the rule of GC InfoBase; a strict operator stays strict."""
    published, target = evidence.published(), evidence.target
    latest = evidence.latest
    if not target.numeric:
        passed = N_("due date passed, no result published for it") if evidence.past else N_("due date after the as-of")
        return Verdict("not_available" if evidence.past else "future", passed, latest=latest)
    low = target.value if target.high is not None or target.operator in (">=", ">", "=") else None
    high = target.high if target.high is not None else target.value if target.operator in ("<=", "<", "=") else None
    key, rule = state_status(published.value if published else None, low, high, target.due_date, evidence.as_of)
    if published and key in ("met", "not_met"):  # > 98 % is not met by 98 %, and 0.1 + 0.2 is 0.3
        key, rule = ("met", MET) if target.met_by(published.value) else ("not_met", NOT_MET)
    return Verdict(key, rule, latest=published or latest)


METHOD = Method(
    id="government_of_canada",
    name=Text(fr="Gouvernement du Canada", en="Government of Canada"),
    question="result",
    labels=LABELS,
    source="Treasury Board of Canada Secretariat, GC InfoBase, glossary of results",
    judge=judge,
)
