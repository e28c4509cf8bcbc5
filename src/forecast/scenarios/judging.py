"""Judgment: an analyst's adjustment of a path, which fades and expires; once expired it does nothing."""

from __future__ import annotations

import numpy as np

from forecast.errors import ScenarioError
from forecast.scenarios.changes import find_start, keep_inside
from forecast.scenarios.model import Judgment
from forecast.schema.draws import FloatArray, Path
from forecast.schema.periods import Period


def judge_path(path: Path, judgment: Judgment, size: FloatArray) -> Path:
    """Add an analyst's adjustment to a path.

    Parameters
    ----------
    path : Path
        Draws (draws, periods).
    judgment : Judgment
        From when, how fast it fades and when it expires.
    size : array (draws,)
        In the unit of the path.

    Raises
    ------
    ScenarioError
        If it starts after the last period forecast, or expires before it starts.
    """
    weights = fade(path, judgment)
    moved = keep_inside(path.draws + weights * size[:, None], path.bounds)
    return path.changed(np.where(weights > 0, moved, path.draws), assumed=judgment.assumed)


def fade(path: Path, judgment: Judgment) -> FloatArray:
    """Give the share of an adjustment that is left, (periods,): halved every half-life, nothing once expired."""
    expires = Period.parse(judgment.expires)
    if judgment.start and expires < Period.parse(judgment.start):
        raise ScenarioError(
            f"the judgment on '{judgment.on}' expires {expires}, before it starts, {judgment.start}; swap them"
        )
    first, start = find_start(path, judgment.start, f"the judgment on '{judgment.on}'")
    inside = np.array([i >= first and period.end <= expires.end for i, period in enumerate(path.periods)])
    passed = np.maximum(path.times - start, 0.0)
    left = 0.5 ** (passed / judgment.half_life) if judgment.half_life else np.ones_like(passed)
    weights: FloatArray = np.where(inside, left, 0.0)
    return weights
