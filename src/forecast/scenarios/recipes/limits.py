"""Limits of a path: its bounds, and the better of two paths."""

from __future__ import annotations

import numpy as np

from forecast.scenarios.recipes.context import Bounds, Direction
from forecast.schema.draws import FloatArray


def trim(path: FloatArray, bounds: Bounds) -> FloatArray:
    """Bring what leaves the bounds back to them; a bound that is None is none.

    WHO GPW13 `trim_values`. Not kept: its guess of the limits from the values.
    """
    low, high = bounds
    trimmed: FloatArray = np.clip(path, -np.inf if low is None else low, np.inf if high is None else high)
    return trimmed


def take_better(path: FloatArray, other: FloatArray, direction: Direction) -> FloatArray:
    """Take the better of two paths, period by period; where one has no value, the other.

    WHO GPW13 `keep_better_values`: where the values given are better than the scenario, they are kept.
    """
    better: FloatArray = np.fmax(path, other) if direction > 0 else np.fmin(path, other)
    return better


def choose_better(value: float, other: float, direction: Direction) -> float:
    """Choose the better of two values."""
    return max(value, other) if direction > 0 else min(value, other)
