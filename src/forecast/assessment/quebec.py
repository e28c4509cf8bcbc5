"""Result of a target in the words of Québec's annual management reports.

The labels are in wide use; no document found fixes what *partiellement atteinte* means. `PARTIAL` is ours, a setting
and never a standard: the share of the planned change that must be there (Secrétariat du Conseil du trésor,
instructions on annual management reports, 2017-2018, gives the labels only).
"""

from __future__ import annotations

from forecast.assessment.evidence import Evidence
from forecast.assessment.rates import DECIMALS
from forecast.assessment.verdict import Label, Method, Verdict, no_verdict
from forecast.schema.language import N_, Text

#: Share of the planned change from which a missed target counts as partly met; ours, not a standard.
PARTIAL = 0.9
LABELS = {
    "met": Label("Cible atteinte", "Target met", "✓", favourable=True, ours=("en",)),
    "partly_met": Label("Cible partiellement atteinte", "Target partly met", "(✓)", favourable=False, ours=("en",)),
    "not_met": Label("Cible non atteinte", "Target not met", "✗", favourable=False, ours=("en",)),
    "not_measured": Label("Cible non mesurée", "Target not measured", "–", ours=("en",)),
}


def judge(evidence: Evidence, partial: float = PARTIAL) -> Verdict:
    """Judge a target whose date has passed.

    Parameters
    ----------
    evidence : Evidence
        What is known of the target.
    partial : float
        Share of the planned change, 0 to 1, from which a missed target is partly met.
    """
    if not evidence.past:
        return no_verdict(N_("the due date has not come"), evidence)
    published, target = evidence.published(), evidence.target
    if published is None or not target.numeric:
        return Verdict("not_measured", N_("due date passed, no result published for it"), latest=evidence.latest)
    base = next((point for point in evidence.judged if point.year == evidence.base_year), None)
    share = share_done(base.value, published.value, target.value) if base and evidence.direction else None
    if target.met_by(published.value):
        return Verdict("met", N_("result published for the due date respects the target"), share, None, base, published)
    missed = N_("result published for the due date does not respect the target")
    if share is None or share >= 1:  # nothing was planned, or the target was met at the start and lost
        return Verdict("not_met", missed, share, None, base, published)
    if share >= partial:
        rule = N_("most of the planned change was made; from how much on is our setting")
        return Verdict("partly_met", rule, share, 1 - share, base, published)
    return Verdict("not_met", missed, share, partial - share, base, published)


def share_done(base: float, latest: float, target: float | None) -> float | None:
    """Share of the planned change that was made; None where nothing was to change."""
    if target is None or target == base:
        return None
    return round((latest - base) / (target - base), DECIMALS)


METHOD = Method(
    id="quebec",
    name=Text(fr="Québec, rapport annuel", en="Québec, annual report"),
    question="result",
    labels=LABELS,
    source="Secrétariat du Conseil du trésor, annual management reports; the limit of the partly met is ours",
    judge=judge,
)
