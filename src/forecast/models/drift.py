"""The line through the first and the last value, on the model scale, less steep when they are few."""

import numpy as np

from forecast.models.grid import Prepared
from forecast.models.naive import NAIVE
from forecast.models.panel import COPIES
from forecast.models.spread import draw_spread
from forecast.models.stepwise import StepForecaster
from forecast.models.walks import draw_paths
from forecast.schema.draws import FloatArray


def simulate_drift(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Walk at random around a slope that is itself uncertain.

    The slope of the line counts for the steps seen, no change for about one year more: a normal prior with mean 0 whose
    yearly standard deviation is the prior spread. ``slope | sigma ~ N(b n / (n + k), sigma² / (n + k))``.
    """
    z = prepared.z - (prepared.profile[np.round(prepared.at).astype(int) % prepared.profile.size])
    gaps = np.diff(prepared.at)
    length = float(gaps.sum())
    slope = (z[-1] - z[0]) / length
    errors = (np.diff(z) - slope * gaps) / np.sqrt(gaps)
    spread = draw_spread(generator, float(np.sum(errors**2)), errors.size - 1, prepared.prior_sd, draws)
    still = (spread / prepared.prior_sd) ** 2 / prepared.series.step  # k, in steps
    slopes = slope * length / (length + still) + spread * generator.standard_normal(draws) / np.sqrt(length + still)
    level = z[-1] + prepared.season_ahead()
    return draw_paths(generator, level, np.ones(prepared.horizon), spread) + np.outer(
        slopes, np.arange(prepared.horizon + 1)
    )


DRIFT = StepForecaster("drift", 3, regular=False, simulate=simulate_drift, fallback=NAIVE, copies=COPIES)
