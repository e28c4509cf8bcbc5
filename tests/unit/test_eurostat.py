"""Eurostat's measure: two windows, classes by hand, every edge case in both directions, scores of EUSTAT."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.eurostat import LONG, SHORT, aggregate, measure, score_ratio
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.ratio import Dated
from forecast.schema.periods import Period

UP, DOWN = ">=", "<="
AMOUNTS = st.floats(0.01, 1e4)
BOTH = pytest.mark.parametrize("method", [LONG, SHORT], ids=lambda method: method.id)


@pytest.fixture(scope="module")
def make_evidence(make_indicator, make_target):
    """A target of 121 due in 2025 with the values of some periods, seen at the end of 2024."""

    def make(values, value=121.0, operator=UP, *, due="2025", as_of=date(2024, 12, 31), **target):
        goal = make_target(due=due, value=value, operator=operator, **target)
        periods = [(Period.parse(text), found) for text, found in values.items()]
        points = tuple(Point(period, period.time("flow"), found) for period, found in periods)
        return Evidence("share", make_indicator(goal, bounds=(None, None)), goal, as_of, points, None, 2023)

    return make


def pair(first, last):
    return {"2023": first, "2024": last}


# Windows


@pytest.mark.parametrize(
    ("years", "long", "long_chosen", "short", "short_chosen"),
    [
        (
            range(2004, 2025),
            2009,
            "the value fifteen years before the latest one",
            2019,
            "the value five years before the latest one",
        ),
        (
            range(2015, 2025),
            2015,
            "the first value: the history is shorter than fifteen years",
            2019,
            "the value five years before the latest one",
        ),
        (
            (2000, 2007, 2012, 2018, 2024),
            2007,
            "the value nearest to fifteen years before the latest one",
            2018,
            "the value nearest to five years before the latest one",
        ),
        (
            (2021, 2023, 2024),
            2021,
            "the first value: the history is shorter than fifteen years",
            2021,
            "the same value as over the long term",
        ),
        (
            (2000, 2024),
            2000,
            "the value nearest to fifteen years before the latest one",
            2000,
            "the same value as over the long term",
        ),
    ],
)
def test_each_window_says_where_it_starts(make_evidence, years, long, long_chosen, short, short_chosen):
    evidence = make_evidence({str(year): float(year - 1900) for year in years}, 200.0, due="2030")
    found = [(v.base.year, v.chosen) for v in (LONG.judge(evidence), SHORT.judge(evidence))]
    assert found == [(long, long_chosen), (short, short_chosen)]


def test_the_windows_disagree_when_the_trend_turns(make_evidence):
    evidence = make_evidence({"2009": 50.0, "2019": 110.0, "2024": 100.0}, due="2030")
    assert LONG.judge(evidence).key == "significant_progress"
    assert SHORT.judge(evidence).key == "significant_deterioration"


# Classes: +10 % or -10 % a year is required from 100


@BOTH
@pytest.mark.parametrize(
    ("rise", "key", "lacks"),
    [
        (9.6, "significant_progress", None),
        (7.0, "moderate_progress", 0.25),
        (5.0, "moderate_deterioration", 0.1),
        (0.0, "moderate_deterioration", 0.6),
        (-2.0, "significant_deterioration", 0.2),
    ],
)
@pytest.mark.parametrize(("direction", "operator", "goal"), [(1, UP, 121.0), (-1, DOWN, 81.0)])
def test_the_rate_is_a_share_of_the_required_one(make_evidence, method, rise, key, lacks, direction, operator, goal):
    verdict = method.judge(make_evidence(pair(100.0, 100.0 + direction * rise), goal, operator))
    assert verdict.key == key
    assert verdict.ratio == pytest.approx(rise / 10, rel=2e-3, abs=1e-12)  # 2024 is a leap year: 1.0014 years
    assert verdict.distance == (None if lacks is None else pytest.approx(lacks, abs=2e-3))
    assert verdict.rule == "the observed compound rate is compared with the required one"


# Edge cases


@BOTH
@pytest.mark.parametrize(
    ("values", "goal", "operator", "key", "rule"),
    [
        ((150.0, 130.0), 121.0, UP, "significant_progress", "the latest value meets the target"),
        ((60.0, 70.0), 81.0, DOWN, "significant_progress", "the latest value meets the target"),
        ((121.0, 121.0), 121.0, UP, "significant_progress", "the latest value meets the target"),
        (
            (130.0, 110.0),
            121.0,
            UP,
            "significant_deterioration",
            "the base met the target and the latest value no longer does",
        ),
        (
            (70.0, 90.0),
            81.0,
            DOWN,
            "significant_deterioration",
            "the base met the target and the latest value no longer does",
        ),
        (
            (0.0, 0.01),
            10.0,
            UP,
            "moderate_deterioration",
            "a zero is replaced by 0.001, as the method does; the compound rates are compared",
        ),
        (
            (10.0, 1.0),
            0.0,
            DOWN,
            "moderate_progress",
            "a zero is replaced by 0.001, as the method does; the compound rates are compared",
        ),
        (
            (10.0, 0.0),
            20.0,
            UP,
            "significant_deterioration",
            "a latest value of zero counts as a compound rate of minus one hundred percent",
        ),
        (
            (-100.0, -90.0),
            -81.0,
            UP,
            "significant_progress",
            "the values are negative, so the sign of the rate is turned; the compound rates are compared",
        ),
        (
            (-100.0, -110.0),
            -121.0,
            DOWN,
            "significant_progress",
            "the values are negative, so the sign of the rate is turned; the compound rates are compared",
        ),
    ],
)
def test_edge_cases_are_judged_and_named(make_evidence, method, values, goal, operator, key, rule):
    verdict = method.judge(make_evidence(pair(*values), goal, operator))
    assert (verdict.key, verdict.rule) == (key, rule)


@BOTH
@pytest.mark.parametrize(
    ("values", "goal", "operator", "reason"),
    [
        (pair(121.0, 120.0), 121.0, UP, "the base equals the target, so no change is required"),
        (pair(81.0, 82.0), 81.0, DOWN, "the base equals the target, so no change is required"),
        (pair(-5.0, 5.0), 10.0, UP, "no compound rate joins values of opposite signs"),
        (pair(5.0, -5.0), -10.0, DOWN, "no compound rate joins values of opposite signs"),
        ({"2024": 130.0}, 121.0, UP, "only one value is known; a pace needs two"),
        ({}, 121.0, UP, "no value is known"),
        ({"2024-01": 1.0, "2024-06": 2.0}, 121.0, UP, "values of two different years are needed"),
        ({"2025": 100.0, "2026": 110.0}, 121.0, UP, "the target falls due no later than the base"),
    ],
)
def test_what_cannot_be_computed_is_said(make_evidence, method, values, goal, operator, reason):
    assert method.judge(make_evidence(values, goal, operator)).reason == reason


@BOTH
def test_words_and_ranges_have_no_pace(make_evidence, method):
    text = make_evidence(pair(100.0, 110.0), None, None, kind="text")
    assert method.judge(text).reason == "a target in words or a date has no pace; it is followed as a state"
    within = make_evidence(pair(100.0, 110.0), kind="range", high=130.0)
    assert method.judge(within).reason == "a range or an exact value has no direction in which to progress"


@BOTH
def test_a_missed_target_is_judged_up_to_its_due_date(make_evidence, method):
    verdict = method.judge(make_evidence({"2023": 100.0, "2025": 101.0, "2026": 130.0}, as_of=date(2027, 1, 1)))
    assert (verdict.key, verdict.latest.value) == ("moderate_deterioration", 101.0)
    assert verdict.rule == "the target is due and not met; the pace up to its date is compared with the required one"


# Scores, as EUSTAT publishes them


@pytest.mark.parametrize(
    ("share", "expected"), [(2.0, 5.0), (1.3, 5.0), (0.95, 2.5), (0.6, 0.0), (0.0, -2.5), (-0.6, -5.0), (-3.0, -5.0)]
)
def test_the_score_of_a_ratio(share, expected):
    assert score_ratio(share) == pytest.approx(expected)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    ("percent", "status", "expected"),
    [
        (3.0, "significant_progress", 5.0),
        (1.2, "significant_progress", 3.0),
        (0.4, "moderate_progress", 1.0),
        (0.08, "no_progress", 0.2),
        (-0.08, "no_progress", -0.2),
        (-0.4, "moderate_deterioration", -1.0),
        (-1.2, "significant_deterioration", -3.0),
        (-9.0, "significant_deterioration", -5.0),
    ],
)
def test_without_a_target_fixed_rates_decide(direction, percent, status, expected):
    found = measure(Dated(2020, 100.0), Dated(2021, 100.0 + direction * percent), direction)
    assert (found.status, found.score) == (status, pytest.approx(expected))


@pytest.mark.parametrize(("direction", "limit", "worse"), [(1, 100.0, 99.5), (-1, 20.0, 20.1)])
def test_a_base_on_its_limit_has_only_to_stay_there(direction, limit, worse):
    held = measure(Dated(2020, limit), Dated(2021, limit), direction, limit=limit)
    assert held == (0.0, 5.0, "significant_progress")
    lost = measure(Dated(2020, limit), Dated(2021, worse), direction, limit=limit)
    assert (lost.status, lost.score) == ("moderate_deterioration", pytest.approx(-1.25))


def test_near_a_limit_a_small_rate_counts_for_more():
    base, latest = Dated(2020, 99.0), Dated(2021, 99.2)
    assert measure(base, latest, 1).status == "moderate_progress"
    assert measure(base, latest, 1, limit=100.0).status == "significant_progress"


def test_a_series_without_two_years_is_not_available():
    one = Dated(2020, 5.0)
    assert measure(None, one, 1).status == measure(one, one, 1).status == "not_available"
    assert measure(one, Dated(2021, 4.0), 1, one) == (None, None, "not_available")


def test_the_average_has_a_neutral_band():
    assert aggregate([5.0, None, 1.0]) == ("significant_progress", 3.0)
    assert aggregate([0.5, 0.0]) == ("moderate_progress", 0.25)
    assert aggregate([0.2, -0.4]) == ("no_progress", pytest.approx(-0.1))
    assert aggregate([-0.3]) == ("moderate_deterioration", -0.3)
    assert aggregate([-2.5]) == ("moderate_deterioration", -2.5)
    assert aggregate([-5.0, -1.0]) == ("significant_deterioration", -3.0)
    assert aggregate([None]) == aggregate([]) == ("not_available", None)


# Invariances; those of the ratio itself are Statistics Canada's too, and tested there


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([UP, DOWN]))
def test_a_unit_does_not_change_the_verdict(make_evidence, first, last, goal, operator):
    values = {"2012": first, "2019": first + last, "2024": last}
    scaled = {period: 1024 * value for period, value in values.items()}  # a power of two scales without rounding
    for method in (LONG, SHORT):
        found = method.judge(make_evidence(values, goal, operator))
        other = method.judge(make_evidence(scaled, 1024 * goal, operator))
        assert (other.key, other.reason, other.ratio) == (found.key, found.reason, found.ratio)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([1, -1]))
def test_the_opposite_of_every_value_with_the_opposite_direction_is_the_same(first, last, goal, direction):
    values = Dated(2015, first), Dated(2022, last)
    opposite = Dated(2015, -first), Dated(2022, -last)
    assert measure(*opposite, -direction, limit=-goal) == measure(*values, direction, limit=goal)
    assert measure(*opposite, -direction, Dated(2030, -goal)) == measure(*values, direction, Dated(2030, goal))


def test_labels_are_eurostats_and_say_that_the_french_is_ours(make_evidence):
    evidence = make_evidence(pair(100.0, 105.0))
    row = LONG.row(evidence, LONG.judge(evidence))
    assert (row["method"], row["class"]) == ("eurostat_long", "moderate_deterioration")
    assert row["label_en"] == "Insufficient progress towards the target"
    assert (row["favourable"], row["translated"]) == ("no", "fr")
    assert SHORT.row(evidence, SHORT.judge(evidence))["method"] == "eurostat_short"
