"""ESCAP: current status index and anticipated progress against plain loops, edge cases, invariances."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.assessment.escap import (
    ANTICIPATED,
    CURRENT,
    anticipate,
    judge_anticipated,
    judge_current,
    measure_gap,
    measure_parity,
    measure_status,
    rising_weights,
)
from forecast.assessment.evidence import Evidence, Point
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


def draw_line_slowly(points, due):
    """Weighted least squares by the normal equations, one sum at a time; the first year weighs 1."""
    weight = time = value = square = product = 0.0
    for point in points:
        w = 1 + point.time - points[0].time
        t = point.time - points[0].time
        weight, time, value = weight + w, time + w * t, value + w * point.value
        square, product = square + w * t * t, product + w * t * point.value
    slope = (weight * product - time * value) / (weight * square - time * time)
    return (value - slope * time) / weight + slope * (due - points[0].time)


# The two measures


@pytest.mark.parametrize(
    ("base", "latest", "target", "direction", "index"),
    [
        (20, 30, 40, 1, 5),
        (20, 40, 40, 1, 10),
        (20, 15, 40, 1, -2.5),
        (40, 30, 20, -1, 5),
        (40, 45, 20, -1, -2.5),
        (0, 10, 40, 1, 2.5),  # zero and a change of sign do no harm
        (-10, 10, 30, 1, 5),
        (40, 30, 0, -1, 2.5),
        (40, 39, 40, 1, None),
    ],
)
def test_the_current_status_index_by_hand(base, latest, target, direction, index):
    assert measure_status(base, latest, target, direction) == index


@pytest.mark.parametrize(("latest", "index"), [(0.8, 0), (0.9, 5), (1.0, 10), (1.1, 5), (1.2, 0), (1.3, -5), (0.7, -5)])
def test_parity_counts_from_both_sides(latest, index):
    assert measure_parity(0.8, latest, 1.0) == pytest.approx(index)
    assert measure_parity(1.2, latest, 1.0) == pytest.approx(index)


def test_parity_of_a_base_on_the_target_does_not_exist():
    assert measure_parity(1.0, 0.9, 1.0) is None


@pytest.mark.parametrize(
    ("expected", "target", "direction", "gap"),
    [(45, 40, 1, 0), (40, 40, 1, 0), (38, 40, 1, 10), (20, 40, 1, 100), (15, 40, 1, 125), (12, 10, -1, 20)],
)
def test_the_gap_is_a_percentage_of_the_way_from_the_base(expected, target, direction, gap):
    assert measure_gap(20, expected, target, direction) == gap


def test_the_gap_of_a_base_on_the_target_does_not_exist_unless_it_is_met():
    assert measure_gap(40, 39, 40, 1) is None
    assert measure_gap(40, 41, 40, 1) == 0


def test_weights_rise_by_one_a_year():
    assert rising_weights(make_points({2015: 1, 2016: 1, 2020: 1})) == [1, 2, 6]


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12))
def test_the_line_against_a_slow_loop(values):
    points = make_points({2010 + i: value for i, value in enumerate(values)})
    assert anticipate(points, 2030.5) == pytest.approx(draw_line_slowly(points, 2030.5), rel=1e-6, abs=1e-6)


def test_recent_values_weigh_more():
    early, late = {2015: 20, 2016: 30, 2020: 30, 2021: 30}, {2015: 20, 2016: 20, 2020: 20, 2021: 30}
    assert anticipate(make_points(late), 2030.5) > anticipate(make_points(early), 2030.5)


# Anticipated progress


@pytest.mark.parametrize(
    ("values", "target", "operator", "key", "ratio"),
    [
        ({2015: 20, 2020: 27}, 40, UP, "maintain", 0.0),
        ({2015: 20, 2020: 26}, 40, UP, "maintain", 0.1),  # 38 in 2030: exactly a tenth is missing
        ({2015: 20, 2020: 25}, 40, UP, "accelerate", 0.25),
        ({2015: 20, 2020: 20}, 40, UP, "accelerate", 1.0),
        ({2015: 20, 2020: 19}, 40, UP, "reverse", 1.15),
        ({2015: 40, 2020: 34}, 20, DOWN, "maintain", 0.1),
        ({2015: 40, 2020: 35}, 20, DOWN, "accelerate", 0.25),
        ({2015: 40, 2020: 41}, 20, DOWN, "reverse", 1.15),
        ({2015: 0, 2020: 10}, 40, UP, "accelerate", 0.25),
        ({2015: -10, 2020: 5}, 40, UP, "maintain", 0.1),
    ],
)
def test_the_gap_left_places_the_progress(gather, values, target, operator, key, ratio):
    verdict = judge_anticipated(gather(values, target, operator))
    assert (verdict.key, verdict.ratio) == (key, pytest.approx(ratio, abs=1e-9))
    assert verdict.rule == (
        "gap left at the due date by a line through all values, recent ones weighing more; weights are ours"
    )
    better = {"accelerate": 0.1, "reverse": 1.0}.get(key)
    assert verdict.distance == (None if better is None else pytest.approx(ratio - better, abs=1e-9))


def test_cut_offs_are_a_setting(gather):
    evidence = gather({2015: 20, 2020: 25}, 40)
    assert judge_anticipated(evidence, {"maintain": 30.0, "accelerate": 100.0}).key == "maintain"


@pytest.mark.parametrize(
    ("values", "operator"),
    [
        ({2015: 50, 2020: 39}, UP),
        ({2015: 40, 2020: 39}, UP),
        ({2015: 30, 2020: 41}, DOWN),
        ({2015: 40, 2020: 41}, DOWN),
    ],
)
def test_a_target_met_at_the_base_and_lost(gather, values, operator):
    evidence = gather(values, 40, operator)
    anticipated, current = judge_anticipated(evidence), judge_current(evidence)
    assert (anticipated.key, current.key) == ("reverse", "regressed")
    assert anticipated.rule == "the base already met the target, which was later lost and is not expected back"
    assert current.rule == "the base already met the target, which was later lost"
    assert anticipated.ratio is current.ratio is None


def test_a_target_lost_since_and_expected_back_needs_no_reversal(gather):
    verdict = judge_anticipated(gather({2015: 50, 2017: 20, 2020: 35}, 40))
    assert (verdict.key, verdict.ratio) == ("reverse", None)
    verdict = judge_anticipated(gather({2015: 41, 2016: 20, 2020: 39}, 40))
    assert (verdict.key, verdict.ratio) == ("maintain", 0.0)


def test_the_value_of_the_due_year_stands_for_itself(gather):
    verdict = judge_anticipated(gather({2015: 20, 2018: 38, 2020: 30, 2024: 90}, 40, due="2020"))
    assert (verdict.latest.year, verdict.ratio) == (2020, 0.5)


def test_a_due_year_without_a_value_is_read_from_the_line(gather):
    verdict = judge_anticipated(gather({2015: 20, 2019: 28, 2024: 90}, 40, due="2020"))
    assert (verdict.latest.year, verdict.ratio) == (2019, pytest.approx(0.5, abs=1e-9))


def test_values_of_one_date_have_no_line(make_target, make_indicator):
    target = make_target(due="2030")
    points = tuple(Point(Period.parse(text), 2020.5, value) for text, value in (("2020", 20.0), ("2020-07", 21.0)))
    evidence = Evidence("share", make_indicator(target), target, date(2026, 11, 23), points, None, 2015)
    assert judge_anticipated(evidence).reason == "the values are all of one date; a line needs two"


# Current status


@pytest.mark.parametrize(
    ("values", "target", "operator", "key", "ratio", "distance"),
    [
        ({2015: 20, 2020: 30}, 40, UP, "progress", 0.5, 0.5),
        ({2015: 20, 2020: 20}, 40, UP, "unchanged", 0.0, 0.0),
        ({2015: 20, 2020: 15}, 40, UP, "regressed", -0.25, 0.25),
        ({2015: 40, 2020: 30}, 20, DOWN, "progress", 0.5, 0.5),
        ({2015: 40, 2020: 45}, 20, DOWN, "regressed", -0.25, 0.25),
        ({2015: 40, 2020: 30}, 0, DOWN, "progress", 0.25, 0.75),
        ({2015: -10, 2020: 10}, 30, UP, "progress", 0.5, 0.5),
    ],
)
def test_the_way_made_since_the_base(gather, values, target, operator, key, ratio, distance):
    verdict = judge_current(gather(values, target, operator))
    assert (verdict.key, verdict.ratio, verdict.distance) == (key, ratio, distance)
    assert verdict.rule == "share made of the way from the base to the target"
    assert verdict.chosen == "the value of the plan's starting year"


def test_a_base_on_a_strict_limit_leaves_no_way(gather):
    verdict = judge_current(gather({2015: 40, 2020: 39}, 40, ">"))
    assert verdict.reason == "the base equals the target; there is no way to make"


# Both


@pytest.mark.parametrize(("judge", "key"), [(judge_anticipated, "maintain"), (judge_current, "achieved")])
@pytest.mark.parametrize(("values", "operator"), [({2015: 60, 2020: 45}, UP), ({2015: 20, 2020: 35}, DOWN)])
def test_a_met_target_counts_as_met_whatever_the_trend(gather, judge, key, values, operator):
    verdict = judge(gather(values, 40, operator))
    assert (verdict.key, verdict.rule) == (key, "the latest value meets the target, whatever the trend")
    assert (verdict.base.year, judge(gather({2020: values[2020]}, 40, operator)).base) == (2015, None)


@pytest.mark.parametrize("judge", [judge_anticipated, judge_current])
def test_where_neither_applies(gather, judge):
    assert judge(gather({2020: 20}, 40)).reason == "only one value is known; a pace needs two"
    assert judge(gather({}, 40)).reason == "no value is known"
    ranged = gather({2015: 20, 2020: 30}, 40, high=50.0, kind="range")
    assert judge(ranged).reason == "a range or an exact value has no direction in which to progress"
    words = gather({}, None, None, words="Guide IA produit", kind="text")
    assert judge(words).reason == "a target in words or a date has no pace; it is followed as a state"


@pytest.mark.parametrize(
    ("values", "base", "chosen"),
    [
        ({2014: 20, 2017: 21, 2020: 22}, 2017, "the first later value"),
        ({2010: 20, 2013: 21, 2020: 22}, 2013, "the nearest earlier value"),
    ],
)
def test_the_choice_of_the_base_is_told(gather, values, base, chosen):
    verdict = judge_current(gather(values, 40))
    assert (verdict.base.year, verdict.chosen) == (base, chosen)


amounts = st.floats(-100, 100).map(lambda value: round(value, 2))
histories = st.lists(amounts, min_size=2, max_size=8)


def away_from_limits(verdict):
    """Whether no rounding can turn a verdict."""
    return verdict.ratio is None or all(abs(verdict.ratio - limit) > 1e-6 for limit in (0, 0.1, 1))


@given(values=histories, target=amounts, factor=st.floats(1e-2, 1e2), operator=st.sampled_from([UP, DOWN]))
@pytest.mark.parametrize("judge", [judge_anticipated, judge_current])
def test_scaling_keeps_the_verdict(gather, judge, values, target, factor, operator):
    assume(all(abs(value - target) > 1e-3 for value in values))
    before = judge(gather(dict(enumerate(values, 2015)), target, operator))
    assume(away_from_limits(before))
    scaled = {year: value * factor for year, value in enumerate(values, 2015)}
    assert judge(gather(scaled, target * factor, operator)).key == before.key


@given(values=histories, target=amounts)
@pytest.mark.parametrize("judge", [judge_anticipated, judge_current])
def test_mirrored_values_keep_the_verdict(gather, judge, values, target):
    before = judge(gather(dict(enumerate(values, 2015)), target, UP))
    assume(away_from_limits(before))
    mirrored = {year: -value for year, value in enumerate(values, 2015)}
    after = judge(gather(mirrored, -target, DOWN))
    assert (after.key, after.ratio) == (before.key, before.ratio and pytest.approx(before.ratio, rel=1e-9))


def test_what_is_ours_is_marked_so():
    assert all(label.ours == ("fr",) for label in ANTICIPATED.labels.values())
    assert all(label.ours == ("fr", "en") for label in CURRENT.labels.values())
    assert "weights are ours" in ANTICIPATED.source
