"""ARIMA of a small set of orders, chosen by AICc (statsmodels)."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.statespace import simulate_best
from forecast.models.stepwise import StepForecaster
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
    """Draw from the best order."""
    return simulate_best(prepared, draws, generator, make_candidates, weigh_shocks)


def make_candidates(values: FloatArray) -> Iterable[Any]:
    """Make a model of every order."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return (SARIMAX(values, order=order, trend="c" if drift else "n") for order, drift in CANDIDATES)


def weigh_shocks(fitted: Any, horizon: int) -> FloatArray:
    """Say what remains of a shock after 0, 1, 2, … steps: the running sum of the weights of the changes."""
    fits = dict(zip(fitted.model.param_names, fitted.params, strict=True))
    ar, ma = float(fits.get("ar.L1", 0.0)), float(fits.get("ma.L1", 0.0))
    changes = np.concatenate([[1.0], (ar + ma) * ar ** np.arange(horizon - 1)])
    return np.cumsum(changes)


ARIMA = StepForecaster("arima", 6, regular=False, simulate=simulate_arima, fallback=DRIFT)
