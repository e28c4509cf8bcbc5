"""Every model by name; importing this is cheap, models import their libraries when they fit."""

from forecast.errors import DataError, nearest
from forecast.models.arima import ARIMA
from forecast.models.drift import DRIFT
from forecast.models.ets import ETS
from forecast.models.mixture import Mixture
from forecast.models.naive import NAIVE
from forecast.models.panel import Forecaster
from forecast.models.pooled import POOLED
from forecast.models.prophet_ import PROPHET
from forecast.models.structural import STRUCTURAL
from forecast.models.theta import THETA

COMPONENTS = (NAIVE, DRIFT, ETS, THETA, ARIMA, STRUCTURAL, PROPHET)
MODELS: tuple[Forecaster, ...] = (POOLED, *COMPONENTS, Mixture(COMPONENTS))
REGISTRY: dict[str, Forecaster] = {model.name: model for model in MODELS}


def get(name: str) -> Forecaster:
    """Find a model by its registry name.

    Raises
    ------
    DataError
        If there is no such model; with the nearest name, or else all of them.
    """
    if name in REGISTRY:
        return REGISTRY[name]
    raise DataError(f"unknown model '{name}'{nearest(name, REGISTRY)}")
