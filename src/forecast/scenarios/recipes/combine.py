"""Paths out of paths: the better of several, values of one's own, business as usual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from forecast.scenarios.recipes.context import Direction, Point, Series
from forecast.scenarios.recipes.limits import take_better
from forecast.schema.draws import FloatArray

#: What `best_of` looks at: the end and then the whole path, or only the end.
Maximise = Literal["path", "end_year"]


def choose_best(paths: Sequence[FloatArray], direction: Direction, maximise: Maximise = "path") -> int:
    """Choose the path with the best end, and among equal ends the one with the best sum; the first of equals.

    WHO GPW13 `best_of`; with its option `maximise end year` only the end decides. A path without an end is
    never chosen while another has one.

    Parameters
    ----------
    paths : sequence of array (periods,)
        In one unit, over the same periods.
    """
    ends = np.array([path[-1] for path in paths]) * direction
    sums = np.array([np.nansum(path) for path in paths]) * direction
    ends = np.where(np.isfinite(ends), ends, -np.inf)
    near = np.isclose(ends, ends.max(), rtol=1e-12, atol=0.0)
    return int(np.argmax(np.where(near, 0.0 if maximise == "end_year" else sums, -np.inf)))


def with_values(times: FloatArray, start: Point, values: Series) -> FloatArray:
    """Follow values of one's own, straight from one to the next, and level after the last.

    WHO GPW13 `with_values`, which needs a value for every year; between ours lies a straight line.
    """
    later = values.times > start.time
    if (~later).any():  # a value given for the start replaces it
        path: FloatArray = np.interp(times, values.times, values.values)
    else:
        path = np.interp(times, np.append(start.time, values.times), np.append(start.value, values.values))
    return path


def business_as_usual(usual: FloatArray, start: float, direction: Direction, *, never_worsen: bool) -> FloatArray:
    """Go on as usual, and where asked never be worse than at the start.

    WHO GPW13 `bau`: the path as given, else the last value carried (`lookup.carry_forward`).

    Parameters
    ----------
    usual : array (periods,)
        The path without a scenario.
    start : float
        Value at the start, in the same unit.
    """
    return take_better(usual, np.full_like(usual, start), direction) if never_worsen else usual.copy()
