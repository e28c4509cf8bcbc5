"""Pooling of forecasts: hand-computed pools, slow plain loops, and what always holds."""

import subprocess
import sys
from statistics import NormalDist, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.errors import DataError
from forecast.schema.pooling import average_quantiles, find_weighted_quantile, mix_quantiles, take_median_quantiles

LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9]
NUMBERS = st.floats(-1e4, 1e4).map(lambda value: round(value, 2))
WEIGHTS = arrays(float, 3, elements=st.integers(1, 9))
FORECASTS = arrays(float, (3, 5), elements=NUMBERS).map(lambda values: np.sort(values, axis=1))
POOLS = {
    "mean": average_quantiles,
    "median": take_median_quantiles,
    "mixture": lambda components, weights=None: mix_quantiles(LEVELS, components, weights),
}
every_pool = pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)


# By hand


def test_the_mean_of_quantiles_by_hand():
    components = [[10.0, 20.0], [30.0, 60.0]]
    assert average_quantiles(components).tolist() == [20.0, 40.0]
    assert average_quantiles(components, [3, 1]).tolist() == [15.0, 30.0]  # weights of any sum


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([10, 30, 15], None, 15),
        ([10, 30, 15, 20], None, 17.5),
        ([10, 20], [1, 1], 15),
        ([10, 20], [1, 2], 20),
        ([1, 2, 3, 4], [0.1, 0.2, 0.2, 0.5], 3.5),  # exactly half: midway
        ([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], 3),
        ([5, 1, 5], [1, 2, 1], 3),
        ([1, 2, 9], [1, 1, 0], 1.5),  # a forecast without weight is not there
        ([7], [0.3], 7),
    ],
)
def test_the_weighted_median_by_hand(values, weights, expected):
    assert take_median_quantiles(values, weights) == expected


@pytest.mark.parametrize(
    ("level", "expected"), [(0.01, 1), (0.4, 1), (0.41, 4.2), (0.5, 4.2), (0.6, 4.2), (0.7, 9), (0.75, 14), (0.99, 14)]
)
def test_the_weighted_quantile_is_the_first_value_that_reaches_the_level(level, expected):
    assert find_weighted_quantile([14, 1, 9, 4.2], level, [3, 4, 1, 2]) == expected


def test_a_level_reached_but_for_rounding_is_reached():
    assert np.cumsum([0.7, 0.1, 0.1])[1] < 0.8
    assert find_weighted_quantile([1, 2, 3, 4], 0.8, [0.7, 0.1, 0.1, 0.1]) == 2


def test_a_mixture_of_points_steps_from_one_to_the_other():
    # half of the chance at 0, half at 10: the level 0.5 is reached at 0
    points = [[0.0] * 5, [10.0] * 5]
    assert mix_quantiles(LEVELS, points) == pytest.approx([0, 0, 0, 10, 10])
    assert mix_quantiles(LEVELS, points, [1, 3]) == pytest.approx([0, 0, 10, 10, 10])


def test_a_point_in_the_middle_of_a_forecast_keeps_its_chance():
    # half of the pool is at 5 for sure, half has a tenth below 1 and a tenth above 9
    pooled = mix_quantiles([0.1, 0.5, 0.9], [[5, 5, 5], [1, 5, 9]])
    normal = NormalDist(5, 4 / NormalDist().inv_cdf(0.9))
    assert pooled == pytest.approx([normal.inv_cdf(0.2), 5, normal.inv_cdf(0.8)])


@pytest.mark.parametrize("weights", [None, [0.25, 0.5, 0.25]])
@pytest.mark.parametrize("shape", ["normal", "log-normal"])
def test_normal_and_log_normal_forecasts_give_their_true_mixture(shape, weights):
    normals = [NormalDist(mean, 1) for mean in (-3, 0, 3)]
    shares = weights or [1 / 3] * 3
    wanted = np.linspace(-4, 4, 17)
    levels = [sum(w * n.cdf(x) for w, n in zip(shares, normals, strict=True)) for x in wanted]
    components = np.array([[normal.inv_cdf(level) for level in levels] for normal in normals])
    forward = np.exp if shape == "log-normal" else np.asarray
    assert mix_quantiles(levels, forward(components), weights) == pytest.approx(forward(wanted), rel=1e-9, abs=1e-9)


def test_quantiles_that_all_but_coincide_are_as_good_as_a_point():
    assert mix_quantiles([0.1, 0.9], [[0.0, 1e-310], [9.0, 9.0]]) == pytest.approx([0, 9])


def test_a_log_normal_forecast_gives_nothing_to_zero_and_below():
    # so a tenth of the pool is a fifth of the other one, and a quarter of the pool its half
    normal = NormalDist(-5, 1)
    below, above = [[normal.inv_cdf(p) for p in LEVELS], [float(np.exp(-x)) for x in (3, 2, 1, 0, -1)]]
    pooled = mix_quantiles(LEVELS, [below, above])
    assert pooled[:2] == pytest.approx([normal.inv_cdf(0.2), -5], abs=1e-9)


def test_a_mixture_is_wider_than_the_mean_where_forecasts_disagree():
    components = [[-1.3, -0.7, 0, 0.7, 1.3], [8.7, 9.3, 10, 10.7, 11.3]]
    mean, mixture = average_quantiles(components), mix_quantiles(LEVELS, components)
    assert np.ptp(mixture) > 3 * np.ptp(mean)
    assert mixture[2] == pytest.approx(mean[2])


# Fast formulas against slow loops


def slow_chance(levels, values, at):
    """Chance at or below a number, one segment after the other; quantiles all different."""
    normal = NormalDist()
    scores = [normal.inv_cdf(level) for level in levels]
    if min(values) > 0 and straightness(scores, np.log(values)) > straightness(scores, values) + 1e-9:
        if at <= 0:
            return 0.0
        values, at = [float(np.log(value)) for value in values], float(np.log(at))
    start = max([i for i, value in enumerate(values[:-1]) if value <= at], default=0)
    slope = (scores[start + 1] - scores[start]) / (values[start + 1] - values[start])
    return normal.cdf(scores[start] + slope * (at - values[start]))


def straightness(scores, values):
    return np.corrcoef(scores, values)[0, 1]


@given(arrays(float, (3, 5), elements=st.floats(0.5, 50)).map(lambda steps: steps.cumsum(axis=1)), NUMBERS, WEIGHTS)
def test_the_mixture_agrees_with_a_slow_loop(forecasts, start, weights):
    components = forecasts + np.array([[0.0], [start], [5.0]])
    pooled = mix_quantiles(LEVELS, components, weights)
    shares = weights / weights.sum()
    for level, value in zip(LEVELS, pooled, strict=True):
        below, above = (
            sum(w * slow_chance(LEVELS, list(own), at) for w, own in zip(shares, components, strict=True))
            for at in (value - 1e-6, value + 1e-6)
        )
        assert below <= level + 1e-12
        assert above >= level - 1e-12


@given(arrays(float, 7, elements=NUMBERS), arrays(float, 7, elements=st.integers(1, 9)), st.integers(1, 19))
def test_the_weighted_quantile_agrees_with_repeated_values(values, weights, twentieths):
    repeated = sorted(np.repeat(values, weights.astype(int)))
    position = -(-twentieths * len(repeated) // 20) - 1  # smallest count that is at least level x n
    assert find_weighted_quantile(values, twentieths / 20, weights) == repeated[position]
    assert take_median_quantiles(values, weights) == pytest.approx(median(repeated))


def test_many_forecasts_at_once_are_pooled_as_one_by_one():
    components = np.sort(np.random.default_rng(3).normal(50, 20, (4, 6, 2, 5)), axis=-1)
    weights = [1, 2, 3, 4]
    for pool in POOLS.values():
        together = pool(components, weights)
        assert together.shape == (6, 2, 5)
        one_by_one = [[pool(components[:, i, j], weights) for j in range(2)] for i in range(6)]
        np.testing.assert_allclose(together, one_by_one, rtol=1e-12)


# What always holds


@every_pool
@given(FORECASTS, WEIGHTS)
def test_pooled_quantiles_ascend_and_stay_in_the_range_of_their_parts(pool, forecasts, weights):
    pooled = pool(forecasts, weights)
    assert (np.diff(pooled) >= 0).all()
    assert (pooled >= forecasts.min(axis=0) - 1e-9).all()
    assert (pooled <= forecasts.max(axis=0) + 1e-9).all()


@every_pool
@given(FORECASTS, st.floats(0.1, 10))
def test_equal_weights_are_as_none(pool, forecasts, weight):
    np.testing.assert_allclose(pool(forecasts, [weight] * 3), pool(forecasts), rtol=1e-9, atol=1e-9)


@every_pool
@given(FORECASTS)
def test_a_pool_of_one_forecast_is_that_forecast(pool, forecasts):
    np.testing.assert_array_equal(pool(forecasts[:1]), forecasts[0])
    np.testing.assert_array_equal(pool(forecasts, [0, 2, 0]), forecasts[1])
    np.testing.assert_allclose(pool(forecasts[[0, 0, 0]], [1, 2, 3]), forecasts[0], rtol=1e-12)


@every_pool
@given(FORECASTS, WEIGHTS, st.sampled_from([0.01, 0.5, 4.0, 1000.0]))
def test_a_pool_in_another_unit_is_the_pool_in_that_unit(pool, forecasts, weights, scale):
    np.testing.assert_allclose(pool(forecasts * scale, weights), pool(forecasts, weights) * scale, rtol=1e-8, atol=1e-8)


@every_pool
@given(FORECASTS, WEIGHTS, st.permutations(range(3)))
def test_the_order_of_the_forecasts_says_nothing(pool, forecasts, weights, order):
    pooled = pool(forecasts[order], weights[order])
    np.testing.assert_allclose(pooled, pool(forecasts, weights), rtol=1e-8, atol=1e-8)


# Errors


@pytest.mark.parametrize(
    ("components", "weights", "message"),
    [
        ([], None, "there is nothing to pool; give at least one forecast"),
        (5.0, None, "there is nothing to pool; give at least one forecast"),
        ([[1.0, np.nan]], None, "a quantile to pool is no number; leave out its forecast or its level"),
        ([1, 2, 3], [1, 2], "weights of shape (2,) for 3 forecasts; give one weight each"),
        ([1, 2], [1, -1], "weights must be numbers of zero or more, at least one of them above zero"),
        ([1, 2], [0, 0], "weights must be numbers of zero or more, at least one of them above zero"),
        ([1, 2], [1, np.inf], "weights must be numbers of zero or more, at least one of them above zero"),
    ],
)
def test_what_cannot_be_pooled(components, weights, message):
    for pool in (average_quantiles, take_median_quantiles):
        with pytest.raises(DataError) as error:
            pool(components, weights)
        assert str(error.value) == message


@pytest.mark.parametrize("levels", [[0.5], [0.1, 0.1], [0.9, 0.1], [0.0, 0.5], [0.5, 1.0], [np.nan, 0.5], [[0.1, 0.9]]])
def test_levels_that_no_mixture_can_be_read_from(levels):
    with pytest.raises(DataError) as error:
        mix_quantiles(levels, [[1, 2]])
    assert str(error.value) == (
        "quantile levels must ascend between 0 and 1, at least two of them, such as 0.1, 0.5, 0.9"
    )


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ([[1, 2, 3]], "3 quantiles for 2 levels; give one quantile for each level"),
        ([1, 2], "2 quantiles for 2 levels; give one quantile for each level"),
        ([[1, 2], [4, 3]], "the quantiles of a forecast cross; they must ascend with their levels"),
    ],
)
def test_quantiles_that_do_not_fit_their_levels(components, message):
    with pytest.raises(DataError) as error:
        mix_quantiles([0.1, 0.9], components)
    assert str(error.value) == message


@pytest.mark.parametrize("level", [0, 1, -0.5, np.nan])
def test_a_level_outside_0_and_1(level):
    with pytest.raises(DataError) as error:
        find_weighted_quantile([1, 2], level)
    assert str(error.value) == f"a quantile level lies between 0 and 1, such as 0.9; got {level:g}"


def test_importing_the_pools_loads_numpy_only():
    code = "import sys, forecast.schema.pooling; print({'scipy', 'pandas'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
