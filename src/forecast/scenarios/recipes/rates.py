"""Compound rates of change: to a target, the latest, to a change in percent; with a limit.

WHO GPW13 `aroc`; others call the rate CAGR: (last / first)^(1 / years) - 1, a share per year.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.scenarios.recipes.context import Point, Series
from forecast.scenarios.recipes.lookup import find_value
from forecast.schema.draws import FloatArray

Sign = Literal["positive", "negative"]


def measure_rate(first: Point, last: Point) -> float:
    """Measure the compound rate between two values, as a share per year.

    Not a number where there is none: from zero, between values of opposite sign, or without time between them.
    """
    years = last.time - first.time
    if first.value == 0 or years <= 0 or last.value / first.value < 0:
        return np.nan
    return float(np.float64(last.value / first.value) ** (1 / years) - 1)


def spread_percent(percent: float, years: float) -> float:
    """Spread a change of so many percent over years: the compound rate that gives it, as a share per year."""
    return measure_rate(Point(0.0, 1.0), Point(years, 1 + percent / 100))


def measure_latest_rate(series: Series, until: float) -> float:
    """Measure the rate of the last year known up to a time; over a gap, per year of it.

    WHO GPW13 `aroc` of the latest rate. Not a number with fewer than two values a year apart.
    """
    last = find_value(series, until, keep_missing_type=True)
    first = find_value(series, last.time - 1, keep_missing_type=True) if last else None
    return measure_rate(first, last) if first and last else np.nan


def limit_rate(rate: float, sign: Sign, size: float) -> float:
    """Limit a rate on one side: no faster rise than `size` when positive, no faster fall when negative.

    The limit of WHO GPW13 `aroc`, by sign and size; a share per year, 1.5 = 150 %.
    """
    return min(rate, size) if sign == "positive" else max(rate, -abs(size))


def grow(times: FloatArray, start: Point, rate: float) -> FloatArray:
    """Let a value grow by a compound rate: start · (1 + rate)^(years since the start), shape (periods,)."""
    path: FloatArray = start.value * np.float64(1 + rate) ** (times - start.time)
    return path
