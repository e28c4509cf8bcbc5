"""What a scenario aims at: the last open target of an indicator, and the draws that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.assessment.evidence import Evidence
from forecast.assessment.outlook import HIGH, LOW, gap
from forecast.plans.model import Indicator, Target
from forecast.schema.draws import SAME_TIME, FloatArray, Path, take_quantiles
from forecast.schema.periods import Period

#: Standard errors on each side that hold 80 % of a normal distribution.
NORMAL_80 = 1.2815515655446004
#: Years by which whole years may miss: leap years, and months of unequal length.
WHOLE_YEAR = 0.01


@dataclass(frozen=True)
class Aim:
    """The last open target of an indicator, and the draws that lead to it.

    Attributes
    ----------
    evidence : Evidence
        The indicator and the target.
    periods : tuple of Period
        Those not yet over that lie whole years before the due date, and the one due, ascending; none without a
        forecast of it.
    draws : array (periods, draws)
        In the unit of the indicator.
    assumed : bool
        Whether they rest on an assumption.
    """

    evidence: Evidence
    periods: tuple[Period, ...]
    draws: FloatArray
    assumed: bool

    @property
    def target(self) -> Target:
        """What is aimed at."""
        return self.evidence.target

    @property
    def goal(self) -> tuple[object, ...]:
        """What makes it the same as another."""
        return goal_of(self.target)

    @cached_property
    def quantiles(self) -> FloatArray:
        """Low, median and high of every period, (periods, 3)."""
        return take_quantiles(self.draws, (LOW, 0.5, HIGH))

    @cached_property
    def met(self) -> NDArray[np.bool_]:
        """Whether each draw meets the target at its due date, (draws,)."""
        return np.asarray(self.target.met_by(self.draws[-1]), dtype=bool)

    @cached_property
    def figures(self) -> dict[str, float]:
        """What is forecast for the due date; nothing without draws of it."""
        if not self.periods:
            return {}
        low, median, high = self.quantiles[-1].tolist()
        return {
            "low": low,
            "median": median,
            "high": high,
            "probability": float(self.met.mean()),
            "gap": gap(median, self.evidence),
        }

    def reach(self, levels: FloatArray) -> FloatArray:
        """Share of the draws that are at least as good as a level of each period, (periods,)."""
        sign = -1.0 if self.evidence.indicator.better == "down" else 1.0
        shares: FloatArray = (sign * self.draws >= sign * levels[:, None]).mean(axis=1)
        return shares


@dataclass(frozen=True)
class Pair:
    """One target under a scenario and, judged by the same target, under the baseline: one object where draws are equal.

    Attributes
    ----------
    target_changed : bool
        Whether the baseline has another target, or none that is open.
    """

    aim: Aim
    reference: Aim
    target_changed: bool = False

    @property
    def changed(self) -> bool:
        """Whether the scenario moves any draw."""
        return self.aim is not self.reference

    @cached_property
    def difference(self) -> dict[str, float]:
        """Differences of value and of probability, each with an interval of 0.8; nothing where one has no draws.

        The value's are the median and quantiles of the differences draw by draw. The probability's interval tells
        only what the number of draws leaves open: mean ± 1.28 standard errors of the differences (1, 0 or −1) of
        meeting the target.
        """
        if not (self.aim.periods and self.reference.periods):
            return {}
        low, median, high = take_quantiles(self.aim.draws[-1] - self.reference.draws[-1], (LOW, 0.5, HIGH)).tolist()
        met = self.aim.met.astype(float) - self.reference.met
        mean, reach = float(met.mean()), NORMAL_80 * float(met.std()) / float(np.sqrt(met.size))
        return {
            "difference": median,
            "difference_low": low,
            "difference_high": high,
            "probability_difference": mean,
            "probability_difference_low": mean - reach,
            "probability_difference_high": mean + reach,
        }

    def milestones(self) -> Iterator[dict[str, Any]]:
        """Give the median of each year, and the probabilities of being at least there, with the changes and without."""
        if not self.aim.periods:
            return
        levels = self.aim.quantiles[:, 1]
        known = bool(self.reference.periods)
        without = self.reference.reach(levels).tolist() if known else [None] * levels.size
        own = self.aim.reach(levels).tolist()
        for period, value, chance, other in zip(self.aim.periods, levels.tolist(), own, without, strict=True):
            yield {"period": period.text, "value": value, "probability": chance, "baseline_probability": other}


def goal_of(target: Target) -> tuple[object, ...]:
    """What makes a target the same as another: when and what, not why."""
    return target.due, target.value, target.high, target.operator


def last_open(indicator: Indicator, as_of: date) -> Target | None:
    """Find the last target in numbers whose date has not passed."""
    ahead = (one for one in reversed(indicator.targets) if one.numeric and one.period and not one.past(as_of))
    return next(ahead, None)


def make_aim(evidence: Evidence, path: Path | None, *, assumed: bool) -> Aim:
    """Take from a path the draws of the due date, and of the years before it that are still to come."""
    places = _find_places(path, evidence) if path else []
    if path is None or not places:
        return Aim(evidence, (), np.empty((0, 0)), assumed)
    draws = np.ascontiguousarray(path.draws[:, places].T)
    return Aim(evidence, tuple(path.periods[i] for i in places), draws, assumed)


def _find_places(path: Path, evidence: Evidence) -> list[int]:
    """Positions of the milestones in a path, the due date last; none where it is not forecast."""
    assert evidence.due_time is not None
    years = evidence.due_time - path.times
    near = np.abs(years) < SAME_TIME
    if not near.any():
        return []
    due = int(near.argmax())
    whole = np.abs(years - np.round(years)) < WHOLE_YEAR
    return [*(i for i in range(due) if whole[i] and path.periods[i].end > evidence.as_of), due]
