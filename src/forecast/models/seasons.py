"""Seasons of many series at once: a profile that the data must support, and a grid of seasonal smoothings."""

from itertools import product

import numpy as np

from forecast.models.smoothing import damped_sum, weigh
from forecast.schema.draws import FloatArray

GRID = np.array(
    [
        (alpha, *trend, gamma)
        for alpha, trend, gamma in product(
            (0.1, 0.3, 0.55, 0.85), ((0.0, 1.0), (0.05, 0.98), (0.2, 0.9)), (0.0, 0.15, 0.4)
        )
    ]
)
ALPHA, BETA, DAMPING, GAMMA = GRID.T
MOST_EVIDENCE = 60.0  # steps that count when members are weighed


def measure_profiles(z: FloatArray, season: int) -> tuple[FloatArray, FloatArray]:
    """Measure the additive season of each series, shrunk by how far it stands out of the rest.

    Deviations from a centred moving average over one year, averaged by phase (classical decomposition). They are
    shrunk by ``1 - 1 / F``, with F the ratio of the variance between phases to that within; zero without a third
    year's worth of values.

    Parameters
    ----------
    z : FloatArray
        Shape ``(series, length)``, one column a step up to the origin; NaN on the left, gaps already filled.
    season : int
        Steps a year, 2 or more.

    Returns
    -------
    profile : FloatArray
        Shape ``(series, season)``, by steps after the origin.
    support : FloatArray
        Shape ``(series,)``; what was left after shrinking, 0 to 1.
    """
    count, length = z.shape
    window = np.ones(season + 1 - season % 2)
    if season % 2 == 0:
        window[[0, -1]] = 0.5
    window /= season
    none = np.zeros((count, season)), np.zeros(count)
    if length <= window.size:
        return none
    seen = np.isfinite(z)
    slide = np.lib.stride_tricks.sliding_window_view
    known = slide(seen, window.size, axis=1).all(axis=2)
    middle = slice(window.size // 2, length - window.size // 2)
    away = np.where(
        known, np.where(seen, z, 0.0)[:, middle] - slide(np.where(seen, z, 0.0), window.size, 1) @ window, 0
    )
    phase = np.eye(season)[np.arange(1 - length, 1)[middle] % season]
    counts, sums, squares = known @ phase, away @ phase, away**2 @ phase
    means = sums / np.maximum(counts, 1)
    freedom = np.maximum(counts.sum(axis=1) - season, 0)
    within = (squares - counts * means**2).sum(axis=1) / np.maximum(freedom, 1)
    means -= means.mean(axis=1, keepdims=True)
    ratio = (counts * means**2).sum(axis=1) / (season - 1) / np.maximum(within, 1e-12)
    supported = (counts > 0).all(axis=1) & (freedom >= season / 2)
    kept = np.clip(1 - (freedom + 2) / np.maximum(freedom, 1) / np.maximum(ratio, 1e-9), 0, 1)
    support = np.where(supported, kept, 0.0)
    return means * support[:, None], support


def smooth_seasons(
    z: FloatArray, profile: FloatArray, leads: int, noise: FloatArray, strength: float = 3.0
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Run a grid of additive Holt-Winters smoothings with a damped trend and a season that may move.

    Parameters
    ----------
    z : FloatArray
        Shape ``(series, length)``, one column a step up to the origin, NaN where unknown.
    profile : FloatArray
        Shape ``(series, season)``, by steps after the origin; zeros switch the season off.
    leads : int
        Steps to forecast.
    noise : FloatArray
        Shape ``(series,)``; expected error of one step, which counts for `strength` observed ones.

    Returns
    -------
    mean, spread : FloatArray
        Shape ``(series, leads)``; average of the grid and how far its members lie apart.
    error, gamma, alpha : FloatArray
        Shape ``(series,)``; root mean squared error one step ahead, averaged smoothing of season and level.
    """
    count, length = z.shape
    season = profile.shape[1]
    seen = np.isfinite(z)
    first = np.argmax(seen, axis=1)
    size = seen.sum(axis=1).astype(float)
    steps = np.arange(1 - length, 1)
    bare = z - profile[:, steps % season]
    early = (np.arange(length) >= first[:, None]) & (np.arange(length) < first[:, None] + min(season, 4))
    start = np.where(early & seen, bare, 0).sum(axis=1) / np.maximum((early & seen).sum(axis=1), 1)
    drift = (bare[:, -1] - bare[np.arange(count), first]) / np.maximum(length - 1 - first, 1) * (size > season)
    level = np.repeat(start[:, None], len(GRID), axis=1)
    trend = 0.5 * drift[:, None] * (BETA > 0)
    seasons = np.repeat(profile[:, None, :], len(GRID), axis=1)
    moving = (profile != 0).any(axis=1)[:, None]
    squares = np.zeros_like(level)
    for column in np.flatnonzero(seen.any(axis=0)):
        started = (column >= first)[:, None]
        phase = steps[column] % season
        level = np.where(started, level + DAMPING * trend, level)
        trend = np.where(started, DAMPING * trend, trend)
        error = np.where(
            seen[:, column][:, None], np.nan_to_num(z[:, column])[:, None] - level - seasons[:, :, phase], 0.0
        )
        squares += error**2 * (column > first)[:, None]
        level += ALPHA * error
        trend += ALPHA * BETA * error
        seasons[:, :, phase] += np.where(moving, GAMMA * (1 - ALPHA) * error, 0.0)
    variance = (squares + strength * (noise**2)[:, None]) / (size - 1 + strength)[:, None]
    share = weigh(variance, np.minimum(size, MOST_EVIDENCE))
    lead = np.arange(1, leads + 1)
    members = (
        level[:, :, None]
        + damped_sum(DAMPING[:, None], lead[None, :].astype(float)) * trend[:, :, None]
        + seasons[:, :, lead % season]
    )
    mean = np.einsum("ng,ngh->nh", share, members)
    spread = np.sqrt(np.einsum("ng,ngh->nh", share, (members - mean[:, None, :]) ** 2))
    return mean, spread, np.sqrt((share * variance).sum(axis=1)), share @ GAMMA, share @ ALPHA
