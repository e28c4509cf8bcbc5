"""Random paths and their reading between steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.models.walks import draw_paths, read_paths


@pytest.fixture(scope="module")
def walk():
    rng = np.random.default_rng(5)
    return draw_paths(rng, np.linspace(1, 5, 9), np.ones(8), np.full(40_000, 0.7))


def test_weights_against_a_plain_loop():
    rng, again = np.random.default_rng(5), np.random.default_rng(5)
    median, weights, spread = np.array([0.0, 1, 1, 2]), np.array([1.0, 0.5, 0.2]), np.array([1.0, 2.0])
    paths = draw_paths(rng, median, weights, spread)
    shocks = again.standard_normal((3, 2))
    for draw in range(2):
        for h in (1, 2, 3):
            felt = sum(weights[j] * shocks[h - j - 1, draw] for j in range(h))
            assert paths[draw, h] == pytest.approx(median[h] + spread[draw] * felt)
    assert (paths[:, 0] == 0).all()


@given(st.lists(st.floats(0.01, 8), min_size=1, max_size=6).map(sorted))
def test_variance_and_median_between_steps_are_those_of_a_random_walk(walk, lead):
    lead = np.array(lead)
    read = read_paths(walk, lead)
    np.testing.assert_allclose(read.std(axis=0), 0.7 * np.sqrt(lead), rtol=0.03, atol=0.002)
    np.testing.assert_allclose(np.median(read, axis=0), 1 + lead / 2, atol=0.05)


@given(st.integers(1, 8))
def test_on_a_step_the_path_itself_is_read(walk, step):
    np.testing.assert_allclose(read_paths(walk[:50], np.array([float(step)]))[:, 0], walk[:50, step])


@given(st.floats(0.001, 7.999))
def test_reading_is_continuous_at_steps(walk, lead):
    near = read_paths(walk[:50], np.array([lead, lead + 1e-9]))
    assert np.abs(near[:, 1] - near[:, 0]).max() < 1e-3


def test_one_draw_is_its_own_median():
    path = np.array([[0.0, 1.0, 3.0]])
    assert read_paths(path, np.array([1.5, 2.0])).tolist() == [[2.0, 3.0]]
