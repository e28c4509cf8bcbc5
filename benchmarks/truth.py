"""What a forecast is compared with: outcomes, scales, thresholds and targets, as arrays over the series of a subset.

Everything comes from the full training part of a series, also when a method sees its last points only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from benchmarks.folder import Item

from forecast.assessment import scores

STEPS = np.array([-0.5, 0.0, 0.5])  # thresholds of the Brier score, in mean absolute changes
RATES = np.array([-0.04, -0.02, -0.01, 0.01, 0.02, 0.04])  # virtual targets, a year


@dataclass(frozen=True, eq=False)
class Truth:
    """Outcomes of n series, padded with NaN to the longest horizon, and what they are measured by."""

    items: tuple[Item, ...]
    season: int
    capped: bool

    @cached_property
    def ids(self) -> np.ndarray:
        """Series ids: shape (n,)."""
        return np.array([item.id for item in self.items], dtype=object)

    @cached_property
    def clusters(self) -> np.ndarray:
        """What is drawn together by the bootstrap: indicators of public series, single series of a competition."""
        names = [f"{item.source}/{item.indicator}" if self.capped else item.id for item in self.items]
        return np.unique(names, return_inverse=True)[1]

    @cached_property
    def horizon(self) -> np.ndarray:
        """Number of leads: shape (n,)."""
        return np.array([item.test.size for item in self.items])

    @cached_property
    def observed(self) -> np.ndarray:
        """Outcomes: shape (n, leads)."""
        return pad([item.test for item in self.items])

    @cached_property
    def end(self) -> np.ndarray:
        """Outcomes at the last lead: shape (n,)."""
        return np.array([item.test[-1] for item in self.items])

    @cached_property
    def last(self) -> np.ndarray:
        """Last training values: shape (n,)."""
        return np.array([item.train[-1] for item in self.items])

    @cached_property
    def scale(self) -> np.ndarray:
        """Denominator of MASE, NaN where it would be zero: shape (n,)."""
        found = np.array([float(scores.naive_scale(item.train, self.season)) for item in self.items])
        return np.where(found > 0, found, np.nan)

    @cached_property
    def thresholds(self) -> np.ndarray:
        """Thresholds of the Brier score at the last lead, to be reached from below: shape (n, 3)."""
        pace = np.array([float(scores.naive_scale(item.train)) for item in self.items])
        return self.last[:, None] + STEPS * (pace * np.sqrt(self.horizon))[:, None]

    @cached_property
    def targets(self) -> np.ndarray:
        """Virtual targets at the last lead, NaN where none makes sense: shape (n, 6).

        A rate a year needs a value above zero, and nobody sets a target beyond the bounds.
        """
        found = self.last[:, None] * (1 + RATES) ** (self.horizon / self.season)[:, None]
        low = np.array([-np.inf if item.lower is None else item.lower for item in self.items])[:, None]
        high = np.array([np.inf if item.upper is None else item.upper for item in self.items])[:, None]
        return np.where((self.last[:, None] > 0) & (found >= low) & (found <= high), found, np.nan)

    @cached_property
    def met(self) -> np.ndarray:
        """Whether each virtual target was met, NaN where there is none: shape (n, 6)."""
        met = np.where(RATES > 0, self.end[:, None] >= self.targets, self.end[:, None] <= self.targets)
        return np.where(np.isnan(self.targets), np.nan, met)


def pad(rows: list[np.ndarray]) -> np.ndarray:
    """Lay rows of unequal length side by side, NaN after their end; later axes must agree."""
    found = np.full((len(rows), max(row.shape[0] for row in rows), *rows[0].shape[1:]), np.nan)
    for place, row in enumerate(rows):
        found[place, : row.shape[0]] = row
    return found
