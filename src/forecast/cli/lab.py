"""`forecast lab`: JupyterLab on the notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click


@click.command(name="lab", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Open JupyterLab on notebooks/; what else is given goes to JupyterLab.

    JupyterLab's news and update checks are off: nothing is fetched.

    \b
    Examples:
      forecast lab
      forecast lab --no-browser --port 8890
    """
    from forecast.plans.catalogue import Catalogue

    catalogue = Catalogue.find()
    settings = [
        f"--ServerApp.root_dir={catalogue.root}",
        "--LabApp.default_url=/lab/tree/notebooks/report.ipynb",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.kernel_websocket_connection_class=forecast.widgets.serving.PromptConnection",
    ]
    # jupyter/labconfig turns off the extension that asks whether to fetch news
    paths = [str(Path(__file__).parent / "jupyter"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    environment = {**os.environ, "FORECAST_HOME": str(catalogue.root), "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    return subprocess.call([sys.executable, "-m", "jupyterlab", *settings, *arguments], env=environment)
