"""Rules for every model of the registry."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from forecast.models import registry
from forecast.models.panel import Break, Prediction, Series, predict
from forecast.plans.series import Link
from forecast.schema.streams import Streams

DRAWS = 200
NAMES = tuple(registry.REGISTRY)


def make_series(values, *, lower=0.0, upper=100.0, step=1.0, season=1, steps=6, times=None, id="one"):
    times = 2010 + step * np.arange(len(values)) if times is None else np.asarray(times, dtype=float)
    ahead = times[-1] + step * np.arange(1, steps + 1)
    return Series(id, times, np.asarray(values, dtype=float), step, season, lower, upper, ahead)


def wander(size, *, start=40.0, sd=1.5, seed=3):
    return np.clip(start + np.cumsum(np.random.default_rng(seed).normal(0.4, sd, size)), 1, 99)


def wave(size, season):
    return wander(size, start=50, sd=0.5) + 4 * np.sin(2 * np.pi * np.arange(size) / season)


def with_gaps(values):
    keep = np.ones(len(values), dtype=bool)
    keep[[2, 5, 7]] = False
    return make_series(values[keep], times=2010 + np.arange(len(values))[keep])


CASES = {
    "one": make_series([27.9]),
    "two": make_series([27.9, 29.0]),
    "three": make_series([27.9, 29.0, 28.0]),
    "four": make_series(wander(4)),
    "five": make_series(wander(5)),
    "six": make_series(wander(6)),
    "seven": make_series(wander(7)),
    "twelve": make_series(wander(12)),
    "straight line": make_series(10 + 2.0 * np.arange(10)),
    "steady growth": make_series(100 * 1.1 ** np.arange(10), upper=None),
    "constant percentage": make_series([12.0] * 8),
    "constant number": make_series([12.0] * 8, lower=None, upper=None),
    "all zeros in bounds": make_series([0.0] * 8),
    "all zeros, a count": make_series([0.0] * 8, upper=None),
    "all zeros, no bounds": make_series([0.0] * 8, lower=None, upper=None),
    "on the upper bound": make_series([96, 98, 100, 100, 99, 100, 100, 100]),
    "on the lower bound": make_series([3, 0, 1, 0, 2, 0, 0, 0], upper=None),
    "counts": make_series(np.round(1e4 * wander(9)), upper=None),
    "below zero": make_series(wander(9) - 50, lower=None, upper=None),
    "below a ceiling": make_series(wander(9), lower=None, upper=100.0),
    "above a floor": make_series(wander(9), lower=-5.0, upper=None),
    "quarterly": make_series(wave(18, 4), upper=None, step=1 / 4, season=4, steps=8),
    "monthly": make_series(wave(40, 12), step=1 / 12, season=12, steps=18),
    "four-week periods": make_series(wave(30, 13), upper=None, step=1 / 13, season=13, steps=14),
    "irregular": make_series(wander(8), times=[2010.1, 2010.6, 2012.0, 2012.4, 2014.9, 2015.2, 2017.5, 2019.45]),
    "25 % gaps": with_gaps(wander(12)),
    "mostly gaps": make_series(wander(7), times=[2001, 2004, 2005, 2009, 2013, 2014, 2020]),
    "300 months": make_series(wave(300, 12), upper=None, step=1 / 12, season=12, steps=24),
    "far": make_series(wander(7), upper=None, steps=20),
    "three, far": make_series(wander(3), upper=None, steps=20),
}


@pytest.fixture(scope="module")
def predictions() -> dict[tuple[str, str], Prediction]:
    """Every model on every case, once; a warning anywhere is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {
            (name, case): predict(name, [series], DRAWS, Streams(1))["one"]
            for name in NAMES
            for case, series in CASES.items()
        }


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture(params=CASES)
def case(request):
    return request.param


def test_shape_finite_and_inside_bounds(predictions, name, case):
    draws, series = predictions[name, case].draws, CASES[case]
    assert draws.shape == (DRAWS, series.ahead.size)
    assert np.isfinite(draws).all()
    assert series.lower is None or draws.min() >= series.lower
    assert series.upper is None or draws.max() <= series.upper


def test_draws_spread(predictions, name, case):
    series = CASES[case]
    if case == "all zeros, a count":  # half of the futures stay at zero
        assert predictions[name, case].draws[:, -1].max() > 0
        return
    low, high = np.quantile(predictions[name, case].draws[:, -1], [0.02, 0.98])
    assert high > low, series


def test_what_was_used_is_in_the_registry(predictions, name, case):
    prediction = predictions[name, case]
    assert prediction.used
    assert set(prediction.used) <= set(NAMES) - {"mixture"}
    assert ("prior_spread" in prediction.notes) == (case == "one")


def test_falls_back_below_its_minimum(predictions, name):
    forecaster = registry.get(name)
    lengths = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
    for case, length in lengths.items():
        fell = any(note.startswith("fallback:") for note in predictions[name, case].notes)
        assert fell == (length < forecaster.min_observations), case
    assert forecaster.below is None or registry.get(forecaster.below).min_observations < forecaster.min_observations


def test_one_observation_is_never_a_trend(predictions, name):
    series = make_series([27.9], steps=20)
    draws = predict(name, [series], 4000, Streams(1))["one"].draws
    assert np.median(draws[:, -1]) == pytest.approx(27.9, abs=1.5)
    assert predictions[name, "one"].used == (name if name == "pooled" else "naive",)


def test_does_not_explode(predictions, name):
    for case in ("far", "three, far"):
        low, middle, high = np.quantile(predictions[name, case].draws[:, -1], [0.1, 0.5, 0.9])
        last = CASES[case].values[-1]
        assert last / 20 < low < high < 20 * last, case
        assert last / 3 < middle < 3 * last, case


def test_same_seed_same_draws_and_another_seed_others(name):
    series = [CASES["twelve"]]
    first, again, other = (registry.get(name).draw(series, 50, Streams(seed))["one"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_neither_order_nor_company_changes_a_draw(name):
    panel = [make_series(wander(8, seed=seed), id=f"s{seed}") for seed in range(3)]
    forward = registry.get(name).draw(panel, 50, Streams(1))
    backward = registry.get(name).draw(panel[::-1], 50, Streams(1))
    alone = registry.get(name).draw(panel[1:2], 50, Streams(1))
    assert all(np.array_equal(forward[id], backward[id]) for id in forward)
    assert np.array_equal(forward["s1"], alone["s1"])
    assert not np.array_equal(forward["s0"], forward["s1"])


@pytest.mark.parametrize("lower", [0.0, None])
@pytest.mark.parametrize("factor", [0.001, 1000.0])
def test_another_unit_scales_the_draws(name, lower, factor):
    values = wander(11)
    base = make_series(values, lower=lower, upper=None)
    other = make_series(values * factor, lower=lower, upper=None)
    expected = registry.get(name).draw([base], 50, Streams(1))["one"] * factor
    np.testing.assert_allclose(registry.get(name).draw([other], 50, Streams(1))["one"], expected, rtol=1e-5)


def test_a_later_horizon_leaves_the_earlier_dates(name):
    short, long = (make_series(wander(9), steps=steps) for steps in (3, 12))
    early = registry.get(name).draw([short], 50, Streams(1))["one"]
    np.testing.assert_allclose(registry.get(name).draw([long], 50, Streams(1))["one"][:, :3], early, rtol=1e-9)


def test_no_global_random_state(name):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - to see that nobody else uses it
    registry.get(name).draw([CASES["twelve"]], 20, Streams(1))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_gaps_are_filled_noted_or_left_open(predictions):
    for name in ("ets", "theta"):
        assert predictions[name, "25 % gaps"].notes == ("gaps_filled",)
        assert predictions[name, "mostly gaps"].notes == ("fallback:drift",)
        assert predictions[name, "irregular"].notes == ("fallback:drift",)
    for name in ("naive", "drift", "arima", "structural"):
        for case in ("25 % gaps", "mostly gaps", "irregular"):
            assert predictions[name, case].used == (name,)
            assert predictions[name, case].notes == ()


def test_mixture_uses_what_applies(predictions):
    assert predictions["mixture", "two"].used == ("naive",)
    assert predictions["mixture", "three"].used == ("naive", "drift")
    assert predictions["mixture", "five"].used == ("naive", "drift", "theta")
    assert predictions["mixture", "twelve"].used == tuple(one.name for one in registry.COMPONENTS)
    assert predictions["mixture", "irregular"].used == ("naive", "drift", "arima", "structural")
    left_out = ("left_out:ets", "left_out:theta", "left_out:arima", "left_out:structural")
    assert predictions["mixture", "constant number"].notes == left_out
    assert predictions["ets", "constant number"].notes == ("fallback:drift",)


def test_doubt_reaches_the_draws_of_every_model(name):
    """Errors, an uncertain break and an exceptional end, on a series long enough for every model."""
    values, doubts = wander(12), {"errors": np.full(12, 0.4), "rounded": np.arange(12) < 6}
    doubts |= {"exceptional": np.isin(np.arange(12), (4, 11)), "breaks": (Break(3), Break(8, Link("add", 0, 1, 2)))}
    sure = make_series(values)
    doubtful = replace(sure, **doubts)
    found, again = (predict(name, [doubtful], DRAWS, Streams(1))["one"] for _ in range(2))
    assert np.array_equal(found.draws, again.draws)
    assert found.draws.shape == (DRAWS, sure.ahead.size)
    assert np.isfinite(found.draws).all()
    assert found.draws.min() >= 0
    assert found.draws.max() <= 100
    assert found.notes[-3:] == ("doubt:errors", "doubt:break", "doubt:exceptional")
    assert set(found.used) <= set(NAMES) - {"mixture"}
    assert registry.get(name).copies >= 2
    assert not np.array_equal(found.draws, predict(name, [sure], DRAWS, Streams(1))["one"].draws)


def test_a_single_doubtful_value_is_never_a_trend(name):
    series = replace(make_series([27.9], steps=20), errors=np.array([0.5]))
    found = predict(name, [series], 4000, Streams(1))["one"]
    assert np.median(found.draws[:, -1]) == pytest.approx(27.9, abs=1.5)
    assert "prior_spread" in found.notes
