"""The audit of a plan: hand-made plans, one fault each, and the Québec quality mark."""

import json
import math
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.audit import Audit, audit, detectable_change, measure_deviation, plan_years, yearly_values
from forecast.assessment.evidence import Evidence, Point
from forecast.plans.model import Indicator, Plan, Target
from forecast.reference.achieved import Achieved
from forecast.schema.periods import Period

AS_OF = date(2026, 11, 23)


def make_points(values: dict[str, float], measure: str = "flow", **other: object) -> tuple[Point, ...]:
    return tuple(
        Point(Period.parse(text), Period.parse(text).time(measure), value, **other) for text, value in values.items()
    )


@pytest.fixture
def look_over(make_indicator: Callable[..., Indicator], make_plan: Callable[..., Plan]) -> Callable[..., Audit]:
    """Audit a plan of 2020 to 2022 with one indicator: its targets, its values, and what counts as its base year."""

    def look(
        *targets: Target,
        values: dict[str, float] | None = None,
        start: int | None = 2019,
        achieved: Achieved | None = None,
        points: tuple[Point, ...] | None = None,
        **other: object,
    ) -> Audit:
        indicator = make_indicator(*targets, **other)
        plan = make_plan(share=indicator).model_copy(update={"start": "2020", "end": "2022"})
        known = points if points is not None else make_points(values or {}, indicator.measure)
        evidence = [Evidence("share", indicator, one, AS_OF, known, None, start) for one in targets]
        return audit(plan, [one for one in evidence if one.target.kind != "none"], achieved)

    return look


@pytest.fixture
def yearly(make_target: Callable[..., Target]) -> list[Target]:
    """A target for every year of the plan: 42, 44, 46."""
    return [make_target(due=str(2020 + i), value=42.0 + 2 * i) for i in range(3)]


# Targets that lack


def test_an_indicator_without_target(look_over, make_target):
    for targets in ((), (make_target(words="", kind="none", value=None, operator=None),)):
        found = look_over(*targets)
        assert [(one.kind, one.indicator, one.due) for one in found.findings] == [("no_target", "share", None)]


def test_years_without_a_target_of_any_kind(look_over, make_target, yearly):
    assert look_over(*yearly).findings == ()
    text = make_target(words="Guide produit", due="2021", kind="text", value=None, operator=None)
    (finding,) = look_over(yearly[0], text).findings
    assert (finding.kind, finding.periods) == ("no_yearly_target", ("2022",))
    assert finding.figures == {"missing": 1, "years": 3}
    undated = make_target(due=None)
    assert look_over(undated).findings[0].periods == ("2020", "2021", "2022")


def test_a_standard_holds_in_every_year(look_over, make_target):
    assert look_over(make_target(due="2022", kind="standard", reading=["recurring", "end of plan"])).findings == ()


def test_a_due_date_counts_in_the_year_that_holds_its_day(look_over, make_target):
    dues = [make_target(due="2019-2020"), make_target(due="2021-06"), make_target(due="2022-12-31")]
    assert look_over(*dues).findings == ()  # 31 March 2020, 30 June 2021, 31 December 2022
    early = make_target(due="2022-2023", reading=["start of period"])  # from 1 April 2022
    assert look_over(*dues[:2], early).findings == ()


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2021", "2023", "2021 2022 2023"),
        ("2023-2024", "2025-2026", "2023-2024 2024-2025 2025-2026"),
        ("2023-04-01", "2025-03-31", "2023-2024 2024-2025"),
        ("2023-2024", "2025", "2023 2024 2025"),
        ("2023-09-01", "2024-08-31", "2023 2024"),
    ],
)
def test_the_years_of_a_plan(make_plan, start, end, years):
    plan = make_plan().model_copy(update={"start": start, "end": end})
    assert [year.text for year in plan_years(plan)] == years.split()


# Targets met at the start


def test_a_target_met_at_the_start(look_over, yearly):
    found = look_over(*yearly, values={"2018": 10.0, "2019": 43.0, "2020": 10.0}).of("met_at_start")
    assert [(one.due, one.figures) for one in found] == [("2020", {"base": 43.0, "target": 42.0})]
    down = [target.model_copy(update={"operator": "<="}) for target in yearly]
    found = look_over(*down, values={"2019": 43.0}, better="down").of("met_at_start")
    assert [one.due for one in found] == ["2021", "2022"]


def test_a_base_year_without_value_or_with_an_assumed_one_says_nothing(look_over, yearly):
    assert look_over(*yearly, values={"2018": 50.0, "2020": 50.0}).findings == ()
    assert look_over(*yearly, points=make_points({"2019": 50.0}, assumed=True)).findings == ()


def test_a_range_met_at_the_start_from_within(look_over, make_target):
    wide = [make_target(due=str(due), kind="range", value=40.0, high=50.0, operator=None) for due in (2020, 2021, 2022)]
    assert len(look_over(*wide, values={"2019": 45.0}).of("met_at_start")) == 3
    assert look_over(*wide, values={"2019": 55.0}).of("met_at_start") == ()


# Targets beyond the record


@pytest.fixture(scope="module")
def record() -> Achieved:
    """Forty indicators whose rate rises by a tenth a year, and one in 320 stretches by half."""
    rows = []
    for i in range(40):
        values = [100 * 1.1**step for step in range(9)]
        if i == 0:
            values = [*values[:-1], values[-2] * 1.5]
        told = {"unique_id": f"r{i}", "source": "uk", "indicator": str(i), "kind": "rate", "name": "Rate"}
        rows += [told | {"step": step, "y": y} for step, y in enumerate(values)]
    return Achieved.of(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(10.99, None), (11.01, "rarely_achieved"), (14.99, "rarely_achieved"), (15.01, "never_achieved")],
)
def test_two_grades_of_what_was_hardly_ever_achieved(look_over, make_target, record, value, kind):
    target = make_target(due="2020", value=value)
    found = look_over(target, values={"2019": 10.0}, achieved=record, unit="visits/day", bounds=(0, None)).findings
    assert [one.kind for one in found if one.kind != "no_yearly_target"] == ([kind] if kind else [])
    if kind:
        figures = found[-1].figures
        assert figures["share"] == pytest.approx(1 / 8 / 40 if kind == "rarely_achieved" else 0.0)
        assert (figures["base"], figures["target"], figures["years"], figures["indicators"]) == (10.0, value, 1, 40)


def test_a_fall_that_nobody_made(look_over, make_target, record):
    target = make_target(due="2022", value=9.9, operator="<=")
    asked = {"achieved": record, "unit": "visits/day", "bounds": (0, None), "better": "down"}
    assert [one.due for one in look_over(target, values={"2019": 10.0}, **asked).of("never_achieved")] == ["2022"]


@pytest.mark.parametrize(
    "other",
    [
        {"achieved": None},  # nothing to compare with
        {"bounds": (0, 10)},  # no such kind in the collection
        {"bounds": (None, None)},
        {"values": {"2018": 10.0}},  # no value in the base year
        {"due": "2019"},  # no time
        {"due": "2035"},  # longer than anybody was watched
        {"due": None},
        {"bounds": (0, 20)},
    ],
)
def test_where_nothing_compares_nothing_is_found(look_over, make_target, record, other):
    asked = {"achieved": record, "unit": "visits/day", "bounds": (0, None), "values": {"2019": 10.0}, **other}
    target = make_target(due=asked.pop("due", "2020"), value=19.0)
    assert not {"never_achieved", "rarely_achieved"} & {one.kind for one in look_over(target, **asked).findings}


def test_a_target_beyond_the_bounds_is_not_compared(look_over, make_target, catalogue):
    from forecast.reference import achieved_in

    asked = {"achieved": achieved_in(catalogue.root), "values": {"2019": 90.0}}
    assert look_over(make_target(due="2020", value=101.0), **asked).of("never_achieved") == ()
    assert (
        len(
            look_over(make_target(due="2020", value=100.0), values={"2019": 1.0}, achieved=asked["achieved"]).of(
                "never_achieved"
            )
        )
        == 1
    )


# Noise


def test_the_detectable_change_by_hand():
    # ranges 2, 4, 3: mean 3, deviation 3 / 1.128
    deviation = measure_deviation([10, 12, 8, 11])
    assert deviation == pytest.approx(3 / 1.128)
    assert detectable_change(deviation) == pytest.approx(1.645 * 1.41421356 * 2.6595745)
    assert measure_deviation([10, 12, 8]) is None
    assert measure_deviation([5, 5, 5, 5]) == 0.0


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=9), st.floats(0.1, 10), st.floats(-50, 50))
def test_the_deviation_scales_with_the_unit_and_ignores_the_zero(values, factor, zero):
    plain, told = measure_deviation(values), measure_deviation([zero - factor * value for value in values])
    assert told == pytest.approx(factor * plain, abs=1e-9)


NOISY = {"2016": 30.0, "2017": 32.0, "2018": 28.0, "2019": 31.0}  # detectable: 6.187


@pytest.mark.parametrize(("wanted", "seen"), [(37.1, False), (37.3, True), (31.1, False)])
def test_a_planned_change_lost_in_ordinary_variation(look_over, yearly, wanted, seen):
    targets = [*yearly[:2], yearly[2].model_copy(update={"value": wanted})]
    found = look_over(*targets, values=NOISY).of("too_noisy")
    assert [one.due for one in found] == ([] if seen else ["2022"])
    if not seen:
        figures = found[0].figures
        assert figures["planned"] == pytest.approx(wanted - 31)
        assert figures["detectable"] == pytest.approx(detectable_change(3 / 1.128))
        assert figures["values"] == 4


def test_noise_is_judged_in_both_directions_and_by_the_last_target_alone(look_over, make_target):
    targets = [make_target(due=due, value=value, operator="<=") for due, value in (("2020", 30.0), ("2021", 20.0))]
    assert look_over(*targets, values=NOISY, better="down").of("too_noisy") == ()
    assert len(look_over(targets[0], values=NOISY, better="down").of("too_noisy")) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"2017": 32.0, "2018": 28.0, "2019": 31.0},  # three values do not tell
        {"2016": 30.0, "2017": 31.0, "2018": 32.0, "2020": 31.0},  # none in the base year
    ],
)
def test_unknown_noise_is_no_finding(look_over, make_target, values):
    assert look_over(make_target(due="2020", value=31.5), values=values).of("too_noisy") == ()


def test_a_target_met_at_the_start_has_no_success_to_be_seen(look_over, make_target):
    assert look_over(make_target(due="2020", value=30.5), values=NOISY).of("too_noisy") == ()


@pytest.fixture
def values_of(make_indicator, make_target) -> Callable[..., list[float]]:
    def list_values(*parts: tuple[Point, ...], **other: object) -> list[float]:
        points = tuple(sorted((point for part in parts for point in part), key=lambda point: point.time))
        return yearly_values(Evidence("share", make_indicator(**other), make_target(), AS_OF, points, None, None))

    return list_values


def test_yearly_values_of_quarters(values_of):
    quarters = {f"{year}-{year + 1}Q{q}": 10.0 * year + q for year in (2016, 2017) for q in (1, 2, 3, 4)}
    part = make_points(quarters | {"2018-2019Q1": 999.0})
    assert values_of(part) == [20162.5, 20172.5]  # 2018-2019 is not known whole
    assert values_of(make_points(quarters, "stock"), measure="stock") == [20164.0, 20174.0]


def test_yearly_values_are_taken_as_they_are_where_there_are_enough(values_of):
    years = make_points({str(year): float(year) for year in range(2016, 2020)})
    months = make_points({f"2019-{month:02}": 5.0 for month in range(1, 13)})
    assert values_of(years, months) == [2016.0, 2017.0, 2018.0, 2019.0]
    assert values_of(years[:2], months) == [5.0]  # of too few years and the months of one


def test_yearly_values_start_after_a_break_and_are_real(values_of):
    before = make_points({"2014": 1.0, "2015": 1.0})
    after = make_points({"2016": 2.0, "2017": 3.0}, break_from="2016")
    assert values_of(before, after) == [2.0, 3.0]
    assert values_of(before, make_points({"2016": 9.0}, assumed=True)) == [1.0, 1.0]
    assert values_of() == []


# The quality mark


@pytest.fixture
def mark(make_plan, make_indicator, make_target, yearly):
    """Mark a plan with so many indicators with yearly targets, with one target, and without."""

    def mark_plan(full: int, single: int = 0, without: int = 0) -> Audit:
        kinds = [make_indicator(*yearly)] * full + [make_indicator(yearly[0])] * single + [make_indicator()] * without
        plan = make_plan(**{f"i{i}": one for i, one in enumerate(kinds)})
        return audit(plan.model_copy(update={"start": "2020", "end": "2022"}), [], None)

    return mark_plan


def test_the_published_parts_of_the_mark(mark):
    quality = mark(19, 0, 1).quality  # 95 % exactly
    assert [(part.id, part.weight) for part in quality.parts] == [
        ("plan_produced", 20),
        ("yearly_targets", 10),
        ("result_indicators", 30),
        ("indicator_quality", 30),
        ("not_listed", 10),
    ]
    assert [(part.share, part.low, part.high) for part in quality.parts[:2]] == [(0.95, 100, 100)] * 2
    assert (quality.recomputed, quality.low, quality.high) == (30, 30, 100)
    assert [part.reason for part in quality.parts] == [
        None,
        None,
        "plans do not say which indicators are of results",
        "its criteria are not published",
        "the published parts sum to 90%",
    ]


def test_below_the_limit_the_mark_is_only_known_to_be_60_or_0(mark):
    quality = mark(18, 1, 1).quality
    plan, years = quality.parts[:2]
    assert (plan.share, plan.low, plan.high) == (0.95, 100, 100)
    assert (years.share, years.low, years.high) == (0.9, 0, 60)
    assert years.reason == "the limit between the marks 60 and 0 is not published"
    assert (quality.recomputed, quality.low, quality.high) == (30, 20, 96)


def test_a_plan_without_indicators_has_no_mark(mark):
    quality = mark(0).quality
    assert quality.recomputed == 0
    assert quality.parts[0].reason == "the plan has no indicator"
    assert (quality.low, quality.high) == (0, 100)


def test_the_record_is_plain(mark):
    record = json.loads(json.dumps(mark(1, 1, 1).record()))
    assert [one["finding"] for one in record["findings"]] == ["no_yearly_target", "no_target"]
    assert record["findings"][0]["periods"] == ["2021", "2022"]
    assert record["findings"][0]["missing"] == 2
    assert record["quality"]["parts"][0]["share"] == pytest.approx(2 / 3)
    assert math.isclose(record["quality"]["high"], 100 - 0.4 * 30)
