"""Runs: plans × scenarios × languages → executed notebooks and their records."""

from forecast.runs.leave import leave

__all__ = ["leave"]
