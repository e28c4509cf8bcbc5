"""The weighted mixture of scenarios: their draws pooled, each as often as its weight says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.compare.aims import Aim, Pair
from forecast.scenarios.model import Scenario

MIXTURE = "mixture"


def share_weights(scenarios: Sequence[Scenario]) -> dict[str, float]:
    """Give each weighted scenario its share of all weights, in the order of the ids; none where fewer than two are."""
    weights = {one.id: one.weight for one in sorted(scenarios, key=lambda one: one.id) if one.weight is not None}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if len(weights) > 1 else {}


def mix(
    weights: Mapping[str, float],
    pairs: Mapping[str, Mapping[str, Pair]],
    names: Iterable[str],
    chosen: NDArray[np.intp],
) -> dict[str, Pair]:
    """Pool the draws of weighted scenarios: every draw belongs to one of them, in all indicators the same.

    Parameters
    ----------
    weights : mapping of str to float
        Shares by scenario.
    pairs : mapping of str to mapping of str to Pair
        By scenario, then by indicator.
    names : iterable of str
        Indicators. One is left out where the scenarios have other targets, or one of them has no forecast of it.
    chosen : array (draws,)
        Position in `weights` of the scenario that each draw belongs to.
    """
    found = {}
    for name in names:
        known = [pairs[scenario][name] for scenario in weights if name in pairs[scenario]]
        goals = {(pair.aim.goal, pair.aim.periods) for pair in known}
        if len(known) == len(weights) and len(goals) == 1 and known[0].aim.periods:
            pooled = _pool([pair.aim for pair in known], chosen)
            found[name] = Pair(pooled, known[0].reference, known[0].target_changed)
    return found


def choose(weights: Mapping[str, float], count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose a scenario for every draw, (count,): each as often as its weight says, to one draw, in a random order."""
    levels = (rng.permutation(count) + rng.random(count)) / count
    places = np.searchsorted(np.cumsum(list(weights.values())), levels, side="right")
    return np.minimum(places, len(weights) - 1)


def _pool(aims: Sequence[Aim], chosen: NDArray[np.intp]) -> Aim:
    if all(aim is aims[0] for aim in aims):
        return aims[0]
    stacked = np.stack([aim.draws for aim in aims])
    draws = np.take_along_axis(stacked, chosen[None, None, :], axis=0)[0]
    return Aim(aims[0].evidence, aims[0].periods, draws, any(aim.assumed for aim in aims))
