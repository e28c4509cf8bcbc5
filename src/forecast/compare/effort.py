"""Effort: how far a scenario moves the levers of its plan, in shares of what they can be moved."""

from __future__ import annotations

import numpy as np

from forecast.plans.magnitudes import middle
from forecast.plans.model import Plan
from forecast.scenarios.changes import find_stretch
from forecast.scenarios.model import Change, Scenario
from forecast.schema.draws import FloatArray, Path, Trajectories

#: Magnitudes at which a change does nothing; those of the other kinds are read off the path.
NEUTRAL = {"add": 0.0, "multiply": 1.0, "close_gap": 0.0}


def measure_effort(scenario: Scenario, plan: Plan, before: Trajectories) -> float | None:
    """Add up how far levers are moved, each in shares of the width of its bounds.

    The distance is from the magnitude at which the lever does nothing, or from the nearest bound; of a range its median
    counts.

    Parameters
    ----------
    scenario : Scenario
        Its levers.
    plan : Plan
        Their bounds.
    before : Trajectories
        Paths as they are when no lever is moved.

    Returns
    -------
    float or None
        0 for levers that do nothing, 1 for one that is moved by the width of its bounds; None where none is moved, or
        one acts on what has no forecast.
    """
    shares = [_share_moved(change, plan, before) for change in scenario.changes if change.lever]
    known = [share for share in shares if share is not None]
    return sum(known) if shares and len(known) == len(shares) else None


def _share_moved(change: Change, plan: Plan, before: Trajectories) -> float | None:
    low, high = plan.levers[str(change.lever)].bounds
    neutral = find_neutral(change, before.paths.get(change.on))
    if neutral is None or change.value is None:
        return None
    return abs(middle(change.value) - min(max(neutral, low), high)) / (high - low)


def find_neutral(change: Change, path: Path | None) -> float | None:
    """Find the magnitude at which a change leaves the median where it is forecast; None without a forecast.

    Of `growth` it is the median's own pace while the change acts; of `set` the median where it starts, of `cap` the
    highest draw from there on.
    """
    if change.change in NEUTRAL or path is None:
        return NEUTRAL.get(change.change)
    stretch = find_stretch(path, change)
    if change.change == "growth":
        return _own_pace(path, stretch.weights, compound=change.unit == "%/year")
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
