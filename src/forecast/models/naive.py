"""No change: a random walk, or last year's season."""

import numpy as np

from forecast.models.grid import Prepared
from forecast.models.panel import COPIES
from forecast.models.spread import draw_spread
from forecast.models.stepwise import StepForecaster
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray


def simulate_naive(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Repeat last year's season where it tells more than the last value, else the last value."""
    changes = np.diff(prepared.z) / np.sqrt(np.diff(prepared.at))
    yearly = measure_yearly_changes(prepared)
    if yearly.size and np.mean(yearly**2) < np.mean(changes**2):
        return simulate_season(prepared, yearly, draws, generator)
    spread = draw_spread(generator, float(np.sum(changes**2)), changes.size, prepared.prior_sd, draws)
    return draw_paths(generator, np.full(prepared.horizon + 1, prepared.z[-1]), np.ones(prepared.horizon), spread)


def measure_yearly_changes(prepared: Prepared) -> FloatArray:
    """Measure changes over a year on the model scale; none without a complete last year and two years in all."""
    season, steps = prepared.series.season, prepared.steps
    if season < 2 or not prepared.on_grid or steps.size < 2 * season or np.isnan(steps[-season:]).any():
        return np.empty(0)
    changes = steps[season:] - steps[:-season]
    return changes[np.isfinite(changes)]


def simulate_season(prepared: Prepared, yearly: FloatArray, draws: int, generator: np.random.Generator) -> FloatArray:
    """Repeat last year, each phase walking at random from year to year."""
    season, horizon = prepared.series.season, prepared.horizon
    ahead = np.arange(1, horizon + 1)
    median = np.concatenate([prepared.steps[-1:], prepared.steps[-season:][(ahead - 1) % season]])
    prior_sd = prepared.prior_sd * np.sqrt(season)
    spread = draw_spread(generator, float(np.sum(yearly**2)), yearly.size, prior_sd, draws)
    return draw_paths(generator, median, (np.arange(horizon) % season == 0).astype(float), spread)


NAIVE = StepForecaster("naive", 1, regular=False, simulate=simulate_naive, copies=COPIES)
