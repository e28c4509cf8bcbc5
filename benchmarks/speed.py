"""Speed and memory of a model on many short series, beside what is asked and, with `--peers`, beside other tools.

    python benchmarks/speed.py [--model pooled] [--peers]

10,000 yearly series of 12 points, horizon 5, 1,000 draws each, in one call; every part runs in a process of its own, so
that its memory and its imports are its own. `--peers` times AutoETS and the median of four (build/peers-venv, made by
`make peers`) and Prophet on a few of the same series, in the same run.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.simulated import HORIZON, POINTS, simulate

ROOT = Path(__file__).resolve().parents[1]
SERIES, DRAWS, SINGLE, PROPHET = 10_000, 1_000, 50, 10
PEERS_PYTHON = ROOT / "build" / "peers-venv" / "bin" / "python"
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
FASTER = {"SCUM": 100, "Prophet": 30, "AutoETS": 1}
MEMORY, LATENCY, IMPORT = 2000, 0.02, 1.0  # MB, s, s
LINEAR = 1.25  # twice the work takes at most this times twice as long


def panel_of(count: int) -> list:
    """Make the panel of simulated series."""
    from forecast.models.panel import Series

    times, ahead = np.split(2010.0 + np.arange(POINTS + HORIZON), [POINTS])
    return [
        Series(id=f"s{place}", times=times, values=values, step=1, season=1, lower=0.0, upper=None, ahead=ahead)
        for place, values in enumerate(simulate(count))
    ]


def time_panel(model: str, count: int, draws: int) -> dict[str, float]:
    """Time one call over a panel: seconds, and the peak resident memory of the process in MB."""
    from forecast.models.panel import predict
    from forecast.schema.streams import Streams

    predict(model, panel_of(2), 10, Streams(1))  # what a first call loads is timed apart
    panel = panel_of(count)
    started = time.perf_counter()
    found = predict(model, panel, draws, Streams(1))
    seconds = time.perf_counter() - started
    if len(found) != count:
        raise SystemExit(f"{model}: {len(found)} answers for {count} series")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return {"seconds": seconds, "memory": peak}


def time_single(model: str) -> dict[str, float]:
    """Time the import and a first answer in this fresh process, then the median of fifty answers."""
    started = time.perf_counter()
    from forecast.models.panel import predict
    from forecast.models.registry import get
    from forecast.schema.streams import Streams

    get(model)
    imported = time.perf_counter()
    panel = panel_of(1)
    predict(model, panel, DRAWS, Streams(1))
    first, times = time.perf_counter(), []
    for _ in range(SINGLE):
        begun = time.perf_counter()
        predict(model, panel, DRAWS, Streams(1))
        times.append(time.perf_counter() - begun)
    return {"import": imported - started, "first": first - started, "single": float(np.median(times))}


def time_prophet() -> dict[str, float]:
    """Time plain Prophet, fit and forecast, on a few of the series: seconds a series."""
    import pandas as pd
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    dates = pd.to_datetime([f"{year}-01-01" for year in range(2010, 2010 + POINTS + HORIZON)])
    times = []
    for values in simulate(PROPHET + 1):
        begun = time.perf_counter()
        model = Prophet(yearly_seasonality=False, weekly_seasonality=False, daily_seasonality=False)
        model.fit(pd.DataFrame({"ds": dates[:POINTS], "y": values}))
        model.predict(pd.DataFrame({"ds": dates[POINTS:]}))
        times.append(time.perf_counter() - begun)
    return {"Prophet": float(np.mean(times[1:]))}  # the first one loads the library


PARTS = {"panel": time_panel, "single": time_single, "prophet": time_prophet}


def measure(part: str, *arguments: str | int) -> dict[str, float]:
    """Run one part in a fresh process and read its figures."""
    return ask([sys.executable, str(Path(__file__).resolve()), "--part", part, *map(str, arguments)])


def ask(command: list[str]) -> dict[str, float]:
    """Run a command whose last line is JSON."""
    found = subprocess.run(command, env={**os.environ, **THREADS}, capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit(f"{' '.join(command)} ended with exit code {found.returncode}:\n{found.stderr}")
    return json.loads(found.stdout.splitlines()[-1])


def say(what: str, measured: str, asked: str = "", reached: bool = True) -> None:
    """Print one figure beside what is asked."""
    verdict = f"asked {asked}: {'yes' if reached else 'NO'}" if asked else ""
    print(f"{what:36} {measured:36} {verdict}")


def report(model: str) -> float:
    """Measure and print the figures of a model; returns its seconds a series."""
    whole = measure("panel", model, SERIES, DRAWS)
    each = whole["seconds"] / SERIES
    say(f"{model}: {SERIES} series, {DRAWS} draws", f"{whole['seconds']:.2f} s, {1e3 * each:.3f} ms a series")
    say("peak resident memory", f"{whole['memory']:.0f} MB", f"< {MEMORY} MB", whole["memory"] < MEMORY)
    for what, count, draws in (("series", SERIES // 2, DRAWS), ("draws", SERIES, DRAWS // 2)):
        ratio = whole["seconds"] / measure("panel", model, count, draws)["seconds"]
        say(f"twice the {what}", f"{ratio:.2f} times as long", "linear", ratio < 2 * LINEAR)
    single = measure("single", model)
    measured = f"{1e3 * single['single']:.1f} ms, median of {SINGLE}"
    say("one series, once imported", measured, f"< {1e3 * LATENCY:.0f} ms", single["single"] < LATENCY)
    measured = f"{single['import']:.2f} s, {single['first']:.2f} s with a first answer"
    say("import in a fresh process", measured, f"< {IMPORT:.0f} s", single["first"] < IMPORT)
    return each


def compare(each: float) -> None:
    """Time the peers and print how many times faster we are."""
    if not PEERS_PYTHON.is_file():
        raise SystemExit(f"no {PEERS_PYTHON.relative_to(ROOT)}; make it with `make peers`")
    theirs = ask([str(PEERS_PYTHON), str(ROOT / "benchmarks" / "peers" / "speed.py")]) | measure("prophet")
    for peer, factor in FASTER.items():
        ratio = theirs[peer] / each
        say(peer, f"{1e3 * theirs[peer]:.2f} ms a series, {ratio:.1f} x ours", f">= {factor} x", ratio >= factor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pooled")
    parser.add_argument("--peers", action="store_true", help="time AutoETS, SCUM and Prophet too, a minute")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part, *arguments = options.part
        print(json.dumps(PARTS[part](*(int(one) if one.isdigit() else one for one in arguments))))
        return
    print(f"python {sys.version.split()[0]}, numpy {np.__version__}, {os.cpu_count()} cores, one thread a process")
    each = report(options.model)
    if options.peers:
        compare(each)


if __name__ == "__main__":
    main()
