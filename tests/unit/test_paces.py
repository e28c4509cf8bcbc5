"""Required pace in every way, by hand; zeros, signs, bounds; scaled and mirrored."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.paces import aim, choose_base, paces, readings
from forecast.schema.periods import Period

BEFORE = date(2024, 6, 30)


def make_points(measure="flow", **values):
    return tuple(
        Point(period, period.time(measure), float(value))
        for text, value in values["of"].items()
        if (period := Period.parse(text))
    )


@pytest.fixture(scope="session")
def make_evidence(make_indicator, make_target):
    """A share of 30 in 2020 and 34 in 2023 that should be 42 by 2027, counted from 2020."""

    def make(points=None, *, as_of=BEFORE, start=2020, indicator=None, measure="flow", **target):
        wanted = make_target(**{"due": "2027", **target})
        points = make_points(measure, of={"2020": 30, "2023": 34} if points is None else points)
        usual = make_indicator(wanted, measure=measure, **(indicator or {}))
        return Evidence("share", usual, wanted, as_of, points, None, start)

    return make


# By hand


def test_both_starts_by_hand(make_evidence):
    found = paces(make_evidence())
    base, latest = found.from_base, found.from_latest
    assert (base.start.value, base.years, latest.start.value, latest.years) == (30, 7, 34, 4)
    assert base.linear == pytest.approx(12 / 7)
    assert latest.linear == pytest.approx(2.0)
    assert base.compound == pytest.approx(4.92414, abs=1e-5)  # 1.4^(1/7) = 1.0492414
    assert latest.compound == pytest.approx(5.42475, abs=1e-5)  # (21/17)^(1/4) = 1.0542475
    assert base.logit == pytest.approx((math.log(42 / 58) - math.log(30 / 70)) / 7)
    assert latest.logit == pytest.approx((math.log(42 / 58) - math.log(34 / 66)) / 4)
    assert found.recent == pytest.approx(4 / 3)
    assert base.multiple == pytest.approx((12 / 7) / (4 / 3))
    assert latest.multiple == pytest.approx(1.5)
    assert found.share_done == pytest.approx(1 / 3)
    assert found.share_elapsed == pytest.approx(3 / 7)
    assert found.change == pytest.approx(4 * latest.logit)
    assert found.chosen == "the value of the plan's starting year"
    assert (base.met, latest.met) == (False, False)


@pytest.mark.parametrize(
    ("points", "value", "bounds", "linear", "compound", "logit"),
    [
        ({"2025": 100}, 121, (0, None), 10.5, 10.0, None),  # 1.1² = 1.21
        ({"2025": 20}, 80, (0, 100), 30, 100.0, math.log(4)),  # from log-odds -ln 4 to ln 4 in two years
        ({"2025": 80}, 20, (0, 100), -30, -50.0, -math.log(4)),
        ({"2025": 40}, 40, (0, 100), 0, 0.0, 0.0),
        ({"2025": 0}, 10, (0, 100), 5, None, None),  # no percentage of zero, no log-odds of a bound
        ({"2025": 10}, 0, (0, 100), -5, None, None),  # nor a rate that ever gets to zero
        ({"2025": 50}, 100, (0, 100), 25, 100 * (math.sqrt(2) - 1), None),
        ({"2025": 100}, 50, (0, 100), -25, 100 * (math.sqrt(0.5) - 1), None),
        ({"2025": -4}, 6, (None, None), 5, None, None),  # change of sign
        ({"2025": 6}, -4, (None, None), -5, None, None),
        ({"2025": -9}, -4, (None, None), 2.5, None, None),  # a rise whose rate would be negative
        ({"2025": 20}, 80, (None, 100), 30, 100.0, None),  # one bound has no log-odds
        ({"2025": 20}, 120, (0, 100), 50, 100 * (math.sqrt(6) - 1), None),  # target beyond the bound
        ({"2025": 1e-300}, 1e300, (0, None), 5e299, None, None),  # a rate beyond what a number holds
    ],
)
def test_each_way_by_hand(make_evidence, points, value, bounds, linear, compound, logit):
    operator = ">=" if value > points["2025"] else "<="
    found = paces(make_evidence(points, start=2025, value=value, operator=operator, indicator={"bounds": bounds}))
    assert found.from_latest == found.from_base
    assert found.from_latest.linear == pytest.approx(linear)
    assert found.from_latest.compound == (None if compound is None else pytest.approx(compound))
    assert found.from_latest.logit == (None if logit is None else pytest.approx(logit))


# Multiple of the recent pace


@pytest.mark.parametrize(
    ("points", "operator", "value", "recent", "multiple"),
    [
        ({"2022": 30, "2023": 32}, ">=", 42, 2, 1.25),
        ({"2022": 32, "2023": 30}, ">=", 42, -2, -1.5),  # moving away
        ({"2022": 50, "2023": 48}, "<=", 42, -2, 0.75),
        ({"2022": 48, "2023": 50}, "<=", 42, 2, -1.0),
        ({"2022": 30, "2023": 30}, ">=", 42, 0, None),
        ({"2023": 30}, ">=", 42, None, None),
        ({"2022": 44, "2023": 45}, ">=", 42, 1, None),  # nothing is required
        ({"2022": 41, "2023": 40}, "<=", 42, -1, None),
    ],
)
def test_multiple_of_the_recent_pace(make_evidence, points, operator, value, recent, multiple):
    found = paces(make_evidence(points, operator=operator, value=value))
    assert found.recent == (None if recent is None else pytest.approx(recent))
    assert found.from_latest.multiple == (None if multiple is None else pytest.approx(multiple))


def test_what_rounding_leaves_of_no_pace_is_no_pace(make_evidence):
    flat = {f"{year}-{month:02}": 27.9 for year in (2021, 2022, 2023) for month in range(1, 13)}
    found = paces(make_evidence(flat))
    assert 0 < abs(found.recent) < 1e-9
    assert found.from_latest.multiple is None


# Shares of the planned change


@pytest.mark.parametrize(
    ("points", "operator", "value", "done"),
    [
        ({"2020": 30, "2023": 42}, ">=", 42, 1.0),
        ({"2020": 30, "2023": 27}, ">=", 42, -0.25),
        ({"2020": 30, "2023": 48}, ">=", 42, 1.5),
        ({"2020": 50, "2023": 48}, "<=", 42, 0.25),
        ({"2020": 0, "2023": 21}, ">=", 42, 0.5),  # base zero
        ({"2020": 50, "2023": 0}, "<=", 0, 1.0),  # target and latest zero
        ({"2020": -10, "2023": 5}, ">=", 10, 0.75),  # change of sign
        ({"2020": 10, "2023": -5}, "<=", -10, 0.75),
        ({"2020": 42, "2023": 40}, ">=", 42, None),  # base equal to the target
        ({"2020": 42, "2023": 40}, ">", 42, None),  # and not met by it, yet without a change to share
        ({"2020": 45, "2023": 40}, ">=", 42, None),  # met at the base and lost: 167 % would be absurd
        ({"2020": 40, "2023": 45}, "<=", 42, None),
        ({"2020": 30}, ">=", 42, 0.0),
    ],
)
def test_share_done(make_evidence, points, operator, value, done):
    found = paces(make_evidence(points, operator=operator, value=value, indicator={"bounds": (None, None)}))
    assert found.share_done == (None if done is None else pytest.approx(done))


def test_met_at_the_base_and_lost_asks_for_a_pace_from_today_only(make_evidence):
    found = paces(make_evidence({"2020": 45, "2023": 40}))
    assert (found.from_base.met, found.from_latest.met) == (True, False)
    assert found.from_base.linear == pytest.approx(-3 / 7)  # what it might have fallen back
    assert found.from_base.multiple is None
    assert found.from_latest.linear == pytest.approx(0.5)
    assert found.from_latest.multiple == pytest.approx(0.5 / (-5 / 3))


# Ranges, exact values


@pytest.mark.parametrize(
    ("latest", "wanted", "linear", "met"), [(30, 40, 2.5, False), (43, 43, 0, True), (57, 45, -3, False)]
)
def test_a_range_is_aimed_at_by_its_nearer_end(make_evidence, latest, wanted, linear, met):
    evidence = make_evidence({"2023": latest}, kind="range", value=40.0, high=45.0, operator=None)
    found = paces(evidence)
    assert aim(evidence.target, latest) == wanted
    assert (found.from_latest.linear, found.from_latest.met) == (linear, met)


def test_an_exact_value_is_aimed_at_from_both_sides(make_evidence):
    assert paces(make_evidence({"2023": 50}, operator="=")).from_latest.linear == -2
    assert paces(make_evidence({"2023": 34}, operator="=")).from_latest.linear == 2


# Base, dates


@pytest.mark.parametrize(
    ("points", "start", "base", "chosen"),
    [
        ({"2019": 1, "2020": 2, "2021": 3}, 2020, "2020", "the value of the plan's starting year"),
        ({"2019": 1, "2021": 2, "2022": 3, "2023": 4}, 2020, "2021", "the first later value"),
        ({"2018": 1, "2019": 2, "2023": 3}, 2020, "2019", "the nearest earlier value"),  # the latest is no base
        ({"2018": 1, "2020": 2}, 2020, "2020", "the value of the plan's starting year"),  # unless of the very year
        ({"2018": 1, "2019": 2}, 2020, "2018", "the nearest earlier value"),
        ({"2023": 1}, 2020, "2023", "the first later value"),
        ({"2020-03": 1, "2020-09": 2, "2023": 3}, 2020, "2020-09", "the value of the plan's starting year"),
        ({"2019-2020": 1, "2020-2021": 2, "2021-2022": 3}, 2020, "2020-2021", "the value of the plan's starting year"),
        ({"2021": 2, "2022": 3}, None, "2021", "the value of the plan's starting year"),
    ],
)
def test_choice_of_the_base(make_evidence, points, start, base, chosen):
    evidence = make_evidence(points, start=start)
    assert choose_base(evidence).period.text == base
    assert paces(evidence).chosen == chosen


def test_once_the_date_has_passed_only_what_was_planned_remains(make_evidence):
    points = {"2020": 30, "2023": 34, "2026": 40, "2029": 60}
    found = paces(make_evidence(points, as_of=date(2030, 1, 1)))
    assert (found.from_latest, found.change) == (None, None)
    assert found.from_base.linear == pytest.approx(12 / 7)
    assert found.share_done == pytest.approx(10 / 12)  # what came after the due date does not count
    assert found.share_elapsed == pytest.approx(6 / 7)
    assert found.recent == pytest.approx(2.0)
    assert paces(make_evidence(points, due="2031", as_of=date(2030, 1, 1))).recent == pytest.approx(20 / 3)


def test_a_value_of_the_due_date_leaves_no_time(make_evidence):
    found = paces(make_evidence({"2020": 30, "2027-10": 41}, as_of=date(2027, 11, 15)))
    assert (found.from_latest, found.change) == (None, None)
    assert found.share_elapsed > 1
    late = paces(make_evidence({"2027-10": 41}, start=2027, as_of=date(2027, 11, 15)))
    assert (late.from_base, late.share_elapsed) == (None, None)


def test_a_stock_counts_to_the_day(make_evidence):
    stock = {"unit": "persons", "bounds": (0, None), "better": "down"}
    points = {"2022-2023": 1500}
    found = paces(make_evidence(points, measure="stock", indicator=stock, due="2025-2026", value=1200.0, operator="<="))
    assert found.from_latest.years == pytest.approx(3, abs=3e-3)
    assert found.from_latest.linear == pytest.approx(-100, rel=1e-3)


@pytest.mark.parametrize(
    ("points", "target"),
    [
        ({}, {}),
        ({"2023": 30}, {"due": None}),
        ({"2023": 30}, {"kind": "text", "value": None, "operator": None}),
        ({"2023": 30}, {"kind": "date", "value": None, "operator": None}),
        ({"2023": 30}, {"kind": "change", "change": 5, "reading": "points", "value": None}),
        ({"2028": 30}, {"as_of": date(2029, 1, 1)}),  # nothing was known by the due date
    ],
)
def test_no_pace_is_made_up(make_evidence, points, target):
    assert paces(make_evidence(points, **target)) is None


# Change on the model scale


@pytest.mark.parametrize(
    ("bounds", "latest", "value", "operator", "change"),
    [
        ((0, None), 20, 40, ">=", math.log(2)),
        ((0, None), 40, 20, "<=", -math.log(2)),
        ((0, 100), 20, 80, ">=", 2 * math.log(4)),
        ((None, 100), 20, 60, ">=", math.log(2)),
        ((None, None), -4, 6, ">=", 10.0),
        ((0, 100), 50, 100, ">=", math.log(99.5 / 0.5) - math.log(50 / 50) + math.log(100 / 99.5)),
        ((0, None), 20, 0, "<=", -math.log(2)),  # a zero counts as half of the smallest value
        ((0, 100), 50, 101, ">=", None),
        ((0, None), 50, -1, "<=", None),
    ],
)
def test_change_on_the_model_scale(make_evidence, bounds, latest, value, operator, change):
    found = paces(make_evidence({"2023": latest}, value=value, operator=operator, indicator={"bounds": bounds}))
    assert found.change == (None if change is None else pytest.approx(change))


# Readings of a change


@pytest.mark.parametrize(
    ("change", "relative", "points", "of_base"),
    [(5, 42.0, 45.0, 31.5), (-5, 38.0, 35.0, 28.5), (0, 40.0, 40.0, 30.0), (100, 80.0, 140.0, 60.0)],
)
def test_the_three_readings_of_a_change(change, relative, points, of_base):
    found = readings(change, base=30.0, latest=40.0)
    assert list(found) == ["relative", "points", "of baseline"]
    assert list(found.values()) == pytest.approx([relative, points, of_base])


# Invariances

amounts = st.floats(0.5, 99.5)
several = st.lists(amounts, min_size=2, max_size=8)


def yearly(values):
    return {str(2016 + i): value for i, value in enumerate(values)}


@given(values=several, value=amounts, power=st.integers(-6, 6))
def test_scaling_scales_the_linear_pace_only(make_evidence, values, value, power):
    factor = 2.0**power
    one = paces(make_evidence(yearly(values), value=value))
    scaled = yearly([v * factor for v in values])
    other = paces(make_evidence(scaled, value=value * factor, indicator={"bounds": (0, 100 * factor)}))
    for before, after in ((one.from_base, other.from_base), (one.from_latest, other.from_latest)):
        assert after.linear == before.linear * factor
        assert (after.met, after.years, after.compound) == (before.met, before.years, before.compound)
        assert after.logit == pytest.approx(before.logit, abs=1e-12)
        assert after.multiple == (None if before.multiple is None else pytest.approx(before.multiple))
    assert other.share_done == (None if one.share_done is None else pytest.approx(one.share_done))
    assert other.change == pytest.approx(one.change, abs=1e-9)


@given(values=several, value=amounts, strict=st.booleans())
def test_mirroring_turns_the_signs_only(make_evidence, values, value, strict):
    down = {"bounds": (-100, 0), "better": "down"}
    up = paces(make_evidence(yearly(values), value=value, operator=">" if strict else ">="))
    mirrored = paces(
        make_evidence(yearly([-v for v in values]), value=-value, operator="<" if strict else "<=", indicator=down)
    )
    for one, other in ((up.from_base, mirrored.from_base), (up.from_latest, mirrored.from_latest)):
        assert (other.linear, other.met, other.years) == (-one.linear, one.met, one.years)
        assert other.logit == pytest.approx(-one.logit)
        assert other.multiple == (None if one.multiple is None else pytest.approx(one.multiple))
    assert mirrored.share_done == up.share_done
    assert mirrored.share_elapsed == up.share_elapsed


@given(values=several, value=amounts, more=st.floats(0, 50))
def test_a_harder_target_asks_for_more(make_evidence, values, value, more):
    harder = min(value + more, 99.9)
    easy, hard = (paces(make_evidence(yearly(values), value=wanted)) for wanted in (value, harder))
    for one, other in ((easy.from_base, hard.from_base), (easy.from_latest, hard.from_latest)):
        assert other.linear >= one.linear
        assert other.compound >= one.compound - 1e-9
        assert other.logit >= one.logit - 1e-9
    assert hard.change >= easy.change - 1e-9


@given(values=several, value=amounts)
def test_each_pace_kept_arrives(make_evidence, values, value):
    """Year by year, in a plain loop: add, multiply, or add to the log-odds."""
    today = paces(make_evidence(yearly(values), value=value, due="2028", as_of=date(2024, 6, 30))).from_latest
    added, multiplied = values[-1], values[-1]
    odds = math.log(values[-1] / (100 - values[-1]))
    for _year in range(round(today.years)):
        added += today.linear
        multiplied *= 1 + today.compound / 100
        odds += today.logit
    assert added == pytest.approx(value)
    assert multiplied == pytest.approx(value)
    assert 100 / (1 + math.exp(-odds)) == pytest.approx(value)


@given(values=several, value=amounts)
def test_share_done_and_pace_agree(make_evidence, values, value):
    """Ahead of the straight line from the base, and only then, less is required from today than from the base."""
    found = paces(make_evidence(yearly(values), start=2016, value=value, due="2028"))
    assume(found.share_done is not None and abs(value - values[0]) > 1e-6)
    ahead = found.share_done - found.share_elapsed
    assume(abs(ahead) > 1e-9)
    less = abs(found.from_base.linear) - found.from_latest.linear * np.sign(found.from_base.linear)
    assert (ahead > 0) == (less > 0)
