"""Prophet: logistic growth between two bounds, else a piecewise straight trend on the model scale.

Prophet fits; the draws are made here, because Prophet draws from NumPy's global state.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.models.drift import DRIFT
from forecast.models.grid import Prepared
from forecast.models.spread import draw_spread
from forecast.models.stepwise import FitError, StepForecaster, standardise
from forecast.schema.draws import FloatArray
from forecast.schema.scales import Scale

LOGGERS = ("cmdstanpy", "prophet", "prophet.plot", "prophet.models")
YEAR = 365.25  # days, as in Prophet's yearly season


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted trend ``eta(t) = intercept + rate t + sum of deltas (t - change)+``, t from 0 to 1 over the history.

    Parameters
    ----------
    intercept, rate : float
        Of the trend, or of its logit when it saturates.
    deltas, changes : FloatArray
        Changes of rate and when they happen.
    beta : FloatArray
        Coefficients of the yearly Fourier terms, in the unit of the data; empty without a season.
    floor, cap : float
        Between which the trend saturates; in `unit`s from the floor without saturation, cap is infinite.
    unit : float
        What Prophet divided the data by.
    """

    intercept: float
    rate: float
    deltas: FloatArray
    changes: FloatArray
    beta: FloatArray
    floor: float
    cap: float
    unit: float

    def eta(self, t: FloatArray) -> FloatArray:
        """Evaluate the trend before saturation."""
        return self.intercept + self.rate * t + np.maximum(t[:, None] - self.changes, 0.0) @ self.deltas

    def value(self, eta: FloatArray) -> FloatArray:
        """Bring a trend to the unit of the data."""
        if np.isinf(self.cap):
            return self.unit * eta
        return self.floor + (self.cap - self.floor) / (1 + np.exp(-np.clip(eta, -500, 500)))

    def season(self, times: FloatArray) -> FloatArray:
        """Evaluate the yearly season at decimal years."""
        turns = 2 * np.pi * np.outer(to_days(times) / YEAR, np.arange(1, self.beta.size // 2 + 1))
        terms = np.stack([np.sin(turns), np.cos(turns)], axis=2).reshape(times.size, -1)
        return terms @ self.beta


def simulate_prophet(prepared: Prepared, draws: int, generator: np.random.Generator) -> FloatArray:
    """Fit on the dates themselves, then draw future changes of rate and noise."""
    series, scale = prepared.series, prepared.scale
    if scale.kind == "logit":
        standardise(series.values)  # a constant series has nothing to fit
        fitted = fit(series.times, series.values, series.season, (series.lower, series.upper))
        raw = draw_future(fitted, prepared, series.values, measure_slope(fitted, scale), draws, generator)
        paths = scale.forward(np.clip(raw, series.lower, series.upper))
    else:
        z = standardise(prepared.z)
        fitted = fit(series.times, z.values, series.season, None)
        paths = z.mean + z.sd * draw_future(fitted, prepared, z.values, 1 / z.sd, draws, generator)
    return np.concatenate([np.full((draws, 1), prepared.z[-1]), paths], axis=1)


def draw_future(
    fitted: Fitted,
    prepared: Prepared,
    values: FloatArray,
    slope: float,
    draws: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Draw the steps from 1 to the horizon in the unit of the fitted data, shape ``(draws, horizon)``.

    Parameters
    ----------
    values : FloatArray
        The fitted data.
    slope : float
        Change of the fitted data for a change of one on the model scale, which brings the prior spread to their unit.
    """
    series = prepared.series
    span = float(np.ptp(series.times))
    errors = values - fitted.value(fitted.eta((series.times - series.times[0]) / span)) - fitted.season(series.times)
    prior_sd = prepared.prior_sd * slope
    spread = draw_spread(generator, float(np.sum(errors**2)), errors.size - 2, prior_sd, draws)
    trend = draw_trend(fitted, series.step / span, prepared.horizon, draws, generator)
    season = fitted.season(series.times[-1] + series.step * np.arange(1, prepared.horizon + 1))
    noise = generator.standard_normal((prepared.horizon, draws)).T
    return trend + season + spread[:, None] * noise


def draw_trend(fitted: Fitted, step: float, horizon: int, draws: int, generator: np.random.Generator) -> FloatArray:
    """Draw trends whose rate changes as often and as much as it did before (Taylor and Letham, 2018, section 3.1.4).

    Parameters
    ----------
    step : float
        One step of the grid as a share of the history.

    Returns
    -------
    FloatArray
        Shape ``(draws, horizon)``, in the unit of the fitted data.
    """
    when, how_much = generator.spawn(2)  # apart, so that a longer horizon leaves the earlier steps as they are
    changing = when.random((horizon, draws)) < min(fitted.deltas.size * step, 1.0)
    size = float(np.mean(np.abs(fitted.deltas))) if fitted.deltas.size else 0.0
    deltas = changing * how_much.laplace(0.0, size, (horizon, draws))
    rates = fitted.rate + fitted.deltas.sum() + np.cumsum(deltas, axis=0)
    eta = fitted.eta(np.ones(1)) + step * np.cumsum(rates, axis=0)
    return fitted.value(eta.T)


def measure_slope(fitted: Fitted, scale: Scale) -> float:
    """Measure the change of a saturating trend for a change of one of its logit, at the origin and off the bounds."""
    last = float(fitted.value(fitted.eta(np.ones(1)))[0])
    last = min(max(last, fitted.floor + scale.nudge_lower), fitted.cap - scale.nudge_upper)
    return (last - fitted.floor) * (fitted.cap - last) / (fitted.cap - fitted.floor)


def fit(times: FloatArray, values: FloatArray, season: int, bounds: tuple[float | None, float | None] | None) -> Fitted:
    """Fit Prophet quietly, deterministically, without its own uncertainty."""
    order = (season - 1) // 2 if np.ptp(times) >= 2 - 1.5 / season else 0
    with quiet():
        import pandas as pd
        from prophet import Prophet

        model = Prophet(
            growth="linear" if bounds is None else "logistic",
            yearly_seasonality=min(order, 3) or False,
            weekly_seasonality=False,
            daily_seasonality=False,
            uncertainty_samples=0,
        )
        table = pd.DataFrame({"ds": pd.to_datetime(np.round(to_days(times) * 86400), unit="s"), "y": values})
        if bounds is not None:
            table = table.assign(floor=bounds[0], cap=bounds[1])
        model.fit(table, seed=1)
    return read_fit(model, bounds)


def read_fit(model: Any, bounds: tuple[float | None, float | None] | None) -> Fitted:
    """Take from Prophet what the draws need."""
    rate, offset = (float(model.params[name][0, 0]) for name in ("k", "m"))
    floor, cap = (0.0, np.inf) if bounds is None else (float(bounds[0] or 0.0), float(bounds[1] or 0.0))
    changes = len(model.changepoints)
    terms = 2 * model.seasonalities["yearly"]["fourier_order"] if model.seasonalities else 0  # else a dummy one
    return Fitted(
        intercept=offset if bounds is None else -rate * offset,
        rate=rate,
        deltas=np.asarray(model.params["delta"], dtype=float).ravel()[:changes],
        changes=np.asarray(model.changepoints_t, dtype=float)[:changes],
        beta=model.y_scale * np.asarray(model.params["beta"], dtype=float).ravel()[:terms],
        floor=floor,
        cap=cap,
        unit=float(model.y_scale),
    )


def to_days(times: FloatArray) -> FloatArray:
    """Bring decimal years to days since 1970, all years of one length so that the season keeps its place."""
    return (times - 1970) * YEAR


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the logs and warnings of Prophet and of what it runs, and turn its failures into `FitError`."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            for category in (DeprecationWarning, FutureWarning, UserWarning, RuntimeWarning, ResourceWarning):
                warnings.simplefilter("ignore", category)  # of the pandas and the plotting that Prophet uses
            yield
    except (ValueError, RuntimeError, ArithmeticError, OSError) as error:
        raise FitError(f"Prophet: {error}") from error
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


# Below ten points its change points shrink to nothing and its noise does not grow with the lead time: on public
# indicators its 80 % intervals then cover 71 % one step ahead and 63 % two steps ahead.
PROPHET = StepForecaster("prophet", 10, regular=False, simulate=simulate_prophet, fallback=DRIFT)
