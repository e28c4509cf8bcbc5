"""Baseline and last value of a series, by type of value and direction of the search."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np

from forecast.scenarios.recipes.context import Point, Series
from forecast.schema.draws import SAME_TIME, FloatArray

Search = Literal["before", "after"]


def find_value(
    series: Series,
    time: float = np.inf,
    *,
    search: Search = "before",
    types: Collection[str] | Literal["all"] = "all",
    keep_missing_type: bool = False,
) -> Point | None:
    """Find the baseline value of a series, or its last one when no time is given.

    WHO GPW13 `get_baseline` and `get_last`: the last value at or before the time, or the first at or after it. Kept as
    there: a value whose type is missing does not count unless asked for, not even among `all` types.

    Parameters
    ----------
    series : Series
        In the unit of the source.
    time : float
        Decimal years.
    search : str
        ``before`` or ``after``.
    types : collection of str, or ``all``
        Types of value that count.
    keep_missing_type : bool
        Whether values without a type count too.
    """
    told = series.types or (None,) * len(series.times)
    counted = [keep_missing_type if kind is None else types == "all" or kind in types for kind in told]
    side = series.times <= time + SAME_TIME if search == "before" else series.times >= time - SAME_TIME
    found = np.flatnonzero(np.isfinite(series.values) & side & np.array(counted, dtype=bool))
    if not found.size:
        return None
    place = found[-1] if search == "before" else found[0]
    return Point(float(series.times[place]), float(series.values[place]))


def carry_forward(series: Series, times: FloatArray) -> FloatArray:
    """Give the value of a series at each time, else its last known one before; not a number before the first.

    Parameters
    ----------
    times : array (periods,)
        Decimal years, in any order; the answer has the same shape.
    """
    known = series.between(-np.inf, np.inf)
    place = np.searchsorted(known.times, times + SAME_TIME, side="right")
    carried: FloatArray = np.append(np.nan, known.values)[place]
    return carried
