"""ARIMA of a small set of orders, chosen by AICc (statsmodels)."""

from typing import Any

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import FitError, StepForecaster, fitting, standardise
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray

# order, drift; all differenced once, so that their AICc compare
CANDIDATES = (
    ((0, 1, 0), False),
    ((0, 1, 0), True),
    ((0, 1, 1), False),
    ((1, 1, 0), False),
    ((0, 1, 1), True),
)


def simulate_arima(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Fit every candidate without the season, gaps left open, and draw from the best."""
    steps = standardise(prepared.steps - prepared.season_of(prepared.steps))
    fitted = fit_best(steps.values)
    with fitting():
        forecast = np.asarray(fitted.forecast(prepared.horizon))
        squares, freedom = measure_errors(fitted)
    spread = draw_spread(generator, squares * steps.sd**2, freedom, prepared.prior_sd, draws)
    median = np.concatenate([prepared.z[-1:], steps.mean + steps.sd * forecast + prepared.season_ahead()[1:]])
    fits = dict(zip(fitted.model.param_names, fitted.params, strict=True))
    weights = weigh_shocks(float(fits.get("ar.L1", 0.0)), float(fits.get("ma.L1", 0.0)), prepared.horizon)
    return draw_paths(generator, median, weights, spread)


def fit_best(values: FloatArray) -> Any:
    """Fit the candidates and keep the lowest AICc; a candidate that cannot be fitted is passed over."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    best, lowest = None, np.inf
    for order, drift in CANDIDATES:
        try:
            with fitting():
                fitted = SARIMAX(values, order=order, trend="c" if drift else "n").fit(disp=False, cov_type="none")
                if fitted.aicc < lowest:
                    best, lowest = fitted, fitted.aicc
        except FitError:
            continue
    if best is None:
        raise FitError("no order could be fitted")
    return best


def measure_errors(fitted: Any) -> tuple[float, float]:
    """Sum the squared errors one step ahead, each in the variance of a complete step, and count their freedom."""
    errors = np.asarray(fitted.filter_results.standardized_forecasts_error)[0, fitted.loglikelihood_burn :]
    observed = np.isfinite(np.asarray(fitted.model.endog)[fitted.loglikelihood_burn :, 0])
    variance = float(fitted.filter_results.forecasts_error_cov[0, 0, -1])
    known = errors[observed]
    return float(np.sum(known**2)) * variance, known.size - len(fitted.params) + 1


def weigh_shocks(ar: float, ma: float, horizon: int) -> FloatArray:
    """Say what remains of a shock after 0, 1, 2, … steps: the running sum of the weights of the changes."""
    changes = np.concatenate([[1.0], (ar + ma) * ar ** np.arange(horizon - 1)])
    return np.cumsum(changes)


ARIMA = StepForecaster("arima", 6, regular=False, simulate=simulate_arima, fallback=DRIFT)
