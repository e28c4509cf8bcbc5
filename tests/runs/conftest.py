"""What the tests of runs share: requests on a copy of the catalogue, and notebooks that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import nbformat
import pytest

from forecast.plans.catalogue import Catalogue
from forecast.runs.make import Outcome, Request, make_runs
from forecast.runs.matrix import Job
from forecast.schema.parameters import Parameters

AS_OF = date(2026, 11, 23)
PARAMETERS = """\
plan = ""  # id, plan to report on
scenario = ""  # id, scenario of that plan
language = "fr"  # fr or en
as_of = ""  # date
by = ""  # period
model = ""  # name
draws = 0  # count
seed = -1  # number
"""


@pytest.fixture
def run(catalogue_copy: Catalogue) -> Callable[..., list[Outcome]]:
    """Make runs of the copy into its own `results/`."""

    def make(jobs: Sequence[Job], *, at_once: int = 1, force: bool = False, **parameters: object) -> list[Outcome]:
        values = Parameters.load(catalogue_copy.root).with_values(**{"draws": 200, **parameters})
        request = Request(catalogue_copy, catalogue_copy.root / "results", values, AS_OF, force=force)
        return make_runs(request, jobs, at_once=at_once)

    return make


@pytest.fixture
def notebook_of(catalogue_copy: Catalogue) -> Callable[[str], None]:
    """Replace the report notebook by its parameters and one cell of code."""

    def replace(code: str) -> None:
        first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        notebook = nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell(code)])
        nbformat.write(notebook, catalogue_copy.root / "notebooks" / "report.ipynb")

    return replace
