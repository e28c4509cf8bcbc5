"""Structural trend: a level and a slope that may both wander (statsmodels)."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.statespace import simulate_best
from forecast.models.stepwise import StepForecaster
from forecast.schema.draws import FloatArray

CANDIDATES = ("local linear trend", "smooth trend")


def simulate_structural(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Draw from the better of both trends."""
    return simulate_best(prepared, draws, generator, make_candidates, weigh_shocks)


def make_candidates(values: FloatArray) -> Iterable[Any]:
    """Make a model of either trend."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return (UnobservedComponents(values, trend) for trend in CANDIDATES)


def weigh_shocks(fitted: Any, horizon: int) -> FloatArray:
    """Say what remains of a shock after 0, 1, 2, … steps: ``Z T^(j-1) K``, with the last gain of the filter.

    The innovations form of a state space model (Durbin and Koopman, *Time Series Analysis by State Space Methods*,
    2nd ed., section 4.3), its gain taken as settled.
    """
    transition = np.asarray(fitted.filter_results.transition)[:, :, -1]
    design = np.asarray(fitted.filter_results.design)[0, :, -1]
    effect = np.asarray(fitted.filter_results.kalman_gain)[:, 0, -1]
    weights = [1.0]
    for _ in range(horizon - 1):
        weights.append(float(design @ effect))
        effect = transition @ effect
    return np.array(weights)


STRUCTURAL = StepForecaster("structural", 6, regular=False, simulate=simulate_structural, fallback=DRIFT)
