"""Making runs: each in its own process, apart from the others, placed only when it is whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from forecast.errors import RunError
from forecast.models import registry
from forecast.plans.catalogue import Catalogue
from forecast.runs.inputs import COMPARE, COMPARED, REPORT, Inputs, digest, gather_inputs
from forecast.runs.leave import PROOF
from forecast.runs.matrix import Job
from forecast.runs.record import ASIDE, check_results, find_runs, find_same, place
from forecast.runs.worker import JOB, PROGRESS, RESULT
from forecast.scenarios.library import COMPARISON
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period

#: What a worker printed; kept only where it failed.
LOG = "log.txt"
#: Seconds that a worker gets to save its notebook after the time limit, before it is killed.
GRACE = 20
#: Seconds after which a folder aside belongs to no command any more.
STALE = 2 * 24 * 3600
#: One thread per process: runs at a time would otherwise fight for the cores, and sums depend on their number.
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "STAN_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Request:
    """What to run and how."""

    catalogue: Catalogue
    results: Path
    parameters: Parameters
    as_of: date
    as_of_given: bool = False
    by: Period | None = None
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one job ended: `done`, `failed` or `unchanged` (found again, not executed)."""

    job: Job
    state: str
    folder: Path
    error: str | None = None
    seconds: float = 0.0


@dataclass
class Workers:
    """Processes at work, so that all of them can be stopped, and the folders where they say how far they are."""

    running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: bool = False
    folders: dict[Job, Path] = field(default_factory=dict)
    told: dict[Job, tuple[int, int]] = field(default_factory=dict)

    def start(self, command: Sequence[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own, unless everything is being stopped."""
        with self.lock:
            if self.stopped:
                raise RunError("stopped")
            with log.open("wb") as file:
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
                )
            self.running.add(process)
            return process

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        """Forget a process that has ended."""
        with self.lock:
            self.running.discard(process)

    def stop(self) -> None:
        """Stop every process; a kernel ends by itself within a second when its worker is gone."""
        with self.lock:
            self.stopped = True
            for process in self.running:
                kill(process)

    def progress(self) -> Iterator[tuple[Job, int, int]]:
        """Give the steps done, and those in all, of each run that went on since it was last asked."""
        for job, folder in list(self.folders.items()):
            steps = _read_steps(folder)
            if steps is not None and steps != self.told.get(job):
                self.told[job] = steps
                yield job, *steps


def _read_steps(folder: Path) -> tuple[int, int] | None:
    """Read how far a worker is; None before its first step, and while it writes."""
    try:
        done, total = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return done, total


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def make_runs(
    request: Request,
    jobs: Sequence[Job],
    *,
    at_once: int = 1,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    progress: Callable[[Job, int, int], None] = lambda job, done, total: None,
    stop: threading.Event | None = None,
) -> list[Outcome]:
    """Make every run that is not there yet; one that fails does not stop the others.

    Both callables are called in the thread of the caller.

    Parameters
    ----------
    request : Request
        Where, with which parameters, as known when.
    jobs : sequence of Job
        Runs to make.
    at_once : int
        How many at a time.
    tell : callable
        Called with each outcome as it comes.
    progress : callable
        Called with a job, its steps done and its steps in all, at most twice a second; a step is a cell of the
        notebook, and the last one is the page that is made of it.
    stop : Event, optional
        Once it is set, what is at work is stopped, as Ctrl-C does it.

    Raises
    ------
    RunError
        If the results folder cannot be written to, or `stop` was set before every run was made.
    ForecastError
        If a file is faulty: everything is checked before the first kernel starts.
    """
    check_results(request.results)
    registry.get(request.parameters.model)  # an unknown model is told here, not by every kernel
    inputs = {key: _inputs(request, *key) for key in dict.fromkeys((job.plan, job.scenario) for job in jobs)}
    workers = Workers()
    aside = request.results / ASIDE / uuid.uuid4().hex
    pool = ThreadPoolExecutor(max_workers=at_once)
    outcomes = []
    try:
        futures = [pool.submit(_make_one, request, job, inputs[job.plan, job.scenario], workers, aside) for job in jobs]
        for future in _as_completed(futures, lambda: _look(workers, progress, stop)):
            outcomes.append(future.result())
            tell(outcomes[-1])
    except BaseException:
        workers.stop()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        pool.shutdown(wait=True)
        _sweep(aside)
    return sorted(outcomes, key=lambda outcome: outcome.job)


def _look(workers: Workers, progress: Callable[[Job, int, int], None], stop: threading.Event | None) -> None:
    """Tell how far the runs are, unless they are to be stopped."""
    if stop is not None and stop.is_set():
        raise RunError("stopped; what was finished is kept")
    for job, done, total in workers.progress():
        progress(job, done, total)


def _as_completed(futures: Iterable[Future[Outcome]], look: Callable[[], None]) -> Iterator[Future[Outcome]]:
    """Give each future as it ends, waking twice a second: a signal just before a wait without end would be lost."""
    pending = set(futures)
    while pending:
        look()
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        yield from done


def _inputs(request: Request, plan: str, scenario: str) -> Inputs:
    return gather_inputs(
        request.catalogue,
        plan,
        scenario,
        as_of=request.as_of,
        given=request.as_of_given,
        by=request.by,
        parameters=request.parameters,
    )


def _make_one(request: Request, job: Job, inputs: Inputs, workers: Workers, aside: Path) -> Outcome:
    # looked up again for each job: another command may have made it meanwhile
    known = [] if request.force else find_runs(request.results)
    same = find_same(known, job.plan, job.scenario, job.language, inputs.hash)
    if same is not None:
        return Outcome(job, "unchanged", same.folder)
    started = datetime.now(UTC)
    try:
        record, folder = _execute(request, job, inputs, workers, aside / uuid.uuid4().hex)
    except OSError as error:
        message = f"output folder '{request.results}' could not be written: {error.strerror}"
        return Outcome(job, "failed", request.results, message)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Outcome(job, record["outcome"], folder, record["error"], seconds)


def _execute(request: Request, job: Job, inputs: Inputs, workers: Workers, work: Path) -> tuple[dict[str, Any], Path]:
    """Execute one job aside and put it into place with its record."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    work.mkdir(parents=True)
    workers.folders[job] = work
    with tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True) as private:
        asked = _job(request, job) | {"private": private}
        (work / JOB).write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        result = _work(request, work, workers)
    del workers.folders[job]
    record = _record(request, job, inputs, work, result)
    record |= {"started": started, "finished": datetime.now(UTC).isoformat(timespec="milliseconds")}
    for name in (JOB, RESULT, PROGRESS, PROOF, *([LOG] if record["outcome"] == "done" else [])):
        (work / name).unlink(missing_ok=True)
    return record, place(work, request.results, record)


def _job(request: Request, job: Job) -> dict[str, Any]:
    """What the worker is to execute: the notebook, its parameters, and the title of its report."""
    title = request.catalogue.plan(job.plan).title.in_(job.language)
    compared = job.scenario == COMPARISON
    return {
        "root": str(request.catalogue.root),
        "notebook": COMPARE if compared else REPORT,
        "language": job.language,
        "title": f"{title} – {COMPARED.in_(job.language)}" if compared else title,
        "time_limit": request.parameters.time_limit,
        "parameters": {
            "plan": job.plan,
            **({"scenarios": ""} if compared else {"scenario": job.scenario}),
            "language": job.language,
            "as_of": request.as_of.isoformat(),
            "by": request.by.text if request.by else "",
            "model": request.parameters.model,
            "draws": request.parameters.draws,
            "seed": request.parameters.seed,
        },
    }


def _work(request: Request, work: Path, workers: Workers) -> dict[str, Any]:
    """Run the worker to its end, or to the time limit; return what it wrote, or why it wrote nothing."""
    environment = {**os.environ, **THREADS, "FORECAST_HOME": str(request.catalogue.root), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "forecast.runs.worker", str(work)]
    process = workers.start(command, environment, work / LOG)
    try:
        process.wait(timeout=request.parameters.time_limit + GRACE)
    except subprocess.TimeoutExpired:
        kill(process)
        process.wait()
    finally:
        workers.finish(process)
    if workers.stopped:
        raise RunError("stopped")
    try:
        result: dict[str, Any] = json.loads((work / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = {"error": f"the worker ended with exit code {process.returncode} and left no result", "seconds": {}}
    return result


def _record(request: Request, job: Job, inputs: Inputs, work: Path, result: dict[str, Any]) -> dict[str, Any]:
    """Decide the outcome: done only with the proof of the last cell, every table as it was left, and the report."""
    proof, missing = _read_proof(work, job)
    error = result["error"] or missing
    if error is None and not (work / "report.html").is_file():
        error = "the notebook was not converted to HTML"
    files = {path.name: digest(path.read_bytes()) for path in sorted(work.glob("report.*"))} | proof.get("files", {})
    return {
        "plan": job.plan,
        "scenario": job.scenario,
        "language": job.language,
        "as_of": request.as_of.isoformat(),
        "as_of_given": request.as_of_given,
        "by": inputs.by,
        "outcome": "failed" if error else "done",
        "error": error,
        "inputs": {"hash": inputs.hash, "parts": inputs.parts, "versions": inputs.versions},
        "scenario_resolved": inputs.scenario,
        "parameters": inputs.parameters,
        "headline": proof.get("headline"),
        "next_due": proof.get("next_due"),
        "last_observed": proof.get("last_observed"),
        "files": files,
        "seconds": result["seconds"],
    }


def _read_proof(work: Path, job: Job) -> tuple[dict[str, Any], str | None]:
    try:
        proof: dict[str, Any] = json.loads((work / PROOF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}, "the notebook ended before its last cell: the kernel died or left early"
    if (proof["plan"], proof["scenario"]) != (job.plan, job.scenario):
        return {}, f"the notebook reported on {proof['plan']} · {proof['scenario']} instead"
    changed = [name for name, sha in proof["files"].items() if digest((work / name).read_bytes()) != sha]
    return proof, f"changed after the last cell: {', '.join(changed)}" if changed else None


def _sweep(aside: Path) -> None:
    """Remove what stopped runs left aside, and what killed commands left there days ago."""
    shutil.rmtree(aside, ignore_errors=True)
    for path in aside.parent.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE:
                shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        aside.parent.rmdir()
