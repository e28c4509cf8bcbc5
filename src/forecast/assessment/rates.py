"""Rates of change that official methods compare: compound, linear, fitted; values in any unit, times in years."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Decimals kept of a share or ratio: one that stands on a limit in decimal figures stands on it in binary ones too.
DECIMALS = 12


def compound_rate(first: float, last: float, years: float) -> float | None:
    """Compound rate a year, as a fraction: (last / first)^(1 / years) - 1; None where it does not exist."""
    ratio = last / first if years > 0 and first else -1.0
    if ratio < 0:
        return None
    if last == 0 or ratio == 0:  # or too small for a number
        return -1.0
    try:
        return math.exp(math.log(ratio) / years) - 1  # of the ratio, so that a unit leaves no trace
    except OverflowError:
        return math.inf


def share_sign(*values: float) -> bool:
    """Whether all values lie on the same side of zero, so that compound rates join them; none is zero."""
    return min(values) > 0 or max(values) < 0


def linear_rate(first: float, last: float, years: float) -> float | None:
    """Change a year, in the unit of the values; None without time between them."""
    return (last - first) / years if years > 0 else None


def fit_line(
    times: Sequence[float], values: Sequence[float], weights: Sequence[float] | None = None
) -> tuple[float, float] | None:
    """Fit a line by least squares, each value with its weight: slope a year, and value at time 0.

    Returns
    -------
    (slope, intercept) or None
        None with fewer than two dates.
    """
    if len(times) < 2 or max(times) == min(times):
        return None
    weights = weights or [1.0] * len(times)
    total = math.fsum(weights)
    middle = math.fsum(weight * time for weight, time in zip(weights, times, strict=True)) / total
    square = product = height = 0.0
    for weight, time, value in zip(weights, times, values, strict=True):  # a few values: faster than arrays
        away = time - middle
        square += weight * away * away
        product += weight * away * value
        height += weight * value
    slope = product / square
    return slope, height / total - slope * middle
