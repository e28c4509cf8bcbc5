"""Parameters of a notebook are checked before any kernel starts."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from forecast.errors import RunError
from forecast.runs.parameters import check_parameters, declared_parameters

ROOT = Path(__file__).parents[2]


def notebook(source: str, tags: list[str]) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": tags})])


def test_the_report_declares_what_runs_inject() -> None:
    declared = declared_parameters(nbformat.read(ROOT / "notebooks" / "report.ipynb", as_version=4))
    assert set(declared) == {"plan", "scenario", "language", "as_of", "by", "model", "draws", "seed"}


def test_all_wrong_parameters_are_told_at_once() -> None:
    declared = notebook('plan = "x"  # id\ndraws = 4000  # count\n', ["parameters"])
    with pytest.raises(RunError) as error:
        check_parameters(declared, {"paln": "x", "draws": "many"})
    assert str(error.value) == (
        "unknown parameter 'paln'; did you mean 'plan'?\n"
        "parameter 'draws': 'many' is not of type int, as its default 4000"
    )


def test_a_notebook_without_parameters_is_refused() -> None:
    with pytest.raises(RunError) as error:
        check_parameters(notebook("plan = 1", []), {})
    assert str(error.value) == (
        "the notebook has no cell tagged 'parameters'; tag the one that holds plan, scenario and language"
    )


def test_parameters_that_compute_are_refused() -> None:
    with pytest.raises(RunError) as error:
        check_parameters(notebook("draws = 40 * 100", ["parameters"]), {})
    assert str(error.value) == "the parameters cell holds 'draws = 40 * 100'; write plain literals, one per line"
