"""Time the peers on simulated yearly series: prints seconds a series as JSON. Called by benchmarks/speed.py."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.folder import Item
from benchmarks.peers.run import MEDIAN, MEMBERS, forecast
from benchmarks.simulated import HORIZON, simulate


def make_item(values: np.ndarray) -> Item:
    """Lay simulated values out as a benchmark series."""
    years = 2010.0 + np.arange(values.size + HORIZON)
    times, ahead = np.split(years, [values.size])
    return Item("simulated", times, ahead, values, np.zeros(HORIZON), "", "", "rate", 0.0, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ets", type=int, default=300, help="series for AutoETS")
    parser.add_argument("--median", type=int, default=20, help="series for the median of four")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    items = [make_item(values) for values in simulate(max(options.ets, options.median))]
    for name in MEMBERS:
        forecast(name, items[0], 1)  # the first call loads the library
    ets = [forecast("AutoETS", item, 1)[2] for item in items[: options.ets]]
    four = [sum(forecast(name, item, 1)[2] for name in MEMBERS) for item in items[: options.median]]
    print(json.dumps({"AutoETS": float(np.mean(ets)), MEDIAN: float(np.mean(four))}))


if __name__ == "__main__":
    main()
