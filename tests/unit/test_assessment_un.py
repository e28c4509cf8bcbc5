"""UN Progress Chart and UN progress assessment: hand-computed ratios, edge cases in both directions, invariances."""

import math
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.assessment import un_progress
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.un_chart import (
    LEVEL,
    TREND,
    TREND_LABELS,
    classify_rate,
    compare_rates,
    find_base,
    judge_level,
    judge_trend,
    place_level,
)
from forecast.schema.periods import Period

UP, DOWN = ">=", "<="

NO_RATE = "a compound rate needs a base other than zero and a latest value of the same sign"


@pytest.fixture(scope="module")
def gather(make_target, make_indicator):
    """Build evidence of yearly values and a target due in 2030."""

    def build(values, value, operator=UP, *, start=2015, as_of=date(2026, 11, 23), indicator=None, **target):
        target = make_target(**{"value": value, "operator": operator, "due": "2030", **target})
        periods = [(Period.parse(str(text)), number) for text, number in values.items()]
        points = tuple(Point(period, period.time("flow"), number) for period, number in periods)
        return Evidence("share", make_indicator(target, **(indicator or {})), target, as_of, points, None, start)

    return build


def years(*numbers):
    return make_points({2015 + i: number for i, number in enumerate(numbers)})


def make_points(values):
    return tuple(Point(Period.parse(str(year)), year + 0.5, float(value)) for year, value in values.items())


# Trend of the chart


@pytest.mark.parametrize(
    ("values", "target", "operator", "key", "ratio"),
    [
        ({2015: 20, 2020: 30}, 40, UP, "on_track", (1.5 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 24}, 40, UP, "fair", (1.2 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 24.7}, 40, UP, "fair", (1.235 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 22.2}, 40, UP, "limited", (1.11 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 21}, 40, UP, "limited", (1.05 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 20}, 40, UP, "limited", 0.0),
        ({2015: 20, 2020: 18}, 40, UP, "deterioration", (0.9 ** (1 / 5) - 1) / (2 ** (1 / 15) - 1)),
        ({2015: 20, 2020: 0}, 40, UP, "deterioration", -1 / (2 ** (1 / 15) - 1)),  # zero: -100 % a year
        ({2015: 40, 2020: 30}, 20, DOWN, "on_track", (0.75 ** (1 / 5) - 1) / (0.5 ** (1 / 15) - 1)),
        ({2015: 40, 2020: 34}, 20, DOWN, "fair", (0.85 ** (1 / 5) - 1) / (0.5 ** (1 / 15) - 1)),
        ({2015: 40, 2020: 39}, 20, DOWN, "limited", (0.975 ** (1 / 5) - 1) / (0.5 ** (1 / 15) - 1)),
        ({2015: 40, 2020: 44}, 20, DOWN, "deterioration", (1.1 ** (1 / 5) - 1) / (0.5 ** (1 / 15) - 1)),
    ],
)
def test_the_ratio_of_compound_rates_places_the_trend(gather, values, target, operator, key, ratio):
    verdict = judge_trend(gather(values, target, operator))
    assert (verdict.key, verdict.ratio) == (key, pytest.approx(ratio, rel=1e-12))
    assert verdict.rule == "observed over required compound rate, both from the base"
    assert verdict.chosen == "the value of the plan's starting year"


def test_what_the_ratio_lacks_to_the_next_better_class(gather):
    verdict = judge_trend(gather({2015: 20, 2020: 24}, 40))
    assert verdict.distance == pytest.approx(0.95 - verdict.ratio)
    assert judge_trend(gather({2015: 20, 2020: 30}, 40)).distance is None


def test_limits_are_a_setting(gather):
    evidence = gather({2015: 20, 2020: 21}, 40)
    assert judge_trend(evidence).key == "limited"
    assert judge_trend(evidence, (0.95, 0.1, -0.1)).key == "fair"


@pytest.mark.parametrize(("values", "operator"), [({2015: 60, 2020: 45}, UP), ({2015: 20, 2020: 35}, DOWN)])
@pytest.mark.parametrize("judge", [judge_trend, un_progress.judge])
def test_a_met_target_counts_as_met_whatever_the_trend(gather, judge, values, operator):
    verdict = judge(gather(values, 40, operator))
    assert verdict.rule == "the latest value meets the target, whatever the trend"
    assert (verdict.key in ("met", "on_track"), verdict.ratio, verdict.base.year) == (True, None, 2015)
    alone = judge(gather({2020: values[2020]}, 40, operator))
    assert (alone.key, alone.base, alone.latest.year) == (verdict.key, None, 2020)


@pytest.mark.parametrize(
    ("values", "operator"),
    [
        ({2015: 50, 2020: 39}, UP),
        ({2015: 40, 2020: 39}, UP),
        ({2015: 30, 2020: 41}, DOWN),
        ({2015: 40, 2020: 41}, DOWN),
    ],
)
def test_a_target_met_at_the_base_and_lost_is_a_deterioration_though_the_ratio_is_positive(gather, values, operator):
    chart, assessment = judge_trend(gather(values, 40, operator)), un_progress.judge(gather(values, 40, operator))
    assert (chart.key, assessment.key) == ("deterioration", "stagnation")
    assert chart.rule == assessment.rule == "the base already met the target, which was later lost"
    assert chart.ratio is assessment.ratio is None
    if values[2015] != 40:
        assert compare_rates(*make_points(values), 40.0, 2030.5) > 0.95


@pytest.mark.parametrize(
    ("values", "base"),
    [
        ({2015: 1, 2016: 2, 2020: 3}, 2015),
        ({2014: 1, 2016: 2, 2020: 3}, 2016),
        ({2014: 1, 2018: 2, 2020: 3}, 2018),
        ({2014: 1, 2019: 2, 2020: 3}, 2014),
        ({2012: 1, 2020: 3}, 2012),
        ({2011: 1, 2019: 2, 2020: 3}, None),
        ({2015: 0, 2017: 2, 2020: 3}, 2017),  # a zero is passed over
        ({2013: 1, 2014: 0, 2015: 0, 2020: 3}, 2013),
        ({2013: 1, 2016: 3}, 2013),  # the latest year is no base
        ({2015: 3}, None),
    ],
)
def test_the_search_for_a_base_year(values, base):
    found = find_base(make_points(values), 2015)
    assert (found.year if found else None) == base


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ({2017: 20, 2020: 24}, "the first later value"),
        ({2013: 20, 2020: 24}, "the nearest earlier value"),
        ({2015: 0, 2016: 20, 2020: 24}, "the nearest year whose value is neither zero nor the latest"),
        ({2013: 20, 2015: 24}, "the nearest year whose value is neither zero nor the latest"),
    ],
)
def test_the_choice_of_the_base_is_told(gather, values, chosen):
    assert judge_trend(gather(values, 40)).chosen == chosen


@pytest.mark.parametrize(
    ("values", "target", "operator", "reason"),
    [
        ({2020: 20}, 40, UP, "only one value is known; a pace needs two"),
        ({}, 40, UP, "no value is known"),
        (
            {2015: 0, 2020: 20},
            40,
            UP,
            "no value other than zero, in another year, within three years of the starting point",
        ),
        ({2015: -5, 2020: 20}, 40, UP, "compound rates need values of one sign, and a target other than the base"),
        ({2015: 5, 2020: -2}, 40, UP, "compound rates need values of one sign, and a target other than the base"),
        ({2015: 20, 2020: 10}, 0, DOWN, "compound rates need values of one sign, and a target other than the base"),
        ({2015: 20, 2020: 10}, 20, ">", "compound rates need values of one sign, and a target other than the base"),
    ],
)
def test_the_chart_says_why_it_does_not_apply(gather, values, target, operator, reason):
    verdict = judge_trend(gather(values, target, operator))
    assert (verdict.applies, verdict.reason) == (False, reason)


@pytest.mark.parametrize("judge", [judge_trend, un_progress.judge])
def test_ranges_and_words_have_no_pace(gather, judge):
    ranged = gather({2015: 20, 2020: 30}, 40, high=50.0, kind="range")
    assert judge(ranged).reason == "a range or an exact value has no direction in which to progress"
    words = gather({}, None, None, words="Guide IA produit", kind="text")
    assert judge(words).reason == "a target in words or a date has no pace; it is followed as a state"


def test_a_target_already_due_is_judged_on_the_values_up_to_its_year(gather):
    evidence = gather({2015: 20, 2020: 30, 2024: 80}, 40, due="2021")
    assert judge_trend(evidence).latest.year == 2020
    verdict = un_progress.judge(gather({2015: 20, 2020: 30, 2024: 80}, 40, due="2020"))
    assert (verdict.key, verdict.ratio) == ("moderate", 0.5)  # the value of the due year stands for itself


# Trend without a target


@pytest.mark.parametrize(
    ("rate", "direction", "key"),
    [
        (0.0101, "increase", "on_track"),
        (0.01, "increase", "fair"),  # the two upper limits are strict, the lowest is not
        (0.005, "increase", "limited"),
        (-0.01, "increase", "limited"),
        (-0.0101, "increase", "deterioration"),
        (-0.0101, "decrease", "on_track"),
        (-0.01, "decrease", "fair"),
        (-0.005, "decrease", "limited"),
        (0.01, "decrease", "limited"),
        (0.0101, "decrease", "deterioration"),
        (0.0, "not decrease", "fair"),
        (-0.0005, "not decrease", "limited"),
        (-0.0011, "not decrease", "deterioration"),
        (0.0, "not increase", "fair"),
        (-0.0011, "not increase", "on_track"),
        (0.0011, "not increase", "deterioration"),
    ],
)
def test_the_class_of_a_rate_without_a_target(rate, direction, key):
    assert classify_rate(rate, direction) == key


def test_limits_of_a_series_of_its_own():
    assert classify_rate(-0.004, "not decrease", (0.01, -0.005, -0.01)) == "fair"


@pytest.mark.parametrize(
    ("rate", "direction", "key"),
    [(0.02, 1, "on_track"), (0.0199, 1, "moderate"), (0.005, 1, "moderate"), (0.0049, 1, "stagnation")],
)
def test_the_assessment_without_a_target_in_both_directions(rate, direction, key):
    assert un_progress.classify_rate(rate, direction) == key
    assert un_progress.classify_rate(-rate, -direction) == key


# Level


@pytest.mark.parametrize(
    ("value", "direction", "band"),
    [
        (98, "increase", 0),
        (97.9, "increase", 1),
        (80, "increase", 3),
        (79, "increase", 4),
        (3, "decrease", 0),
        (3.1, "decrease", 1),
        (25, "decrease", 3),
        (26, "decrease", 4),
    ],
)
def test_a_value_on_a_limit_belongs_to_the_better_band(value, direction, band):
    thresholds = (98, 90, 85, 80) if direction == "increase" else (3, 6, 15, 25)
    assert place_level(value, thresholds, direction) == band


def test_only_a_met_target_has_a_level(gather):
    met, missed = gather({2020: 45}, 40), gather({2020: 35}, 40)
    assert (judge_level(met).key, judge_level(met).rule) == ("met", "the latest value meets the target")
    assert judge_level(missed).reason == "no published band limits for this indicator"
    assert judge_level(gather({2020: 45}, 40, high=50.0, kind="range")).key == "met"
    assert judge_level(gather({}, 40)).reason == "no value is known"
    words = gather({}, None, None, words="Guide IA produit", kind="text")
    assert judge_level(words).reason == "a target in words or a date has no level; it is followed as a state"


# Share of the way


def project_slowly(base, latest, due):
    """Carry a value on year after year at the compound rate of the years before."""
    rate = (latest.value / base.value) ** (1 / (latest.year - base.year))
    value = latest.value
    for _ in range(due - latest.year):
        value *= rate
    return value


@pytest.mark.parametrize(
    ("values", "target", "operator", "key"),
    [
        ({2015: 20, 2020: 26}, 40, UP, "on_track"),
        ({2015: 20, 2020: 23}, 40, UP, "moderate"),
        ({2015: 20, 2020: 20.5}, 40, UP, "stagnation"),
        ({2015: 20, 2020: 0}, 40, UP, "stagnation"),
        ({2015: 40, 2020: 30}, 20, DOWN, "on_track"),
        ({2015: 40, 2020: 36}, 20, DOWN, "moderate"),
        ({2015: 40, 2020: 42}, 20, DOWN, "stagnation"),
        ({2015: 40, 2020: 30}, 0, DOWN, "moderate"),  # a target of zero has a share, if no compound rate
    ],
)
def test_the_share_of_the_way_places_the_progress(gather, values, target, operator, key):
    verdict = un_progress.judge(gather(values, target, operator))
    base, latest = make_points(values)
    share = (project_slowly(base, latest, 2030) - base.value) / (target - base.value)
    assert (verdict.key, verdict.ratio) == (key, pytest.approx(share, rel=1e-9))
    assert verdict.rule == (
        "share of the way from the base that is made by the due date at the compound rate since the base"
    )


@pytest.mark.parametrize(
    ("value", "target", "operator", "unit", "met"),
    [
        (99.0, 100, UP, "%", True),
        (98.9, 100, UP, "%", False),
        (1.0, 0, DOWN, "%", True),
        (1.1, 0, DOWN, "%", False),
        (99.0, 99.5, UP, "%", False),  # only where 0 % or 100 % is the target
        (99.0, 100, UP, "days", False),
    ],
)
def test_within_one_point_of_a_target_of_0_or_100_percent_counts_as_met(gather, value, target, operator, unit, met):
    evidence = gather({2015: 50, 2020: value}, target, operator, indicator={"unit": unit})
    rule = un_progress.judge(evidence).rule
    assert (rule == "the latest value is within one point of a target of 0 % or 100 %, which counts as met") == met


@pytest.mark.parametrize(
    ("values", "base"),
    [({2014: 20, 2017: 21, 2020: 22}, 2017), ({2010: 20, 2014: 21, 2020: 22}, 2014), ({2014: 20, 2016: 22}, 2014)],
)
def test_the_base_is_the_first_value_after_that_leaves_two_else_the_last_before(gather, values, base):
    assert un_progress.judge(gather(values, 40)).base.year == base


@pytest.mark.parametrize(
    ("values", "target", "operator", "reason"),
    [
        ({2020: 20}, 40, UP, "only one value is known; a pace needs two"),
        ({2015: 0, 2020: 20}, 40, UP, NO_RATE),
        ({2015: 5, 2020: -5}, 40, UP, NO_RATE),
        ({2015: 20, 2020: 10}, 20, ">", "the base equals the target; there is no way to make"),
    ],
)
def test_the_assessment_says_why_it_does_not_apply(gather, values, target, operator, reason):
    verdict = un_progress.judge(gather(values, target, operator))
    assert (verdict.applies, verdict.reason) == (False, reason)


def test_two_values_of_one_date_have_no_rate():
    base, latest = (Point(Period.parse(text), 2020.5, 20.0) for text in ("2020", "2020-07"))
    assert un_progress.predict(base, latest, 2030.5) is None


def test_a_steep_month_held_for_years_stays_a_number(gather):
    verdict = un_progress.judge(gather({"2025-01": 0.001, "2025-02": 90}, 95, start=2025, due="2200"))
    assert (verdict.key, math.isfinite(verdict.ratio)) == ("on_track", True)


# Invariances

amounts = st.floats(0.5, 100).map(lambda value: round(value, 3))


@given(base=amounts, latest=amounts, target=amounts, factor=st.floats(1e-3, 1e3), operator=st.sampled_from([UP, DOWN]))
@pytest.mark.parametrize("judge", [judge_trend, un_progress.judge])
def test_scaling_keeps_the_verdict(gather, judge, base, latest, target, factor, operator):
    days = {"unit": "days"}
    before = judge(gather({2015: base, 2020: latest}, target, operator, indicator=days))
    if before.ratio is not None:
        assume(all(abs(before.ratio - limit) > 1e-6 for limit in (0.95, 0.5, 0.1, -0.1)))
    scaled = {2015: base * factor, 2020: latest * factor}
    assert judge(gather(scaled, target * factor, operator, indicator=days)).key == before.key


@pytest.mark.parametrize("judge", [judge_trend, un_progress.judge])
def test_mirrored_values_keep_the_verdict_and_opposite_signs_have_no_rate(gather, judge):
    before, mirrored = judge(gather({2015: 20, 2020: 24}, 40, UP)), judge(gather({2015: -20, 2020: -24}, -40, DOWN))
    assert (before.key, before.ratio) == (mirrored.key, pytest.approx(mirrored.ratio))
    assert not judge(gather({2015: -20, 2020: 24}, 40, UP)).applies


@given(base=amounts, latest=amounts, target=amounts, other=st.floats(-1000, 1000))
def test_other_values_than_base_and_latest_change_nothing(gather, base, latest, target, other):
    alone = judge_trend(gather({2015: base, 2020: latest}, target))
    more = judge_trend(gather({2013: other, 2015: base, 2018: other, 2020: latest}, target))
    assert (more.key, more.ratio) == (alone.key, alone.ratio)


def test_every_class_has_words_in_both_languages():
    for method in (TREND, LEVEL, un_progress.METHOD):
        assert all(label.fr and label.en and label.ours == ("fr",) for label in method.labels.values())
    assert [label.favourable for label in TREND_LABELS.values()] == [True, True, False, False, False]
