"""The levers sought: where each means no effort, how far it may go, and the scenario that moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast import scenarios
from forecast.errors import ScenarioError
from forecast.plans.catalogue import growth_units
from forecast.plans.model import Lever, Plan
from forecast.scenarios import Scenario
from forecast.scenarios.changes import Stretch, find_stretch
from forecast.scenarios.library import ASKED, PLACING
from forecast.scenarios.model import Change, LeverMove
from forecast.scenarios.neutral import find_neutral
from forecast.schema.draws import SAME_TIME, FloatArray, Path
from forecast.schema.periods import PER_YEAR, Period

#: Kinds without a neutral magnitude, of which a little less than the forecast does by itself may still be enough.
PLACED = ("growth", "set")
#: How many times the size of its values a path without a bound may be made to move by the due date.
FARTHEST = 100.0


@dataclass(frozen=True)
class Sought:
    """A lever, or the pace of the indicator.

    Attributes
    ----------
    lever : str or None
        Its id; None for the pace.
    change : Change
        What it does, whatever its value.
    start : Period
        First period that it acts on.
    rest : float
        Magnitude that means no effort, in the unit of the change.
    bounds : (low, high)
        Within which it may be put.
    weight : float
        Twice the weight moves half as far.
    """

    lever: str | None
    change: Change
    start: Period
    rest: float
    bounds: tuple[float, float]
    weight: float = 1.0

    def at(self, end: float, share: float) -> float:
        """Magnitude at a share of the way from no effort to one of the bounds; never beyond them."""
        if share >= 1:
            return end
        low, high = min(self.rest, end), max(self.rest, end)
        return min(max(self.rest + share * (end - self.rest), low), high)


def leave_out(scenario: Scenario, indicator: str, levers: Sequence[str]) -> Scenario:
    """The scenario with the levers sought not moved or, when the pace is sought, without what sets the pace."""

    def stays(change: Change) -> bool:
        if levers:
            return change.lever not in levers
        return change.on != indicator or change.change not in PLACING

    return scenario.model_copy(update={"changes": tuple(filter(stays, scenario.changes))})


def make_changes(scenario: Scenario, plan: Plan, indicator: str, levers: Sequence[str]) -> tuple[Change, ...]:
    """Make the changes whose magnitude is sought, of any value: those of the levers, else the indicator's growth.

    Raises
    ------
    ScenarioError
        If a lever is unknown, or has no magnitude.
    """
    if not levers:
        unit = growth_units(plan.indicators[indicator].unit)[1]
        return (Change(on=indicator, change="growth", value=0.0, unit=unit, reason=ASKED),)
    for name in levers:
        if name in plan.levers and plan.levers[name].change == "hold":
            raise ScenarioError(f"lever '{name}' keeps a path where it stands: it has no magnitude to seek")
    low = {name: plan.levers[name].bounds[0] if name in plan.levers else 0.0 for name in levers}
    return scenarios.with_levers(scenario, plan, low).changes[-len(levers) :]


def move(scenario: Scenario, changes: Sequence[Change], values: Sequence[float]) -> Scenario:
    """Put the changes into a scenario at magnitudes, and the levers among them on record."""
    moved = tuple(one.model_copy(update={"value": value}) for one, value in zip(changes, values, strict=True))
    record = {
        one.lever: LeverMove.model_construct(**{key: getattr(one, key) for key in LeverMove.model_fields})
        for one in moved
        if one.lever
    }
    update = {"changes": (*scenario.changes, *moved), "levers": {**scenario.levers, **record}}
    return scenario.model_copy(update=update)


def begin(change: Change, path: Path) -> Period:
    """First period that a change acts on, as it is written."""
    return Period.parse(change.start) if change.start else path.periods[path.ahead]


def postpone(change: Change, path: Path, years: int) -> Change:
    """Let a change start, and end where it has an end, so many years later."""
    update = {"start": put_off(begin(change, path), years).text}
    if change.until:
        update["until"] = put_off(Period.parse(change.until), years).text
    return change.model_copy(update=update)


def put_off(period: Period, years: int) -> Period:
    """The same period so many years later; a span of dates has none and stays."""
    if period.kind in PER_YEAR:
        return period + years * PER_YEAR[period.kind]
    if period.kind != "date":
        return period
    day = period.end
    leap = (day.month, day.day) == (2, 29)
    return Period.parse(day.replace(year=day.year + years, day=28 if leap else day.day).isoformat())


def size_up(change: Change, path: Path, due: float, lever: Lever | None, weight: float = 1.0) -> Sought | None:
    """Find where a change means no effort and how far it may go.

    Parameters
    ----------
    path : Path
        What it acts on, before it does.
    due : float
        Due date of the target asked about, decimal years.
    lever : Lever or None
        Gives the bounds; the pace of an indicator has only those of its path.

    Returns
    -------
    Sought or None
        None when it starts after the due date.
    """
    start = begin(change, path)
    if start.time(path.measure) > due + SAME_TIME or start.end > path.periods[-1].end:
        return None
    stretch = find_stretch(path, change)
    rest = find_neutral(change, path, due)
    assert rest is not None  # there is a path
    low, high = lever.bounds if lever else _pace_bounds(path, stretch, due)
    return Sought(change.lever, change, start, min(max(rest, low), high), (low, high), weight)


def _pace_bounds(path: Path, stretch: Stretch, due: float) -> tuple[float, float]:
    """Paces that bring the central path from before the start to its bounds by the due date, in its unit a year."""
    times, values = _medians(path)
    before, years = values[stretch.first], due - times[stretch.first]
    far = FARTHEST * max(1.0, float(np.abs(path.draws).max()), abs(before))
    low, high = (
        bound if bound is not None else before + side * far for bound, side in zip(path.bounds, (-1, 1), strict=True)
    )
    return float((low - before) / years), float((high - before) / years)


def _medians(path: Path) -> tuple[FloatArray, FloatArray]:
    """Times and medians of a path, (1 + periods,), from its last observation on."""
    times = np.array([path.origin.time(path.measure), *path.times])
    return times, np.array([path.origin_value, *np.median(path.draws, axis=0)])
