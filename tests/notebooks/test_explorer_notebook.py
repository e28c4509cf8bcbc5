"""The explorer's notebook, in a real kernel: it shows the explorer, and another state set from outside."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

PATH = Path(__file__).parents[2] / "notebooks" / "explore.ipynb"


def test_the_explorer_is_shown_and_moved_by_its_trait(driven):
    notebook = nbformat.read(PATH, as_version=4)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    given = {"plan": "clinic", "indicator": "seen_on_time", "scenario": "baseline", "as_of": "2025-07-15"}
    parameters.source += "".join(f"\n{name} = {value!r}" for name, value in given.items())
    moves = "explorer.state = explorer.state + '&lever.demand=5&due=2027'\nprint(explorer.study.scenario.levers)"
    notebook.cells.append(nbformat.v4.new_code_cell(moves))
    wrong = [
        "try:",
        "    explorer.state = 'plan=nowhere'",
        "except Exception as error:",
        "    print(type(error).__name__, error)",
        "print('plan=clinic' in explorer.state)",
    ]
    notebook.cells.append(nbformat.v4.new_code_cell("\n".join(wrong)))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(driven.root)}}).execute()
    shown, moved, refused = (cell.outputs for cell in notebook.cells[-3:])
    assert "application/vnd.jupyter.widget-view+json" in shown[0]["data"]
    assert "'demand': LeverMove" in moved[0]["text"]
    assert "value=5.0" in moved[0]["text"]
    assert refused[0]["text"] == "Refused «\u00a0nowhere\u00a0» n’est pas un des choix.\nTrue\n"
