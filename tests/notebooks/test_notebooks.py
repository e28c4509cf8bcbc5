"""Notebooks in git hold no output, and say what they need in plain literals."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_in_git_holds_no_output(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert {cell.execution_count for cell in code} == {None}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_imports_runs_and_shows(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "def " not in code
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    for line in parameters.source.splitlines():
        assert line.count("=") == 1, line
        assert "  # " in line, f"{line}: say the unit and the meaning"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("scenarios", ["", "faster"])
def test_the_comparison_runs_and_shows(small, language, scenarios):
    path = next(path for path in NOTEBOOKS if path.name == "compare.ipynb")
    notebook = nbformat.read(path, as_version=4)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    given = {"plan": "clinic", "scenarios": scenarios, "language": language, "as_of": "2025-07-15"}
    parameters.source += "".join(f"\n{name} = {value!r}" for name, value in given.items())
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(small.root)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = "".join(output["data"].get("text/html", "") for output in outputs if "data" in output)
    assert shown.count("<svg") == 2
    assert shown.count(f'class="part" lang="{language}"') == 4
    assert ("Plus vite" if language == "fr" else "Faster") in shown
