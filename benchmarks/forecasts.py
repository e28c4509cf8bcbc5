"""Get forecasts: from a model of the registry, or from what the peers left in their folder."""

from __future__ import annotations

import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.crossfit import Key, predict_fairly
from benchmarks.folder import Dataset, Item, Subset
from benchmarks.scoring import LEVELS, Forecast, at_end, chances
from benchmarks.truth import RATES, Truth, pad

from forecast.models.panel import Prediction, Series
from forecast.models.registry import REGISTRY
from forecast.schema.streams import Streams

FAST = ("naive", "drift", "pooled")  # the others run on a sample of a large dataset
LIBRARIES = dict.fromkeys(("ets", "theta", "arima", "structural"), "statsmodels") | {"prophet": "prophet"}
PEERS = ("DynamicOptimizedTheta", "AutoETS", "AutoARIMA", "AutoCES", "SCUM")
QUANTILES = ["q025", "q100", "q250", "q500", "q750", "q900", "q975"]


def models() -> list[str]:
    """List the models of the registry."""
    return list(REGISTRY)


def state_version(name: str) -> str:
    """Name the program that a model of the registry is, and its version."""
    library = LIBRARIES.get(name, "forecast")
    return f"{library} {version(library)}"


def make_series(item: Item, season: int) -> Series:
    """Turn a benchmark series into a model's; a bound that its own history crosses is no bound.

    A competition gives no bounds, and a history above zero is taken to stay there.
    """
    positive = item.kind == "competition" and item.train.min() > 0
    lower = 0.0 if positive else item.lower
    return Series(
        id=item.id,
        times=item.times,
        values=item.train,
        step=1 / season,
        season=season,
        lower=None if lower is None or item.train.min() < lower else lower,
        upper=None if item.upper is None or item.train.max() > item.upper else item.upper,
        ahead=item.ahead,
    )


def forecast_ours(
    name: str, dataset: Dataset, items: tuple[Item, ...], truth: Truth, draws: int, seed: int
) -> Forecast:
    """Forecast series, cut to what a model may see, in one call; quantiles and probabilities are those of its draws."""
    keys = [Key(dataset.name, item.id, item.source, item.indicator) for item in items]
    panel = [(key, make_series(item, dataset.season)) for key, item in zip(keys, items, strict=True)]
    predict_fairly(name, panel[:1], 2, Streams(seed))  # what a first call loads is no cost of a series
    started = time.perf_counter()
    predictions = predict_fairly(name, panel, draws, Streams(seed))
    seconds = (time.perf_counter() - started) / len(items)
    found = [predictions[item.id] for item in items]
    refused = np.array([name != "naive" and one.used == ("naive",) for one in found], dtype=float)
    quantiles = pad([np.quantile(one.draws, LEVELS, axis=0).T for one in found])
    reached, met = read_draws(found, truth)
    return Forecast(name, state_version(name), quantiles, reached, met, refused, np.full(len(items), seconds))


def read_draws(found: list[Prediction], truth: Truth) -> tuple[np.ndarray, np.ndarray]:
    """Count the draws that reach each threshold and that meet each virtual target."""
    ends = np.array([one.draws[:, -1] for one in found])
    reached = np.array([(ends >= truth.thresholds[:, [at]]).mean(axis=1) for at in range(truth.thresholds.shape[1])]).T
    targets = [truth.targets[:, [at]] for at in range(RATES.size)]
    met = [
        (ends >= target if rate > 0 else ends <= target).mean(axis=1)
        for rate, target in zip(RATES, targets, strict=True)
    ]
    return reached, np.where(np.isnan(truth.targets), np.nan, np.array(met).T)


def peers_folder(root: Path, dataset: Dataset) -> Path:
    """Find the folder where the peers leave forecasts of this very data."""
    return root / f"{dataset.name}-{dataset.hash}"


def read_about(folder: Path) -> dict[str, str | int]:
    """Read what made the peers' forecasts: versions, date, cores."""
    path = folder / "about.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def read_peers(folder: Path, subset: Subset, season: int, capped: bool) -> list[tuple[Forecast, Truth]]:
    """Read the peers' forecasts of a subset, each with the truth of the series it was run on."""
    path = folder / f"{subset.name}.parquet"
    if not path.is_file():
        return []
    program = str(read_about(folder).get("program", "statsforecast"))
    known = {item.id: item for item in subset.items}
    found = []
    for model, table in pd.read_parquet(path).groupby("model", sort=False):
        rows = table.sort_values(["unique_id", "lead"])
        first = rows[rows["lead"] == 1]
        truth = Truth(tuple(known[id] for id in first["unique_id"]), season, capped)
        values = rows[QUANTILES].to_numpy(dtype=float)
        quantiles = pad(np.split(values, np.cumsum(truth.horizon)[:-1]))
        reached, met = chances(at_end(quantiles, truth), truth)
        refused, seconds = (first[column].to_numpy(dtype=float) for column in ("refused", "seconds"))
        found.append((Forecast(str(model), program, quantiles, reached, met, refused, seconds), truth))
    return found
