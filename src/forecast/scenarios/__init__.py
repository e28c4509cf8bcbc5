"""Scenarios: what differs from the baseline, and the draws that follow from it."""

from forecast.scenarios.apply import Ground, apply, assume, lay_ground, resolve, without_judgment
from forecast.scenarios.library import derive, load, scenario_ids, with_levers
from forecast.scenarios.model import Scenario

__all__ = [
    "Ground",
    "Scenario",
    "apply",
    "assume",
    "derive",
    "lay_ground",
    "load",
    "resolve",
    "scenario_ids",
    "with_levers",
    "without_judgment",
]
