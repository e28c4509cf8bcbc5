"""Scenarios: what differs from the baseline, and the draws that follow from it."""

from forecast.scenarios.apply import apply, assume, resolve
from forecast.scenarios.library import load, scenario_ids
from forecast.scenarios.model import Scenario

__all__ = ["Scenario", "apply", "assume", "load", "resolve", "scenario_ids"]
