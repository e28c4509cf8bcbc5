"""Exponential smoothing with additive errors and a damped trend (statsmodels)."""

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import YEARS_FOR_SEASON, Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import StepForecaster, fitting, standardise
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray


def simulate_ets(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Fit level, damped trend and, from three full years, season; draw around their forecast."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    steps = standardise(prepared.filled)
    season = prepared.series.season if prepared.filled.size >= YEARS_FOR_SEASON * prepared.series.season else 1
    with fitting():
        model = ETSModel(
            steps.values,
            error="add",
            trend="add",
            damped_trend=True,
            seasonal="add" if season > 1 else None,
            seasonal_periods=season if season > 1 else None,
        )
        fitted = model.fit(disp=False)
        forecast = steps.mean + steps.sd * np.asarray(fitted.forecast(prepared.horizon))
        squares = float(np.sum(np.asarray(fitted.resid) ** 2)) * steps.sd**2
    freedom = prepared.observed - model.k_params
    spread = draw_spread(generator, squares, freedom, prepared.prior_sd, draws)
    weights = weigh_shocks(dict(zip(model.param_names, fitted.params, strict=True)), prepared.horizon, season)
    return draw_paths(generator, np.concatenate([prepared.z[-1:], forecast]), weights, spread)


def weigh_shocks(fitted: dict[str, float], horizon: int, season: int) -> FloatArray:
    """Say what remains of a shock after 0, 1, 2, … steps: ``alpha + beta (phi + … + phi^j)``, and gamma each year."""
    after = np.arange(1, horizon)
    damped = np.cumsum(fitted["damping_trend"] ** after)
    weights = fitted["smoothing_level"] + fitted["smoothing_trend"] * damped
    weights += np.where(after % season == 0, fitted.get("smoothing_seasonal", 0.0), 0.0)
    return np.concatenate([[1.0], weights])


ETS = StepForecaster("ets", 6, regular=True, simulate=simulate_ets, fallback=DRIFT)
