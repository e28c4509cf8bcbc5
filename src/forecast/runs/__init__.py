"""Runs: plans × scenarios × languages → executed notebooks and their records."""

from forecast.runs.leave import leave, leave_comparison

__all__ = ["leave", "leave_comparison"]
