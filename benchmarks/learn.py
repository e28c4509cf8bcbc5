"""Learn the pooled model again, from the reference collection and the competition series.

Usage: make learn DATA=DIR     (or python benchmarks/learn.py --data DIR, where jax and optax are installed)

DIR holds files in the layout of `data/reference/README.md`. Written are

- src/forecast/models/learnt.npz, learnt from everything, and measured.json, its accuracy on what it had not seen;
- benchmarks/folds/fold0.npz … fold4.npz, each learnt without one fifth of the indicators, by which `accuracy.py`
  judges the series that were learnt from; benchmarks/folds/seen.npy, hashes of these series.

Folds are made by a hash of (source, indicator), for competition series of (dataset, id): no series is judged by a
model that saw it or a sibling. Inside each fold's model the networks are calibrated on series that they did not see
(cross-fitting once more), and never on the fold to be judged.
"""

import argparse
import hashlib
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.calibration import calibrate
from benchmarks.crossfit import FOLDS
from benchmarks.teaching import ask, count_steps, teach
from benchmarks.windows import Rows, derive, gather_rows, read

from forecast.models.network import LAYERS, Network

ROOT = Path(__file__).parents[1]
DESTINATION = ROOT / "src" / "forecast" / "models"
SOURCES = "sources and licences: data/reference/README.md; and numbers learnt from the M1, M3 and tourism series"


def learn(rows: dict[int, Rows], steps: dict[int, np.ndarray], names: tuple[str, ...], which: str) -> Network:
    """Learn from folds: calibrated across them, then taught once more by all of them."""
    folds = sorted(rows)
    answers, steps_taken = [], []
    for fold in folds:
        others = Rows.join([rows[other] for other in folds if other != fold])
        steps_taken.append(count_steps(others, which))
        answers.append(ask(teach(others, names, which, steps_taken[-1]), rows[fold]))
    # as many steps as those that were calibrated, or it would be surer of itself than they are
    final = teach(Rows.join([rows[fold] for fold in folds]), names, which, round(np.mean(steps_taken)))
    offset = 0
    renumbered = []
    for fold in folds:
        renumbered.append(rows[fold].window + offset)
        offset += int(rows[fold].window.max()) + 1
    together = Rows.join([rows[fold] for fold in folds])
    together = replace(together, window=np.concatenate(renumbered))
    return calibrate(final, together, np.concatenate(answers), np.concatenate([steps[fold] for fold in folds]))


def write(path: Path, networks: dict[str, Network], about: dict[str, object]) -> None:
    """Write what was learnt as plain arrays."""
    arrays: dict[str, np.ndarray] = {"about": np.array(json.dumps(about))}
    for which, network in networks.items():
        arrays[f"{which}/names"] = np.array(network.names)
        for field in ("mean", "deviation", "sizes", "years", "factors", "persistence"):
            arrays[f"{which}/{field}"] = getattr(network, field).astype(np.float32 if field != "sizes" else float)
        for layer in range(LAYERS):
            arrays[f"{which}/weights{layer}"] = network.weights[layer].astype(np.float32)
            arrays[f"{which}/biases{layer}"] = network.biases[layer].astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)


def digest(folder: Path) -> dict[str, str]:
    """Hash the files that were learnt from."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(folder.glob("*.parquet"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the collections")
    parser.add_argument("--out", type=Path, default=ROOT, help="checkout to write into")
    asked = parser.parse_args()
    began = time.time()
    collections = read(asked.data)
    learnt = [*collections, *(more for one in collections for more in derive(one))]
    rows: dict[str, dict[int, Rows]] = {}
    steps: dict[str, dict[int, np.ndarray]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for which, seasons in (("yearly", (1,)), ("subyearly", (4, 12))):
        found = [gather_rows([one for one in learnt if one.fold == fold], seasons) for fold in range(FOLDS)]
        rows[which], steps[which] = ({fold: one[i] for fold, one in enumerate(found)} for i in (0, 1))
        names[which] = found[0][2]
        print(f"{which}: {sum(len(one[1]) for one in found)} rows, {time.time() - began:.0f} s", flush=True)
    about: dict[str, object] = {
        "learnt": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "sources": SOURCES,
        "series": len(collections),
        "data": digest(asked.data),
    }
    seen = np.sort(np.array([one.key.hash for one in collections], dtype=np.uint64))
    folder = asked.out / "benchmarks" / "folds"
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "seen.npy", seen)
    for held in (None, *range(FOLDS)):
        networks = {
            which: learn(
                {fold: part for fold, part in rows[which].items() if fold != held},
                {fold: part for fold, part in steps[which].items() if fold != held},
                names[which],
                which,
            )
            for which in rows
        }
        path = asked.out / "src/forecast/models/learnt.npz" if held is None else folder / f"fold{held}.npz"
        write(path, networks, about | {"without fold": held})
        print(path.name, f"{time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
