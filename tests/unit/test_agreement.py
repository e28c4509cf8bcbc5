"""How far the methods of the pace agree, and whether the reason given for a difference is the true one."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.agreement import (
    OWN_RULE,
    REASONS,
    SEVERAL,
    TRIED,
    exchange,
    says_on_track,
    setting_of,
    tell,
    weigh,
)
from forecast.assessment.board import make_board
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import Label, Method, Traits, Verdict
from forecast.schema.language import Text
from forecast.schema.periods import Period

AS_OF = date(2023, 12, 31)
USUAL = Traits("compound", "two points", "from base", "rates", 0.95)
LABELS = {"yes": Label("oui", "yes", "+", favourable=True), "no": Label("non", "no", "-", favourable=False)}
PACE = [method for method in METHODS if method.question == "pace"]
#: Rules that are no edge rule: the traits alone decide.
PLAIN = {
    "the observed compound rate is compared with the required one",
    "observed over required compound rate, both from the base",
    "share of the way from the base that is made by the due date at the compound rate since the base",
    "gap left at the due date by a line through all values, recent ones weighing more; weights are ours",
    "linear growth of the last five years over the one needed from the base",
    "rate fitted to all values over the one required from the latest; the limit of no progress is ours",
}


@pytest.fixture(scope="module")
def make_evidence(make_indicator, make_target):
    def make(values, *, target=42.0, due="2030", better="up", start=2015, first=2015):
        operator = ">=" if better == "up" else "<="
        target = make_target(f"{target}", value=target, due=due, operator=operator)
        indicator = make_indicator(target, better=better, bounds=(0, None), unit="hours")
        points = tuple(
            Point(period, period.time("flow"), value)
            for year, value in enumerate(values, first)
            if value is not None and (period := Period.parse(str(year)))
        )
        return Evidence("hours", indicator, target, AS_OF, points, None, start)

    return make


def make_method(id: str, traits: Traits, verdict: Verdict) -> tuple[Method, Verdict]:
    name = Text(fr=id, en=id)
    return Method(id, name, "pace", LABELS, id, lambda _: verdict, traits), verdict


def judged_by(evidence: Evidence, id: str, traits: Traits, base: int = 0, since: int | None = None):
    """A made-up method that decides by its traits alone."""
    points = evidence.points
    verdict = Verdict(
        "yes", "traits", base=points[base], latest=points[-1], since=None if since is None else points[since]
    )
    method, _ = make_method(id, traits, verdict)
    setting = setting_of(method, verdict)
    key = "yes" if says_on_track(setting, evidence) else "no"
    return make_method(
        id, traits, Verdict(key, "traits", base=verdict.base, latest=verdict.latest, since=verdict.since)
    )


def test_counts_of_both_sides(make_evidence):
    evidence = make_evidence([10, 12, 14, 16, 18, 20, 22, 24, 30])
    agreement = make_board(evidence).agreement
    assert agreement.counted == len(agreement.favourable) + len(agreement.unfavourable) == len(PACE)
    assert agreement.silent == ()


def test_without_a_verdict_there_is_nothing_to_count(make_evidence):
    agreement = make_board(make_evidence([10])).agreement
    assert (agreement.counted, agreement.majority, agreement.reasons) == (0, False, {})
    assert set(agreement.silent) == {method.id for method in PACE}


def test_all_of_one_mind_need_no_reason(make_evidence):
    falling = make_board(make_evidence([40, 38, 36, 34, 32, 30, 28, 26, 24])).agreement
    assert falling.favourable == ()
    assert falling.reasons == {}


@pytest.mark.parametrize(
    ("values", "target", "other", "name"),
    [
        # steady in units: enough in percent, not in units
        ([10, 11, 12, 13, 14, 15, 16, 17, 18], 28.0, {"growth": "linear"}, "growth"),
        # a little behind: within the tolerance from the base, no more from today
        ([10, 11, 12, 13, 14, 15, 16, 17, 18], 31.0, {"needed": "from today"}, "needed"),
        # one bad last value: too slow from end to end, fast enough by the line
        ([10, 14, 18, 22, 26, 30, 34, 38, 20], 42.0, {"estimate": "line"}, "estimate"),
        ([10, 11, 12, 13, 14, 15, 16, 17, 18], 40.0, {"enough": 0.5}, "enough"),
    ],
)
def test_the_one_trait_that_differs_is_the_reason(make_evidence, values, target, other, name):
    evidence = make_evidence(values, target=target)
    one = judged_by(evidence, "one", USUAL)
    two = judged_by(evidence, "two", Traits(**{**vars(USUAL), **other}))
    assert one[1].key != two[1].key, "the case shows no difference"
    reasons = weigh(evidence, [one, two]).reasons
    (differing,) = (pair for pair in (one, two) if pair[0].id in reasons)
    other_one = two if differing is one else one
    assert list(reasons.values()) == [tell(name, differing[0].traits, other_one[0].traits)]


def test_another_base_and_another_window_are_told_apart(make_evidence):
    evidence = make_evidence([30, 12, 14, 16, 18, 20, 24, 30, 36], target=44.0)
    whole = judged_by(evidence, "whole", USUAL)
    late = judged_by(evidence, "late", USUAL, base=1)
    assert list(weigh(evidence, [whole, late]).reasons.values()) == [REASONS["base", ""]]
    recent = judged_by(evidence, "recent", USUAL, since=1)
    assert whole[1].key != recent[1].key
    assert list(weigh(evidence, [whole, recent]).reasons.values()) == [REASONS["since", ""]]


def test_the_smaller_side_differs_and_with_equal_sides_the_favourable_one(make_evidence):
    evidence = make_evidence([10, 11, 12, 13, 14, 15, 16, 17, 18], target=28.0)
    strict, linear = Traits(**vars(USUAL)), Traits(**{**vars(USUAL), "growth": "linear"})
    no, other_no, yes = (judged_by(evidence, id, t) for id, t in (("a", strict), ("b", strict), ("c", linear)))
    sides = {no[1].key, yes[1].key}
    assert sides == {"yes", "no"}
    small = weigh(evidence, [no, other_no, yes])
    assert set(small.reasons) == {"c"}
    even = weigh(evidence, [no, yes])
    assert set(even.reasons) == {id for id, pair in (("a", no), ("c", yes)) if pair[1].key == "yes"}


def test_a_verdict_that_its_traits_do_not_explain_has_a_rule_of_its_own(make_evidence):
    evidence = make_evidence([10, 11, 12, 13, 14, 15, 16, 17, 18], target=60.0)
    plain = judged_by(evidence, "plain", USUAL)
    points = evidence.points
    stubborn = make_method("stubborn", USUAL, Verdict("yes", "whatever", base=points[0], latest=points[-1]))
    assert plain[1].key == "no"
    assert weigh(evidence, [plain, stubborn]).reasons == {"stubborn": OWN_RULE}
    baseless = make_method("baseless", USUAL, Verdict("yes", "whatever", latest=points[-1]))
    assert weigh(evidence, [plain, baseless]).reasons == {"baseless": OWN_RULE}


def test_differences_that_count_only_together_are_said_to(make_evidence):
    evidence = make_evidence([20, 11, 12, 13, 14, 15, 16, 17, 22], target=27.0)
    one = judged_by(evidence, "one", USUAL)
    for enough in (0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 2.5, 4.0):
        two = judged_by(evidence, "two", Traits("linear", "line", "from today", "rates", enough), base=1)
        if one[1].key == two[1].key:
            continue
        (reason,) = weigh(evidence, [one, two]).reasons.values()
        own, other = (one, two) if one[1].key == "yes" else (two, one)
        settings = setting_of(*own), setting_of(*other)
        turned = [n for n in TRIED if says_on_track(exchange(*settings, n), evidence) is (own[1].key != "yes")]
        assert reason == (tell(turned[0], own[0].traits, other[0].traits) if turned else SEVERAL)


@given(
    st.lists(st.floats(5, 95).map(lambda value: round(value, 1)), min_size=2, max_size=9),
    st.floats(5, 95).map(lambda value: round(value, 1)),
    st.sampled_from(["up", "down"]),
    st.sampled_from(["2024", "2027", "2030"]),
)
def test_traits_decide_as_each_method_does_where_no_edge_rule_did(make_evidence, values, target, better, due):
    evidence = make_evidence(values, target=target, better=better, due=due, first=2024 - len(values))
    for method in PACE:
        verdict = method.judge(evidence)
        if verdict.rule not in PLAIN or verdict.ratio is None:
            continue
        setting = setting_of(method, verdict)
        found = says_on_track(setting, evidence)
        near = any(abs(verdict.ratio - limit) < 1e-6 for limit in (0.9, 0.95, 1.0))
        assert near or found in (None, method.label(verdict).favourable), (method.id, verdict)


def test_reasons_hold_in_either_direction(make_evidence):
    up = make_evidence([10, 11, 12, 13, 14, 15, 16, 17, 18], target=25.0)
    down = make_evidence([1 / v for v in (10, 11, 12, 13, 14, 15, 16, 17, 18)], target=1 / 25, better="down")
    for evidence in (up, down):
        setting = setting_of(*judged_by(evidence, "one", USUAL))
        ratio = math.log(18 / 10) / 8 / (math.log(25 / 10) / 15)
        assert says_on_track(setting, evidence) is (
            math.expm1(math.log(1.8) / 8) / math.expm1(math.log(2.5) / 15) >= 0.95
        )
        assert ratio > 0.95


def test_two_windows_of_one_method_that_begin_at_one_value_are_one_voice(make_evidence):
    short = make_board(make_evidence([20, 24, 28], target=60.0, start=2021, first=2021))
    both = {method.id: verdict for method, verdict in short.verdicts}
    assert both["eurostat_long"].base == both["eurostat_short"].base
    assert "eurostat_short" in short.agreement.silent
    long = make_board(make_evidence([10, 12, 14, 16, 18, 20, 22, 24, 30]))
    assert "eurostat_short" not in long.agreement.silent


def test_recent_values_that_weigh_more_are_told_as_that(make_evidence):
    evidence = make_evidence([10, 14, 18, 22, 26, 30, 34, 38, 20], target=52.0)
    even, rising = (
        judged_by(evidence, kind, Traits("linear", kind, "from base", "projection", 0.95))
        for kind in ("line", "weighted line")
    )
    assert even[1].key != rising[1].key
    assert list(weigh(evidence, [even, rising]).reasons.values()) == [
        "it fits a line to all values alike, others do not"
        if even[1].key == "yes"
        else "it fits a line in which recent values weigh more, others do not"
    ]
