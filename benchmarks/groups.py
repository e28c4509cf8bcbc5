"""Means over groups of series with their standard errors: what one row of the accuracy table says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from benchmarks.scoring import SCORES, Forecast, covers
from benchmarks.truth import Truth

from forecast.assessment import scores

RESAMPLES = 500
BANDS = {90: (0.05, 0.95), 99: (0.005, 0.995)}
BAND_RESAMPLES = 2000  # the 99 % band rests on its tails
RELIABLE = 0.05  # points of probability, or two standard errors if that is more
FIRST = (
    "dataset",
    "subset",
    "model",
    "n",
    "mase",
    "smape",
    "owa",
    "sql",
    "wis",
    "coverage50",
    "coverage80",
    "coverage95",
    "width80",
    "brier",
    "seconds_per_1000",
)
METRICS = (*FIRST[4:-1], "brier_virtual")
COLUMNS = (*FIRST, *(f"{metric}_se" for metric in METRICS), "brier_virtual", "refused", "version")


@lru_cache(maxsize=8)
def resample(count: int, resamples: int, seed: int) -> np.ndarray:
    """Draw how often each cluster enters each resample, all of them once first: shape (1 + resamples, count)."""
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.vstack([np.ones(count), drawn])


def sum_clusters(values: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add up what is known, and count it, in each cluster: values (n, ...) to twice (clusters, ...)."""
    count = int(clusters.max()) + 1
    known = np.isfinite(values)
    totals, counts = np.zeros((count, *values.shape[1:])), np.zeros((count, *values.shape[1:]))
    np.add.at(totals, clusters, np.where(known, values, 0.0))
    np.add.at(counts, clusters, known)
    return totals, counts


def bootstrap(values: np.ndarray, clusters: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average values (n, m) in every resample of whole clusters, the first being the data themselves."""
    totals, counts = sum_clusters(values, clusters)
    with np.errstate(invalid="ignore"):
        return np.asarray((weights @ totals) / (weights @ counts))


def summarise(table: pd.DataFrame, naive2: pd.DataFrame, clusters: np.ndarray, seed: int) -> dict[str, float]:
    """Average the scores of a model over its series, with bootstrap standard errors.

    Parameters
    ----------
    table, naive2 : DataFrame
        Per-series scores of the model and of Naive2, same series in the same order.
    clusters : array (n,)
        Number of the cluster of each series.
    seed : int
        Of the bootstrap: models of one group are compared on the same resamples.

    Returns
    -------
    dict
        Each metric and its `_se`; OWA is half the sum of the ratios of mean sMAPE and of mean MASE to Naive2's.
    """
    clusters = np.unique(clusters, return_inverse=True)[1]
    weights = resample(int(clusters.max()) + 1, RESAMPLES, seed)
    values = np.column_stack([table[list(SCORES)].to_numpy(float), naive2[["mase", "smape"]].to_numpy(float)])
    means = dict(zip((*SCORES, "mase2", "smape2"), bootstrap(values, clusters, weights).T, strict=True))
    means["owa"] = (means["smape"] / means["smape2"] + means["mase"] / means["mase2"]) / 2
    found = {metric: float(means[metric][0]) for metric in METRICS}
    errors = {f"{metric}_se": float(np.std(means[metric][1:], ddof=1)) for metric in METRICS}
    return found | errors


def calibrate(forecast: Forecast, truth: Truth, seed: int) -> list[dict[str, object]]:
    """Compare nominal and actual coverage, by kind of indicator and lead and over all leads, with bootstrap bands."""
    weights = resample(int(truth.clusters.max()) + 1, BAND_RESAMPLES, seed)
    kinds = np.array([item.kind for item in truth.items])
    names = ["all", *sorted(set(kinds))] if len(set(kinds)) > 1 else ["all"]
    rows: list[dict[str, object]] = []
    for nominal, covered in covers(forecast, truth).items():
        for kind in names:
            chosen = covered if kind == "all" else np.where((kinds == kind)[:, None], covered, np.nan)
            totals, counts = sum_clusters(chosen, truth.clusters)
            totals = np.column_stack([totals.sum(axis=1), totals])
            counts = np.column_stack([counts.sum(axis=1), counts])
            with np.errstate(invalid="ignore"):
                shares = (weights @ totals) / (weights @ counts)
            rows += [
                {"kind": kind, "lead": lead or "all", "nominal": nominal / 100, "n": int(counts[:, lead].sum())}
                | band(shares[:, lead], nominal / 100)
                for lead in range(totals.shape[1])
            ]
    return rows


def band(shares: np.ndarray, nominal: float) -> dict[str, object]:
    """Lay out one coverage with its bands, and whether the nominal value lies inside."""
    found: dict[str, object] = {"covered": float(shares[0])}
    for level, ends in BANDS.items():
        low, high = np.nanquantile(shares[1:], ends)
        found |= {f"low{level}": low, f"high{level}": high, f"inside{level}": bool(low <= nominal <= high)}
    return found


def rely(probability: np.ndarray, truth: Truth) -> pd.DataFrame:
    """Compare the probabilities of virtual targets (n, 6) with how often they were met, by tenth of probability."""
    known = np.isfinite(probability) & np.isfinite(truth.met)
    clusters = np.broadcast_to(truth.clusters[:, None], known.shape)[known]
    table = scores.reliability(probability[known], truth.met[known], clusters)
    allowed = np.maximum(RELIABLE, 2 * table["error"])
    return table.assign(inside=(table["share"] - table["probability"]).abs() <= allowed)
