"""The Theta method (statsmodels): half of the trend line, and simple exponential smoothing."""

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import StepForecaster, fitting, standardise
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray


def simulate_theta(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Fit without its season, draw with the shocks of the equivalent smoothing with drift."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    steps = standardise(prepared.filled - prepared.season_of(prepared.filled))
    with fitting():
        fitted = ThetaModel(steps.values, deseasonalize=False).fit()
        slope, alpha = (float(value) for value in fitted.params)
        forecast = np.asarray(fitted.forecast(prepared.horizon))
    alpha = min(max(alpha, 1e-6), 1.0)
    errors = measure_errors(steps.values, slope, alpha) * steps.sd
    freedom = prepared.observed - 3  # the first value starts the smoothing; slope and alpha are fitted
    spread = draw_spread(generator, float(np.sum(errors**2)), freedom, prepared.prior_sd, draws)
    median = np.concatenate([prepared.z[-1:], steps.mean + steps.sd * forecast + prepared.season_ahead()[1:]])
    return draw_paths(generator, median, np.r_[1.0, np.full(prepared.horizon - 1, alpha)], spread)


def measure_errors(values: FloatArray, slope: float, alpha: float) -> FloatArray:
    """Measure the errors one step ahead, from the second value on.

    The forecast after n values is that of simple smoothing, plus ``slope / 2 * (1 - (1 - alpha)^n) / alpha``
    (Hyndman and Billah, 2003).
    """
    level, errors = values[0], []
    for seen, value in enumerate(values[1:], start=1):
        errors.append(value - level - slope / 2 * (1 - (1 - alpha) ** seen) / alpha)
        level += alpha * (value - level)
    return np.array(errors)


THETA = StepForecaster("theta", 5, regular=True, simulate=simulate_theta, fallback=DRIFT)
