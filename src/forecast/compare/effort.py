"""Effort: how far a scenario moves the levers of its plan, in shares of what they can be moved."""

from __future__ import annotations

from forecast.plans.magnitudes import middle
from forecast.plans.model import Plan
from forecast.scenarios.model import Change, Scenario
from forecast.scenarios.neutral import find_neutral
from forecast.schema.draws import Trajectories


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
