"""Forecast a folder of benchmark series with the peers: statsforecast's automatic models and the median of four.

    make peers DATA=DIR      or      PEERS_PYTHON benchmarks/peers/run.py --data DIR [--out DIR] [--sample N]

Runs in an environment of its own (requirements.lock). Values go in as they are: no transformation, no bounds. Writes
one parquet per dataset and subset below a folder named by the data's hash, so that a restart goes on where it was and
`benchmarks/accuracy.py` only takes forecasts of the very same data. Where a peer refuses or fails, no change stands in,
with the interval of a random walk; with one point it has no width.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.folder import Dataset, Item, Subset, list_datasets, load, sample, subsets

LEVELS = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
NAMES = ["q025", "q100", "q250", "q500", "q750", "q900", "q975"]
KEYS = ["lo-95", "lo-80", "lo-50", "mean", "hi-50", "hi-80", "hi-95"]
SPREAD = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
MEMBERS = ("AutoETS", "AutoCES", "DynamicOptimizedTheta", "AutoARIMA")
MEDIAN = "SCUM"


def no_change(item: Item) -> np.ndarray:
    """Quantiles of a random walk without drift: shape (leads, levels)."""
    changes = np.diff(item.train)
    spread = float(np.sqrt(np.mean(changes**2))) if changes.size else 0.0
    leads = np.arange(1, item.test.size + 1)
    return item.train[-1] + spread * np.sqrt(leads)[:, None] * SPREAD


def forecast(name: str, item: Item, season: int) -> tuple[np.ndarray, bool, float]:
    """Forecast one series with one peer: quantiles, whether no change stands in, seconds."""
    from statsforecast import models

    started = time.perf_counter()
    try:
        model = getattr(models, name)(season_length=season)
        found = model.forecast(item.train.copy(), item.test.size, level=[50, 80, 95])
        quantiles = np.column_stack([np.asarray(found[key], dtype=float) for key in KEYS])
    except Exception:  # whatever a peer raises on a short series is its refusal
        quantiles = np.full((item.test.size, len(KEYS)), np.nan)
    refused = not np.isfinite(quantiles).all()
    return (no_change(item) if refused else quantiles), refused, time.perf_counter() - started


def is_slow(name: str, season: int) -> bool:
    """Whether a peer runs on a sample of a large dataset: AutoCES on a few points, AutoARIMA on months."""
    return name == "AutoCES" or (name == "AutoARIMA" and season == 12)


def run(dataset: Dataset, subset: Subset, size: int) -> pd.DataFrame:
    """Forecast the series of a subset with every peer: one row per model, series and lead."""
    chosen = sample(dataset, subset, size)
    answers: dict[str, dict[str, tuple[np.ndarray, float, float]]] = {}
    for name in MEMBERS:
        items = chosen if is_slow(name, dataset.season) else subset.items
        answers[name] = {item.id: forecast(name, subset.seen(item), dataset.season) for item in items}
    answers[MEDIAN] = {}
    for item in chosen:
        four = [answers[name][item.id] for name in MEMBERS]
        middle = np.median([quantiles for quantiles, _, _ in four], axis=0)
        share = float(np.mean([refused for _, refused, _ in four]))
        answers[MEDIAN][item.id] = (middle, share, sum(seconds for _, _, seconds in four))
    return pd.concat(
        [tabulate(name, id, *answer) for name, found in answers.items() for id, answer in found.items()],
        ignore_index=True,
    )


def tabulate(name: str, id: str, quantiles: np.ndarray, refused: float, seconds: float) -> pd.DataFrame:
    """Lay one answer out as rows; the median is the peer's point forecast, its mean."""
    table = pd.DataFrame(quantiles, columns=NAMES)
    table.insert(0, "lead", np.arange(1, len(table) + 1, dtype="int16"))
    table.insert(0, "unique_id", id)
    table.insert(0, "model", name)
    return table.assign(refused=np.float32(refused), seconds=np.float32(seconds))


def describe(folder: Path, size: int) -> None:
    """Write beside the forecasts what makes them: versions, date, cores, size of the sample."""
    path = folder / "about.json"
    if path.is_file():
        return
    about = {
        "program": f"statsforecast {version('statsforecast')}",
        "packages": {name: version(name) for name in ("numpy", "pandas", "numba", "scipy")},
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "sample": size,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("build/peers"))
    parser.add_argument("--datasets", nargs="*")
    parser.add_argument("--sample", type=int, default=500, help="series for the slow ones; half for the shorter public")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # a peer's remarks on each of thousands of short series
    for name in list_datasets(options.data, options.datasets):
        dataset = load(options.data, name)
        folder = options.out / f"{name}-{dataset.hash}"
        describe(folder, options.sample)
        for subset in subsets(dataset):
            path = folder / f"{subset.name}.parquet"
            if path.is_file():
                continue
            started = time.perf_counter()
            table = run(dataset, subset, options.sample)
            part = path.with_suffix(".part")
            table.to_parquet(part, compression="zstd", index=False)
            part.replace(path)
            print(f"{path}: {len(subset.items)} series, {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
