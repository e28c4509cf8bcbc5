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
from datetime import date
from pathlib import Path

import psutil

from forecast.plans.catalogue import Catalogue
from forecast.runs.make import THREADS
from forecast.runs.matrix import Job, jobs_of, load_matrix

COMMAND = [str(Path(sys.executable).parent / "forecast")]


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command with all its children, sampled every 50 ms."""
    started, peak, ended = time.perf_counter(), 0.0, threading.Event()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.05):
            try:
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                peak = max(peak, sum(one.memory_info().rss for one in family) / 1e6)
            except psutil.NoSuchProcess:
                continue

    thread = threading.Thread(target=watch)
    thread.start()
    code = process.wait()
    ended.set()
    thread.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with exit code {code}")
    return time.perf_counter() - started, peak


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
        times = sorted(measure(COMMAND + arguments, environment)[0] for _ in range(5))
        print(f"forecast {' '.join(arguments):8} median {times[2]:.2f} s of five, fastest {times[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        seconds, peak = measure(
            [*COMMAND, "run", "--plan", "msss_2023_2027", "-s", "baseline", "--lang", "fr", "--out", folder],
            environment,
        )
        print(f"one run (msss_2023_2027, the largest): {seconds:.1f} s, {peak:.0f} MB in all its processes")
    with tempfile.TemporaryDirectory() as folder:
        seconds, peak = measure([*COMMAND, "run", "--out", folder], environment)
        print(
            f"whole matrix: {len(jobs)} runs in {seconds:.0f} s on {os.cpu_count()} cores, {peak:.0f} MB at most in all"
        )
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment | THREADS)
        chosen = jobs[:plain]
        loop = plain_loop(catalogue.root, chosen, Path(folder))
    each, ours = loop / len(chosen), seconds / len(jobs)
    print(f"plain papermill loop: {len(chosen)} runs in {loop:.0f} s")
    print(f"per run {each:.1f} s against {ours:.1f} s: {each / ours:.2f} times ours")


if __name__ == "__main__":
    main()
