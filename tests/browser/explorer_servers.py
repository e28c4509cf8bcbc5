"""Real servers of the explorer, the app and JupyterLab, each on a copy of the catalogue and on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from benchmarks.offline import FLAGS
from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[2]
NOTEBOOK = "notebooks/explore.ipynb"
TOKEN = "a-token-for-these-tests"
#: Day whose knowledge the pages show, so that they are the same whenever a test runs.
AS_OF = "2026-06-30"
#: Seconds within which a server must be ready; far more than it takes.
START = 90
#: What is measured every month and every quarter, which none of the plans is.
OFTEN = """
title: {fr: Plan fréquent, en: Frequent plan}
publisher: {fr: Éditeur, en: Publisher}
source: S001
source_language: fr
start: "2025"
end: "2027"
orientations:
  "1": {name: {fr: Première, en: First}, objectives: {"1.1": {fr: Objectif, en: Objective}}}
indicators:
  monthly: {number: "1", under: "1.1", name: {fr: Part mensuelle, en: Monthly share}, unit: "%", bounds: [0, 100],
    better: up, targets: [{words: "60 %", due: "2027-03", value: 60, operator: ">="}]}
  quarterly: {number: "2", under: "1.1", name: {fr: Part trimestrielle, en: Quarterly share}, unit: "%",
    bounds: [0, 100], better: up, targets: [{words: "60 %", due: "2026-2027Q4", value: 60, operator: ">="}]}
levers:
  push: {on: monthly, change: add, unit: points, bounds: [-10, 20], name: {fr: Effort mensuel, en: Monthly push}}
"""
BASELINE = "title: {fr: Référence, en: Baseline}\ndescription: {fr: Rien., en: Nothing.}\n"


def copy_catalogue(home: Path, *, draws: int) -> Path:
    """Copy plans, scenarios and notebooks, with fewer draws and with one more plan, measured more often."""
    for name in ("data", "parameters", "notebooks"):
        shutil.copytree(ROOT / name, home / name)
    defaults = home / "parameters" / "defaults.yaml"
    defaults.write_text(yaml.safe_dump(yaml.safe_load(defaults.read_text("utf-8")) | {"draws": draws}), "utf-8")
    (home / "data/plans/often.yaml").write_text(OFTEN, "utf-8")
    (home / "parameters/often").mkdir()
    (home / "parameters/often/baseline.yaml").write_text(BASELINE, "utf-8")
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    quarters = [f"{year}-{year + 1}Q{quarter}" for year in (2023, 2024, 2025) for quarter in range(1, 5)]
    rows = [
        f"{series},{period},{40 + i / 2 + i % 3},%,S001,,exact,,"
        for series, periods in (("monthly", months), ("quarterly", quarters))
        for i, period in enumerate(periods)
    ]
    head = "series,period,value,unit,source,published,status,note,note_fr"
    (home / "data/observations/often.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    return home


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Site:
    """A server that runs.

    Attributes
    ----------
    home : Path
        The copy of the catalogue that it shows.
    """

    address: str
    home: Path

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return "/".join(self.address.split("/")[:3])


@contextmanager
def _started(arguments: Sequence[str], home: Path, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"FORECAST_HOME": str(home), "OPENBLAS_NUM_THREADS": "1"} | settings
    with log.open("wb") as opened:
        process = subprocess.Popen(
            [sys.executable, "-m", "forecast.cli", *arguments],
            cwd=home,
            env=environment,
            stdout=opened,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _wait_for(process: subprocess.Popen[bytes], log: Path, ready: str) -> str:
    """Wait until the log holds a word; give the log."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
        said = log.read_text("utf-8", "replace")
        if ready in said:
            return said
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8', 'replace')}")


@contextmanager
def app(folder: Path) -> Iterator[Site]:
    """Start `forecast app`; the address opens it with its token."""
    home, log = copy_catalogue(folder / "home", draws=1000), folder / "app.log"
    with _started(["app", "--no-browser", "--port", "0", "--token", TOKEN], home, log) as process:
        said = _wait_for(process, log, "ready: http")
        yield Site(next(line for line in said.splitlines() if line.startswith("ready: ")).split()[1], home)


@contextmanager
def lab(folder: Path) -> Iterator[Site]:
    """Start `forecast lab` with folders of its own for all that JupyterLab keeps; the address opens the notebook."""
    home, log = copy_catalogue(folder / "home", draws=1000), folder / "lab.log"
    notebook = home / NOTEBOOK
    notebook.write_text(notebook.read_text("utf-8").replace(r"as_of = \"\"", rf"as_of = \"{AS_OF}\""), "utf-8")
    arguments = ["lab", "--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={TOKEN}"]
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "IPYTHONDIR": "ipython",
    }
    settings = {name: str(folder / place) for name, place in places.items()}
    with _started(arguments, home, log, **settings) as process:
        said = _wait_for(process, log, "http://127.0.0.1:")
        port = said.partition("http://127.0.0.1:")[2].partition("/")[0]
        yield Site(f"http://127.0.0.1:{port}/lab/tree/{NOTEBOOK}?token={TOKEN}", home)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
