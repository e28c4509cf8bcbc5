"""Naive2 of the M4 competition, the forecast that OWA compares with: no change on yearly data."""

from __future__ import annotations

import time
from statistics import NormalDist

import numpy as np
from benchmarks.folder import Item
from benchmarks.scoring import LEVELS, Forecast, at_end, chances
from benchmarks.truth import Truth, pad

NAME = "naive2"
CRITICAL = 1.645  # of the seasonality test of M4, 90 %, two-sided
SPREAD = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


def forecast_naive2(items: tuple[Item, ...], truth: Truth) -> Forecast:
    """Forecast every series with Naive2 and the interval of a random walk of the seasonally adjusted values."""
    started = time.perf_counter()
    quantiles = pad([naive2(item.train, item.test.size, truth.season) for item in items])
    reached, met = chances(at_end(quantiles, truth), truth)
    each = np.full(len(items), (time.perf_counter() - started) / len(items))
    return Forecast(NAME, "M4 definition", quantiles, reached, met, np.zeros(len(items)), each)


def naive2(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """Repeat the last value, seasonally adjusted where the season shows (Makridakis et al. 2020): shape (leads, 7)."""
    figure = seasonal_indices(history, season)
    adjusted = history / figure[np.arange(history.size) % season]
    changes = np.diff(adjusted)
    spread = float(np.sqrt(np.mean(changes**2))) if changes.size else 0.0
    ahead = np.arange(1, horizon + 1)
    later = figure[(history.size - 1 + ahead) % season]
    return (adjusted[-1] + spread * np.sqrt(ahead)[:, None] * SPREAD) * later[:, None]


def seasonal_indices(history: np.ndarray, season: int) -> np.ndarray:
    """Measure the factor of each phase by classical multiplicative decomposition; ones without a season."""
    if not is_seasonal(history, season) or (history <= 0).any():
        return np.ones(season)
    weights = np.full(season + 1, 1 / season)
    weights[[0, -1]] /= 2
    half = season // 2
    ratios = np.full(history.size, np.nan)
    ratios[half : history.size - half] = history[half : history.size - half] / np.convolve(history, weights, "valid")
    figure = np.array([np.nanmean(ratios[phase::season]) for phase in range(season)])
    return figure / figure.mean()


def is_seasonal(history: np.ndarray, season: int) -> bool:
    """Test the autocorrelation a year apart against its 90 % limit, from three years of data on."""
    if season < 2 or history.size < 3 * season:
        return False
    centred = history - history.mean()
    total = float(centred @ centred)
    if total == 0:
        return False
    found = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / total
    limit = CRITICAL * np.sqrt((1 + 2 * np.sum(found[:-1] ** 2)) / history.size)
    return bool(abs(found[-1]) > limit)
