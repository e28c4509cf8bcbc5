"""Scores: slow loops beside fast formulas, and what always holds."""

import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.assessment import scores
from forecast.errors import DataError

LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
QUANTILES = arrays(float, 7, elements=NUMBERS).map(np.sort)
DRAWS = st.integers(1, 30).flatmap(lambda size: arrays(float, size, elements=NUMBERS))


# Fast formulas against slow loops


@given(QUANTILES, NUMBERS)
def test_pinball_agrees_with_a_loop(predicted, observed):
    slow = []
    for level, value in zip(LEVELS, predicted, strict=True):
        slow.append(level * (observed - value) if observed >= value else (1 - level) * (value - observed))
    np.testing.assert_allclose(scores.pinball(LEVELS, predicted, observed), slow, rtol=1e-12, atol=1e-9)


@given(DRAWS, NUMBERS)
def test_crps_agrees_with_a_loop_and_is_never_negative(draws, observed):
    error = sum(abs(x - observed) for x in draws) / len(draws)
    spread = sum(abs(x - other) for x in draws for other in draws) / len(draws) ** 2
    found = scores.crps(draws, observed)
    assert found >= 0
    assert found == pytest.approx(error - spread / 2, rel=1e-9, abs=1e-6)


@given(arrays(float, (3, 7), elements=NUMBERS))
def test_relative_skill_agrees_with_a_loop(table):
    table = np.abs(table) + 1
    table[0, 0] = np.nan
    slow = []
    for own in table:
        ratios = []
        for other in table:
            both = ~np.isnan(own) & ~np.isnan(other)
            ratios.append(own[both].mean() / other[both].mean())
        slow.append(np.prod(ratios) ** (1 / 3))
    np.testing.assert_allclose(scores.relative_skill(table), slow, rtol=1e-9)


# What always holds


@given(NUMBERS, NUMBERS)
def test_of_the_median_alone_the_interval_score_is_the_absolute_error(median, observed):
    found = scores.weighted_interval_score([0.5], [median], observed)
    assert found == pytest.approx(scores.absolute_error(median, observed), rel=1e-12)


@given(QUANTILES, NUMBERS, st.sets(st.integers(0, 6), max_size=5))
def test_null_quantiles_are_left_out_before_scoring(predicted, observed, missing):
    kept = [i for i in range(7) if i not in missing]
    holed = np.where(np.isin(np.arange(7), list(missing)), np.nan, predicted)
    for name in ("weighted_interval_score", "bias"):
        whole = getattr(scores, name)(LEVELS[kept], predicted[kept], observed)
        np.testing.assert_allclose(getattr(scores, name)(LEVELS, holed, observed), whole, rtol=1e-9)


def test_a_forecast_without_quantiles_has_no_score():
    nothing = np.full(7, np.nan)
    assert np.isnan(scores.weighted_interval_score(LEVELS, nothing, 1.0))
    assert np.isnan(scores.interpolated_median(LEVELS, nothing))


@given(QUANTILES, arrays(float, 4, elements=NUMBERS).map(np.sort))
def test_a_chance_rises_with_the_threshold_and_stays_a_probability(predicted, thresholds):
    chances = scores.chance_below(LEVELS, predicted, thresholds)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (np.diff(chances) >= -1e-12).all()


@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e3), st.floats(-5, 5))
def test_normal_quantiles_give_back_their_normal_distribution(mean, deviation, score):
    normal = NormalDist(mean, deviation)
    predicted = [normal.inv_cdf(level) for level in LEVELS]
    threshold = mean + score * deviation
    assert scores.chance_below(LEVELS, predicted, threshold) == pytest.approx(normal.cdf(threshold), abs=1e-6)


def test_equal_quantiles_are_a_point_mass():
    levels = [0.1, 0.5, 0.9]
    np.testing.assert_allclose(scores.chance_below(levels, [5, 5, 5], [4, 5, 6]), [0, 1, 1])
    np.testing.assert_allclose(scores.chance_below(levels, [0, 0, 1], [-1, 0, 1]), [0, 0.5, 0.9])


def test_a_chance_needs_two_quantiles():
    with pytest.raises(DataError) as error:
        scores.chance_below([0.5], [1], 1)
    assert str(error.value) == "1 quantile level given; a probability needs at least two, e.g. 0.1 and 0.9"


def test_errors_of_points():
    assert scores.smape([0, 1, 1], [0, 0, 3]) == pytest.approx([0, 200, 100])
    assert scores.naive_scale([1, 3, 2]) == pytest.approx(1.5)
    assert scores.naive_scale([1, 2, 3, 5], season=2) == pytest.approx(2.5)
    assert np.isnan(scores.naive_scale([1, 2], season=4))


def test_reliability_counts_by_tenth_and_clusters_its_error():
    table = scores.reliability([0.05, 0.1, 0.12, 0.14, 1.0], [0, 0, 1, 0, 1], groups=["a", "a", "b", "b", "c"])
    assert table["low"].tolist() == pytest.approx([0.0, 0.1, 0.9])
    assert table["cases"].tolist() == [1, 3, 1]
    assert table["groups"].tolist() == [1, 2, 1]
    assert table["share"].tolist() == pytest.approx([0, 1 / 3, 1])
    excess = np.array([0, 1, 0]) - np.array([0.1, 0.12, 0.14])
    sums = np.array([excess[0], excess[1] + excess[2]]) - excess.mean() * np.array([1, 2])
    assert table["error"][1] == pytest.approx(np.sqrt((sums**2).sum() * 2) / 3)
    assert table["error"].isna().tolist() == [True, False, True]


def test_of_independent_cases_the_error_is_the_usual_one():
    chances, happened = np.full(40, 0.35), np.arange(40) % 3 == 0
    (error,) = scores.reliability(chances, happened)["error"]
    assert error == pytest.approx(np.std(happened - chances, ddof=1) / np.sqrt(40))


def test_importing_the_scores_loads_numpy_only():
    code = "import sys, forecast.assessment.scores; print({'scipy', 'statsmodels', 'pandas'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
