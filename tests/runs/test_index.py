"""The index shows what `forecast run` makes by itself; trials and other days stand among the earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from forecast.errors import RunError
from forecast.plans.catalogue import Catalogue
from forecast.runs.index import write_index
from forecast.runs.make import Outcome
from forecast.runs.matrix import Job

JOB = Job("alliance_sante_quebec_2021_2024", "baseline", "fr")


def test_a_trial_never_takes_the_place_of_the_ordinary_run(
    run: Callable[..., list[Outcome]], catalogue_copy: Catalogue
) -> None:
    results = catalogue_copy.root / "results"
    (usual,) = run([JOB], draws=4000)
    (trial,) = run([JOB], draws=300)
    page = write_index(results, catalogue_copy, date(2026, 11, 23)).read_text("utf-8")
    places = [page.index(outcome.folder.name) for outcome in (usual, trial)]
    assert places[0] < page.index("<details>") < places[1]


def test_a_folder_that_is_gone_is_made_again(catalogue_copy: Catalogue) -> None:
    index = write_index(catalogue_copy.root / "nowhere", catalogue_copy, date(2026, 11, 23))
    assert "</html>" in index.read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_told(catalogue_copy: Catalogue) -> None:
    (catalogue_copy.root / "results").write_text("a file in its place", "utf-8")
    with pytest.raises(RunError, match="cannot be written: "):
        write_index(catalogue_copy.root / "results", catalogue_copy, date(2026, 11, 23))
