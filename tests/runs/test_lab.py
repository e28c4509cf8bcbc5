"""`forecast lab` starts a real JupyterLab server on the notebooks: news off, small messages sent at once."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[2]
TOKEN = "for-this-test"
#: An extension of the server that tells the flag of each kernel's connection, as the server itself sees it.
PROBE = """
import gc, socket
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

class Probe(JupyterHandler):
    def get(self):
        open_now = [one for one in gc.get_objects() if isinstance(one, KernelWebsocketHandler) and one.ws_connection]
        sockets = [one.ws_connection.stream.socket for one in open_now]
        self.finish({
            "flags": [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in sockets],
            "classes": [type(one.connection).__name__ for one in open_now],
        })

def _load_jupyter_server_extension(server):
    server.web_app.add_handlers(".*", [("/probe", Probe)])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(address: str, body: bytes | None = None) -> dict:
    with urllib.request.urlopen(f"{address}?token={TOKEN}", body, timeout=20) as answer:
        return json.load(answer)


@pytest.fixture
def server(tmp_path: Path):
    port = free_port()
    (tmp_path / "probe.py").write_text(PROBE, "utf-8")
    settings = {
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "forecast.cli", "lab", "--no-browser", "--allow-root", f"--port={port}"),
            *(f"--IdentityProvider.token={TOKEN}", "--ServerApp.jpserver_extensions={'probe': True}"),
        ],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(f"{address}/api/status")
            break
        except OSError:
            time.sleep(0.3)
    yield address
    os.killpg(process.pid, 15)
    process.communicate(timeout=30)


def test_the_notebooks_are_served_and_nothing_is_fetched(server: str) -> None:
    found = ask(f"{server}/api/contents/notebooks")
    assert "report.ipynb" in {item["name"] for item in found["content"]}
    with urllib.request.urlopen(f"{server}/lab?token={TOKEN}", timeout=20) as page:
        config = page.read().decode()
    assert '"@jupyterlab/apputils-extension:announcements"' in config.split('"disabledExtensions"')[1].split("]")[0]


def test_a_kernel_s_small_messages_are_sent_without_delay(server: str) -> None:
    kernel = ask(f"{server}/api/kernels", b"{}")["id"]

    async def connect() -> dict:
        address = f"ws{server.removeprefix('http')}/api/kernels/{kernel}/channels?token={TOKEN}&session_id=trial"
        connection = await websocket_connect(address)
        await connection.read_message()  # the kernel is there
        try:
            return await asyncio.get_running_loop().run_in_executor(None, ask, f"{server}/probe")
        finally:
            connection.close()
            while await connection.read_message() is not None:  # until the server has closed it too
                pass

    assert asyncio.run(connect()) == {"flags": [1], "classes": ["PromptConnection"]}
