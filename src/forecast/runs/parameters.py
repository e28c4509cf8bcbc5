"""Checking the parameters of a notebook before any kernel starts: Papermill only warns about unknown names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from forecast.errors import RunError, nearest


def declared_parameters(notebook: Any) -> dict[str, Any]:
    """Names and default values of the cell tagged `parameters`; raise `RunError` when there is none or it computes."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            return dict(_assignments(cell.source))
    raise RunError("the notebook has no cell tagged 'parameters'; tag the one that holds plan, scenario and language")


def _assignments(source: str) -> list[tuple[str, Any]]:
    found = []
    for statement in ast.parse(source).body:
        try:
            assert isinstance(statement, ast.Assign)
            assert isinstance(statement.targets[0], ast.Name)
            found.append((statement.targets[0].id, ast.literal_eval(statement.value)))
        except (AssertionError, ValueError):
            line = ast.unparse(statement)
            raise RunError(f"the parameters cell holds '{line}'; write plain literals, one per line") from None
    return found


def check_parameters(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Refuse unknown parameters (with the nearest right name) and values of another type than the default's."""
    declared = declared_parameters(notebook)
    wrong = []
    for name, value in parameters.items():
        if name not in declared:
            wrong.append(f"unknown parameter '{name}'{nearest(name, declared)}")
        elif type(value) is not type(declared[name]):
            kind = type(declared[name]).__name__
            wrong.append(f"parameter '{name}': {value!r} is not of type {kind}, as its default {declared[name]!r}")
    if wrong:
        raise RunError("\n".join(wrong))
