"""What the explorer is measured on: a catalogue with a driver tree of eight levers, and real servers on it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import nbformat
from benchmarks.scenarios import COMPUTED, LEVERS, ROOT, TREE, pick_levers

from forecast.plans.catalogue import Catalogue

#: Scenario to start from: it moves two levers and has the target due in 2028.
SCENARIO, LEVER, OTHER = "two_centres_demand_8", "demand_growth", "better_yield"
START, STEP, BOUNDS = 8.0, 0.2, (-10.0, 20.0)  # %/year: where the scenario has the lever, and a key's step
#: Name of the notebook that draws the same the plain way.
PLAIN_NOTEBOOK = "plain.ipynb"
#: Seconds in which a server must be there.
PATIENCE = 90
#: What an analyst would write: the suite's own forecast at each step, quantiles by NumPy, a fan by matplotlib.
PLAIN_CELLS = (
    """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider, interact
from forecast.study import open_bench

%matplotlib inline
bench = open_bench({plan!r}, only={indicator!r})
bench.run(bench.scenario({scenario!r}))
""",
    """
def draw(growth):
    study = bench.run(bench.scenario({scenario!r}, {{{lever!r}: growth}}))
    path, target = study.trajectories.paths[{indicator!r}], study.plan.indicators[{indicator!r}].targets[-1]
    known = study.observed[(study.observed["indicator"] == {indicator!r}) & study.observed["used"]]
    edges = np.quantile(path.draws, [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975], axis=0)
    probability = target.met_by(path.draws[:, [period.text for period in path.periods].index(target.due)]).mean()
    figure, axes = plt.subplots(figsize=(6.4, 3.2))
    for low, high in ((0, 6), (1, 5), (2, 4)):
        axes.fill_between(path.times, edges[low], edges[high], color="tab:blue", alpha=0.2, linewidth=0)
    axes.plot(path.times, edges[3], color="tab:blue")
    axes.plot(known["time"], known["value"], "ko-")
    axes.axhline(target.value, color="tab:red", linestyle="--")
    axes.set_title(f"growth {{growth:+.1f}} %/year: probability {{100 * probability:.0f}} %")
    plt.show()

interact(draw, growth=FloatSlider(value={start}, min={low}, max={high}, step={step}));
""",
)


@dataclass(frozen=True)
class Server:
    """A server under way: where it is, and the token that it asks for."""

    port: int
    token: str

    @property
    def address(self) -> str:
        """Address of its root."""
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str = "/", **query: str) -> str:
        """Address of a page, with the token."""
        return f"{self.address}{path}?{urlencode({**query, 'token': self.token})}"

    def stop_kernels(self) -> None:
        """End every kernel of a Jupyter server."""
        with urllib.request.urlopen(self.page("/api/sessions"), timeout=PATIENCE) as answer:
            found = json.load(answer)
        for one in found:
            request = urllib.request.Request(self.page(f"/api/sessions/{one['id']}"), method="DELETE")
            urllib.request.urlopen(request, timeout=PATIENCE).close()


# The catalogue


def copy_catalogue(folder: Path, notebooks: int) -> Catalogue:
    """Copy plans and parameters, add levers to the tree up to eight, and write notebooks, each for a kernel of its own.

    Parameters
    ----------
    notebooks : int
        Copies of the explorer's notebook: `explore_0.ipynb` and so on.
    """
    for name in ("data", "parameters"):
        shutil.copytree(ROOT / name, folder / name)
    file = folder / "data" / "plans" / f"{TREE}.yaml"
    plan = Catalogue(ROOT).plan(TREE)
    made = {name: lever for name, lever in pick_levers(plan).items() if name not in plan.levers}
    lines = [
        f"  {name}: {{on: {one.on}, change: {one.change}, bounds: {list(one.bounds)}}}" for name, one in made.items()
    ]
    file.write_text("\n".join([file.read_text("utf-8").rstrip(), *lines, ""]), "utf-8")
    catalogue = Catalogue(folder)
    changed = catalogue.plan(TREE)
    acting = [name for name, one in changed.levers.items() if one.on in changed.named_by(COMPUTED)]
    assert len(acting) == LEVERS, f"{len(acting)} levers act on {COMPUTED}"
    _write_notebooks(folder / "notebooks", notebooks)
    return catalogue


def _write_notebooks(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        shutil.copy(ROOT / "notebooks" / "explore.ipynb", folder / f"explore_{number}.ipynb")
    given = {"plan": TREE, "indicator": COMPUTED, "scenario": SCENARIO, "lever": LEVER}
    given |= {"start": START, "step": STEP, "low": BOUNDS[0], "high": BOUNDS[1]}
    cells = [nbformat.v4.new_code_cell(text.strip().format(**given)) for text in PLAIN_CELLS]
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), folder / PLAIN_NOTEBOOK)


# Servers


@contextmanager
def serve_lab(catalogue: Catalogue) -> Iterator[Server]:
    """Start JupyterLab as `forecast lab` does, with settings of its own."""
    server = Server(_free_port(), secrets.token_hex(16))
    own = catalogue.root / "jupyter"
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    settings = {name: str(own / name.lower()) for name in folders}
    asked = [f"--port={server.port}", "--no-browser", "--allow-root", f"--IdentityProvider.token={server.token}"]
    with _running(["lab", *asked], catalogue, settings) as process:
        _await(server.page("/api/status"), process)
        yield server


@contextmanager
def serve_app(catalogue: Catalogue) -> Iterator[Server]:
    """Start the app as `forecast app` does."""
    server = Server(_free_port(), secrets.token_hex(16))
    asked = [TREE, f"--port={server.port}", "--no-browser", f"--token={server.token}"]
    with _running(["app", *asked], catalogue, {}) as process:
        _await(server.page(), process)
        yield server


@contextmanager
def _running(arguments: list[str], catalogue: Catalogue, settings: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    """Run a command of the suite, and end it with all that it started."""
    environment = {**os.environ, **settings, "FORECAST_HOME": str(catalogue.root)}
    log = (catalogue.root / f"{arguments[0]}.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "forecast.cli", *arguments],
        env=environment,
        cwd=catalogue.root,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)
        log.close()


def _end(process: subprocess.Popen) -> None:
    """Ask a process and its group to end, then make them; kernels are in sessions of their own, and end with it."""
    for number, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


def _await(address: str, process: subprocess.Popen) -> None:
    """Wait until something answers at an address."""
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:  # it answers, if only to who has a cookie
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"no server came up within {PATIENCE} s: {' '.join(process.args[2:4])}")  # type: ignore[index]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
