"""Published expected values: the folder named in FORECAST_VECTORS, else the one beside the checkout, else our copies.

Any folder of the same layout can be run: `FORECAST_VECTORS=DIR pytest -k vector`. The copies in tests/vectors/ hold the
cases with a licence that allows it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
OPEN = HERE / "vectors"
VECTORS = Path(os.environ.get("FORECAST_VECTORS") or HERE.parents[1] / "shared" / "vectors")


def read_set(name: str) -> dict[str, Any] | None:
    """Read one set, `statcan_progress_series` say; None where neither folder has it."""
    path = next((folder / f"{name}.json" for folder in (VECTORS, OPEN) if (folder / f"{name}.json").is_file()), None)
    return json.loads(path.read_text(encoding="utf-8")) if path else None


def cases(name: str, **chosen: object) -> list[Any]:
    """Give the cases of a set as parameters of a test, those whose input holds what is `chosen`.

    Where the set is absent, one skipped case says so.
    """
    found = read_set(name)
    if found is None:
        reason = f"shared folder absent: no {name}.json in it, and no copy may be kept here"
        return [pytest.param(None, id=name, marks=pytest.mark.skip(reason=reason))]
    wanted = [case for case in found["cases"] if all(case["input"].get(k) == v for k, v in chosen.items())]
    return [pytest.param(case, id=case["id"]) for case in wanted]


def tolerance(name: str) -> dict[str, float]:
    """Give the tolerance of a set as arguments of `pytest.approx`."""
    stated = (read_set(name) or {}).get("tolerance", {})
    return {"abs": stated.get("abs", 1e-9), "rel": stated.get("rel", 1e-9)}
