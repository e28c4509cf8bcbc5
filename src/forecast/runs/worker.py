"""One run in a process of its own: `python -m forecast.runs.worker FOLDER` executes what FOLDER/job.json asks for."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forecast.runs.leave import FOLDER
from forecast.runs.parameters import check_parameters

JOB = "job.json"
RESULT = "result.json"
#: Steps done and steps in all, written while the notebook runs: its cells, and the page that is made of it.
PROGRESS = "progress.json"
#: Bytes that the path of a socket may have on every system, less what the kernel adds to it.
LONGEST = 95


def execute(folder: Path) -> dict[str, Any]:
    """Execute the notebook of a job into `folder` and convert it; say how long it took and what failed.

    The notebook is saved after every cell, so that a failed one is kept. Papermill's own verdict is not trusted:
    the caller looks for the proof that the last cell leaves.
    """
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    os.chdir(folder)  # plain relative names: Papermill formats and fetches paths that hold { or a scheme
    started = time.monotonic()
    error = _execute_notebook(job)
    executed = time.monotonic()
    if error is None:
        error = _convert(job)
    seconds = {"notebook": round(executed - started, 3), "html": round(time.monotonic() - executed, 3)}
    return {"error": error, "seconds": seconds}


def _execute_notebook(job: dict[str, Any]) -> str | None:
    import nbformat
    import papermill

    notebook: Any = nbformat.read(Path(job["root"], job["notebook"]), as_version=4)  # type: ignore[no-untyped-call]
    check_parameters(notebook, job["parameters"])
    count = _count_cells(notebook)
    notebook.metadata["forecast"] = {"language": job["language"], "title": job["title"]}
    deadline = time.monotonic() + job["time_limit"]
    try:
        papermill.execute_notebook(
            notebook,
            "report.ipynb",
            parameters=job["parameters"],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=job["root"],
            # one limit for the whole run: each cell gets what is left of it
            timeout_func=lambda cell: max(1, int(deadline - time.monotonic())),
            shutdown_kernel="immediate",
            on_cell_executed=count,
            config=_connect(job["private"]),
        )
    except Exception as error:
        return _explain(error, job["time_limit"])
    return None


def _count_cells(notebook: Any) -> Callable[..., None]:
    """Make a hook that writes down how far the notebook is, each time that a cell ends."""
    cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    total = cells + 2  # papermill adds a cell with the parameters, and the page is one more step
    done = itertools.count(1)
    file = Path(PROGRESS).resolve()  # papermill works in another folder while cells run

    def count(**_what: Any) -> None:
        with contextlib.suppress(OSError):  # no run fails for want of a bar
            file.write_text(json.dumps([next(done), total]), encoding="utf-8")

    return count


def _connect(private: str) -> Any:
    """Say how the kernel is spoken to: by sockets in a folder that only this user can open.

    Ports are chosen before the kernel binds them, so that another program can come first and the kernel dies; and they
    are open to the other users of the machine. Windows has nothing else, nor can a socket have a long path.
    """
    from traitlets.config import Config

    sockets = str(Path(private, "kernel"))
    if sys.platform == "win32" or len(os.fsencode(sockets)) > LONGEST:
        return Config({"KernelManager": {"transport_encryption": "auto"}})
    return Config({"KernelManager": {"transport": "ipc", "ip": sockets}})


def _explain(error: Exception, limit: int) -> str:
    """Say in one line what stopped a notebook."""
    name = type(error).__name__
    if name == "CellTimeoutError":
        return f"stopped after {limit} s, the time limit of a run (time_limit in parameters/defaults.yaml)"
    if name == "DeadKernelError":
        return "the kernel died"
    if name == "PapermillExecutionError":
        where = getattr(error, "exec_count", None)
        return f"cell {where} raised {getattr(error, 'ename', '')}: {getattr(error, 'evalue', '')}"
    return f"{name}: {error}"


def _convert(job: dict[str, Any]) -> str | None:
    from nbconvert import HTMLExporter

    from forecast import reporting

    templates = str(Path(reporting.__file__).parent / "templates")
    exporter = HTMLExporter(
        template_name="report", extra_template_basedirs=[templates], extra_template_paths=[templates]
    )
    html, _ = exporter.from_filename("report.ipynb")
    Path("report.html").write_text(html, encoding="utf-8")
    return None


def _follow_parent() -> None:
    """End with the command that started this worker, even when that was killed and could tell nobody."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Execute one job; whatever happens is written down."""
    _follow_parent()
    # at import jsonschema compiles a grammar of web addresses, 0.75 s, for a check that notebooks do not need; it does
    # without when that package is absent
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    folder = Path(sys.argv[1]).resolve()
    os.environ[FOLDER] = str(folder)
    try:
        result = execute(folder)
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}", "seconds": {}}
    (folder / RESULT).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
