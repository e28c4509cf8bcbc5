"""Structural trend: a level and a slope that may both wander (statsmodels)."""

from typing import Any

import numpy as np

from forecast.models.arima import measure_errors
from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import FitError, StepForecaster, fitting, standardise
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray

CANDIDATES = ("local linear trend", "smooth trend")


def simulate_structural(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Fit both trends without the season, gaps left open, and draw from the better one by AICc."""
    steps = standardise(prepared.steps - prepared.season_of(prepared.steps))
    fitted = fit_best(steps.values)
    with fitting():
        forecast = np.asarray(fitted.forecast(prepared.horizon))
        squares, freedom = measure_errors(fitted)
    spread = draw_spread(generator, squares * steps.sd**2, freedom, prepared.prior_sd, draws)
    median = np.concatenate([prepared.z[-1:], steps.mean + steps.sd * forecast + prepared.season_ahead()[1:]])
    return draw_paths(generator, median, weigh_shocks(fitted, prepared.horizon), spread)


def fit_best(values: FloatArray) -> Any:
    """Fit both trends and keep the lower AICc."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    best, lowest = None, np.inf
    for trend in CANDIDATES:
        try:
            with fitting():
                fitted = UnobservedComponents(values, trend).fit(disp=False, cov_type="none")
                if fitted.aicc < lowest:
                    best, lowest = fitted, fitted.aicc
        except FitError:
            continue
    if best is None:
        raise FitError("no trend could be fitted")
    return best


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
