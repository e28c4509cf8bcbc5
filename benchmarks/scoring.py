"""Score forecasts series by series, with the scores that ../shared/benchmarks defines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from benchmarks.truth import RATES, Truth

from forecast.assessment import scores

LEVELS = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
SPARSE = [0, 1, 3, 5, 6]  # the five levels of SQL
MEDIAN = 3
INTERVALS = {50: (2, 4), 80: (1, 5), 95: (0, 6)}
CAP = 20.0  # near-constant training parts of public series give unbounded scaled scores
WIDTH_CAP = 200.0  # as for MSIS
SCORES = (
    "mase",
    "smape",
    "sql",
    "wis",
    "coverage50",
    "coverage80",
    "coverage95",
    "width80",
    "brier",
    "brier_virtual",
)


@dataclass(frozen=True, eq=False)
class Forecast:
    """Forecasts of n series by one model.

    Parameters
    ----------
    model, version : str
        Who made them.
    quantiles : array (n, leads, 7)
        At 2.5, 10, 25, 50, 75, 90 and 97.5 %, in the unit of the values, NaN after the horizon.
    reached : array (n, 3)
        Probability of each threshold of the Brier score.
    met : array (n, 6)
        Probability of each virtual target, NaN where there is none.
    refused, seconds : array (n,)
        Share of it for which no change stands in, and what it took.
    """

    model: str
    version: str
    quantiles: np.ndarray
    reached: np.ndarray
    met: np.ndarray
    refused: np.ndarray
    seconds: np.ndarray


def chance_above(quantiles: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Read from quantiles (n, 7) the probability to be at or above thresholds (n, m)."""
    return scores.chance_below(1 - LEVELS[::-1], -quantiles[:, None, ::-1], -thresholds)


def at_end(quantiles: np.ndarray, truth: Truth) -> np.ndarray:
    """Take the last lead of each series from (n, leads, 7): shape (n, 7)."""
    return quantiles[np.arange(len(quantiles)), truth.horizon - 1]


def chances(quantiles: np.ndarray, truth: Truth) -> tuple[np.ndarray, np.ndarray]:
    """Read the probabilities of thresholds and virtual targets from the quantiles (n, 7) of the last lead."""
    below = scores.chance_below(LEVELS, quantiles[:, None, :], truth.targets)
    met = np.where(RATES > 0, chance_above(quantiles, truth.targets), below)
    return chance_above(quantiles, truth.thresholds), np.where(np.isnan(truth.targets), np.nan, met)


def score(forecast: Forecast, truth: Truth) -> pd.DataFrame:
    """Score every series: one row each, the columns of SCORES, `refused` and `seconds`."""
    quantiles, observed, scale = forecast.quantiles, truth.observed, truth.scale
    losses = scores.pinball(LEVELS[SPARSE], quantiles[..., SPARSE], observed)
    intervals = scores.weighted_interval_score(LEVELS, quantiles, observed)
    found = point_scores(quantiles[..., MEDIAN], truth)
    found["sql"] = cap(2 * losses.mean(axis=-1), truth)
    found["wis"] = cap(intervals, truth)
    for level, covered in covers(forecast, truth).items():
        found[f"coverage{level}"] = np.nanmean(covered, axis=1)
    low, high = INTERVALS[80]
    width = np.nanmean(quantiles[..., high] - quantiles[..., low], axis=1) / scale
    found["width80"] = np.minimum(width, WIDTH_CAP) if truth.capped else width
    found["brier"] = scores.brier(forecast.reached, truth.end[:, None] >= truth.thresholds).mean(axis=1)
    found["brier_virtual"] = mean_known(scores.brier(forecast.met, truth.met))
    table = pd.DataFrame(found)[list(SCORES)]
    return table.assign(unique_id=truth.ids, refused=forecast.refused, seconds=forecast.seconds)


def point_scores(median: np.ndarray, truth: Truth) -> dict[str, np.ndarray]:
    """Measure MASE and sMAPE of point forecasts (n, leads)."""
    errors = scores.absolute_error(median, truth.observed)
    return {"mase": cap(errors, truth), "smape": np.nanmean(scores.smape(median, truth.observed), axis=1)}


def cap(losses: np.ndarray, truth: Truth) -> np.ndarray:
    """Average losses (n, leads) over leads and scale them; capped for public series."""
    scaled = np.nanmean(losses, axis=1) / truth.scale
    return np.minimum(scaled, CAP) if truth.capped else scaled


def covers(forecast: Forecast, truth: Truth) -> dict[int, np.ndarray]:
    """Tell for each interval whether it held the outcome: shape (n, leads), NaN after the horizon."""
    known = np.isfinite(truth.observed)
    ends = {
        level: (forecast.quantiles[..., low], forecast.quantiles[..., high]) for level, (low, high) in INTERVALS.items()
    }
    return {
        level: np.where(known, scores.interval_covers(low, high, truth.observed), np.nan)
        for level, (low, high) in ends.items()
    }


def mean_known(values: np.ndarray) -> np.ndarray:
    """Average rows (n, m) over what is known, NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
