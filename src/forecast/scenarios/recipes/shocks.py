"""A shock and what follows: a dip and its recovery, the return to an earlier trajectory, a shock like 2020."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from forecast.scenarios.recipes.context import Point, Series
from forecast.scenarios.recipes.lookup import carry_forward, find_value
from forecast.scenarios.recipes.rates import measure_rate
from forecast.schema.draws import SAME_TIME, FloatArray
from forecast.schema.scales import Scale

#: A progressive recovery gains so much of the whole each year: 0, 25, 50, 75, 100 %.
STEP = 0.25


def dip_recover(
    times: FloatArray,
    history: Series,
    dip: float,
    recovery: float,
    *,
    rate_from: float | None = None,
    progressive: bool = False,
) -> FloatArray:
    """Stay at the last value after a shock, then grow at the rate from before it.

    WHO GPW13 `dip_recover`: v = last · (1 + rate · (t - (recovery year - 1))) from the recovery year on. Its
    quirk is kept: the package documents a rate of change, which would compound, but its published values grow
    linearly, and so does this. Kept too: without two values before the shock the rate is zero.

    Parameters
    ----------
    times : array (periods,)
        Decimal years; the answer has the same shape, in the unit of the history.
    history : Series
        The last value reported or estimated at least a year before the recovery is the one that is carried.
    dip, recovery : float
        When the shock came, and when the recovery begins, in decimal years.
    rate_from : float or None
        First year of the yearly rates that are averaged; None takes the one rate before the shock.
    progressive : bool
        Whether the recovery comes by quarters: 0, 25, 50, 75 and then 100 % of the growth.
    """
    before = history.observed.between(-np.inf, recovery - 1)
    carried = carry_forward(before, times)
    last = find_value(before, keep_missing_type=True)
    if last is None:
        return carried
    rate = average_rate(history.observed, dip - 2 if rate_from is None else rate_from, dip - 1)
    years = times - (recovery - 1)
    growth = rate * years * (_recover_by_quarters(times, recovery) if progressive else 1.0)
    return np.where(times >= recovery - SAME_TIME, last.value * (1 + growth), carried)


def average_rate(series: Series, first: float, last: float) -> float:
    """Average the compound rates between successive known values of some years; zero where there is none.

    A rate over a gap is taken per year and counts once, as the published values have it.
    """
    known = series.between(first, last)
    points = [Point(*pair) for pair in zip(known.times.tolist(), known.values.tolist(), strict=True)]
    rates = [measure_rate(*pair) for pair in pairwise(points)]
    rates = [rate for rate in rates if np.isfinite(rate)]
    return sum(rates) / len(rates) if rates else 0.0


def return_to_trajectory(
    times: FloatArray, history: Series, earlier: Series, recovery: float, *, progressive: bool = False
) -> FloatArray:
    """Stay at the last value until the recovery, then be back on the earlier trajectory.

    WHO GPW13 `return_previous_trajectory`. Between the points of the trajectory lies a straight line, and it
    stays level after its last one.
    """
    carried = carry_forward(history.observed.between(-np.inf, recovery - 2 * SAME_TIME), times)
    path = np.interp(times, earlier.times, earlier.values)
    if progressive:
        share = _recover_by_quarters(times, recovery)
        path = carried * (1 - share) + path * share
    return np.where(times >= recovery - SAME_TIME, path, carried)


def _recover_by_quarters(times: FloatArray, recovery: float) -> FloatArray:
    share: FloatArray = np.clip(STEP * (times - (recovery - 1)), 0.0, 1.0)
    return share


def shock_and_recovery(
    times: FloatArray, path: FloatArray, size: float, at: float, years: float, recovered: float, scale: Scale
) -> FloatArray:
    """Shift a path by a shock that wears off in equal steps.

    Ours. The shift is whole at the shock, and after `years` only what is not recovered of it is left.

    Parameters
    ----------
    times, path : array (periods,)
        Decimal years; in the unit of the source.
    size : float
        Shift at the shock, on the model scale.
    at, years : float
        When the shock comes, in decimal years; how long the recovery takes.
    recovered : float
        Share (0 to 1) of the shift that is made good.
    scale : Scale
        The model scale of the series, on which the shift keeps the path in its bounds.
    """
    left = np.interp(times, [at, at + years], [1.0, 1.0 - recovered])
    shift = np.where(times >= at - SAME_TIME, size * left, 0.0)
    return np.where(shift == 0.0, path, scale.back(scale.forward(path) + shift))
