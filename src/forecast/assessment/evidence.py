"""What the assessment of one target needs: its indicator, the observations used, and the path if there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.plans.model import Indicator, Plan, Target
from forecast.schema.draws import Path, Trajectories
from forecast.schema.periods import Period

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Point:
    """One observed (or assumed) value on the time axis."""

    period: Period
    time: float
    value: float
    assumed: bool


@dataclass(frozen=True)
class Evidence:
    """One target of one indicator with all that is known about it.

    Attributes
    ----------
    points : tuple of Point
        Observations used, ascending in time.
    path : Path or None
        Its forecast; None when there is nothing to forecast from.
    """

    name: str
    indicator: Indicator
    target: Target
    as_of: date
    points: tuple[Point, ...]
    path: Path | None

    @property
    def past(self) -> bool:
        """Whether the due date is not after the as-of."""
        return self.target.past(self.as_of)

    @property
    def latest(self) -> Point | None:
        """Last value known, assumed or not."""
        return self.points[-1] if self.points else None

    def published(self) -> Point | None:
        """The value published for the due date: of the same period, or for a stock on the same day."""
        due = self.target.period
        if due is None:
            return None
        real = [point for point in self.points if not point.assumed]
        return next((point for point in reversed(real) if self._falls_due(point.period, due)), None)

    def _falls_due(self, period: Period, due: Period) -> bool:
        if period == due:
            return True
        if self.indicator.measure == "stock":
            return period.end == due.end and period.kind not in ("year", "span")
        return due.kind == "date" and period.end == due.end and period.kind != "date"


def gather(plan: Plan, observed: pd.DataFrame, trajectories: Trajectories, as_of: date) -> Iterator[Evidence]:
    """Bring together what is known of every target of a plan, in the plan's order."""
    used = observed[observed["used"]]
    for name, indicator in plan.indicators.items():
        rows = used[used["indicator"] == name]
        columns = (rows[column].tolist() for column in ("period", "time", "value", "status"))
        points = tuple(
            Point(Period.parse(period), time, value, status == "assumed")
            for period, time, value, status in zip(*columns, strict=True)
        )
        for target in indicator.targets:
            if target.kind != "none":
                yield Evidence(name, indicator, target, as_of, points, trajectories.paths.get(name))
