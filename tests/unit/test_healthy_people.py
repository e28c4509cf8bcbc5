"""Healthy People: the change since the baseline, with known errors and without, edge cases, invariances."""

import math
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.healthy_people import LABELS, METHOD, RULES, classify_change, judge, least_changes
from forecast.schema.periods import Period

UP, DOWN = ">=", "<="


@pytest.fixture(scope="module")
def gather(make_target, make_indicator):
    """Build evidence of yearly values, each with its error, and a target due in 2030."""

    def build(values, value, operator=UP, *, start=2015, errors=(0, 0), as_of=date(2026, 11, 23), **target):
        target = make_target(**{"value": value, "operator": operator, "due": "2030", **target})
        known = dict(zip(values, errors, strict=False))
        points = tuple(
            Point(Period.parse(str(year)), year + 0.5, float(number), sampling_error=known.get(year) or None)
            for year, number in values.items()
        )
        return Evidence("share", make_indicator(target), target, as_of, points, None, start)

    return build


@pytest.mark.parametrize(
    ("base", "latest", "target", "operator", "key"),
    [
        (30, 31.2, 42, UP, "improving"),  # exactly a tenth of the targeted change
        (30, 31.1, 42, UP, "little"),
        (30, 30, 42, UP, "little"),
        (30, 27.1, 42, UP, "little"),
        (30, 27, 42, UP, "worse"),  # exactly a tenth of the baseline
        (42, 40.8, 30, DOWN, "improving"),
        (42, 40.9, 30, DOWN, "little"),
        (42, 46.1, 30, DOWN, "little"),
        (42, 46.2, 30, DOWN, "worse"),
        (0, 1.2, 12, UP, "improving"),
        (0, -0.1, 12, UP, "worse"),  # a tenth of a baseline of zero is nothing
        (12, 9, 0, DOWN, "improving"),
        (-5, 5, 10, UP, "improving"),
        (50, 39, 42, UP, "worse"),  # met at the baseline, then lost
        (43, 41, 42, UP, "little"),
        (42, 37, 42, UP, "worse"),
    ],
)
def test_the_change_without_known_errors(gather, base, latest, target, operator, key):
    verdict = judge(gather({2015: base, 2020: latest}, target, operator))
    assert (verdict.key, verdict.rule) == (key, RULES[key, False])
    assert verdict.chosen == "the value of the plan's starting year"


@pytest.mark.parametrize(
    ("latest", "errors", "key"),
    [
        (33, (1, 1), "improving"),  # z = 2.12
        (32, (1, 1), "little"),  # z = 1.41
        (32.0, (0.5, 0.5), "improving"),
        (27, (1, 1), "worse"),
        (28, (1, 1), "little"),
        (30, (1, 1), "little"),
        (30 + 1.645 * math.sqrt(2), (1, 1), "improving"),
        (30.3, (0.1, 0.1), "improving"),  # below a tenth of the targeted change, yet significant
        (25, (0.1, 9), "little"),  # more than a tenth of the baseline, yet not
    ],
)
@pytest.mark.parametrize("direction", [1, -1])
def test_the_change_against_known_errors(gather, latest, errors, key, direction):
    mirrored = {2015: 30, 2020: 30 + direction * (latest - 30)}
    verdict = judge(gather(mirrored, 30 + direction * 12, UP if direction > 0 else DOWN, errors=errors))
    assert (verdict.key, verdict.rule) == (key, RULES[key, True])


@pytest.mark.parametrize("errors", [(1, 0), (0, 1), (0, 0)])
def test_one_known_error_is_not_enough(gather, errors):
    verdict = judge(gather({2015: 30, 2020: 31.5}, 42, errors=errors))
    assert (verdict.key, verdict.rule) == (
        "improving",
        "at least a tenth of the targeted change was made; no sampling error is known",
    )


def test_the_rules_word_for_word():
    assert RULES["improving", True] == ("the change is toward the target and significant, given both sampling errors")
    assert RULES["little", True] == "the change is not significant, given both sampling errors"
    assert RULES["worse", True] == ("the change is away from the target and significant, given both sampling errors")
    assert RULES["little", False] == (
        "less than a tenth of the targeted change was made, or moved away less than a tenth of the baseline"
    )
    assert RULES["worse", False] == ("moved away by at least a tenth of the baseline; no sampling error is known")


def test_the_least_changes_that_count():
    period = Period.parse("2015")
    plain, known = Point(period, 2015.5, -30.0), Point(period, 2015.5, -30.0, sampling_error=3.0)
    latest = Point(period, 2020.5, 0.0, sampling_error=4.0)
    assert least_changes(plain, latest, 12.0) == pytest.approx((4.2, 3.0))
    assert least_changes(known, latest, 12.0) == pytest.approx((5 * 1.645, 5 * 1.645))


def test_no_change_is_never_improving():
    assert classify_change(0.0, 0.0, 0.0) == "little"


@pytest.mark.parametrize(
    ("latest", "ratio", "distance"),
    [
        (36, 0.5, 0.5),  # to the target
        (30.6, 0.05, 0.05),  # to a tenth of the targeted change
        (24, -0.5, 0.25),  # to a tenth of the baseline
    ],
)
def test_the_share_of_the_targeted_change_and_what_it_lacks(gather, latest, ratio, distance):
    verdict = judge(gather({2015: 30, 2020: latest}, 42))
    assert (verdict.ratio, verdict.distance) == (pytest.approx(ratio), pytest.approx(distance))


@pytest.mark.parametrize(("values", "operator"), [({2015: 60, 2020: 45}, UP), ({2015: 20, 2020: 35}, DOWN)])
def test_a_met_target_counts_as_met_whatever_the_change(gather, values, operator):
    verdict = judge(gather(values, 40, operator, errors=(1, 1)))
    assert (verdict.key, verdict.rule) == ("met", "the latest value meets or exceeds the target")
    assert verdict.ratio is None  # nothing was to change
    assert judge(gather({2015: 30, 2020: 45}, 42)).ratio == 1.25


def test_one_value_is_the_baseline_only_even_where_it_meets_the_target(gather):
    for value in (20, 50):
        verdict = judge(gather({2020: value}, 40))
        assert (verdict.key, verdict.rule) == ("baseline_only", "only one value is known, the baseline")
    assert LABELS["baseline_only"].favourable is None


@pytest.mark.parametrize(
    ("values", "base", "chosen"),
    [
        ({2014: 20, 2017: 21, 2020: 22}, 2017, "the first later value"),
        ({2010: 20, 2013: 21, 2020: 22}, 2013, "the nearest earlier value"),
    ],
)
def test_the_choice_of_the_baseline_is_told(gather, values, base, chosen):
    verdict = judge(gather(values, 40))
    assert (verdict.base.year, verdict.chosen) == (base, chosen)


def test_values_after_a_due_date_that_has_passed_are_not_looked_at(gather):
    verdict = judge(gather({2015: 20, 2020: 30, 2024: 90}, 40, due="2022"))
    assert (verdict.latest.year, verdict.key) == (2020, "improving")


def test_where_it_does_not_apply(gather):
    assert judge(gather({}, 40)).reason == "no value is known"
    ranged = gather({2015: 20, 2020: 30}, 40, high=50.0, kind="range")
    assert judge(ranged).reason == "a range or an exact value has no direction in which to progress"
    words = gather({}, None, None, words="Guide IA produit", kind="text")
    assert judge(words).reason == "a target in words or a date has no pace; it is followed as a state"


def test_it_judges_the_change_not_the_pace():
    assert (METHOD.question, METHOD.traits) == ("change", None)


amounts = st.floats(-100, 100).map(lambda value: round(value, 2))
error_pairs = st.one_of(st.just((0, 0)), st.tuples(st.floats(0.1, 5), st.floats(0.1, 5)))


def stands_clear(base, latest, target, errors):
    """Whether a change is clear of the limits, so that no rounding can turn its class."""
    points = [Point(Period.parse("2015"), 0.0, value, error=e) for value, e in zip((base, latest), errors, strict=True)]
    limits = (0.0, *least_changes(*points, target))
    return abs(latest - target) > 1e-6 and all(abs(abs(latest - base) - limit) > 1e-6 for limit in limits)


@given(
    base=amounts,
    latest=amounts,
    target=amounts,
    errors=error_pairs,
    factor=st.floats(1e-2, 1e2),
    operator=st.sampled_from([UP, DOWN]),
)
def test_scaling_keeps_the_verdict(gather, base, latest, target, errors, factor, operator):
    assume(stands_clear(base, latest, target, errors))
    before = judge(gather({2015: base, 2020: latest}, target, operator, errors=errors))
    larger = tuple(error * factor for error in errors)
    scaled = {2015: base * factor, 2020: latest * factor}
    assert judge(gather(scaled, target * factor, operator, errors=larger)).key == before.key


@given(base=amounts, latest=amounts, target=amounts, errors=error_pairs)
def test_mirrored_values_keep_the_verdict(gather, base, latest, target, errors):
    before = judge(gather({2015: base, 2020: latest}, target, UP, errors=errors))
    after = judge(gather({2015: -base, 2020: -latest}, -target, DOWN, errors=errors))
    assert (after.key, after.ratio, after.rule) == (before.key, before.ratio, before.rule)


@given(base=amounts, latest=amounts, target=amounts, first=st.floats(0.1, 5), second=st.floats(0.1, 5))
def test_a_change_that_is_significant_stays_so_when_errors_shrink(gather, base, latest, target, first, second):
    wide = judge(gather({2015: base, 2020: latest}, target, errors=(first, second)))
    narrow = judge(gather({2015: base, 2020: latest}, target, errors=(first / 2, second / 2)))
    assert narrow.key == wide.key or wide.key == "little"
