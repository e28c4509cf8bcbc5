"""Status of a target in the words of the Government of Canada's results (GC InfoBase): the plainest verdict.

Met if the result published for the due date respects the target, not available if the date has passed without a
result, future otherwise; a target without a number has no status of its own. Source: TBS-EACPD/infobase.
"""

from __future__ import annotations

from typing import Any

from forecast.assessment.evidence import Evidence

METHOD = "government_of_canada"
SOURCE = "Treasury Board of Canada Secretariat, GC InfoBase, glossary of results"
#: Class → label in French, label in English (both published), symbol.
LABELS = {
    "met": ("Cible atteinte", "Target met", "✓"),
    "not_met": ("Cible non atteinte", "Target not met", "✗"),
    "not_available": ("Résultat non disponible", "Result not available", "–"),
    "future": ("Résultat à atteindre dans le futur", "Result to be achieved in the future", "…"),
}


def government_row(evidence: Evidence) -> dict[str, Any]:
    """Judge one target by the rule of GC InfoBase."""
    published = evidence.published()
    if not evidence.past:
        verdict, rule = "future", "due date after the as-of"
    elif published is None or not evidence.target.numeric:
        verdict, rule = "not_available", "due date passed, no result published for it"
    elif evidence.target.met_by(published.value):
        verdict, rule = "met", "result published for the due date respects the target"
    else:
        verdict, rule = "not_met", "result published for the due date does not respect the target"
    label_fr, label_en, symbol = LABELS[verdict]
    first, latest = (evidence.points[0], evidence.points[-1]) if evidence.points else (None, None)
    return {
        "indicator": evidence.name,
        "due": evidence.target.due,
        "target": evidence.target.value if evidence.target.numeric else None,
        "method": METHOD,
        "class": verdict,
        "label_fr": label_fr,
        "label_en": label_en,
        "symbol": symbol,
        "base_period": first.period.text if first else None,
        "base": first.value if first else None,
        "latest_period": latest.period.text if latest else None,
        "latest": latest.value if latest else None,
        "rule": rule,
        "source": SOURCE,
    }
