"""`forecast app`: what it refuses, what it prints, and how it ends; its sessions only tell how they were asked."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from forecast.cli import run
from forecast.cli.app import announce
from forecast.errors import RunError
from forecast.widgets.app import TYPES, listen, warm_up, write_address

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-these-tests"
#: Runs the command with a session that prints how it was made and asked.
SCRIPT = """
import functools, pathlib, sys, types
from forecast.widgets import app

class Session:
    def __init__(self, catalogue, **given):
        print("made", given["language"], "saves" if given["saves"] else "read-only", flush=True)

    def answer(self, message):
        print("asked", message["kind"], message["state"], flush=True)
        yield {"kind": "said", "tone": sys.argv[1], "text": "no plan can be read"}

    def close(self):
        pass

for name, found in {"session": {"Session": Session}, "workshop": {"Workshop": lambda catalogue: None}}.items():
    module = sys.modules[f"forecast.widgets.{name}"] = types.ModuleType(name)
    vars(module).update(found)
app.make_app = functools.partial(app.make_app, static=pathlib.Path(sys.argv[2]))
from forecast.cli import main
main(["app", *sys.argv[3:]])
"""


def call(*args: object) -> tuple[int, str]:
    """Run the command as its main function does; give exit code and errors."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as err:
        code = run(["app", *map(str, args)])
    return code, err.getvalue()


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start the command in a process of its own."""
    for name in TYPES:
        (tmp_path / name).write_text("", "utf-8")

    @contextmanager
    def start_process(*args: object, tone: str = "done") -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", SCRIPT, tone, str(tmp_path), *map(str, args)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "BROWSER": "true"}, **pipes) as process:
            try:
                yield process
            finally:
                process.kill()

    return start_process


def read_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    """Lines printed up to the one that begins with what is wanted."""
    lines: list[str] = []
    while not (lines and lines[-1].startswith(wanted)):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(line.rstrip("\n"))
    return lines


def test_help_explains_by_examples():
    with redirect_stdout(io.StringIO()) as out:
        assert run(["app", "--help"]) == 0
    assert "forecast app hema_quebec_2021_2025 --lang fr" in out.getvalue()
    assert "nobody can run code" in " ".join(out.getvalue().split())


def test_it_is_ready_only_after_it_was_opened_once(start):
    with start("hema_quebec_2021_2025", "--port", 0, "--lang", "en") as process:
        lines = read_until(process, "ready")
        assert lines[:3] == [
            "preparing the explorer …",
            "made en read-only",
            "asked open plan=hema_quebec_2021_2025",
        ]
        address = r"ready: http://127\.0\.0\.1:\d+/\?plan=hema_quebec_2021_2025&token=[\w-]{43}"
        assert re.fullmatch(address, lines[3])
        assert len(lines) == 4


@pytest.mark.parametrize(
    ("asked", "code", "out", "err"),
    [
        (signal.SIGINT, 130, "", "\n\nstopped; what was finished is kept\n"),
        (signal.SIGTERM, 0, "stopped\n", ""),
    ],
)
def test_it_ends_cleanly(start, asked, code, out, err):
    with start("--port", 0, "--no-browser", "--save", "--token", TOKEN) as process:
        lines = read_until(process, "Ctrl-C ends it")
        assert "saves" in lines[1]
        port = int(re.search(rf"http://127.0.0.1:(\d+)/\?token={TOKEN}$", lines[-2])[1])
        with socket.create_connection(("127.0.0.1", port)):
            process.send_signal(asked)
            assert process.communicate(timeout=20) == (out, err)
        assert process.returncode == code


def test_a_session_that_cannot_be_opened_ends_it(start):
    with start("--port", 0, tone="failed") as process:
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (2, "error: the explorer cannot be opened: no plan can be read\n")


def test_all_networks_need_a_name():
    for host in ("0.0.0.0", "::", ""):
        code, said = call("--host", host)
        assert code == 2
        assert (
            f"--host '{host}' lets other machines in; name the host that they will ask for, as any other is refused so "
            "that no site can pass for this one: --allow-host plans.example.org"
        ) in said


def test_with_a_name_all_networks_are_served_under_it(start):
    with start("--host", "0.0.0.0", "--allow-host", "plans.example.org", "--port", 0, "--no-browser") as process:
        assert "ready: http://plans.example.org:" in read_until(process, "ready")[-1]


def test_a_port_in_use_is_refused(small):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert call("--port", port) == (
            2,
            f"error: port {port} of 127.0.0.1 is in use; close what uses it, or give another: "
            "--port 0 takes any that is free\n",
        )


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::7", "no host", "a..b"])
def test_a_host_that_is_not_of_this_machine_is_refused(small, host):
    said = f"host '{host}' is not an address of this machine; 127.0.0.1 is one, and 0.0.0.0 stands for all it has"
    assert call("--host", host) == (2, f"error: {said}\n")


def test_a_port_kept_for_the_system_is_refused(monkeypatch):
    def refuse(*_args: object, **_other: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(RunError) as error:
        listen("127.0.0.1", 80)
    assert str(error.value) == "port 80 of 127.0.0.1 is kept for the system; give one from 1024 up, or --port 0"


@pytest.mark.parametrize("token", ["", "short", "fifteen-letters", "with a space in the middle", "jeton-très-secret"])
def test_a_token_that_could_be_guessed_or_not_be_written_is_refused(token):
    code, said = call("--token", token)
    assert code == 2
    assert "Invalid value for '--token' (env var: 'FORECAST_TOKEN')" in said
    assert "write at least 16 letters, digits or any of - _ . ~" in said


@pytest.mark.parametrize("name", ["*", "http://plans.example.org", "plans.example.org/", "-x", "a b", ""])
def test_what_is_not_a_host_is_refused(name):
    code, said = call(f"--allow-host={name}")
    assert code == 2
    assert f"'{name}' is not a host; write it as in plans.example.org or 10.0.0.5" in said


def test_an_unknown_plan_is_refused(small):
    code, said = call("clinc")
    assert (code, said) == (2, "error: unknown plan 'clinc'; did you mean 'clinic'?\n")


def test_what_stays_of_a_failed_warm_up_is_its_reason():
    class Session:
        def answer(self, message: dict) -> Iterator[dict]:
            yield {"kind": "page"}
            yield {"kind": "said", "tone": "failed", "text": "no plan"}

    with pytest.raises(RunError, match=r"^the explorer cannot be opened: no plan$"):
        warm_up(lambda post: Session(), {})


def test_the_address_is_written_as_a_browser_reads_it():
    assert write_address("[::1]", 8866, {}) == "http://[::1]:8866/?"
    assert write_address("plans.example.org:443", 8866, {"a": "b c"}) == "http://plans.example.org:443/?a=b+c"


def test_the_browser_is_opened_on_the_address(monkeypatch, capsys):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread._target(*thread._args))
    announce("http://here/", browser=False)
    assert opened == []
    announce("http://here/", browser=True)
    assert opened == ["http://here/"]
    assert capsys.readouterr().out == "ready: http://here/\nCtrl-C ends it\n" * 2
