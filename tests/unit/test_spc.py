"""Process charts: plain loops against the array code, and edge cases of limits, rules and icons."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.spc import (
    CHARTS,
    assure,
    choose_icon,
    collect_icons,
    draw_chart,
    draw_xmr,
    find_causes,
    measure_band,
)
from forecast.assessment.spc.rules import (
    COMMON,
    Cause,
    end_one_side,
    end_trend,
    find_sides,
    flag_two_in_three,
    flag_two_in_three_beyond,
    name_point_type,
    order_causes,
    spread_back,
)
from forecast.errors import DataError

CALM = [30.0, 32.0, 31.0, 29.0, 30.0, 31.0, 29.0, 32.0, 30.0, 31.0, 29.0, 30.0, 31.0]
LEVELS = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=30)


# XmR


def loop_over_band(values):
    mean = sum(values) / len(values)
    ranges = [abs(values[i] - values[i - 1]) for i in range(1, len(values))]
    average = sum(ranges) / len(ranges)
    kept = [size for size in ranges if average == 0 or size < 3.267 * average]
    average = sum(kept) / len(kept)
    return [mean + factor * average for factor in (0, -2.66, -2.66 * 2 / 3, 2.66 * 2 / 3, 2.66)]


def lines_of(band):
    return [band.centre, band.lower, band.near_lower, band.near_upper, band.upper]


@given(LEVELS)
def test_the_band_is_that_of_a_plain_loop(values):
    assert lines_of(measure_band(values)) == pytest.approx(loop_over_band(values), abs=1e-9)


@given(LEVELS, st.sampled_from([-4.0, -0.5, 0.25, 8.0]), st.integers(-500, 500))
def test_limits_follow_scale_and_shift_of_the_values(values, scale, shift):
    before, after = measure_band(values), measure_band([scale * value + shift for value in values])
    moved = [scale * line + shift for line in lines_of(before)]
    moved = moved if scale > 0 else [moved[0], *reversed(moved[1:])]
    assert lines_of(after) == pytest.approx(moved, abs=1e-9)


@given(LEVELS)
def test_limits_do_not_depend_on_the_direction_of_time(values):
    assert lines_of(measure_band(values[::-1])) == pytest.approx(lines_of(measure_band(values)), abs=1e-9)


def test_a_constant_series_has_limits_on_itself_and_no_signal():
    values = [0.1] * 9  # whose plain sum over 9 is not 0.1
    assert lines_of(measure_band(values)) == [0.1] * 5
    assert find_causes(values, measure_band(values)) == [COMMON] * 9


def test_a_wild_moving_range_is_screened_once_and_only_when_asked():
    values = [1.0, 2.0] * 8 + [40.0, 1.0]
    assert measure_band(values).upper - measure_band(values).centre == pytest.approx(2.66)
    unscreened = measure_band(values, screen=False)
    assert unscreened.upper - unscreened.centre == pytest.approx(2.66 * (15 + 38 + 39) / 17)


def test_limits_fixed_after_some_points_ignore_the_others():
    assert measure_band([*CALM, 90.0, 95.0], fix_after=len(CALM)) == measure_band(CALM)


def test_each_group_has_its_own_limits_after_a_rebase():
    chart = draw_xmr([*CALM, 50.0, 52.0, 51.0], rebase_after=[13], fix_after=13)
    first, second = measure_band(CALM), measure_band([50.0, 52.0, 51.0])
    assert chart.centre.tolist() == [first.centre] * 13 + [second.centre] * 3
    assert chart.near_upper.tolist() == [first.near_upper] * 13 + [second.near_upper] * 3


def test_a_rebase_outside_the_series_or_named_twice_changes_nothing():
    assert draw_xmr(CALM, rebase_after=[0, 13, 40]).lower.tolist() == draw_xmr(CALM).lower.tolist()
    twice = draw_xmr(CALM, rebase_after=[6, 6])
    assert twice.lower.tolist() == draw_xmr(CALM, rebase_after=[6]).lower.tolist()


# Other charts

COUNTS, SIZES, DEVIATIONS = [3, 0, 5, 4, 2, 6], [10, 14, 9, 30, 12, 21], [1.0, 1.5, 0.7, 1.1, 2.0, 1.3]


def mean_range(values):
    return sum(abs(later - earlier) for earlier, later in pairwise(values)) / (len(values) - 1)


def loop_over_sigmas(chart):
    """Centre and sigma at each point, by the textbook, one point at a time."""
    whole = sum(COUNTS) / sum(SIZES)
    ratios = [count / size for count, size in zip(COUNTS, SIZES, strict=True)]
    pooled = math.sqrt(
        sum((size - 1) * sd**2 for size, sd in zip(SIZES, DEVIATIONS, strict=True)) / (sum(SIZES) - len(SIZES))
    )
    c4 = [math.sqrt(2 / (size - 1)) * math.gamma(size / 2) / math.gamma((size - 1) / 2) for size in SIZES]
    binomial = [math.sqrt(whole * (1 - whole) / size) for size in SIZES]
    poisson = [math.sqrt(whole / size) for size in SIZES]
    weighted = sum(count * size for count, size in zip(COUNTS, SIZES, strict=True)) / sum(SIZES)

    def widen(sigmas):
        z = [(ratio - whole) / sigma for ratio, sigma in zip(ratios, sigmas, strict=True)]
        return [sigma * mean_range(z) / 1.128 for sigma in sigmas]

    count = sum(COUNTS) / len(COUNTS)
    return {
        "i": (sum(ratios) / len(ratios), [mean_range(ratios) / 1.128] * len(ratios)),
        "p": (whole, binomial),
        "pprime": (whole, widen(binomial)),
        "u": (whole, poisson),
        "uprime": (whole, widen(poisson)),
        "c": (count, [math.sqrt(count)] * len(COUNTS)),
        "s": (pooled, [pooled * math.sqrt(1 - c**2) / c for c in c4]),
        "xbar": (weighted, [pooled / (c * math.sqrt(size)) for c, size in zip(c4, SIZES, strict=True)]),
    }[chart]


FLOORS = {"p": (0, 1), "pprime": (0, 1), "u": (0, math.inf), "uprime": (0, math.inf), "c": (0, math.inf)}


@pytest.mark.parametrize("chart", sorted(set(CHARTS) - {"mr"}))
def test_a_chart_is_that_of_a_plain_loop(chart):
    numerators = DEVIATIONS if chart == "s" else COUNTS
    drawn = draw_chart(chart, numerators, SIZES, sds=DEVIATIONS, multiplier=100)
    centre, sigmas = loop_over_sigmas(chart)
    low, high = FLOORS.get(chart, (0 if chart == "s" else -math.inf, math.inf))
    for line, factor in (("lower", -3), ("near_lower", -2), ("centre", 0), ("near_upper", 2), ("upper", 3)):
        expected = [100 * min(max(centre + factor * sigma, low), high) for sigma in sigmas]
        assert getattr(drawn, line).tolist() == pytest.approx(expected), line


def test_a_chart_of_moving_ranges_has_one_point_fewer_and_no_lower_limit():
    drawn = draw_chart("mr", [5, 7, 4, 4])
    assert drawn.values.tolist() == [2, 3, 0]
    assert drawn.upper.tolist() == pytest.approx([3.267 * 5 / 3] * 3)
    assert drawn.near_upper.tolist() == pytest.approx([3.267 * 10 / 9] * 3)
    assert drawn.lower.tolist() == drawn.near_lower.tolist() == [0, 0, 0]


@pytest.mark.parametrize("chart", ["pprime", "uprime"])
def test_where_nothing_is_ever_counted_the_limits_are_zero(chart):
    drawn = draw_chart(chart, [0, 0, 0], [5, 6, 7])
    assert drawn.upper.tolist() == drawn.lower.tolist() == [0, 0, 0]


def test_other_charts_rebase_too():
    drawn = draw_chart("c", [4, 4, 9, 9], rebase_after=[2])
    assert drawn.centre.tolist() == [4, 4, 9, 9]
    assert drawn.lower.tolist() == [0, 0, 0, 0]
    assert drawn.upper.tolist() == [10, 10, 18, 18]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: measure_band([1.0]), "moving ranges need at least two values in a group; 1 given"),
        (lambda: draw_xmr([]), "a process chart needs values; none is given"),
        (
            lambda: measure_band([1.0, math.nan, 2.0]),
            "value 2 of 3 is nan; leave out points without a number",
        ),
        (
            lambda: draw_xmr([1.0, 2.0, 3.0], rebase_after=[2]),
            "moving ranges need at least two values in a group; 1 given",
        ),
        (
            lambda: draw_chart("funnel", [1], [2]),
            "no process chart is called 'funnel'; known: c, i, mr, p, pprime, s, u, uprime, xbar",
        ),
        (lambda: draw_chart("u", [1, 2]), "a chart of type u needs denominators"),
        (lambda: draw_chart("xbar", [1], [5]), "a chart of type xbar needs the standard deviation of each sample"),
        (lambda: draw_chart("p", [1, 2], [5]), "a denominator is needed for each numerator: 1 for 2"),
        (lambda: draw_chart("u", [1, math.inf], [5, 5]), "numerator 2 of 2 is inf; leave out points without a number"),
        (lambda: draw_chart("i", [1, 2], [5, 0]), "denominator 2 is 0; it must be positive"),
        (lambda: draw_chart("s", [1, 2], [5, 1]), "denominator 2 is 1; it must be 2 or more"),
        (
            lambda: draw_chart("p", [7], [5]),
            "numerator 1 is 7; on a chart of type p it is from 0 to its denominator, 5",
        ),
        (lambda: draw_chart("c", [-1]), "numerator 1 is -1; on a chart of type c it is 0 or more"),
        (lambda: end_trend([1, 2], 1), "a run of 1 points says nothing; take at least 2"),
    ],
)
def test_an_impossible_chart_says_what_would_be_right(draw, message):
    with pytest.raises(DataError) as caught:
        draw()
    assert str(caught.value) == message


# Rules


def loop_over_runs(signs, n):
    """All points of windows of `n` equal signs, a later window over an earlier one."""
    flags = [0] * len(signs)
    for first in range(len(signs) - n + 1):
        window = signs[first : first + n]
        if window[0] and len(set(window)) == 1:
            flags[first : first + n] = window
    return flags


@given(st.lists(st.integers(-1, 1), max_size=25), st.integers(1, 5))
def test_runs_are_those_of_a_plain_loop(side, n):
    assert spread_back(end_one_side(side, n), n) == loop_over_runs(side, n)


@given(st.lists(st.integers(0, 4), max_size=25), st.integers(2, 5))
def test_trends_are_those_of_a_plain_loop(values, n):
    flags = [0] * len(values)
    for first in range(len(values) - n + 1):
        steps = set(np.sign(np.diff(values[first : first + n])).astype(int).tolist())
        if steps in ({1}, {-1}):
            flags[first : first + n] = list(steps) * n
    assert spread_back(end_trend(values, n), n) == flags


@given(LEVELS)
def test_signals_of_the_mirrored_series_are_mirrored(values):
    mirrored = [-value for value in values]
    causes = find_causes(values, measure_band(values))
    assert find_causes(mirrored, measure_band(mirrored)) == [Cause(cause.kind, -cause.side) for cause in causes]


@given(st.lists(st.integers(0, 6).map(float), min_size=8, max_size=25))
def test_the_last_seven_values_decide_on_the_last_point(values):
    band = measure_band(values)
    assert find_causes(values[-7:], band)[-1] == find_causes(values, band)[-1]


def test_a_value_on_the_mean_but_for_rounding_breaks_a_run():
    assert find_sides([0.1 + 0.2, 0.3 + 1e-9], [0.3, 0.3]) == [0, 1]


def test_the_two_conventions_of_two_in_three_differ_on_a_point_of_the_other_side():
    # All three on one side in one; one beyond the other limit takes one away in the other
    assert flag_two_in_three([1, 0, 1], [1, -1, 1]) == [0, 0, 0]
    assert flag_two_in_three_beyond([1, 0, 1]) == [1, 0, 1]
    assert flag_two_in_three_beyond([1, -1, 1]) == [0, 0, 0]
    assert flag_two_in_three_beyond([-1, 0, -1], flag_whole_window=True) == [-1, -1, -1]
    # And on a window of two points at the start
    assert flag_two_in_three([1, 1], [1, 1]) == [0, 0]
    assert flag_two_in_three_beyond([1, 1]) == [1, 1]


def test_a_trend_that_turns_goes_the_way_of_the_later_one():
    values = [0.0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0]
    side, none = [1] * 13, [0] * 13
    causes = order_causes(values, side, none, spread_back(end_trend(values)), none, none)
    assert [cause.side for cause in causes] == [1] * 6 + [-1] * 7


def test_two_trends_at_one_height_keep_their_directions():
    values = [0.0, 1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0]
    none = [0] * 14
    causes = order_causes(values, none, none, spread_back(end_trend(values)), none, none)
    assert [cause.side for cause in causes] == [1] * 7 + [-1] * 7


@pytest.mark.parametrize(
    ("side", "improvement", "icon", "point_type"),
    [
        (0, 1, "common_cause", "common_cause"),
        (1, 1, "improvement_high", "special_cause_improvement"),
        (-1, -1, "improvement_low", "special_cause_improvement"),
        (1, -1, "concern_high", "special_cause_concern"),
        (-1, 1, "concern_low", "special_cause_concern"),
        (1, 0, "neutral_high", "special_cause_neutral_high"),
        (-1, 0, "neutral_low", "special_cause_neutral_low"),
    ],
)
def test_icon_and_type_of_a_point_in_each_direction(side, improvement, icon, point_type):
    assert choose_icon(side, improvement) == icon
    assert name_point_type(Cause("outside", side), improvement) == point_type


def test_icons_of_several_rules_are_each_shown_once():
    rules = [["improvement", "none"], ["improvement", "deterioration"]]
    assert collect_icons(rules, -1) == ["concern_high", "improvement_low"]
    assert collect_icons(rules, -1, last_point_only=True) == ["concern_high"]


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([-1, 1]))
def test_assurance_is_the_same_mirrored(first, second, target, improvement):
    low, high = sorted((first, second))
    assert assure(low, high, target, improvement) == assure(-high, -low, -target, -improvement)
