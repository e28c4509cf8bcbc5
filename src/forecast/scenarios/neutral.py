"""The magnitude at which a change does nothing: from there effort is counted."""

from __future__ import annotations

import numpy as np

from forecast.scenarios.changes import find_stretch
from forecast.scenarios.model import Change
from forecast.schema.draws import SAME_TIME, FloatArray, Path

#: Magnitudes at which a change does nothing, by kind; those of the other kinds are read off the path.
NEUTRAL = {"add": 0.0, "multiply": 1.0, "close_gap": 0.0}


def find_neutral(change: Change, path: Path | None, due: float | None = None) -> float | None:
    """Find the magnitude at which a change leaves the median where it is forecast; None without a forecast.

    Of `growth` it is the median's own pace while the change acts, up to `due` (decimal years) where that is given; of
    `set` the median where it starts, of `cap` the highest draw from there on.
    """
    if change.change in NEUTRAL or path is None:
        return NEUTRAL.get(change.change)
    stretch = find_stretch(path, change)
    if change.change == "growth":
        weights = stretch.weights if due is None else stretch.weights * (path.times <= due + SAME_TIME)
        return _own_pace(path, weights, compound=change.unit == "%/year")
    acted = path.draws[:, stretch.first :]
    return float(acted.max() if change.change == "cap" else np.median(acted[:, 0]))


def _own_pace(path: Path, weights: FloatArray, *, compound: bool) -> float:
    """Pace of the median: linear Σ w·Δ / Σ w·years, or compound exp(Σ w·Δlog / Σ w·years) − 1 in percent.

    w is the weight of each period in the change's profile, (periods,).
    """
    years = np.diff([path.origin.time(path.measure), *path.times])
    medians = np.array([path.origin_value, *np.median(path.draws, axis=0)])
    acting = float(weights @ years)
    if acting == 0 or (compound and medians.min() <= 0):
        return 0.0
    if not compound:
        return float(weights @ np.diff(medians)) / acting
    return 100 * float(np.expm1(weights @ np.diff(np.log(medians)) / acting))
