"""Single models against plain computation and against their libraries' own variances."""

import numpy as np
import pytest

from forecast.models import arima, ets, grid, statespace, structural, theta
from forecast.models.panel import Series
from forecast.models.registry import COMPONENTS
from forecast.models.spread import draw_spread, load_prior, measure_prior
from forecast.models.stepwise import FitError, StepForecaster, standardise
from forecast.models.walks import draw_paths
from forecast.schema.streams import Streams

RNG = np.random.default_rng


def make(values, *, lower=None, upper=None, step=1.0, season=1, steps=4, times=None):
    times = 2010 + step * np.arange(len(values)) if times is None else np.asarray(times, dtype=float)
    ahead = times[-1] + step * np.arange(1, steps + 1)
    return Series("one", times, np.asarray(values, dtype=float), step, season, lower, upper, ahead)


def history(size=30, seed=2):
    return np.cumsum(RNG(seed).normal(0.3, 1, size)) + RNG(seed + 1).normal(0, 0.7, size)


def test_prior_has_a_spread_for_each_scale():
    degrees, yearly = load_prior()
    assert degrees == 4
    assert set(yearly) == {"logit", "log"}
    assert measure_prior("identity", np.array([-4.0, 4.0, 6.0]), 0.25) == pytest.approx(yearly["log"] * 4 / 2)
    assert measure_prior("identity", np.zeros(3), 1.0) == yearly["log"]


def test_spread_is_that_of_the_prior_without_data_and_of_the_data_with_much():
    alone = draw_spread(RNG(1), 0.0, 0, 0.2, 20_000)
    assert np.sqrt(np.median(alone**2)) == pytest.approx(0.2 * np.sqrt(4 / 3.357), rel=0.03)
    assert alone.max() <= 3 * 0.2
    assert np.median(draw_spread(RNG(1), 500.0, 500, 0.2, 2000)) == pytest.approx(1.0, rel=0.02)


def test_naive_median_is_the_last_value_and_its_spread_grows_with_the_root_of_time():
    series = make(50 + history(12), lower=0.0, steps=4)
    draws = np.log(COMPONENTS[0].draw([series], 20_000, Streams(1))["one"])
    np.testing.assert_allclose(np.median(draws, axis=0), np.log(series.values[-1]), atol=0.005)
    width = np.quantile(draws, 0.9, axis=0) - np.quantile(draws, 0.1, axis=0)
    np.testing.assert_allclose(width / width[0], np.sqrt([1, 2, 3, 4]), rtol=0.03)


def test_naive_repeats_the_season_only_with_two_full_years():
    pattern = np.tile([10.0, 20, 30, 20], 4) + RNG(0).normal(0, 0.1, 16)
    long, short = (make(pattern[:size], step=0.25, season=4) for size in (16, 7))
    median = np.median(COMPONENTS[0].draw([long], 4000, Streams(1))["one"], axis=0)
    np.testing.assert_allclose(median, pattern[-4:], atol=0.5)
    flat = np.median(COMPONENTS[0].draw([short], 4000, Streams(1))["one"], axis=0)
    np.testing.assert_allclose(flat, pattern[6], atol=1.5)


def test_drift_follows_the_ends_and_is_less_sure_than_naive():
    series = make(100 + np.array([0, 3, 2, 7, 8.0]))
    naive, drift = (model.draw([series], 20_000, Streams(1))["one"] for model in COMPONENTS[:2])
    assert (np.median(drift, axis=0) > 108 + 1.5 * np.arange(1, 5)).all()
    assert (np.median(drift, axis=0) < 108 + 2.1 * np.arange(1, 5)).all()
    assert drift[:, -1].std() > naive[:, -1].std()


def test_drift_of_a_long_line_is_the_line():
    median = np.median(COMPONENTS[1].draw([make(100 + 2.0 * np.arange(60))], 4000, Streams(1))["one"], axis=0)
    np.testing.assert_allclose(median, 218 + 2 * np.arange(1, 5), atol=0.5)


def test_ets_weights_give_the_variance_of_statsmodels():
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fitted = ETSModel(history(), error="add", trend="add", damped_trend=True).smooth([0.5, 0.2, 0.9, 0.0, 0.1])
    weights = ets.weigh_shocks(dict(zip(fitted.model.param_names, fitted.params, strict=True)), 6, 1)
    np.testing.assert_allclose(np.cumsum(weights**2), fitted._relative_forecast_variance(np.arange(1, 7)), rtol=1e-6)


def test_seasonal_ets_weights_give_the_variance_of_statsmodels():
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(history(), error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=4)
    fitted = model.smooth([0.5, 0.2, 0.3, 0.9, 0.0, 0.1, 0.0, 0.1, 0.2, -0.1])
    weights = ets.weigh_shocks(dict(zip(model.param_names, fitted.params, strict=True)), 9, 4)
    np.testing.assert_allclose(np.cumsum(weights**2), fitted._relative_forecast_variance(np.arange(1, 10)), rtol=1e-6)


def test_theta_errors_are_those_of_its_forecasts():
    from statsmodels.tsa.forecasting.theta import ThetaModel, ThetaModelResults

    values, slope, alpha = history(12), 0.3, 0.4
    level = values[0]
    for value in values[1:-1]:
        level += alpha * (value - level)
    model = ThetaModel(values[:-1], deseasonalize=False)
    one_step = ThetaModelResults(slope, alpha, None, level, np.empty(0), False, model).forecast(1).iloc[0]
    assert theta.measure_errors(values, slope, alpha)[-1] == pytest.approx(values[-1] - one_step)


@pytest.mark.parametrize("module", [arima, structural])
def test_state_space_weights_give_the_variance_of_statsmodels(module):
    fitted = statespace.fit_best(module.make_candidates(history(60)))
    weights = module.weigh_shocks(fitted, 6)
    variance = np.asarray(fitted.get_forecast(6).var_pred_mean)
    np.testing.assert_allclose(np.cumsum(weights**2), variance / variance[0], rtol=1e-3)


def test_arima_errors_leave_gaps_out():
    values = history(20)
    values[[4, 5, 11]] = np.nan
    fitted = statespace.fit_best(arima.make_candidates(values))
    squares, freedom = statespace.measure_errors(fitted)
    assert freedom == 16 - len(fitted.params) + 1
    assert squares > 0


def test_grid_places_gaps_and_lets_the_last_value_of_a_step_win():
    regular = grid.prepare(make([1, 2, 4, 5.0], times=[2010, 2011, 2013, 2014]))
    assert regular.on_grid
    assert regular.missing == 0.2
    assert regular.filled.tolist() == [1, 2, 3, 4, 5]
    irregular = grid.prepare(make([1, 2, 3.0], times=[2010.0, 2011.6, 2011.9]))
    assert not irregular.on_grid
    np.testing.assert_array_equal(irregular.steps, [1, np.nan, 3])


def test_dates_within_a_week_of_a_step_are_on_it():
    series = Series("one", [2020.0], [1.0], 1 / 12, 12, None, None, [2020.0849, 2020.1612, 2020.29])
    np.testing.assert_allclose(grid.prepare(series).lead, [1, 2, 3.48], atol=0.01)


def test_season_is_measured_only_when_the_data_ask_for_it():
    pattern = np.tile([0.0, 2, 5, 1], 5)
    seasonal = grid.measure_season(pattern + history(20) / 10, 4)
    np.testing.assert_allclose(seasonal, np.array([1, 0, 2, 5.0]) - 2, atol=0.6)
    assert grid.measure_season(np.cumsum(RNG(3).normal(size=20)), 4).tolist() == [0]
    assert grid.measure_season(pattern[:11], 4).tolist() == [0]


def test_a_constant_series_has_nothing_to_fit():
    with pytest.raises(FitError):
        standardise(np.full(8, 12.3))


def test_a_failed_fit_is_replaced_and_noted():
    def fail(prepared, draws, generator):
        raise FitError("never")

    def overflow(prepared, draws, generator):
        return draw_paths(generator, np.full(prepared.horizon + 1, np.nan), np.ones(prepared.horizon), np.ones(draws))

    for simulate in (fail, overflow):
        broken = StepForecaster("broken", 1, regular=False, simulate=simulate, fallback=COMPONENTS[1])
        prediction = broken.predict([make(history(5))], 10, Streams(1))["one"]
        assert prediction.notes == ("fallback:drift",)
        assert np.array_equal(prediction.draws, COMPONENTS[1].draw([make(history(5))], 10, Streams(1))["one"])


def test_prophet_says_nothing(capfd):
    COMPONENTS[-1].draw([make(50 + history(8), lower=0.0, upper=100.0)], 10, Streams(1))
    assert capfd.readouterr() == ("", "")


def test_prophet_median_is_that_of_prophet():
    import pandas as pd

    from forecast.models import prophet_

    series = make(50 + 3 * np.arange(8), lower=0.0, upper=100.0)
    fitted = prophet_.fit(series.times, series.values, 1, (0.0, 100.0))
    with prophet_.quiet():
        from prophet import Prophet

        model = Prophet("logistic", yearly_seasonality=False, weekly_seasonality=False, daily_seasonality=False)
        days = pd.to_datetime(np.round(prophet_.to_days(np.r_[series.times, series.ahead]) * 86400), unit="s")
        table = pd.DataFrame({"ds": days, "floor": 0.0, "cap": 100.0})
        model.fit(table.iloc[:8].assign(y=series.values), seed=1)
        expected = model.predict_trend(model.setup_dataframe(table.copy()))
    t = (np.r_[series.times, series.ahead] - 2010) / 7
    np.testing.assert_allclose(fitted.value(fitted.eta(t)), expected, rtol=1e-4)


def test_mixture_shares_are_equal_and_shuffled():
    from forecast.models.registry import get

    series = make([10.0, 20.0, 30.0, 40.0], steps=1)  # naive and drift are far apart
    draws = get("mixture").draw([series], 1000, Streams(1))["one"][:, 0]
    parts = [model.draw([series], 500, Streams(1))["one"][:, 0] for model in COMPONENTS[:2]]
    np.testing.assert_allclose(np.sort(draws), np.sort(np.concatenate(parts)))
    assert 0.4 < np.isin(draws[:500], parts[0]).mean() < 0.6
