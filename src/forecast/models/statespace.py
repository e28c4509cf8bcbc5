"""What ARIMA and the structural trend share: fit a few state space models, draw from the best."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from forecast.models.grid import Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import FitError, fitting, standardise
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray

#: Makes the statsmodels models to choose among, from standardised values.
Candidates = Callable[[FloatArray], Iterable[Any]]
#: Says what remains of a shock after 0, 1, 2, … steps, from a fitted model and a horizon.
Weigh = Callable[[Any, int], FloatArray]


def simulate_best(
    prepared: Prepared, draws: int, generator: np.random.Generator, candidates: Candidates, weigh: Weigh
) -> FloatArray:
    """Fit every candidate without the season, gaps left open, and draw from the one with the lowest AICc."""
    steps = standardise(prepared.steps - prepared.season_of(prepared.steps))
    fitted = fit_best(candidates(steps.values))
    with fitting():
        forecast = np.asarray(fitted.forecast(prepared.horizon))
        squares, freedom = measure_errors(fitted)
    spread = draw_spread(generator, squares * steps.sd**2, freedom, prepared.prior_sd, draws)
    median = np.concatenate([prepared.z[-1:], steps.mean + steps.sd * forecast + prepared.season_ahead()[1:]])
    return draw_paths(generator, median, weigh(fitted, prepared.horizon), spread)


def fit_best(models: Iterable[Any]) -> Any:
    """Keep the fit with the lowest AICc; a model that cannot be fitted is passed over."""
    best, lowest = None, np.inf
    for model in models:
        try:
            with fitting():
                fitted = model.fit(disp=False, cov_type="none")
                if fitted.aicc < lowest:
                    best, lowest = fitted, fitted.aicc
        except FitError:
            continue
    if best is None:
        raise FitError("no candidate could be fitted")
    return best


def measure_errors(fitted: Any) -> tuple[float, float]:
    """Sum the squared errors one step ahead, each in the variance of a complete step, and count their freedom."""
    errors = np.asarray(fitted.filter_results.standardized_forecasts_error)[0, fitted.loglikelihood_burn :]
    observed = np.isfinite(np.asarray(fitted.model.endog)[fitted.loglikelihood_burn :, 0])
    variance = float(fitted.filter_results.forecasts_error_cov[0, 0, -1])
    known = errors[observed]
    return float(np.sum(known**2)) * variance, known.size - len(fitted.params) + 1
