"""Run folders: numbers, unreadable records, names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.errors import PlanError
from forecast.runs.record import find_runs, find_same, place
from forecast.schema.names import check_name

RECORD = {
    "plan": "p",
    "scenario": "s",
    "language": "fr",
    "as_of": "2026-11-23",
    "inputs": {"hash": "0123456789abcdef"},
    "finished": "2026-11-23T00:00:00",
    "outcome": "done",
    "error": None,
    "files": {"report.html": "sha"},
    "scenario_resolved": {},
}


def work(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "report.html").write_text(name, "utf-8")
    return folder


def test_no_run_is_ever_replaced(tmp_path: Path) -> None:
    results = tmp_path / "results"
    placed = [place(work(tmp_path, f"work{i}"), results, RECORD) for i in range(3)]
    assert [path.name for path in placed] == [
        "2026-11-23_fr_01234567",
        "2026-11-23_fr_01234567-2",
        "2026-11-23_fr_01234567-3",
    ]
    assert [(path / "report.html").read_text("utf-8") for path in placed] == ["work0", "work1", "work2"]
    assert len(find_runs(results)) == 3


def test_half_a_record_is_not_a_run(tmp_path: Path) -> None:
    results = tmp_path / "results"
    good = place(work(tmp_path, "good"), results, RECORD)
    bad = place(work(tmp_path, "bad"), results, RECORD)
    for half in (json.dumps(RECORD)[:40], "{}", "[]", "null", '{"finished": 1}'):
        (bad / "run.json").write_text(half, "utf-8")
        assert [run.folder for run in find_runs(results)] == [good]


def test_what_is_being_made_aside_is_not_a_run(tmp_path: Path) -> None:
    aside = work(tmp_path, "results") / ".work" / "one" / "two"
    aside.mkdir(parents=True)
    (aside / "run.json").write_text(json.dumps(RECORD), "utf-8")
    assert find_runs(tmp_path / "results") == []


def test_a_run_whose_report_is_gone_is_made_again(tmp_path: Path) -> None:
    results = tmp_path / "results"
    folder = place(work(tmp_path, "one"), results, RECORD)
    key = ("p", "s", "fr", RECORD["inputs"]["hash"])
    assert find_same(find_runs(results), *key).folder == folder
    (folder / "report.html").unlink()
    assert find_same(find_runs(results), *key) is None


@pytest.mark.parametrize("name", ["..", "a/b", "{plan}", "s3://x", "", "Plan", "a b", "x" * 81])
def test_names_that_a_path_would_interpret_are_refused(name: str) -> None:
    with pytest.raises(PlanError) as error:
        check_name(name, "plan")
    assert str(error.value) == (
        f"plan '{name}' is not a plain name; write lower-case letters, digits and _ only, such as demand_grows"
    )
