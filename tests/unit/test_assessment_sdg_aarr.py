"""SDG Index arrows and the annual average rate of reduction: hand-computed rates, edge cases, invariances."""

import math
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.assessment import aarr, sdg_index
from forecast.assessment.aarr import fit_rate
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.sdg_index import aggregate_goal, find_recent_start, score_arrow, stop_at
from forecast.schema.periods import Period

UP, DOWN = ">=", "<="


@pytest.fixture(scope="module")
def gather(make_target, make_indicator):
    """Build evidence of yearly values and a target due in 2030."""

    def build(values, value, operator=UP, *, start=2015, as_of=date(2026, 11, 23), **target):
        target = make_target(**{"value": value, "operator": operator, "due": "2030", **target})
        return Evidence("share", make_indicator(target), target, as_of, make_points(values), None, start)

    return build


def make_points(values):
    return tuple(Point(Period.parse(str(year)), year + 0.5, float(value)) for year, value in values.items())


# SDG Index: needed 20 over 15 years, 4/3 a year


@pytest.mark.parametrize(
    ("values", "target", "operator", "key", "ratio"),
    [
        ({2015: 20, 2019: 26, 2024: 34}, 40, UP, "on_track", 1.2),
        ({2015: 20, 2021: 22, 2024: 26}, 40, UP, "on_track", 1.0),
        ({2015: 20, 2021: 22, 2024: 24}, 40, UP, "moderate", 0.5),
        ({2015: 20, 2021: 22, 2024: 23}, 40, UP, "stagnating", 0.25),
        ({2015: 20, 2021: 22, 2024: 22}, 40, UP, "stagnating", 0.0),
        ({2015: 20, 2021: 26, 2024: 24}, 40, UP, "decreasing", -0.5),
        ({2015: 40, 2021: 38, 2024: 34}, 20, DOWN, "on_track", 1.0),
        ({2015: 40, 2021: 38, 2024: 36}, 20, DOWN, "moderate", 0.5),
        ({2015: 40, 2021: 34, 2024: 36}, 20, DOWN, "decreasing", -0.5),
        ({2015: 0, 2021: 8, 2024: 12}, 20, UP, "on_track", 1.0),  # zero, a change of sign
        ({2015: -10, 2021: -2, 2024: 0}, 10, UP, "moderate", 0.5),
        ({2015: 20, 2021: 10, 2024: 0}, 40, UP, "decreasing", -2.5),
    ],
)
def test_recent_over_needed_growth_gives_the_arrow(gather, values, target, operator, key, ratio):
    verdict = sdg_index.judge(gather(values, target, operator))
    assert (verdict.key, verdict.ratio) == (key, ratio)
    assert verdict.rule == "linear growth of the last five years over the one needed from the base"
    assert verdict.chosen == "the value of the plan's starting year"


def test_what_the_ratio_lacks_to_the_next_arrow(gather):
    assert sdg_index.judge(gather({2015: 20, 2021: 22, 2024: 23}, 40)).distance == 0.25
    assert sdg_index.judge(gather({2015: 20, 2021: 22, 2024: 26}, 40)).distance is None


@pytest.mark.parametrize(
    ("years", "since"),
    [
        ((2015, 2018, 2019, 2020, 2024), 2019),  # the longest span of at most five years
        ((2015, 2018, 2022, 2024), 2022),
        ((2022, 2023, 2024), 2022),  # a shorter history counts from its first value
        ((2015, 2018, 2024), 2018),  # no value within five: the nearest within one year more
        ((2015, 2017, 2024), None),
    ],
)
def test_where_the_recent_growth_starts(years, since):
    found = find_recent_start(make_points(dict.fromkeys(years, 1)))
    assert (found.year if found else None) == since


def test_fiscal_years_are_five_years_apart_whatever_the_leap_days():
    periods = [Period.parse(text) for text in ("2018-2019", "2019-2020", "2024-2025")]
    points = tuple(Point(period, period.time("flow"), 1.0) for period in periods)
    assert find_recent_start(points) is points[1]


@pytest.mark.parametrize(("value", "direction", "stopped"), [(45, 1, 40), (35, 1, 35), (35, -1, 40), (45, -1, 45)])
def test_a_value_beyond_the_target_counts_as_on_it(value, direction, stopped):
    assert stop_at(value, 40, direction) == stopped


def test_movements_beyond_the_target_are_ignored(gather):
    beyond = sdg_index.judge(gather({2015: 20, 2020: 90, 2024: 38}, 40))
    on_it = sdg_index.judge(gather({2015: 20, 2020: 40, 2024: 38}, 40))
    assert (beyond.key, beyond.ratio) == (on_it.key, on_it.ratio) == ("decreasing", -0.375)


@pytest.mark.parametrize(
    ("values", "operator", "key", "ratio"),
    [
        ({2015: 50, 2020: 34, 2024: 38}, UP, "on_track", 3.0),  # one a year, a third needed from the latest on
        ({2015: 50, 2020: 42, 2024: 38}, UP, "decreasing", -1.5),
        ({2015: 40, 2020: 38, 2024: 38}, UP, "stagnating", 0.0),
        ({2015: 30, 2020: 46, 2024: 42}, DOWN, "on_track", 3.0),
        ({2015: 30, 2020: 38, 2024: 42}, DOWN, "decreasing", -1.5),
    ],
)
def test_a_target_met_at_the_base_and_lost_is_needed_again_from_today(gather, values, operator, key, ratio):
    verdict = sdg_index.judge(gather(values, 40, operator))
    assert (verdict.key, verdict.ratio) == (key, ratio)
    assert verdict.rule == (
        "the base already met the target, which was later lost; the needed growth counts from the latest value"
    )


@pytest.mark.parametrize(
    ("values", "operator", "key"),
    [
        ({2015: 50, 2020: 42, 2024: 38}, UP, "decreasing"),
        ({2015: 50, 2020: 34, 2024: 38}, UP, "stagnating"),
        ({2015: 30, 2020: 38, 2024: 42}, DOWN, "decreasing"),
        ({2015: 40, 2020: 40, 2024: 40}, ">", "stagnating"),
    ],
)
def test_a_target_lost_with_no_time_left(gather, values, operator, key):
    verdict = sdg_index.judge(gather(values, 40, operator, due="2024"))
    assert (verdict.key, verdict.ratio) == (key, None)
    assert verdict.rule == "no time or no way is left for a needed growth; the recent movement decides"


@pytest.mark.parametrize(
    ("years", "base", "chosen"),
    [
        ((2014, 2016, 2024), 2014, "the nearest earlier value"),
        ((2013, 2016, 2024), 2016, "the first later value"),
        ((2013, 2017, 2024), 2017, "the first later value"),
        ((2012, 2013, 2018), 2013, "the nearest earlier value"),
    ],
)
def test_the_base_is_the_nearest_within_one_year_else_the_first_later(gather, years, base, chosen):
    verdict = sdg_index.judge(gather(dict.fromkeys(years, 45), 40))
    assert (verdict.base.year, verdict.chosen) == (base, chosen)


def test_no_recent_value_gives_no_arrow(gather):
    verdict = sdg_index.judge(gather({2015: 20, 2017: 22, 2024: 30}, 40))
    assert verdict.reason == "no other value in the five years up to the latest"


@pytest.mark.parametrize(
    ("ratio", "score"), [(-1, 0), (-0.5, 0), (-0.25, 0.5), (0, 1), (0.5, 2), (0.75, 2.5), (1, 3), (1.5, 4), (9, 4)]
)
def test_arrows_are_rescaled_so_that_classes_keep_their_bands(ratio, score):
    assert score_arrow(ratio) == score


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([4, 3, 2], ("on_track", 3.0)),
        ([4, 2, 2, 1], ("moderate", 2.25)),
        ([1, 1, 1, None], ("stagnating", 1.0)),  # three of four are just enough
        ([0.5, 1, 0.5], ("decreasing", 2 / 3)),
        ([3, 3, None, None], None),
        ([None], None),
        ([], None),
    ],
)
def test_the_arrow_of_a_goal(scores, expected):
    assert aggregate_goal(scores) == expected


def test_the_share_of_known_arrows_is_a_setting():
    assert aggregate_goal([3, None], enough=0.5) == ("on_track", 3.0)


# AARR


def fit_slowly(points):
    """Slope of the logarithms by the deviations from their means, one after the other."""
    middle = sum(point.time for point in points) / len(points)
    height = sum(math.log(point.value) for point in points) / len(points)
    above = sum((point.time - middle) * (math.log(point.value) - height) for point in points)
    return math.exp(above / sum((point.time - middle) ** 2 for point in points)) - 1


@given(st.lists(st.floats(0.1, 1000), min_size=2, max_size=12))
def test_the_fitted_rate_against_a_slow_loop(values):
    points = make_points(dict(enumerate(values, 2010)))
    assert fit_rate(points) == pytest.approx(fit_slowly(points), rel=1e-6, abs=1e-9)


def test_the_slope_of_the_corrected_example_is_a_reduction_of_6_4_percent():
    # NIPN: the UNICEF note of 2007 prints the slope as -0.0669 and means -0.06613
    points = make_points({year: 50 * math.exp(-0.06613 * (year - 1990)) for year in (1990, 1994, 1995, 2000, 2004)})
    assert -100 * fit_rate(points) == pytest.approx(6.4, abs=0.01)


@pytest.mark.parametrize(
    ("values", "target", "operator", "key", "ratio"),
    [
        ({2015: 20, 2020: 30}, 40, UP, "on_track", (1.5 ** (1 / 5) - 1) / ((4 / 3) ** (1 / 10) - 1)),
        ({2015: 20, 2020: 22}, 40, UP, "off_track", (1.1 ** (1 / 5) - 1) / ((40 / 22) ** (1 / 10) - 1)),
        ({2015: 20, 2020: 20.4}, 40, UP, "no_progress", (1.02 ** (1 / 5) - 1) / ((40 / 20.4) ** (1 / 10) - 1)),
        ({2015: 20, 2020: 18}, 40, UP, "no_progress", (0.9 ** (1 / 5) - 1) / ((40 / 18) ** (1 / 10) - 1)),
        ({2015: 40, 2020: 30}, 20, DOWN, "on_track", (0.75 ** (1 / 5) - 1) / ((2 / 3) ** (1 / 10) - 1)),
        ({2015: 40, 2020: 36}, 20, DOWN, "off_track", (0.9 ** (1 / 5) - 1) / ((20 / 36) ** (1 / 10) - 1)),
        ({2015: 40, 2020: 39.6}, 20, DOWN, "no_progress", (0.99 ** (1 / 5) - 1) / ((20 / 39.6) ** (1 / 10) - 1)),
        ({2015: 40, 2020: 44}, 20, DOWN, "no_progress", (1.1 ** (1 / 5) - 1) / ((20 / 44) ** (1 / 10) - 1)),
    ],
)
def test_the_fitted_rate_over_the_one_required_from_today(gather, values, target, operator, key, ratio):
    verdict = aarr.judge(gather(values, target, operator))
    assert (verdict.key, verdict.ratio) == (key, pytest.approx(ratio, rel=1e-9))
    assert (
        verdict.rule
        == "rate fitted to all values over the one required from the latest; the limit of no progress is ours"
    )
    assert (verdict.base.year, verdict.chosen) == (2015, "the first of the values fitted")


def test_on_track_needs_no_more_than_the_required_rate_even_below_the_limit_of_no_progress(gather):
    verdict = aarr.judge(gather({2015: 40, 2020: 40.1}, 40.2))
    assert verdict.key == "on_track"
    behind = aarr.judge(gather({2015: 40, 2020: 40.02}, 40.2))
    assert (behind.key, behind.distance) == ("no_progress", pytest.approx(1 - behind.ratio))


def test_the_limit_of_no_progress_is_a_setting(gather):
    evidence = gather({2015: 20, 2020: 20.4}, 40)
    assert aarr.judge(evidence, no_progress=0.001).key == "off_track"


def test_a_target_met_at_the_base_and_lost_is_required_again_from_today(gather):
    assert aarr.judge(gather({2015: 50, 2020: 39}, 40)).key == "no_progress"
    assert aarr.judge(gather({2015: 41, 2016: 20, 2020: 39}, 40)).key == "on_track"
    assert aarr.judge(gather({2015: 30, 2020: 41}, 40, DOWN)).key == "no_progress"


@pytest.mark.parametrize(
    ("values", "target", "operator"),
    [
        ({2015: 0, 2020: 20}, 40, UP),
        ({2015: 20, 2020: 0}, 40, UP),
        ({2015: 5, 2020: -5}, 40, UP),
        ({2015: 20, 2020: 10}, 0, DOWN),
    ],
)
def test_zero_and_values_below_it_have_no_logarithm(gather, values, target, operator):
    verdict = aarr.judge(gather(values, target, operator))
    assert verdict.reason == "the method takes logarithms, which need values and a target of one sign"


def test_no_rate_can_be_required_once_the_date_has_come(gather):
    for evidence in (gather({2015: 20, 2020: 30}, 40, due="2020"), gather({2015: 20, 2020: 40}, 40, ">")):
        verdict = aarr.judge(evidence)
        assert verdict.reason == "no time or no way is left from the latest value, so that no rate can be required"


def test_a_few_steep_days_stay_a_number():
    days = (Point(Period.parse(f"2025-01-0{day}"), 2025 + day / 365, 10.0**day) for day in (1, 2, 3))
    assert math.isfinite(fit_rate(tuple(days)))


def test_mirrored_values_keep_the_fitted_verdict_and_opposite_signs_have_no_logarithm(gather):
    before, mirrored = (
        aarr.judge(gather(values, target, operator))
        for values, target, operator in (({2015: 20, 2020: 24}, 40, UP), ({2015: -20, 2020: -24}, -40, DOWN))
    )
    assert (before.key, before.ratio) == (mirrored.key, pytest.approx(mirrored.ratio))
    assert not aarr.judge(gather({2015: -20, 2020: 24}, 40, UP)).applies


# Both

BOTH = [pytest.param(sdg_index.judge, id="sdg"), pytest.param(aarr.judge, id="aarr")]


@pytest.mark.parametrize(
    ("judge", "rule"),
    [
        (sdg_index.judge, "the latest value meets the target; movements beyond it are ignored"),
        (aarr.judge, "the latest value meets the target, whatever the trend"),
    ],
)
@pytest.mark.parametrize(("values", "operator"), [({2015: 60, 2020: 45}, UP), ({2015: 20, 2020: 35}, DOWN)])
def test_a_met_target_is_on_track_whatever_the_trend(gather, judge, rule, values, operator):
    verdict = judge(gather(values, 40, operator))
    assert (verdict.key, verdict.rule, verdict.base.year) == ("on_track", rule, 2015)
    assert judge(gather({2020: values[2020]}, 40, operator)).key == "on_track"


@pytest.mark.parametrize("judge", BOTH)
def test_where_neither_applies(gather, judge):
    assert judge(gather({2020: 20}, 40)).reason == "only one value is known; a pace needs two"
    assert judge(gather({}, 40)).reason == "no value is known"
    ranged = gather({2015: 20, 2020: 30}, 40, high=50.0, kind="range")
    assert judge(ranged).reason == "a range or an exact value has no direction in which to progress"
    words = gather({}, None, None, words="Guide IA produit", kind="text")
    assert judge(words).reason == "a target in words or a date has no pace; it is followed as a state"


def test_values_after_a_due_date_that_has_passed_are_not_looked_at(gather):
    for judge in (sdg_index.judge, aarr.judge):
        verdict = judge(gather({2015: 20, 2018: 24, 2020: 30, 2024: 90}, 40, due="2022"))
        assert verdict.latest.year == 2020


amounts = st.floats(-100, 100).map(lambda value: round(value, 2))
LIMITS = (0, 0.5, 1)


@given(
    values=st.lists(amounts, min_size=2, max_size=8),
    target=amounts,
    factor=st.floats(1e-2, 1e2),
    operator=st.sampled_from([UP, DOWN]),
)
@pytest.mark.parametrize("judge", BOTH)
def test_scaling_keeps_the_verdict(gather, judge, values, target, factor, operator):
    assume(all(abs(value - target) > 1e-3 for value in values))
    before = judge(gather(dict(enumerate(values, 2015)), target, operator))
    assume(before.ratio is None or all(abs(before.ratio - limit) > 1e-6 for limit in LIMITS))
    scaled = {year: value * factor for year, value in enumerate(values, 2015)}
    after = judge(gather(scaled, target * factor, operator))
    assert (after.key, after.reason) == (before.key, before.reason)


@given(values=st.lists(amounts, min_size=2, max_size=8), target=amounts)
def test_mirrored_values_keep_the_arrow(gather, values, target):
    before = sdg_index.judge(gather(dict(enumerate(values, 2015)), target, UP))
    mirrored = {year: -value for year, value in enumerate(values, 2015)}
    after = sdg_index.judge(gather(mirrored, -target, DOWN))
    assert (after.key, after.ratio, after.rule) == (before.key, before.ratio, before.rule)
