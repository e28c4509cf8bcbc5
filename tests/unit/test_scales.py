"""Model scales: back undoes forward, bounds hold whatever the draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.schema.scales import Scale

shares = st.lists(st.floats(0, 1), min_size=1, max_size=12)
bounds = st.sampled_from([(0.0, 100.0), (0.0, None), (None, 100.0), (-5.0, 5.0), (-5.0, None), (None, None)])


def spread_over(shares, lower, upper):
    low = -50.0 if lower is None and upper is None else lower if lower is not None else upper - 80
    return low + np.array(shares) * ((upper - low) if upper is not None else 80.0)


@given(shares, bounds)
def test_back_undoes_forward(shares, bounds):
    values = spread_over(shares, *bounds)
    scale = Scale.of(values, *bounds)
    np.testing.assert_allclose(scale.back(scale.forward(values)), values, rtol=1e-7, atol=1e-7)


@given(shares, bounds, st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_back_stays_inside_bounds(shares, bounds, z):
    lower, upper = bounds
    values = Scale.of(spread_over(shares, *bounds), lower, upper).back(np.array(z))
    assert np.isfinite(values).all()
    assert lower is None or values.min() >= lower
    assert upper is None or values.max() <= upper


@given(shares, bounds, st.lists(st.floats(-40, 40), min_size=2))
def test_back_never_decreases(shares, bounds, z):
    scale = Scale.of(spread_over(shares, *bounds), *bounds)
    assert (np.diff(scale.back(np.sort(z))) >= 0).all()


@given(shares, bounds)
def test_forward_never_decreases(shares, bounds):
    values = np.sort(spread_over(shares, *bounds))
    z = Scale.of(values, *bounds).forward(values)
    assert np.isfinite(z).all()
    assert (np.diff(z) >= 0).all()


@pytest.mark.parametrize(
    ("bounds", "kind"), [((0, 100), "logit"), ((0, None), "log"), ((None, 9), "log"), ((None, None), "identity")]
)
def test_kind_follows_the_bounds(bounds, kind):
    assert Scale.of(np.array([1.0, 2.0]), *bounds).kind == kind


def test_values_on_a_bound_are_moved_in():
    assert Scale.of(np.array([100.0, 80.0]), 0.0, 100.0).nudge_upper == 0.5
    assert Scale.of(np.array([100.0, 99.8]), 0.0, 100.0).nudge_upper == pytest.approx(0.1)
    assert Scale.of(np.array([0.0, 6.0]), 0.0, None).nudge_lower == 3.0
    assert Scale.of(np.array([0.0, 0.0]), 0.0, None).nudge_lower == 0.5
    scale = Scale.of(np.array([0.0, 50.0]), 0.0, 100.0)
    assert scale.forward(np.array([0.0]))[0] == pytest.approx(np.log(0.005))


def test_a_bound_never_reached_is_never_given_back():
    scale = Scale.of(np.array([20.0, 99.0]), 0.0, 100.0)
    assert scale.back(np.array([8.0]))[0] < 100
    assert Scale.of(np.array([20.0, 100.0]), 0.0, 100.0).back(np.array([8.0]))[0] == 100


def test_a_logarithm_cannot_run_away():
    scale = Scale.of(np.array([10.0, 20.0]), 0.0, None)
    assert scale.back(np.array([1e9]))[0] == pytest.approx(20 * np.exp(7))
