"""Runs, executed for real: what they leave, how they fail, that nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from forecast.errors import RunError
from forecast.plans.catalogue import Catalogue
from forecast.runs import make
from forecast.runs.inputs import digest
from forecast.runs.make import Outcome
from forecast.runs.matrix import Job
from forecast.runs.worker import _connect
from forecast.schema.tables import COLUMNS

ALLIANCE = "alliance_sante_quebec_2021_2024"
FRENCH, ENGLISH = Job(ALLIANCE, "baseline", "fr"), Job(ALLIANCE, "baseline", "en")
SURGERY = Job("sante_quebec_2025_2028", "catch_up_continues", "fr")
TABLES = [f"{name}.{ending}" for name in ("assessment", "outlook", "trajectories") for ending in ("csv", "parquet")]


def record_of(outcome: Outcome) -> dict:
    return json.loads((outcome.folder / "run.json").read_text("utf-8"))


def test_a_run_leaves_report_tables_and_record(run: Callable[..., list[Outcome]]) -> None:
    (done,) = run([SURGERY])
    assert (done.state, done.error) == ("done", None)
    record = record_of(done)
    assert done.folder.name == f"2026-11-23_fr_{record['inputs']['hash'][:8]}"
    assert sorted(path.name for path in done.folder.iterdir()) == sorted(
        [*TABLES, "report.html", "report.ipynb", "run.json"]
    )
    assert record["outcome"] == "done"
    assert record["parameters"]["draws"] == 200
    assert record["scenario_resolved"]["changes"][0]["on"] == "flagship_6"
    assert set(record["headline"]) == {"fr", "en"}
    for name, sha in record["files"].items():
        assert digest((done.folder / name).read_bytes()) == sha, name
    for name in ("trajectories", "outlook", "assessment"):
        table = pd.read_parquet(done.folder / f"{name}.parquet")
        assert list(table.columns)[: len(COLUMNS[name])] == list(COLUMNS[name])
        assert len(pd.read_csv(done.folder / f"{name}.csv")) == len(table)
    assert not (done.folder.parents[2] / ".work").exists()


def test_same_seed_same_tables_whatever_the_number_at_once(run: Callable[..., list[Outcome]]) -> None:
    job = Job("hema_quebec_2021_2025", "target_2028_recent_pace", "fr")
    others = [Job(job.plan, job.scenario, "en"), SURGERY]
    together = run([job, *others], at_once=3)
    (alone,) = run([job], force=True)
    first = next(outcome for outcome in together if outcome.job == job)
    assert alone.folder.name == first.folder.name + "-2"
    tables = [{name: record_of(outcome)["files"][name] for name in TABLES} for outcome in (first, alone)]
    assert tables[0] == tables[1]
    english = next(outcome for outcome in together if outcome.job.language == "en")
    assert {name: record_of(english)["files"][name] for name in TABLES} == tables[0]


def test_unchanged_inputs_are_found_again_whatever_the_date(
    run: Callable[..., list[Outcome]], monkeypatch: pytest.MonkeyPatch, catalogue_copy: Catalogue
) -> None:
    (first,) = run([FRENCH])
    later = first.folder.with_name(first.folder.name.replace("2026-11-23", "2026-11-01"))
    first.folder.rename(later)
    (again,) = run([FRENCH])
    assert (again.state, again.folder) == ("unchanged", later)
    (english,) = run([ENGLISH])
    assert english.state == "done"
    assert record_of(english)["inputs"]["hash"] == record_of(again)["inputs"]["hash"]
    (other,) = run([FRENCH], seed=7)
    assert other.state == "done"
    assert record_of(other)["inputs"]["hash"] != record_of(again)["inputs"]["hash"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("1 / 0", "cell 3 raised ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "the notebook ended before its last cell: the kernel died or left early"),
        ("import os; os._exit(0)", "the kernel died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
        ("x = 1", "the notebook ended before its last cell: the kernel died or left early"),
    ],
    ids=["raises", "sys.exit", "os._exit", "killed", "leaves nothing"],
)
def test_a_notebook_that_fails_is_kept_and_marked(
    run: Callable[..., list[Outcome]], notebook_of: Callable[[str], None], code: str, error: str
) -> None:
    notebook_of(code)
    (failed,) = run([FRENCH])
    assert (failed.state, failed.error) == ("failed", error)
    assert record_of(failed)["outcome"] == "failed"
    assert (failed.folder / "report.ipynb").is_file()
    assert (failed.folder / "log.txt").is_file()
    (again,) = run([FRENCH])
    assert again.state == "failed"  # a failed run is never found again as if it had come to its end
    assert again.folder == failed.folder.with_name(failed.folder.name + "-2")


def test_a_kernel_is_spoken_to_in_a_folder_of_this_user_alone(
    run: Callable[..., list[Outcome]], notebook_of: Callable[[str], None]
) -> None:
    notebook_of(
        "import json, os, stat, ipykernel; from pathlib import Path\n"
        "said = json.loads(Path(ipykernel.get_connection_file()).read_text())\n"
        "folder = Path(said['ip']).parent\n"
        "raise ValueError(f\"{said['transport']} {stat.S_IMODE(folder.stat().st_mode):o} {folder}\")"
    )
    (failed,) = run([FRENCH])
    transport, mode, folder = str(failed.error).split(" ")[-3:]
    assert (transport, mode) == ("ipc", "700")
    assert not Path(folder).exists()


@pytest.mark.parametrize(("length", "transport"), [(40, "ipc"), (120, "tcp")])
def test_a_path_too_long_for_a_socket_means_a_port_that_is_encrypted(length: int, transport: str) -> None:
    said = _connect("/".rjust(length, "x"))["KernelManager"]
    assert said.get("transport", "tcp") == transport
    assert said.get("transport_encryption") == (None if transport == "ipc" else "auto")


def test_a_notebook_that_never_ends_is_stopped(
    run: Callable[..., list[Outcome]], notebook_of: Callable[[str], None]
) -> None:
    notebook_of("while True: pass")
    started = time.monotonic()
    (failed,) = run([FRENCH], time_limit=4)
    assert failed.error == "stopped after 4 s, the time limit of a run (time_limit in parameters/defaults.yaml)"
    assert time.monotonic() - started < 4 + make.GRACE
    assert (failed.folder / "report.ipynb").is_file()


def test_a_worker_that_is_gone_leaves_a_record(
    run: Callable[..., list[Outcome]], notebook_of: Callable[[str], None]
) -> None:
    notebook_of("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    (failed,) = run([FRENCH])
    assert failed.error == "the worker ended with exit code -9 and left no result"
    assert record_of(failed)["outcome"] == "failed"


def test_a_failed_run_does_not_stop_the_others(run: Callable[..., list[Outcome]], catalogue_copy: Catalogue) -> None:
    path = catalogue_copy.root / "notebooks" / "report.ipynb"
    cells = json.loads(path.read_text("utf-8"))
    last = cells["cells"][-1]
    last["source"] = "assert language != 'en'\n" + "".join(last["source"])
    path.write_text(json.dumps(cells), "utf-8")
    outcomes = run([FRENCH, ENGLISH], at_once=2)
    assert [(outcome.job.language, outcome.state) for outcome in outcomes] == [("en", "failed"), ("fr", "done")]


def test_a_report_on_another_plan_is_refused(run: Callable[..., list[Outcome]], catalogue_copy: Catalogue) -> None:
    path = catalogue_copy.root / "notebooks" / "report.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    last = notebook["cells"][-1]
    last["source"] = "study = run_study('office_des_professions_2019_2023')\n" + "".join(last["source"])
    path.write_text(json.dumps(notebook), "utf-8")
    (failed,) = run([FRENCH])
    assert failed.error == "the notebook reported on office_des_professions_2019_2023 · baseline instead"


def test_faults_are_told_before_any_kernel_starts(run: Callable[..., list[Outcome]], catalogue_copy: Catalogue) -> None:
    path = catalogue_copy.root / "parameters" / SURGERY.plan / f"{SURGERY.scenario}.yaml"
    path.write_text(path.read_text("utf-8").replace("changes:", "chnges:"), "utf-8")
    with pytest.raises(Exception, match=r"unknown key 'chnges'; did you mean 'changes'\?"):
        run([FRENCH, SURGERY])
    assert not list((catalogue_copy.root / "results").glob("*/*/*"))


def command(catalogue: Catalogue, *arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "FORECAST_HOME": str(catalogue.root)}
    return subprocess.Popen(
        [sys.executable, "-m", "forecast.cli", "run", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def test_ctrl_c_keeps_what_is_finished(catalogue_copy: Catalogue) -> None:
    path = catalogue_copy.root / "notebooks" / "report.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    last = notebook["cells"][-1]
    last["source"] = "import time\ntime.sleep(600 if language != 'fr' else 0)\n" + "".join(last["source"])
    path.write_text(json.dumps(notebook), "utf-8")
    finished = catalogue_copy.root / "results" / ALLIANCE
    with command(catalogue_copy, "--plan", ALLIANCE, "--jobs", "2", "--draws", "200") as process:
        deadline = time.monotonic() + 60
        while not list(finished.glob("*/*/run.json")) and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, errors
    assert errors.strip() == "stopped; what was finished is kept"
    (record,) = finished.glob("*/*/run.json")
    assert json.loads(record.read_text("utf-8"))["language"] == "fr"
    assert not (catalogue_copy.root / "results" / ".work").exists()
    assert "report.html" in (catalogue_copy.root / "results" / "index.html").read_text("utf-8")


def test_a_full_disk_is_told(catalogue_copy: Catalogue) -> None:
    def nearly_full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    process = command(catalogue_copy, "--plan", ALLIANCE, preexec_fn=nearly_full)
    _, errors = process.communicate(timeout=60)
    results = catalogue_copy.root / "results"
    assert process.returncode == 2
    assert (
        errors.strip()
        == f"error: output folder '{results}' cannot be written: File too large; choose another with --out"
    )


def test_a_folder_that_cannot_be_made_is_told(run: Callable[..., list[Outcome]], catalogue_copy: Catalogue) -> None:
    results = catalogue_copy.root / "results"
    results.write_text("a file in its place", "utf-8")
    with pytest.raises(RunError) as error:
        run([FRENCH])
    assert (
        str(error.value) == f"output folder '{results}' cannot be written: Not a directory; choose another with --out"
    )


def test_a_read_only_folder_is_told(catalogue_copy: Catalogue) -> None:
    process = command(catalogue_copy, "--plan", ALLIANCE, "--out", "/sys/forecast")  # a folder that nobody may add to
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.startswith("error: output folder '/sys/forecast' cannot be written: ")
    assert errors.strip().endswith("; choose another with --out")


@pytest.mark.parametrize("name", ["{plan}", "s3://bucket/results"])
def test_a_folder_that_papermill_would_interpret_is_refused(name: str, catalogue_copy: Catalogue) -> None:
    process = command(catalogue_copy, "--plan", ALLIANCE, "--out", name, cwd=str(catalogue_copy.root))
    _, errors = process.communicate(timeout=60)
    message = "name a plain local folder, without {, } or a scheme such as s3://"
    assert (process.returncode, errors.strip()) == (2, f"error: output folder '{name}': {message}")
