"""Straight ways to a value: a target, a percentage of the baseline, the baseline itself, so much a year."""

from __future__ import annotations

import numpy as np

from forecast.scenarios.recipes.context import Direction, Point
from forecast.scenarios.recipes.limits import choose_better
from forecast.schema.draws import SAME_TIME, FloatArray


def draw_line(times: FloatArray, start: Point, end: Point) -> FloatArray:
    """Draw a straight line from one point to another; level before and after, exact at both.

    Parameters
    ----------
    times : array (periods,)
        Decimal years; the answer has the same shape, in the unit of the points.
    start, end : Point
        The end later than the start.
    """
    share = np.clip((times - start.time) / (end.time - start.time), 0.0, 1.0)
    # a period that stands at the end but for the half day of a leap year is at the end
    share = np.where(times >= end.time - SAME_TIME, 1.0, share)
    line: FloatArray = start.value * (1 - share) + end.value * share
    return line


def fixed_target(times: FloatArray, start: Point, target: Point, direction: Direction) -> FloatArray:
    """Go straight to a target and stay there; hold the start where it is already better.

    WHO GPW13 `fixed_target` and `fixed_target_col` (there the target comes from a column, here from
    the target itself): v = start + (target - start) · (t - start year) / (target year - start year).
    """
    goal = choose_better(start.value, target.value, direction)
    return draw_line(times, start, Point(target.time, goal))


def percent_of_baseline(times: FloatArray, start: Point, baseline: Point, percent: float, due: float) -> FloatArray:
    """Go to the baseline changed by so many percent, paced from the baseline's year; may worsen the start.

    WHO GPW13 `percent_baseline`: T = baseline · (1 + percent / 100) and
    v = start + (T - start) · (t - baseline year) / (target year - baseline year). Its quirk is kept, because the
    published values follow it: the line is paced from the baseline year but begins at the start value, so that the
    first step after a start later than the baseline is a jump. Ours: the start keeps its value, and the path stays
    level after the due date.
    """
    goal = baseline.value * (1 + percent / 100)
    share = np.minimum((times - baseline.time) / (due - baseline.time), 1.0)
    path: FloatArray = start.value * (1 - share) + goal * share
    return np.where(times <= start.time + SAME_TIME, start.value, path)


def halt_rise(times: FloatArray, start: Point, baseline: float, due: float, direction: Direction) -> FloatArray:
    """Go straight back to the baseline's value; hold the start where it is already better.

    WHO GPW13 `halt_rise`, for indicators that should not have risen since the baseline; here both directions.
    """
    return fixed_target(times, start, Point(due, baseline), direction)


def linear_change(
    times: FloatArray, start: Point, per_year: float, direction: Direction, cap: float | None = None
) -> FloatArray:
    """Change by so much a year, in the unit of the series, up to a cap that never worsens the start.

    WHO GPW13 `linear_change` and `linear_change_col`; the cap is that of its recipes by indicator
    ("18 beds", "90 %").
    """
    path: FloatArray = start.value + per_year * (times - start.time)
    if cap is None:
        return path
    limit = choose_better(start.value, cap, direction)
    return np.minimum(path, limit) if direction > 0 else np.maximum(path, limit)
