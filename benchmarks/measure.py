"""Measure the pooled model on series that it had not seen, by history length: what reports say a forecast rests on.

Usage: make learn DATA=DIR     (or python benchmarks/measure.py --data DIR, after benchmarks/learn.py)

Writes src/forecast/models/measured.json. Every series is judged by the fold's model that saw neither it nor a sibling,
on the rows after its official split: public indicators by years, competition series by quarters and months.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crossfit import FOLDER, FOLDS, PUBLIC
from benchmarks.learn import DESTINATION, digest
from benchmarks.teaching import SIZES
from benchmarks.windows import Known, Window, read, with_leads

from forecast.models.network import LEVELS, MIDDLE, read_learnt
from forecast.models.pooled import CHUNK, Pooled

CAP = 20.0  # of a scaled error, as the benchmarks have it
INTERVALS = {50: (3, 5), 80: (2, 6), 95: (0, 8)}


def judge(series: list[Known], size: int) -> list[np.ndarray]:
    """Judge series by their last `size` training points; one row per outcome: error, no change, inside 50, 80, 95."""
    found = []
    for fold in range(FOLDS):
        model = Pooled(read_learnt(FOLDER / f"fold{fold}.npz"))
        windows = []
        for one in series:
            train = one.values.size - one.test
            if one.fold == fold and train >= size:
                scale = float(np.abs(np.diff(one.values[:train])).mean()) if train > 1 else 0.0
                if scale > 0:
                    windows.append(Window(one, train, size, 1.0, scale))
        for start in range(0, len(windows), CHUNK):
            found += judge_batch(model, windows[start : start + CHUNK])
    return found


def judge_batch(model: Pooled, windows: list[Window]) -> list[np.ndarray]:
    """Judge a few hundred windows of one season."""
    prepared = [with_leads(window) for window in windows]
    _, quantiles = model.batch_quantiles(prepared)
    found = []
    for window, one, z in zip(windows, prepared, quantiles, strict=True):
        outcome = window.known.values[window.end :][: min(window.known.test, len(z))]
        values = one.scale.back(z[: outcome.size].ravel()).reshape(-1, LEVELS.size)
        error = np.minimum(np.abs(outcome - values[:, MIDDLE]) / window.scale, CAP)
        still = np.minimum(np.abs(outcome - window.known.values[window.end - 1]) / window.scale, CAP)
        inside = [(outcome >= values[:, low]) & (outcome <= values[:, high]) for low, high in INTERVALS.values()]
        found.append(np.column_stack([error, still, *inside]).astype(float))
    return found


def summarise(series: list[Known], sizes: list[int]) -> list[dict[str, float]]:
    """Summarise by history length."""
    rows = []
    for size in sizes:
        found = judge(series, size)
        if not found:
            continue
        by_series = np.array([one.mean(axis=0) for one in found])
        every = np.concatenate(found).mean(axis=0)
        gain = 1 - float(by_series[:, 0].mean() / by_series[:, 1].mean())
        rows.append(
            {"observations": size, "series": len(found), "cases": int(sum(map(len, found))), "gain": round(gain, 4)}
            | {f"coverage{share}": round(float(every[2 + i]), 4) for i, share in enumerate(INTERVALS)}
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the collections")
    folder = parser.parse_args().data
    collections = read(folder)
    found = {
        "yearly": summarise([one for one in collections if one.dataset == PUBLIC], SIZES["yearly"][:-1]),
        "subyearly": summarise([one for one in collections if one.season > 1], SIZES["subyearly"]),
        "about": digest(folder),
    }
    (DESTINATION / "measured.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
