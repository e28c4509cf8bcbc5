"""Scenarios set side by side by `forecast run`, executed for real on the small catalogue."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from forecast.compare import compare
from forecast.compare.comparison import COLUMNS, MILESTONES
from forecast.errors import RunError
from forecast.plans.catalogue import Catalogue
from forecast.reporting.comparison_headline import say_comparison
from forecast.runs import leave_comparison
from forecast.runs.index import write_index
from forecast.runs.inputs import Inputs, digest, gather_inputs
from forecast.runs.make import Outcome, Request, make_runs
from forecast.runs.matrix import Job, jobs_of, load_matrix
from forecast.runs.parameters import declared_parameters
from forecast.schema.parameters import Parameters
from forecast.study import Bench, open_bench

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
DAY = date(2025, 7, 15)
ENGLISH = Job("clinic", "comparison", "en")
FASTER = "parameters/clinic/faster.yaml"
TABLES = [f"{name}.{ending}" for name in ("comparison", "milestones") for ending in ("csv", "parquet")]


@pytest.fixture
def clinic(small: Catalogue) -> Catalogue:
    """The small catalogue with the notebooks."""
    shutil.copytree(NOTEBOOKS, small.root / "notebooks")
    return small


@pytest.fixture
def bench(small: Catalogue) -> Bench:
    """The plan of the small catalogue."""
    return open_bench("clinic", as_of=DAY, catalogue=small)


def make(catalogue: Catalogue, *jobs: Job) -> list[Outcome]:
    request = Request(catalogue, catalogue.root / "results", Parameters.load(catalogue.root), DAY)
    return make_runs(request, jobs)


def inputs(catalogue: Catalogue, scenario: str = "comparison") -> Inputs:
    values = Parameters.load(catalogue.root)
    fresh = Catalogue(catalogue.root)
    return gather_inputs(fresh, "clinic", scenario, as_of=DAY, given=False, by=None, parameters=values)


def test_a_comparison_leaves_its_report_tables_and_record_and_is_found_again(clinic: Catalogue) -> None:
    (done,) = make(clinic, ENGLISH)
    assert (done.state, done.error) == ("done", None)
    assert sorted(path.name for path in done.folder.iterdir()) == sorted(
        [*TABLES, "report.html", "report.ipynb", "run.json"]
    )
    record = json.loads((done.folder / "run.json").read_text("utf-8"))
    assert done.folder.parent == clinic.root / "results" / "clinic" / "comparison"
    assert done.folder.name == f"2025-07-15_en_{record['inputs']['hash'][:8]}"
    assert set(record["files"]) == {*TABLES, "report.html", "report.ipynb"}
    assert {digest((done.folder / name).read_bytes()) == sha for name, sha in record["files"].items()} == {True}
    assert list(record["scenario_resolved"]["scenarios"]) == ["baseline", "faster"]
    assert (record["next_due"], record["last_observed"]) == ("2025-12-31", "2025-03-31")
    assert record["headline"]["en"].startswith("2 scenarios compared; ")
    for name, columns in (("comparison", COLUMNS), ("milestones", MILESTONES)):
        table = pd.read_parquet(done.folder / f"{name}.parquet")
        assert list(table.columns) == list(columns)
        assert len(pd.read_csv(done.folder / f"{name}.csv")) == len(table) > 0
    html = (done.folder / "report.html").read_text("utf-8")
    assert "Scenarios compared</title>" in html
    assert html.count("<svg") >= 2
    (again,) = make(clinic, ENGLISH)
    assert (again.state, again.folder) == ("unchanged", done.folder)


def test_a_notebook_that_fails_is_the_comparisons_own(clinic: Catalogue) -> None:
    path = clinic.root / "notebooks" / "compare.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = "1 / 0"
    nbformat.write(notebook, path)
    (failed,) = make(clinic, ENGLISH)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.endswith("raised ZeroDivisionError: division by zero")
    page = write_index(clinic.root / "results", clinic, DAY).read_text("utf-8")
    assert '<article class="run text failed" lang="en">' in page


def test_any_scenario_that_changes_makes_a_comparison_again(clinic: Catalogue, edit) -> None:
    first, baseline = inputs(clinic), inputs(clinic, "baseline")
    assert inputs(clinic).hash == first.hash
    edit(FASTER, "value: 1\n", "value: 2\n")
    assert inputs(clinic).hash != first.hash
    assert inputs(clinic, "baseline").hash == baseline.hash


def test_a_scenario_added_makes_a_comparison_again(clinic: Catalogue, write) -> None:
    first = inputs(clinic)
    write("parameters/clinic/twin.yaml", (clinic.root / FASTER).read_bytes())
    assert inputs(clinic).hash != first.hash
    assert list(inputs(clinic).scenario["scenarios"]) == ["baseline", "faster", "twin"]


def test_the_comparison_comes_last_in_the_index(clinic: Catalogue) -> None:
    results = clinic.root / "results"
    record = {
        "plan": "clinic",
        "language": "en",
        "as_of": "2025-07-15",
        "outcome": "done",
        "error": None,
        "inputs": {"hash": "0" * 64},
        "files": {},
        "finished": "2025-07-15T00:00:00",
        "next_due": None,
        "last_observed": None,
        "headline": {"fr": "Cibles", "en": "Targets"},
    }
    for name in ("comparison", "baseline", "faster"):
        folder = results / "clinic" / name / "one"
        folder.mkdir(parents=True)
        made = record | {"scenario": name, "scenario_resolved": inputs(clinic, name).scenario}
        (folder / "run.json").write_text(json.dumps(made), "utf-8")
    page = write_index(results, clinic, DAY).read_text("utf-8")
    places = [page.index(f'<a href="clinic/{name}/one/report.html">') for name in ("baseline", "faster", "comparison")]
    assert places == sorted(places)
    assert ">Scenarios compared</a>" in page


def test_a_plan_with_several_scenarios_is_compared_after_them(small: Catalogue) -> None:
    jobs = [str(job) for job in jobs_of(small, load_matrix(small), languages=["fr"])]
    assert jobs == ["clinic · baseline · fr", "clinic · faster · fr", "clinic · comparison · fr"]
    chosen = jobs_of(small, load_matrix(small), scenarios=["comparison"])
    assert chosen == [Job("clinic", "comparison", "fr"), ENGLISH]


def test_a_timetable_may_name_the_comparison_alone(small: Catalogue, edit) -> None:
    edit("parameters/runs.yaml", "scenarios: all", "scenarios: [comparison]")
    assert jobs_of(small, load_matrix(small)) == [Job("clinic", "comparison", "fr"), ENGLISH]
    edit("parameters/runs.yaml", "scenarios: [comparison]", "scenarios: [baseline]")
    assert {job.scenario for job in jobs_of(small, load_matrix(small))} == {"baseline"}


def test_one_scenario_is_compared_with_nothing(small: Catalogue) -> None:
    (small.root / FASTER).unlink()
    assert {job.scenario for job in jobs_of(small, load_matrix(small))} == {"baseline"}
    with pytest.raises(RunError) as error:
        jobs_of(small, load_matrix(small), scenarios=["comparison"])
    assert str(error.value) == "unknown scenario 'comparison'; known: baseline"


def test_the_notebook_declares_what_runs_inject() -> None:
    declared = declared_parameters(nbformat.read(NOTEBOOKS / "compare.ipynb", as_version=4))
    assert set(declared) == {"plan", "scenarios", "language", "as_of", "by", "model", "draws", "seed"}


def test_a_persons_notebook_leaves_nothing(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    leave_comparison(compare(bench, ["faster"]))
    assert sorted(tmp_path.rglob("*")) == before


def test_the_headline_tells_the_probability_that_changes_most(bench: Bench) -> None:
    found = compare(bench, ["faster"])
    moved = found.table[found.table["scenario"] == "faster"].set_index("indicator")["probability_difference"]
    assert moved.abs().idxmax() == "seen_on_time"
    row = found.table.set_index(["indicator", "scenario"]).loc[("seen_on_time", "faster")]
    chance, reference = (f"{100 * row[name]:.0f}%" for name in ("probability", "baseline_probability"))
    assert say_comparison(found, "en") == (
        "2 scenarios compared; the probability that changes most: Patients seen on time,"
        f" {chance} under “Faster” (baseline: {reference})."
    )


def test_the_headline_says_that_nothing_changes(bench: Bench, write) -> None:
    write("parameters/clinic/twin.yaml", (bench.catalogue.root / "parameters/clinic/baseline.yaml").read_bytes())
    assert say_comparison(compare(bench, ["twin"]), "en") == (
        "2 scenarios compared; none changes the probability of meeting a target by one point or more."
    )


def test_the_headline_says_that_no_target_is_open(small: Catalogue) -> None:
    late = open_bench("clinic", as_of=date(2040, 1, 1), catalogue=small)
    assert say_comparison(compare(late, ["faster"]), "en") == (
        "2 scenarios compared; no target in numbers is still open."
    )
