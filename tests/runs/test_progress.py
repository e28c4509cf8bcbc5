"""How far a run is while it is made, and how all of them are stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from tests.runs.conftest import AS_OF

from forecast.errors import RunError
from forecast.plans.catalogue import Catalogue
from forecast.runs.make import Outcome, Request, make_runs
from forecast.runs.matrix import Job
from forecast.runs.worker import PROGRESS
from forecast.schema.parameters import Parameters

PLAN = "alliance_sante_quebec_2021_2024"
FRENCH, ENGLISH = Job(PLAN, "baseline", "fr"), Job(PLAN, "baseline", "en")
SLOW = "import time\ntime.sleep(1.2)"


@pytest.fixture
def request_of(catalogue_copy: Catalogue) -> Request:
    values = Parameters.load(catalogue_copy.root).with_values(draws=200)
    return Request(catalogue_copy, catalogue_copy.root / "results", values, AS_OF)


def test_the_steps_of_a_run_are_told_while_it_is_made(request_of: Request, notebook_of: Callable[[str], None]) -> None:
    notebook_of(SLOW)
    told: list[tuple[Job, int, int]] = []
    threads: set[int] = set()

    def progress(job: Job, done: int, total: int) -> None:
        told.append((job, done, total))
        threads.add(threading.get_ident())

    (outcome,) = make_runs(request_of, [FRENCH], progress=progress)
    # the cells: the notebook's two, and the one with the parameters of the run; then the page
    assert (FRENCH, 2, 4) in told
    assert [done for _job, done, _total in told] == sorted({done for _job, done, _total in told})
    assert {(job, total) for job, _done, total in told} == {(FRENCH, 4)}
    assert threads == {threading.get_ident()}
    assert outcome.state == "failed"  # the notebook leaves no proof
    assert not list(outcome.folder.rglob(PROGRESS))


def test_each_of_several_runs_at_once_tells_its_own(request_of: Request) -> None:
    told: set[Job] = set()
    outcomes = make_runs(request_of, [FRENCH, ENGLISH], at_once=2, progress=lambda job, done, total: told.add(job))
    assert told == {FRENCH, ENGLISH}
    assert [outcome.state for outcome in outcomes] == ["done", "done"]
    assert not list(request_of.results.rglob(PROGRESS))


def test_a_stop_from_another_thread_ends_what_is_at_work(
    request_of: Request, notebook_of: Callable[[str], None], catalogue_copy: Catalogue
) -> None:
    marks = catalogue_copy.root / "marks"
    marks.mkdir()
    notebook_of(f"import time\nopen({str(marks)!r} + '/' + language, 'w').close()\ntime.sleep(20)")
    stop, told = threading.Event(), []

    def progress(job: Job, done: int, total: int) -> None:
        threading.Thread(target=stop.set).start()

    with pytest.raises(RunError) as caught:
        make_runs(request_of, [ENGLISH, FRENCH], progress=progress, tell=told.append, stop=stop)
    assert str(caught.value) == "stopped; what was finished is kept"
    assert not told
    assert not (marks / "fr").exists()  # the second run never began
    assert list(request_of.results.rglob("*.*")) == []


def test_what_was_finished_before_a_stop_is_kept(request_of: Request) -> None:
    stop = threading.Event()
    told: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome)
        stop.set()

    with pytest.raises(RunError):
        make_runs(request_of, [FRENCH, ENGLISH], tell=tell, stop=stop)
    (first,) = told
    assert (first.folder / "report.html").is_file()
    assert [path.parent for path in request_of.results.rglob("run.json")] == [first.folder]


def test_a_stop_after_the_last_run_changes_nothing(request_of: Request) -> None:
    stop = threading.Event()
    (outcome,) = make_runs(request_of, [FRENCH], tell=lambda outcome: stop.set(), stop=stop)
    assert outcome.state == "done"
