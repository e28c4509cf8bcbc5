"""How the probability of meeting a target spreads over the dates of its forecast, and when it is first expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.assessment.evidence import Evidence
from forecast.schema.draws import FloatArray
from forecast.schema.periods import Period

#: Probability from which a date is called plausible.
PLAUSIBLE = 0.5


@dataclass(frozen=True)
class Dates:
    """Probabilities of a target, one for each forecast period that ends after the as-of.

    Attributes
    ----------
    periods : tuple of Period
        Ascending.
    met : array (periods,)
        Probability, 0 to 1, that the target is met at the period, whatever came before.
    reached : array (periods,)
        Probability, 0 to 1, that it was met at the period or at an earlier one of them; lost again or not. Never falls.
    expected : Period or None
        First period by which it is at least as likely as not that the target was reached: the median over the draws
        of the first period that meets it. None where the forecast ends before.
    """

    periods: tuple[Period, ...]
    met: FloatArray
    reached: FloatArray
    expected: Period | None

    @property
    def plausible(self) -> Period | None:
        """First period at which the target is met with a probability of one half or more."""
        return next((period for period, met in zip(self.periods, self.met, strict=True) if met >= PLAUSIBLE), None)


def spread_chances(evidence: Evidence) -> Dates | None:
    """Spread the probability of one target over the forecast periods that end after the as-of.

    Returns
    -------
    Dates or None
        None without a number to reach, without a path, or where the forecast ends by the as-of.
    """
    target, path = evidence.target, evidence.path
    if path is None or not target.numeric:
        return None
    skipped = sum(period.end <= evidence.as_of for period in path.periods)
    periods = path.periods[skipped:]
    if not periods:
        return None
    # one row per period: rows that lie together in memory are joined and counted three times as fast as columns
    met = np.ascontiguousarray(target.met_by(path.draws[:, skipped:]).T)
    reached = _count_reached(met) / met.shape[1]
    likely = reached >= PLAUSIBLE
    expected = periods[int(likely.argmax())] if likely.any() else None
    return Dates(periods, np.count_nonzero(met, axis=1) / met.shape[1], reached, expected)


def _count_reached(met: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    """Count the draws that met the target at a period or before it; (periods, draws) in, (periods,) out."""
    so_far = np.zeros(met.shape[1], dtype=bool)
    counts = np.empty(met.shape[0])
    for i, row in enumerate(met):
        so_far |= row
        counts[i] = np.count_nonzero(so_far)
    return counts
