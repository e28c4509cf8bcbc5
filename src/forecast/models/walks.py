"""Random paths on the grid of steps, and their reading at the dates asked for."""

import numpy as np

from forecast.schema.draws import FloatArray


def draw_paths(
    generator: np.random.Generator, median: FloatArray, weights: FloatArray, spread: FloatArray
) -> FloatArray:
    """Draw paths around a median whose shocks last as the weights say.

    A longer horizon leaves the earlier steps as they are.

    ``z[h] = median[h] + spread * sum over j < h of weights[j] * shock[h - j]``: the moving-average form that every
    linear model has (Hyndman et al., *Forecasting with Exponential Smoothing*, 2008, chapter 6).

    Parameters
    ----------
    median : FloatArray
        Shape ``(horizon + 1,)``, from step 0, on the model scale.
    weights : FloatArray
        Shape ``(horizon,)``; what remains of a shock after 0, 1, 2, … steps.
    spread : FloatArray
        Shape ``(draws,)``; standard deviation of one step.

    Returns
    -------
    FloatArray
        Shape ``(draws, horizon + 1)``, on the model scale; step 0 is the median's.
    """
    horizon = median.size - 1
    shocks = generator.standard_normal((horizon, spread.size))
    lags = np.arange(horizon)[:, None] - np.arange(horizon)[None, :]
    response = np.where(lags >= 0, weights[np.maximum(lags, 0)], 0.0)
    paths: FloatArray = np.repeat(median[None, :], spread.size, axis=0)
    paths[:, 1:] += spread[:, None] * (response @ shocks).T
    return paths


def read_paths(paths: FloatArray, lead: FloatArray) -> FloatArray:
    """Read paths between their steps.

    The median is interpolated linearly, deviations from it by the square root of the fraction of a step, which keeps
    the variance of a random walk exact.

    Parameters
    ----------
    paths : FloatArray
        Shape ``(draws, horizon + 1)``, from step 0.
    lead : FloatArray
        Shape ``(dates,)``; in steps, between 0 and the horizon.

    Returns
    -------
    FloatArray
        Shape ``(draws, dates)``.
    """
    median = np.median(paths, axis=0)
    before = np.minimum(np.floor(lead).astype(int), paths.shape[1] - 1)
    after = np.minimum(before + 1, paths.shape[1] - 1)
    fraction = lead - before
    start, end = paths[:, before] - median[before], paths[:, after] - median[after]
    middle = median[before] + fraction * (median[after] - median[before])
    read: FloatArray = middle + start + np.sqrt(fraction) * (end - start)
    return read
