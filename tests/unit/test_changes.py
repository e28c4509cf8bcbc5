"""What each kind of change does to the draws: as a slow computation has it, and nothing where it is neutral."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow_scale import go_back, go_forward

from forecast.errors import ScenarioError
from forecast.scenarios.changes import KINDS
from forecast.scenarios.magnitudes import draw_magnitude
from forecast.schema.streams import Streams

BOUNDS = [(0.0, 100.0), (0.0, None), (None, None)]
FIRST, LAST = 2, 6  # of a change from 2026 on a path from 2024 to 2029
RAMP, ON_RAMP = {"shape": "ramp", "over": 2}, (0, 0, 0, 0.5, 1, 1)
#: A size of each kind that leaves a path inside its bounds, and its unit.
SIZES = {
    "set": ({"low": 35, "high": 45}, "%"),
    "hold": (None, None),
    "growth": ({"low": 0.5, "high": 2}, "points/year"),
    "multiply": ({"low": 0.8, "high": 1.1}, None),
    "add": ({"low": -3, "high": 5}, "points"),
    "close_gap": ({"low": 20, "high": 80}, "%"),
    "cap": ({"low": 28, "high": 33}, "%"),
}


@pytest.fixture(scope="module")
def move(run_scenario):
    """Draws of a path under changes."""
    return lambda path, *changes, **other: run_scenario(*changes, share=path, **other).paths["share"].draws


def sizes(change, draws=401, seed=1):
    """Draws of the size of a change, as `apply` takes them."""
    return draw_magnitude(change.value, draws, Streams(seed).stream("magnitude", change.key))


def medians(draws):
    return np.median(draws, axis=0)


# Every kind


def compute_slowly(change, path, draw, i, size, weights):
    """One number of a changed path; the target is 42 or more."""
    own, start, w = path.draws[draw, i], path.draws[draw, FIRST], weights[i]
    match change.change:
        case "set":
            shift = go_forward(size, *path.bounds) - go_forward(start, *path.bounds)
            return go_back(go_forward(own, *path.bounds) + w * shift, *path.bounds)
        case "hold":
            return own + w * (path.draws[draw, FIRST - 1] - own)
        case "multiply":
            return own * (1 + w * (size - 1))
        case "add":
            return own + w * size
        case "close_gap":
            return own + w * size / 100 * max(42 - own, 0)
        case "cap":
            return own - w * max(own - size, 0)
    middle = [sorted(column)[200] for column in path.draws.T]
    level = middle[FIRST - 1]
    for j in range(FIRST, i + 1):
        if change.unit == "points/year":
            level += weights[j] * size + (1 - weights[j]) * (middle[j] - middle[j - 1])
        else:
            level *= (1 + size / 100) ** weights[j] * (middle[j] / middle[j - 1]) ** (1 - weights[j])
    distance = go_forward(own, *path.bounds) - go_forward(middle[i], *path.bounds)
    return go_back(go_forward(level, *path.bounds) + distance, *path.bounds)


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("kind", [*SIZES, "compound"])
def test_each_kind_against_a_slow_plain_loop(make_path, make_change, move, kind, bounds):
    path = make_path(bounds=bounds)
    value, unit = SIZES.get(kind, ({"low": -5, "high": 8}, "%/year"))
    change = make_change(change="growth" if kind == "compound" else kind, value=value, unit=unit, profile=RAMP)
    found = move(path, change)
    size = np.zeros(401) if value is None else sizes(change)
    for draw in range(0, 401, 40):
        for i in range(FIRST + 1, LAST):
            expected = compute_slowly(change, path, draw, i, size[draw], ON_RAMP)
            assert found[draw, i] == pytest.approx(expected, rel=1e-9), (draw, i)


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_weight_is_zero_the_draws_stay_to_the_last_digit(make_path, make_change, move, kind):
    path = make_path()
    value, unit = SIZES[kind]
    pulse = {"shape": "pulse", "for": 1}
    found = move(path, make_change(**{"from": "2027"}, change=kind, value=value, unit=unit, profile=pulse))
    np.testing.assert_array_equal(np.delete(found, 3, axis=1), np.delete(path.draws, 3, axis=1))
    assert not np.array_equal(found[:, 3], path.draws[:, 3])


@pytest.mark.parametrize("profile", ["step", RAMP, {"shape": "shock", "recovery": 2}])
@pytest.mark.parametrize(
    ("kind", "value", "unit"), [("add", 0, "points"), ("multiply", 1, None), ("close_gap", 0, None), ("cap", 100, "%")]
)
def test_a_neutral_size_leaves_every_draw_to_the_last_digit(make_path, make_change, move, kind, value, unit, profile):
    path = make_path()
    change = make_change(change=kind, value=value, unit=unit, profile=profile)
    np.testing.assert_array_equal(move(path, change), path.draws)


@settings(max_examples=80)
@given(
    st.sampled_from(sorted(KINDS)),
    st.floats(0, 100),
    st.sampled_from(["step", RAMP, {"shape": "pulse_train", "for": 1, "every": 2}, {"shape": "shock", "recovery": 3}]),
    st.sampled_from(["2024", "2026", "2029"]),
    st.integers(0, 50),
)
def test_before_the_start_nothing_changes_and_bounds_hold_after(
    make_path, make_change, move, kind, size, profile, start, seed
):
    path = make_path(seed=seed)
    value = None if kind == "hold" else -size if seed % 2 and kind in ("growth", "add") else size
    found = move(path, make_change(**{"from": start}, change=kind, value=value, unit=SIZES[kind][1], profile=profile))
    first = [str(period) for period in path.periods].index(start)
    np.testing.assert_array_equal(found[:, :first], path.draws[:, :first])
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 100


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(KINDS)),
    st.floats(1e-3, 1e6),
    st.sampled_from([(0.0, None), (None, None)]),
    st.integers(0, 9),
)
def test_scaling_the_units_scales_the_results(
    make_path, make_change, make_plan, make_indicator, make_target, move, kind, scale, bounds, seed
):
    plan = make_plan(share=make_indicator(make_target(value=42.0 * scale), unit="L", bounds=bounds))
    small = make_path(seed=seed, bounds=bounds)
    large = make_path(seed=seed, bounds=bounds, value=30.0 * scale)
    value = {"hold": None, "multiply": 1.2, "close_gap": 50.0}.get(kind, 7.0)
    scaled = value if kind in ("hold", "multiply", "close_gap") else value * scale
    found = move(large, make_change(change=kind, value=scaled, unit="L/year"), plan=plan)
    expected = move(small, make_change(change=kind, value=value, unit="L/year"))
    np.testing.assert_allclose(found, scale * expected, rtol=1e-8)


# Growth


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("start", ["2024", "2026", "2029"])
@pytest.mark.parametrize("unit", ["points/year", "%/year"])
def test_a_step_of_growth_leads_the_median_from_the_last_period_before(
    make_path, make_change, move, unit, start, bounds
):
    path = make_path(bounds=bounds)
    found = move(path, make_change(**{"from": start}, value=1.5, unit=unit))
    first = int(start) - 2024
    base = np.median(path.draws[:, first - 1]) if first else path.origin_value
    years = np.arange(1, 7 - first)
    expected = base * 1.015**years if unit == "%/year" else base + 1.5 * years
    np.testing.assert_allclose(medians(found)[first:], expected, rtol=1e-9)


@pytest.mark.parametrize("rate", [-30.0, 4.1, 8.0])
def test_compound_growth_multiplies_the_median_each_year(make_path, make_change, move, rate):
    path = make_path(unit="persons", bounds=(0.0, None), value=9000.0)
    found = move(path, make_change(value=rate, unit="%/year"))
    expected = np.median(path.draws[:, 1]) * (1 + rate / 100) ** np.arange(1, 5)
    np.testing.assert_allclose(medians(found)[2:], expected, rtol=1e-9)


@pytest.mark.parametrize(("unit", "after_a_year"), [("points/year", lambda x: x + 4), ("%/year", lambda x: x * 1.04)])
def test_growth_counts_years_not_periods(make_path, make_change, move, unit, after_a_year):
    quarters = make_path("2024-2025Q1", count=12)
    found = medians(move(quarters, make_change(**{"from": "2025-2026Q1"}, value=4.0, unit=unit)))
    np.testing.assert_allclose(found[7:], [after_a_year(x) for x in found[3:8]], rtol=1e-4)


@pytest.mark.parametrize("unit", ["points/year", "%/year"])
def test_growth_of_nothing_keeps_the_median_of_the_period_before(make_path, make_change, move, unit):
    path = make_path()
    found = move(path, make_change(value=0.0, unit=unit))
    np.testing.assert_allclose(medians(found)[2:], np.median(path.draws[:, 1]), rtol=1e-9)


def test_growth_keeps_the_order_of_the_draws(make_path, make_change, move):
    path = make_path()
    found = move(path, make_change(value=1.5))
    np.testing.assert_array_equal(np.argsort(path.draws[:, 4]), np.argsort(found[:, 4]))


# Set


@pytest.mark.parametrize("level", [0.5, 12.0, 42.0, 99.0])
def test_set_puts_every_draw_at_the_level(make_path, make_change, move, level):
    found = move(make_path(), make_change(change="set", value=level, unit="%"))
    np.testing.assert_allclose(found[:, 2], level, rtol=1e-9)


@pytest.mark.parametrize("level", [0.0, 100.0])
def test_set_reaches_a_bound(make_path, make_change, move, level):
    found = move(make_path(), make_change(change="set", value=level, unit="%"))
    np.testing.assert_allclose(found[:, 2], level, atol=0.6)


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("level", [35.0, 42.0, 61.7, 80.1])
def test_set_to_a_target_meets_it(make_path, make_change, make_target, move, level, bounds):
    found = move(make_path(bounds=bounds), make_change(change="set", value=level, unit="%"))
    for operator in (">=", "<="):
        assert make_target(value=level, operator=operator).met_by(found[:, 2]).all(), operator


def test_after_set_each_draw_moves_on_as_forecast(make_path, make_change, move):
    path = make_path(bounds=(None, None))
    found = move(path, make_change(change="set", value=50.0, unit="%"))
    np.testing.assert_allclose(np.diff(found[:, 2:]), np.diff(path.draws[:, 2:]), rtol=1e-9)


def test_a_ramp_of_set_ends_where_a_step_would_be(make_path, make_change, move):
    slow = move(make_path(), make_change(change="set", value=50.0, unit="%", profile=RAMP))
    fast = move(make_path(), make_change(change="set", value=50.0, unit="%"))
    np.testing.assert_allclose(slow[:, 4:], fast[:, 4:], rtol=1e-12)
    assert (slow[:, 3] < fast[:, 3]).mean() > 0.99


# Hold, cap and what closes a gap


def test_hold_keeps_every_draw_where_it_stood(make_path, make_change, move):
    path = make_path()
    found = move(path, make_change(change="hold", value=None, unit=None))
    np.testing.assert_allclose(found[:, 2:], np.repeat(path.draws[:, 1:2], 4, axis=1), rtol=1e-12)


def test_hold_from_the_first_period_stays_at_the_last_value_known(make_path, make_change, move):
    found = move(make_path(), make_change(**{"from": None}, change="hold", value=None, unit=None))
    np.testing.assert_allclose(found, 30.0, rtol=1e-12)


@pytest.mark.parametrize("level", [12.1, 30.1, 33.3])
def test_nothing_rises_above_a_cap_and_what_lies_below_stays(make_path, make_change, move, level):
    path = make_path()
    found = move(path, make_change(change="cap", value=level, unit="%"))
    below = path.draws <= level
    np.testing.assert_array_equal(found[below], path.draws[below])
    np.testing.assert_array_equal(found[:, 2:][~below[:, 2:]], level)


@settings(max_examples=30)
@given(st.floats(0, 100), st.sampled_from(["up", "down"]), st.sampled_from(["step", RAMP]), st.integers(0, 20))
def test_closing_a_gap_never_worsens(
    make_path, make_change, make_plan, make_indicator, make_target, move, share, better, profile, seed
):
    path, direction = make_path(seed=seed), 1 if better == "up" else -1
    plan = make_plan(share=make_indicator(make_target(value=31.0), better=better))
    found = move(path, make_change(change="close_gap", value=share, unit="%", profile=profile), plan=plan)
    good = direction * (path.draws - 31.0) >= 0
    np.testing.assert_array_equal(found[good], path.draws[good])
    assert (direction * (found - path.draws) >= 0).all()
    assert (direction * (31.0 - found)[~good] >= -1e-12).all()


@pytest.mark.parametrize(("better", "operator", "goal"), [("up", ">=", 71.7), ("down", "<=", 12.1)])
def test_closing_the_whole_gap_meets_the_target(
    make_path, make_change, make_plan, make_indicator, make_target, move, better, operator, goal
):
    target = make_target(value=goal, operator=operator)
    plan = make_plan(share=make_indicator(make_target(value=60.0), target, better=better))
    found = move(make_path(), make_change(change="close_gap", value=100, unit=None), plan=plan)
    assert target.met_by(found[:, 2:]).all()


def test_a_gap_to_no_target_cannot_be_closed(make_path, make_change, make_plan, make_indicator, make_target, move):
    text = make_target("Guide produit", kind="text", value=None, operator=None)
    plan = make_plan(share=make_indicator(text))
    with pytest.raises(ScenarioError) as caught:
        move(make_path(), make_change(change="close_gap", value=50, unit=None), plan=plan)
    assert str(caught.value) == ("the change on 'share' closes a gap, but it has no target in numbers to reach")
