"""The whole matrix of runs beside a plain loop of Papermill over the same notebook, in the same run.

    python benchmarks/runs.py [--plain N]

prints seconds and their ratio, the start of commands that need no model, and the memory of one run. The plain loop
executes the first N jobs (all by default) one after the other and makes no HTML, so the comparison favours it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil

from forecast.plans.catalogue import Catalogue
from forecast.runs.make import THREADS
from forecast.runs.matrix import Job, jobs_of, load_matrix

COMMAND = [str(Path(sys.executable).parent / "forecast")]


@dataclass
class Measure:
    """What a command cost with all its children: seconds, and peak memory in MB.

    `resident` adds up every process; `proportional` counts pages that processes share once (Linux; else as resident).
    """

    seconds: float = 0.0
    resident: float = 0.0
    proportional: float = 0.0


def measure(command: list[str], environment: dict[str, str], every: float = 0.05) -> Measure:
    """Run a command and sample the memory of its whole family; often only where it is short: looking costs time."""
    cost, started, ended = Measure(), time.perf_counter(), threading.Event()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watch() -> None:
        while not ended.wait(every):
            try:
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                found = [one.memory_full_info() for one in family]
            except psutil.Error:
                continue
            cost.resident = max(cost.resident, sum(one.rss for one in found) / 1e6)
            cost.proportional = max(cost.proportional, sum(getattr(one, "pss", one.rss) for one in found) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    code = process.wait()
    cost.seconds = time.perf_counter() - started
    ended.set()
    thread.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with exit code {code}")
    return cost


def plain_loop(root: Path, jobs: list[Job], folder: Path) -> float:
    """Execute the notebook job after job with nothing but Papermill."""
    import papermill

    started = time.perf_counter()
    for number, job in enumerate(jobs):
        parameters = {
            "plan": job.plan,
            "scenario": job.scenario,
            "language": job.language,
            "as_of": date.today().isoformat(),
        }
        papermill.execute_notebook(
            str(root / "notebooks" / "report.ipynb"),
            str(folder / f"{number}.ipynb"),
            parameters=parameters,
            cwd=str(root),
            progress_bar=False,
        )
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", type=int, default=None, help="jobs of the plain loop; all by default")
    plain = parser.parse_args().plain
    catalogue = Catalogue.find()
    jobs = jobs_of(catalogue, load_matrix(catalogue))
    environment = {**os.environ, "FORECAST_HOME": str(catalogue.root)}
    for arguments in (["--help"], ["plans"], ["check"]):
        times = sorted(measure(COMMAND + arguments, environment).seconds for _ in range(5))
        print(f"forecast {' '.join(arguments):8} median {times[2]:.2f} s of five, fastest {times[0]:.2f}")
    one = ["run", "--plan", "msss_2023_2027", "-s", "baseline", "--lang", "fr"]
    for arguments, what, every in (
        (one, "one run (msss_2023_2027, the largest)", 0.05),
        (["run"], f"whole matrix, {len(jobs)} runs", 2.0),
    ):
        with tempfile.TemporaryDirectory() as folder:
            cost = measure([*COMMAND, *arguments, "--out", folder], environment, every)
        print(
            f"{what}: {cost.seconds:.1f} s on {os.cpu_count()} cores; memory of command, workers and kernels"
            f" {cost.resident:.0f} MB resident, {cost.proportional:.0f} MB with shared pages counted once"
        )
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment | THREADS)
        chosen = jobs[:plain]
        loop = plain_loop(catalogue.root, chosen, Path(folder))
    each, ours = loop / len(chosen), cost.seconds / len(jobs)
    print(f"plain papermill loop: {len(chosen)} runs in {loop:.0f} s")
    print(f"per run {each:.1f} s against {ours:.1f} s: {each / ours:.2f} times ours")


if __name__ == "__main__":
    main()
