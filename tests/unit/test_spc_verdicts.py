"""The two verdicts of the NHS process charts: which values they look at, in which direction, and when not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.spc import ASSURANCE, VARIATION, choose_icon, find_causes, measure_band
from forecast.plans.model import Indicator, Target
from forecast.schema.periods import Period

CALM = [30.0, 32.0, 31.0, 29.0, 30.0, 31.0, 29.0, 32.0, 30.0, 31.0, 29.0, 30.0, 31.0]
YEARLY = "values a year apart; a process chart needs quarters, months or four-week periods"
FEW = "fewer than three quarters, months or four-week periods in a row since the last declared break"
PROVISIONAL = "; fewer than 13 values, so limits are provisional"


def make_evidence(values, *, start="2021-2022Q1", breaks=None, as_of=date(2025, 6, 30), better="up", **words):
    """Evidence with values one period apart; the keywords are those of the target, and `measure`."""
    measure = words.pop("measure", "flow")
    target = Target(**{"words": "42 %", "due": "2027-2028", "value": 42.0, "operator": ">=", **words})
    indicator = Indicator(number="1", name={"fr": "Part", "en": "Share"}, unit="%", measure=measure, better=better)
    first, since = Period.parse(start), breaks or [None] * len(values)
    periods = [first + step for step in range(len(values))]
    points = zip(periods, values, since, strict=True)
    known = tuple(Point(period, period.time(measure), value, break_from=cut) for period, value, cut in points)
    return Evidence("share", indicator, target, as_of, known, None)


# Variation


@pytest.mark.parametrize(
    ("last", "icon", "rule"),
    [
        ([30.0], "common_cause", "no rule sets the last value apart from ordinary variation"),
        ([60.0], "improvement_high", "the last value lies outside the process limits"),
        ([5.0], "concern_low", "the last value lies outside the process limits"),
        ([31.0, 31.1, 31.2, 31.3, 31.4, 31.5, 31.6], "improvement_high", "the last seven values all rise or all fall"),
        ([31, 32, 31, 32, 31, 32, 31], "improvement_high", "the last seven values lie on one side of the mean"),
        ([31.0, 33.9, 33.9], "improvement_high", "two of the last three values lie near the same limit"),
    ],
)
def test_variation_of_the_last_value(last, icon, rule):
    verdict = VARIATION.judge(make_evidence([*CALM, *last]))
    assert (verdict.key, verdict.rule) == (icon, rule)
    assert (verdict.base.value, verdict.latest.value) == (30.0, last[-1])
    assert verdict.chosen == "the first value known"


@given(st.lists(st.integers(0, 9).map(float), min_size=3, max_size=30))
def test_the_verdict_is_that_of_all_rules_on_all_values(values):
    cause = find_causes(values, measure_band(values))[-1]
    assert VARIATION.judge(make_evidence(values)).key == choose_icon(cause.side, 1)


@given(st.lists(st.integers(1, 9).map(float), min_size=3, max_size=20), st.sampled_from([0.5, 4.0, 100.0]))
def test_units_and_the_mirrored_direction_give_the_same_verdicts(values, scale):
    target = {"value": 6.0, "words": "6"}
    scaled = {"value": 6.0 * scale, "words": "more"}
    mirrored = {"value": -6.0, "operator": "<=", "words": "less", "better": "down"}
    up = make_evidence(values, **target)
    for method in (VARIATION, ASSURANCE):
        key = method.judge(up).key
        assert method.judge(make_evidence([scale * value for value in values], **scaled)).key == key
        other = {"high": "low", "low": "high"}
        words = [other.get(word, word) for word in key.split("_")]
        assert method.judge(make_evidence([-value for value in values], **mirrored)).key == "_".join(words)


def test_a_range_makes_a_signal_neutral():
    evidence = make_evidence([*CALM, 60.0], kind="range", value=30.0, high=42.0, operator=None)
    assert VARIATION.judge(evidence).key == "neutral_high"


@pytest.mark.parametrize(("better", "icon"), [("up", "improvement_high"), ("down", "concern_high")])
def test_a_target_in_words_takes_the_direction_of_its_indicator(better, icon):
    evidence = make_evidence([*CALM, 60.0], kind="text", value=None, operator=None, better=better)
    assert VARIATION.judge(evidence).key == icon


def test_under_thirteen_values_the_limits_are_said_to_be_provisional():
    for method in (VARIATION, ASSURANCE):
        few, enough = method.judge(make_evidence(CALM[:12])), method.judge(make_evidence(CALM))
        assert few.rule == enough.rule + PROVISIONAL


# Assurance


@pytest.mark.parametrize(
    ("value", "operator", "key", "rule"),
    [
        (20.0, ">=", "consistent_pass", "the process limits lie wholly on the good side of the target"),
        (20.0, "<=", "consistent_fail", "the process limits lie wholly on the wrong side of the target"),
        (31.0, ">", "inconsistent", "the target lies between the process limits or on one"),
        (42.0, "<", "consistent_pass", "the process limits lie wholly on the good side of the target"),
        (42.0, ">=", "consistent_fail", "the process limits lie wholly on the wrong side of the target"),
    ],
)
def test_assurance_in_both_directions(value, operator, key, rule):
    verdict = ASSURANCE.judge(make_evidence(CALM, value=value, operator=operator))
    assert (verdict.key, verdict.rule) == (key, rule)
    assert ASSURANCE.label(verdict).favourable is {"consistent_pass": True, "consistent_fail": False}.get(key)


def test_the_ratio_counts_widths_between_the_mean_and_the_target():
    band = measure_band(CALM)
    width = band.upper - band.centre
    verdict = ASSURANCE.judge(make_evidence(CALM, value=band.centre + 1.5 * width))
    assert verdict.ratio == pytest.approx(-1.5)
    assert verdict.distance == pytest.approx(0.5)  # half a width more and it is hit and miss
    verdict = ASSURANCE.judge(make_evidence(CALM, value=band.centre + 0.25 * width, operator="<="))
    assert (verdict.ratio, verdict.distance) == (pytest.approx(0.25), pytest.approx(0.75))
    verdict = ASSURANCE.judge(make_evidence(CALM, value=band.centre - 3 * width))
    assert (verdict.ratio, verdict.distance) == (pytest.approx(3.0), None)


@pytest.mark.parametrize(
    ("value", "key"), [(42.0, "inconsistent"), (41.0, "consistent_pass"), (43.0, "consistent_fail")]
)
def test_a_constant_process_has_no_width(value, key):
    verdict = ASSURANCE.judge(make_evidence([42.0] * 5, value=value))
    assert (verdict.key, verdict.ratio, verdict.distance) == (key, None, None)
    assert VARIATION.judge(make_evidence([42.0] * 5)).key == "common_cause"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (
            {"kind": "range", "value": 30.0, "high": 42.0, "operator": None},
            "a range or an exact value has no side on which a process passes it",
        ),
        ({"operator": "="}, "a range or an exact value has no side on which a process passes it"),
        (
            {"kind": "text", "value": None, "operator": None},
            "a target in words or a date has no value to hold against process limits",
        ),
    ],
)
def test_assurance_needs_one_value_with_a_good_side(target, reason):
    verdict = ASSURANCE.judge(make_evidence(CALM, **target))
    assert (verdict.applies, verdict.reason) == (False, reason)


# Which values


@pytest.mark.parametrize("method", [VARIATION, ASSURANCE])
@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (make_evidence([]), "no value is known"),
        (make_evidence(CALM, start="2010"), YEARLY),
        (make_evidence(CALM, start="2010-2011"), YEARLY),
        (make_evidence(CALM, start="2010-2011", measure="stock"), YEARLY),
        (make_evidence(CALM[:1], start="2020"), YEARLY),
        (make_evidence(CALM[:2]), FEW),
        (make_evidence(CALM[:5], breaks=[None] * 3 + ["2021-2022Q4"] * 2), FEW),
    ],
)
def test_where_a_process_chart_does_not_apply_it_says_why(method, evidence, reason):
    verdict = method.judge(evidence)
    assert (verdict.applies, verdict.reason) == (False, reason)


@pytest.mark.parametrize("start", ["2021-2022Q1", "2021-01", "2021-2022P01", "2021-winter"])
@pytest.mark.parametrize("measure", ["flow", "stock"])
def test_quarters_months_four_week_periods_and_seasons_are_charted(start, measure):
    assert VARIATION.judge(make_evidence(CALM, start=start, measure=measure)).key == "common_cause"


def test_a_declared_break_starts_new_limits():
    values, breaks = [*CALM, *(value + 20 for value in CALM)], [None] * 13 + ["2024-2025Q2"] * 13
    assert VARIATION.judge(make_evidence(values)).key == "improvement_high"
    rebased = VARIATION.judge(make_evidence(values, breaks=breaks))
    assert (rebased.key, rebased.chosen) == ("common_cause", "the first value since the last declared break")
    assert rebased.base.value == 50.0
    assert ASSURANCE.judge(make_evidence(values, breaks=breaks)).key == "consistent_pass"
    assert ASSURANCE.judge(make_evidence(values)).key == "inconsistent"


def test_yearly_values_before_the_quarters_do_not_count():
    yearly, quarters = make_evidence([80.0, 10.0], start="2018-2019"), make_evidence(CALM)
    for measure in ("flow", "stock"):
        indicator = quarters.indicator.model_copy(update={"measure": measure})
        mixed = replace(quarters, indicator=indicator, points=yearly.points + quarters.points)
        verdict = VARIATION.judge(mixed)
        assert (verdict.key, verdict.base.value) == ("common_cause", 30.0)
        assert verdict.chosen == "the first of the last values in a row"


def test_a_flow_is_not_charted_over_periods_of_two_lengths():
    months, quarters = make_evidence([1.0, 2.0, 3.0], start="2021-01"), make_evidence(CALM)
    mixed = replace(quarters, points=tuple(sorted(months.points + quarters.points, key=lambda point: point.time)))
    assert VARIATION.judge(mixed).base.period.text == "2021-2022Q1"


def test_short_spans_are_charted_and_long_ones_are_not():
    weeks = [f"2025-0{month}-01/2025-0{month}-14" for month in range(1, 7)]
    spans = [f"{year}/{year + 2}" for year in range(2010, 2016)]
    for texts, applies in ((weeks, True), (spans, False)):
        points = [
            Point(Period.parse(text), Period.parse(text).midpoint, value)
            for text, value in zip(texts, CALM, strict=False)
        ]
        assert VARIATION.judge(replace(make_evidence(CALM), points=tuple(points))).applies is applies


def test_values_after_the_due_date_are_not_judged():
    evidence = make_evidence([*CALM, 90.0, 95.0], due="2024-2025Q1")
    assert VARIATION.judge(evidence).latest.value == CALM[-1]


def test_labels_go_from_best_to_worst_and_each_has_its_own_symbol():
    for method in (VARIATION, ASSURANCE):
        symbols = [label.symbol for label in method.labels.values()]
        assert len(set(symbols)) == len(symbols)
    assert list(ASSURANCE.labels) == ["consistent_pass", "inconsistent", "consistent_fail"]
