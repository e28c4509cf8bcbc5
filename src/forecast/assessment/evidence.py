"""What the assessment of one target needs: its indicator, the observations used, and the path if there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from forecast.plans.baseline import baseline_value
from forecast.plans.model import Indicator, Plan, Target
from forecast.schema.draws import Path, Trajectories
from forecast.schema.periods import Period

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Point:
    """One observed (or assumed) value on the time axis.

    Attributes
    ----------
    period : Period
        Period that it is of.
    time : float
        Decimal years.
    value : float
        In the unit of the source.
    assumed : bool
        Whether a scenario assumes it.
    error : float
        Standard deviation of its own error, in the unit of the source; 0 where none is known.
    break_from : str or None
        Period from which the last declared break before it holds: values before are measured otherwise.
    sampling_error : float or None
        Its standard error by sampling, where the source gives one.
    printed : bool
        Whether it is the starting value that the plan prints.
    """

    period: Period
    time: float
    value: float
    assumed: bool = False
    error: float = 0.0
    break_from: str | None = None
    sampling_error: float | None = None
    printed: bool = False

    def mirrored(self) -> Point:
        """The same with the value turned to its negative."""
        return replace(self, value=-self.value)

    @property
    def year(self) -> int:
        """Year that official methods count it in: the first one of a fiscal year, quarter or four-week period."""
        starts = self.period.kind in ("fiscal_year", "fiscal_quarter", "four_week")
        return int(self.period.text[:4]) if starts else self.period.end.year


#: Values used of each indicator and driver, by id.
Points = Mapping[str, tuple[Point, ...]]


@dataclass(frozen=True)
class Evidence:
    """One target of one indicator with all that is known about it.

    Attributes
    ----------
    points : tuple of Point
        Observations used, ascending in time.
    path : Path or None
        Its forecast; None when there is nothing to forecast from.
    start : int or None
        Year from which the plan counts: that of the starting value that it prints, else the one before its first;
        None takes the first value's.
    """

    name: str
    indicator: Indicator
    target: Target
    as_of: date
    points: tuple[Point, ...]
    path: Path | None
    start: int | None = None

    @cached_property
    def past(self) -> bool:
        """Whether the due date is not after the as-of."""
        return self.target.past(self.as_of)

    @property
    def latest(self) -> Point | None:
        """Last value known, assumed or not."""
        return self.points[-1] if self.points else None

    @property
    def direction(self) -> int:
        """Where the good side of the target lies: 1 above, -1 below, 0 for a range, an exact value or words."""
        if not self.target.numeric or self.target.high is not None or self.target.operator == "=":
            return 0
        return 1 if self.target.operator in (">=", ">") else -1

    @cached_property
    def due_time(self) -> float | None:
        """Due date on the time axis, decimal years."""
        return self.target.period.time(self.indicator.measure) if self.target.period else None

    @property
    def base_year(self) -> int:
        """Year from which the plan counts, where there are values."""
        return self.points[0].year if self.start is None else self.start

    @cached_property
    def judged(self) -> tuple[Point, ...]:
        """Values that a method may look at: all of them, or up to the due date once it has passed."""
        due = self.target.due_date
        if not self.past or due is None:
            return self.points
        return tuple(point for point in self.points if point.period.end <= due)

    @property
    def assumed(self) -> bool:
        """Whether a value that counts is assumed."""
        return any(point.assumed for point in self.points)

    def mirrored(self) -> Evidence:
        """The same with every value and the target turned to its negative, and the good side with them; no path."""
        turned = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "=", None: None}
        target, value = self.target, self.target.value
        update: dict[str, object] = {"value": None if value is None else -value, "operator": turned[target.operator]}
        if target.high is not None and value is not None:
            update |= {"value": -target.high, "high": -value}
        points = tuple(point.mirrored() for point in self.points)
        return replace(self, target=target.model_copy(update=update), points=points, path=None)

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


def gather(
    plan: Plan, observed: pd.DataFrame, trajectories: Trajectories, as_of: date, points: Points | None = None
) -> Iterator[Evidence]:
    """Bring together what is known of every target of a plan, in the plan's order.

    `points` are those that `used_points` gives of the observations, where they are at hand.
    """
    points = used_points(observed) if points is None else points
    for name, indicator in plan.indicators.items():
        start, known = find_start(plan, indicator, points.get(name, ()))
        for target in indicator.targets:
            if target.kind != "none":
                yield Evidence(name, indicator, target, as_of, known, trajectories.paths.get(name), start)


def used_points(observed: pd.DataFrame) -> dict[str, tuple[Point, ...]]:
    """Give the values used of each indicator and driver, ascending in time."""
    used = observed[observed["used"].to_numpy(dtype=bool)]
    names = ("indicator", "period", "time", "value", "status", "error", "break_from", "sampling_error")
    columns = (used[column].tolist() for column in names)
    found: dict[str, list[Point]] = {}
    for name, period, time, value, status, error, since, sampling in zip(*columns, strict=True):
        point = Point(
            Period.parse(period),
            time,
            value,
            assumed=status == "assumed",
            error=error,
            break_from=since if isinstance(since, str) else None,
            sampling_error=sampling if sampling > 0 else None,
        )
        found.setdefault(name, []).append(point)
    # a stock of a fiscal year and one of its last month share their time: the order of the table is not to decide
    return {name: tuple(sorted(known, key=lambda one: (one.time, one.period))) for name, known in found.items()}


def find_start(plan: Plan, indicator: Indicator, points: tuple[Point, ...]) -> tuple[int, tuple[Point, ...]]:
    """Find the year from which a plan counts an indicator, and mark the starting value that it prints.

    That year is the printed value's, else the one before the plan's first. The printed value is looked for among those
    known at the end of the plan's first period, the latest first.
    """
    first = plan.first
    value = baseline_value(plan, indicator)
    for i in reversed(range(len(points))):
        if points[i].value == value and points[i].period.end <= first.end:
            return points[i].year, (*points[:i], replace(points[i], printed=True), *points[i + 1 :])
    return first.start.year - 1, points
