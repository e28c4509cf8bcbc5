"""Statistics Canada's measure: classes by hand, every edge case in both directions, scores, base years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.ratio import Dated, compare_rates, judge_ratio, limit_factor
from forecast.assessment.statcan import CLASSES, METHOD, aggregate, judge, measure, score, select
from forecast.schema.periods import Period

UP, DOWN = ">=", "<="
AMOUNTS = st.floats(0.01, 1e4)
DIRECTIONS = st.sampled_from([1, -1])


@pytest.fixture(scope="module")
def make_evidence(make_indicator, make_target):
    """A target of 121 due in 2025 with the values of some periods, seen at the end of 2024."""

    def make(values, value=121.0, operator=UP, *, due="2025", as_of=date(2024, 12, 31), start=None, **target):
        goal = make_target(due=due, value=value, operator=operator, **target)
        periods = [(Period.parse(text), found) for text, found in values.items()]
        points = tuple(Point(period, period.time("flow"), found) for period, found in periods)
        return Evidence("share", make_indicator(goal, bounds=(None, None)), goal, as_of, points, None, start)

    return make


# Classes: +10 % or -10 % a year is required from 100


@pytest.mark.parametrize(
    ("rise", "key", "lacks"),
    [
        (10.0, "substantial_progress", None),
        (9.6, "substantial_progress", None),
        (9.0, "moderate_progress", 0.05),
        (5.0, "limited_progress", 0.1),
        (0.0, "limited_progress", 0.6),
        (-2.0, "deterioration", 0.2),
    ],
)
@pytest.mark.parametrize(("direction", "operator", "goal"), [(1, UP, 121.0), (-1, DOWN, 81.0)])
def test_the_rate_is_a_share_of_the_required_one(make_evidence, rise, key, lacks, direction, operator, goal):
    verdict = judge(make_evidence({"2023": 100.0, "2024": 100.0 + direction * rise}, goal, operator))
    assert verdict.key == key
    assert verdict.ratio == pytest.approx(rise / 10, rel=2e-3, abs=1e-12)  # 2024 is a leap year: 1.0014 years
    assert verdict.distance == (None if lacks is None else pytest.approx(lacks, abs=2e-3))
    assert verdict.rule == "the observed compound rate is compared with the required one"
    assert (verdict.base.value, verdict.chosen) == (100.0, "the value of the plan's starting year")


def find_rate(first, last, years):
    """Rate that leads from one value to another, by bisection over yearly steps."""
    low, high = -1.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        value = first
        for _ in range(years):
            value *= 1 + middle
        low, high = (low, middle) if value > last else (middle, high)
    return low


@pytest.mark.parametrize(("first", "last", "goal"), [(14.5, 10.2, 7.25), (20.0, 31.0, 60.0), (60.0, 55.0, 80.0)])
def test_the_ratio_equals_one_found_step_by_step(first, last, goal):
    direction = 1 if goal > first else -1
    slow = direction * find_rate(first, last, 8) / abs(find_rate(first, goal, 15))
    found = compare_rates(Dated(2015, first), Dated(2023, last), Dated(2030, goal), direction)
    assert found == pytest.approx(slow, rel=1e-9)


# Edge cases


@pytest.mark.parametrize(
    ("values", "goal", "operator"),
    [((150.0, 130.0), 121.0, UP), ((60.0, 70.0), 81.0, DOWN), ((100.0, 81.0), 81.0, DOWN)],
)
def test_a_latest_value_that_meets_the_target_is_enough_whatever_the_trend(make_evidence, values, goal, operator):
    evidence = make_evidence(dict(zip(("2023", "2024"), values, strict=True)), goal, operator)
    verdict = judge(evidence)
    assert (verdict.key, verdict.rule) == ("target_achieved", "the latest value meets the target")
    assert verdict.distance is None
    assert score(evidence) == ("target_achieved", 5.0)


def test_a_strict_target_is_not_met_by_its_own_value(make_evidence):
    assert judge(make_evidence({"2023": 100.0, "2024": 121.0}, operator=">")).key == "substantial_progress"


@pytest.mark.parametrize(("values", "goal", "operator"), [((130.0, 110.0), 121.0, UP), ((70.0, 90.0), 81.0, DOWN)])
def test_a_target_met_at_the_base_and_lost_is_a_deterioration(make_evidence, values, goal, operator):
    verdict = judge(make_evidence(dict(zip(("2023", "2024"), values, strict=True)), goal, operator))
    assert verdict.key == "deterioration"
    assert verdict.ratio < 0
    assert verdict.rule == "the base met the target and the latest value no longer does"


@pytest.mark.parametrize(("operator", "better", "worse"), [(UP, 122.0, 120.0), (DOWN, 120.0, 122.0)])
def test_a_target_equal_to_the_base_is_achieved_or_asks_for_no_change(make_evidence, operator, better, worse):
    held = judge(make_evidence({"2023": 121.0, "2024": better}, operator=operator))
    assert (held.key, held.ratio) == ("target_achieved", None)
    lost = make_evidence({"2023": 121.0, "2024": worse}, operator=operator)
    assert judge(lost).reason == "the base equals the target, so no change is required"
    assert score(lost) == ("not_available", None)


def test_a_zero_at_the_base_is_replaced(make_evidence):
    verdict = judge(make_evidence({"2023": 0.0, "2024": 0.01}, 10.0))
    assert verdict.ratio == pytest.approx(9 / 99, rel=2e-3)  # 0.001 to 0.01 in one year, to 10 in two
    assert verdict.rule == "a zero is replaced by 0.001, as the method does; the compound rates are compared"
    assert verdict.base.value == 0.0


def test_a_zero_as_target_is_replaced(make_evidence):
    verdict = judge(make_evidence({"2023": 10.0, "2024": 1.0}, 0.0, DOWN))
    assert verdict.ratio == pytest.approx(0.9 / 0.99, rel=2e-3)  # to 1 in one year, to 0.001 in two
    assert verdict.rule == "a zero is replaced by 0.001, as the method does; the compound rates are compared"


def test_a_latest_value_of_zero_is_a_fall_of_everything(make_evidence):
    verdict = judge(make_evidence({"2023": 100.0, "2024": 0.0}))
    assert (verdict.key, verdict.ratio) == ("deterioration", pytest.approx(-10))
    assert verdict.rule == "a latest value of zero counts as a compound rate of minus one hundred percent"
    assert judge(make_evidence({"2023": 100.0, "2024": 0.0}, 81.0, DOWN)).key == "target_achieved"


@pytest.mark.parametrize(
    ("values", "goal", "operator"),
    [((5.0, -5.0), 10.0, UP), ((-5.0, 5.0), -10.0, DOWN), ((-5.0, -4.0), 10.0, UP), ((5.0, 4.0), -10.0, DOWN)],
)
def test_no_compound_rate_joins_opposite_signs(make_evidence, values, goal, operator):
    verdict = judge(make_evidence(dict(zip(("2023", "2024"), values, strict=True)), goal, operator))
    assert verdict.reason == "no compound rate joins values of opposite signs"


@pytest.mark.parametrize(("latest", "goal", "operator"), [(-90.0, -81.0, UP), (-110.0, -121.0, DOWN)])
def test_negative_values_turn_the_sign_of_the_rate(make_evidence, latest, goal, operator):
    verdict = judge(make_evidence({"2023": -100.0, "2024": latest}, goal, operator))
    assert (verdict.key, verdict.ratio) == ("substantial_progress", pytest.approx(1.0, rel=2e-3))
    rule = "the values are negative, so the sign of the rate is turned; the compound rates are compared"
    assert verdict.rule == rule


def test_one_value_can_meet_a_target_but_has_no_pace(make_evidence):
    assert judge(make_evidence({"2024": 130.0})).key == "target_achieved"
    assert judge(make_evidence({"2024": 100.0})).reason == "only one value is known; a pace needs two"
    assert judge(make_evidence({})).reason == "no value is known"


def test_two_values_of_one_year_are_not_enough(make_evidence):
    verdict = judge(make_evidence({"2024-2025Q1": 100.0, "2024-2025Q2": 110.0}))
    assert verdict.reason == "values of two different years are needed"


def test_a_target_due_before_the_base_has_no_required_rate(make_evidence):
    verdict = judge(make_evidence({"2025": 100.0, "2026": 110.0}))
    assert verdict.reason == "the target falls due no later than the base"


def test_rates_beyond_floating_point_are_not_compared(make_evidence):
    verdict = judge(make_evidence({"2023": 1.0, "2024": 0.5}, 1.0 + 2**-52))
    assert verdict.reason == "the rates are too small or too large to compare"


@pytest.mark.parametrize(("latest", "key"), [(120.0, "substantial_progress"), (101.0, "limited_progress")])
def test_a_missed_target_is_judged_up_to_its_due_date(make_evidence, latest, key):
    values = {"2023": 100.0, "2025": latest, "2026": 130.0}  # the value after the due date comes too late
    verdict = judge(make_evidence(values, as_of=date(2027, 1, 1)))
    assert (verdict.key, verdict.latest.value) == (key, latest)
    assert verdict.rule == "the target is due and not met; the pace up to its date is compared with the required one"


def test_words_ranges_and_undated_targets_have_no_pace(make_evidence):
    values = {"2023": 100.0, "2024": 110.0}
    text = make_evidence(values, None, None, kind="text")
    assert judge(text).reason == "a target in words or a date has no pace; it is followed as a state"
    within = make_evidence(values, kind="range", high=130.0)
    assert judge(within).reason == "a range or an exact value has no direction in which to progress"
    assert judge(make_evidence(values, due=None)).reason == "the target has no due date"


def test_a_target_without_a_due_date_is_not_given_one(make_evidence):
    with pytest.raises(ValueError, match="a ratio needs a target with a value and a due date; ask why_no_pace first"):
        judge_ratio(make_evidence({"2023": 100.0, "2024": 110.0}, due=None), None, None, CLASSES)


# Base and latest value


@pytest.mark.parametrize(
    ("years", "start", "expected", "chosen"),
    [
        ((2015, 2016, 2019), 2016, 2016, "the value of the plan's starting year"),
        ((2015, 2017, 2019), 2016, 2017, "the first later value"),
        ((2011, 2015, 2019), 2016, 2015, "the value of the year before: data come every four years or less"),
        ((2010, 2014, 2018), 2016, 2018, None),  # the year before has no value either
        ((2014, 2015, 2019), 2016, 2019, None),  # data are not rare
    ],
)
def test_the_base_is_of_the_starting_year_or_the_next_one(make_evidence, years, start, expected, chosen):
    verdict = judge(make_evidence({str(year): 100.0 + year - 2000 for year in years}, 200.0, start=start))
    if chosen is None:  # the base would be the latest value itself
        assert verdict.reason == "values of two different years are needed"
        assert expected == years[-1]
    else:
        assert (verdict.base.year, verdict.chosen) == (expected, chosen)


def test_without_a_value_from_the_start_on_there_is_no_base(make_evidence):
    verdict = judge(make_evidence({"2021": 100.0, "2022": 110.0}, start=2023))
    assert verdict.reason == "no value is known from the plan's starting year on"
    assert judge(make_evidence({"2021": 100.0, "2022": 130.0}, start=2023)).key == "target_achieved"


def test_periods_of_a_raw_series_count_in_their_first_year():
    series = [("2017-2019", 3.0), ("2015-16", 1.0), (2014, 9.0), ("2020/21", None)]
    assert select(series, 2015) == (Dated(2015, 1.0), Dated(2017, 3.0))
    assert select(series, 2018) == (None, Dated(2017, 3.0))
    assert select([("2015", None)], 2015) == (None, None)


def test_the_agenda_starts_in_2015_or_for_rare_data_the_year_before():
    assert select([(2010, 1.0), (2014, 2.0), (2019, 3.0)])[0] == Dated(2014, 2.0)
    assert select([(2010, 1.0), (2014, 2.0), (2019, 3.0)], 2015)[0] == Dated(2019, 3.0)  # a year asked for is kept
    assert select([(2013, 1.0), (2014, 2.0), (2019, 3.0)])[0] == Dated(2019, 3.0)
    assert select([(2014, 2.0)]) == (None, Dated(2014, 2.0))


@given(st.permutations([(2014, 3.0), (2016, 4.0), ("2018-19", None), (2020, 6.0)]))
def test_the_order_of_a_raw_series_does_not_matter(series):
    assert select(series, 2015) == (Dated(2016, 4.0), Dated(2020, 6.0))


# Without a target


def test_the_factor_shrinks_the_limits_alike_on_both_sides_of_a_limit():
    assert limit_factor(50, 100) == pytest.approx(1 - 2**-4.44)
    assert limit_factor(150, 100) == limit_factor(50, 100)
    assert limit_factor(-50, -100) == limit_factor(50, 100)
    assert [limit_factor(size, 100) for size in (0, 100, 200, 900)] == [1, 0, 1, 1]
    assert limit_factor(7, 0) == limit_factor(0, 0) == limit_factor(7, None) == 1


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    ("percent", "status", "expected"),
    [
        (3.0, "substantial_progress", 5.0),
        (1.6, "substantial_progress", 3.0),
        (1.0, "moderate_progress", 1.25),
        (0.2, "limited_progress", -1.5),
        (-1.0, "deterioration", -3.75),
        (-9.0, "deterioration", -5.0),
    ],
)
def test_without_a_target_fixed_rates_decide(direction, percent, status, expected):
    found = measure(Dated(2020, 100.0), Dated(2021, 100.0 + direction * percent), direction)
    assert found.status == status
    assert (found.value, found.score) == (pytest.approx(percent / 100), pytest.approx(expected))


def test_near_a_limit_a_small_rate_is_enough_and_a_fall_counts_in_full():
    factor = limit_factor(99.0, 100.0)
    found = measure(Dated(2020, 99.0), Dated(2021, 99.0 * (1 + 0.01 * factor)), 1, limit=100.0)
    assert (found.status, found.score) == ("moderate_progress", pytest.approx(1.25))
    assert measure(Dated(2020, 99.0), Dated(2021, 98.01), 1, limit=100.0).score == pytest.approx(-3.75)


@pytest.mark.parametrize(("direction", "limit", "worse"), [(1, 100.0, 99.0), (-1, 20.0, 21.0)])
def test_a_base_on_its_limit_has_only_to_stay_there(direction, limit, worse):
    assert measure(Dated(2020, limit), Dated(2021, limit), direction, limit=limit)[1:] == (5.0, "substantial_progress")
    assert measure(Dated(2020, limit), Dated(2021, worse), direction, limit=limit).status == "deterioration"


def test_a_series_without_two_years_is_not_available():
    one = Dated(2020, 5.0)
    assert measure(None, None, 1) == measure(one, one, 1) == measure(one, one, 1, Dated(2030, 9.0))
    assert measure(one, one, 1).status == "not_available"
    assert measure(one, one, 1, Dated(2030, 4.0)) == (None, 5.0, "target_achieved")


# Scores


@pytest.mark.parametrize(("rise", "expected"), [(9.0, 7.1429 * 0.9 - 4.2857), (5.0, 4.1667 * 0.5 - 2.5)])
def test_the_score_of_a_target_follows_its_ratio(make_evidence, rise, expected):
    status, found = score(make_evidence({"2023": 100.0, "2024": 100.0 + rise}))
    assert status == ("moderate_progress" if rise == 9 else "limited_progress")
    assert found == pytest.approx(expected, abs=0.02)


def test_a_group_counts_as_one_series():
    group = [("target_achieved", 5.0), ("deterioration", -5.0), ("not_available", None)]
    assert aggregate([group, ("substantial_progress", 4.0)]) == ("moderate_progress", 2.0)
    assert aggregate([*group, ("substantial_progress", 4.0)]) == ("moderate_progress", pytest.approx(4 / 3))
    assert aggregate([[group, []], [("limited_progress", -5.0)]]) == ("limited_progress", -2.5)


def test_an_average_is_achieved_only_where_all_its_scored_parts_are():
    achieved, unknown = ("target_achieved", 5.0), ("not_available", None)
    assert aggregate([achieved, [achieved, unknown]]) == achieved
    assert aggregate([achieved, [("substantial_progress", 5.0)]]) == ("substantial_progress", 5.0)
    assert aggregate([unknown, []]) == aggregate([]) == unknown


# Invariances. Compound rates change with the place of zero: no property holds for a shift, or for the complement.


@given(AMOUNTS, AMOUNTS, AMOUNTS, DIRECTIONS, st.sampled_from([0.001, 0.5, 1000.0]))
def test_a_unit_does_not_change_the_verdict(make_evidence, first, last, goal, direction, unit):
    operator = UP if direction > 0 else DOWN
    found, scaled = (
        judge(make_evidence({"2020": first * size, "2024": last * size}, goal * size, operator)) for size in (1.0, unit)
    )
    assert scaled.applies == found.applies
    assert (scaled.ratio is None) == (found.ratio is None)
    if found.ratio is not None and min(abs(found.ratio - limit) for limit in (0.95, 0.6, 0)) > 1e-6:
        assert scaled.key == found.key
        assert scaled.ratio == pytest.approx(found.ratio, rel=1e-6)


@given(AMOUNTS, AMOUNTS, AMOUNTS, DIRECTIONS)
def test_the_opposite_of_every_value_with_the_opposite_direction_is_the_same(first, last, goal, direction):
    values = Dated(2015, first), Dated(2022, last), Dated(2030, goal)
    opposite = (Dated(dated.time, -dated.value) for dated in values)
    assert compare_rates(*opposite, -direction) == compare_rates(*values, direction)


def test_the_complement_of_a_percentage_is_not_the_same_to_a_compound_rate():
    share = compare_rates(Dated(2015, 20.0), Dated(2020, 30.0), Dated(2030, 60.0), 1)
    rest = compare_rates(Dated(2015, 80.0), Dated(2020, 70.0), Dated(2030, 40.0), -1)
    assert share > 1 > 0.6 > rest


def test_labels_are_the_ones_that_the_office_publishes_in_both_languages(make_evidence):
    evidence = make_evidence({"2023": 100.0, "2024": 110.0})
    row = METHOD.row(evidence, judge(evidence))
    assert (row["method"], row["label_fr"], row["label_en"]) == ("statcan", "Sur la bonne voie", "On track")
    assert (row["base"], row["latest"], row["favourable"], row["translated"]) == (100.0, 110.0, "yes", None)
    assert not any(label.ours for label in METHOD.labels.values())
