"""`forecast lab` starts a real JupyterLab server on the notebooks, with its news off."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "for-this-test"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return json.load(answer)


@pytest.fixture
def server(tmp_path: Path):
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "forecast.cli", "lab", "--no-browser", "--allow-root", f"--port={port}"),
            f"--IdentityProvider.token={TOKEN}",
        ],
        cwd=ROOT,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(f"{address}/api/status?token={TOKEN}")
            break
        except OSError:
            time.sleep(0.3)
    yield address
    os.killpg(process.pid, 15)
    process.communicate(timeout=30)


def test_the_notebooks_are_served_and_nothing_is_fetched(server: str) -> None:
    found = ask(f"{server}/api/contents/notebooks?token={TOKEN}")
    assert "report.ipynb" in {item["name"] for item in found["content"]}
    with urllib.request.urlopen(f"{server}/lab?token={TOKEN}", timeout=20) as page:
        config = page.read().decode()
    assert '"@jupyterlab/apputils-extension:announcements"' in config.split('"disabledExtensions"')[1].split("]")[0]
