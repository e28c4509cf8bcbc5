"""A grid of damped exponential smoothings for many series at once, averaged by how well each one followed them."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecast.schema.draws import FloatArray

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
#: Share of the error that the trend takes, its damping, and the share of the mean change that it starts from.
TRENDS = (
    (0.0, 1.0, 0.0),
    (0.0, 1.0, 1.0),
    (0.1, 0.9, 0.5),
    (0.3, 0.9, 0.5),
    (0.1, 1.0, 0.5),
    (0.3, 1.0, 0.5),
    (0.3, 0.75, 0.5),
)
GRID = np.array([(alpha, *trend) for alpha, trend in product(LEVELS, TRENDS)])
ALPHA, BETA, DAMPING, START = GRID.T
SIMPLE = (BETA == 0) & (START == 0)
#: Changes that the prior belief in no drift counts for.
STILL = 3.0


@dataclass(frozen=True, eq=False)
class Smoothed:
    """What the grid makes of many series; forecasts are offsets from the last value, shape ``(series, leads)``.

    Parameters
    ----------
    mean, spread : FloatArray
        Average of the grid and how far its members lie apart.
    theta : FloatArray
        Simple smoothing plus half of the least-squares slope (Assimakopoulos and Nikolopoulos, 2000).
    simple, drift, shrunk : FloatArray
        Simple smoothing alone; mean change; the same, shrunk by the length of the history.
    error, alpha, trend, level : FloatArray
        Shape ``(series,)``; root mean squared error one step ahead, averaged smoothing, last trend, last level less
        last value.
    """

    mean: FloatArray
    spread: FloatArray
    theta: FloatArray
    simple: FloatArray
    drift: FloatArray
    shrunk: FloatArray
    error: FloatArray
    alpha: FloatArray
    trend: FloatArray
    level: FloatArray


def smooth(z: FloatArray, at: FloatArray, lead: FloatArray, noise: FloatArray, strength: float = 3.0) -> Smoothed:
    """Run the grid over right-aligned histories.

    Parameters
    ----------
    z, at : FloatArray
        Shape ``(series, length)``; values and dates in steps, NaN where nothing was observed and only on the left.
    lead : FloatArray
        Shape ``(leads,)``, in steps.
    noise : FloatArray
        Shape ``(series,)``; expected error of one step, which counts for `strength` observed ones.
    """
    seen = np.isfinite(z)
    last = z[:, -1]
    changes = np.where(seen[:, 1:] & seen[:, :-1], np.diff(z, axis=1), 0.0)
    pairs = seen[:, 1:] & seen[:, :-1]
    gaps = np.where(pairs, np.diff(at, axis=1), 1.0)
    count = pairs.sum(axis=1).astype(float)
    drift = changes.sum(axis=1) / np.maximum((gaps * pairs).sum(axis=1), 1e-9)
    level, trend, squares = run_grid(z, pairs, gaps, drift * count / (count + STILL))
    variance = (squares + strength * (noise**2)[:, None]) / (count + strength)[:, None]
    share = weigh(variance, count)
    ahead = damped_sum(DAMPING[:, None], lead[None, :])
    members = level[:, :, None] + ahead[None] * trend[:, :, None] - last[:, None, None]
    mean = np.einsum("ng,ngh->nh", share, members)
    spread = np.sqrt(np.einsum("ng,ngh->nh", share, (members - mean[:, None, :]) ** 2))
    simple_share = weigh(variance[:, SIMPLE], count)
    simple = (simple_share * level[:, SIMPLE]).sum(axis=1) - last
    alpha = (simple_share * ALPHA[SIMPLE]).sum(axis=1)
    slope = fit_slope(z, at)[0]
    return Smoothed(
        mean=mean,
        spread=spread,
        theta=simple[:, None] + 0.5 * slope[:, None] * (lead - 1 + 1 / alpha[:, None]),
        simple=simple[:, None] + 0 * lead,
        drift=drift[:, None] * lead,
        shrunk=(drift * count / (count + STILL + 1))[:, None] * lead,
        error=np.sqrt((share * variance).sum(axis=1)),
        alpha=(share * ALPHA).sum(axis=1),
        trend=(share * trend).sum(axis=1),
        level=(share * level).sum(axis=1) - last,
    )


def run_grid(
    z: FloatArray, pairs: NDArray[np.bool_], gaps: FloatArray, drift: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Follow every series with every member; give last levels, last trends and sums of squared errors."""
    first = z[np.arange(len(z)), np.argmax(np.isfinite(z), axis=1)]
    level = np.repeat(first[:, None], len(GRID), axis=1)
    trend = drift[:, None] * START
    squares = np.zeros_like(level)
    for column in np.flatnonzero(pairs.any(axis=0)):
        now = pairs[:, column][:, None]
        gap = gaps[:, column][:, None]
        expected = level + damped_sum(DAMPING, gap) * trend
        error = np.where(now, np.nan_to_num(z[:, column + 1])[:, None] - expected, 0.0)
        squares += error**2 / gap
        level = np.where(now, expected + (1 - (1 - ALPHA) ** gap) * error, level)
        trend = np.where(now, DAMPING**gap * trend + ALPHA * BETA * error / gap, trend)
    return level, trend, squares


def damped_sum(damping: FloatArray, steps: FloatArray) -> FloatArray:
    """Sum damping + damping² + … over a number of steps, whole or not."""
    close = np.where(damping == 1, 0.5, damping)
    total: FloatArray = np.where(damping == 1, steps, close * (1 - close**steps) / (1 - close))
    return total


def weigh(variance: FloatArray, count: FloatArray) -> FloatArray:
    """Weigh members by their likelihood, shape ``(series, members)``; rows sum to 1."""
    likelihood = np.exp(-0.5 * count[:, None] * np.log(variance / variance.min(axis=1, keepdims=True)))
    weights: FloatArray = likelihood / likelihood.sum(axis=1, keepdims=True)
    return weights


def fit_slope(z: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit a least-squares line to each series; give its slope, its value at step 0 and the mean value."""
    seen = np.isfinite(z)
    size = seen.sum(axis=1)
    values, dates = np.where(seen, z, 0.0), np.where(seen, at, 0.0)
    middle, mean = dates.sum(axis=1) / size, values.sum(axis=1) / size
    centred = np.where(seen, dates - middle[:, None], 0.0)
    slope = (centred * values).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-9)
    return slope, mean - slope * middle, mean
