"""Periods: every canonical text, its first and last day, and arithmetic that never drifts."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.schema.periods import FORMS, LAST_YEAR, PER_YEAR, SEASON_ENDS, Period, decimal_year, end_of

FORM_CASES = [
    ("2025", "year", "2025-01-01", "2025-12-31"),
    ("2027-2028", "fiscal_year", "2027-04-01", "2028-03-31"),
    ("2024-2025Q1", "fiscal_quarter", "2024-04-01", "2024-06-30"),
    ("2024-2025Q2", "fiscal_quarter", "2024-07-01", "2024-09-30"),
    ("2024-2025Q3", "fiscal_quarter", "2024-10-01", "2024-12-31"),
    ("2024-2025Q4", "fiscal_quarter", "2025-01-01", "2025-03-31"),
    ("2025-07", "month", "2025-07-01", "2025-07-31"),
    ("2024-02", "month", "2024-02-01", "2024-02-29"),
    ("2024-2025P01", "four_week", "2024-04-01", "2024-04-28"),
    ("2024-2025P07", "four_week", "2024-09-16", "2024-10-13"),
    ("2024-2025P13", "four_week", "2025-03-03", "2025-03-31"),
    ("2025-12-08", "date", "2025-12-08", "2025-12-08"),
    ("2022-winter", "season", "2021-12-21", "2022-03-20"),
    ("2022-spring", "season", "2022-03-21", "2022-06-20"),
    ("2022-summer", "season", "2022-06-21", "2022-09-20"),
    ("2022-autumn", "season", "2022-09-21", "2022-12-20"),
    ("2017/2019", "span", "2017-01-01", "2019-12-31"),
    ("2025-01-21/2025-02-03", "span", "2025-01-21", "2025-02-03"),
    ("2017/2019-06-30", "span", "2017-01-01", "2019-06-30"),
]

ERRORS = [
    ("soon", f"'soon' is not a period; write {FORMS}"),
    ("", f"'' is not a period; write {FORMS}"),
    ("25", f"'25' is not a period; write {FORMS}"),
    ("2025-1", f"'2025-1' is not a period; write {FORMS}"),
    ("2025-02-30", "'2025-02-30' is not a day of the calendar"),
    ("1500", "'1500' lies outside the years 1800 to 2200"),
    ("2500-01-01", "'2500-01-01' lies outside the years 1800 to 2200"),
    (
        "2024-2026",
        "'2024-2026' is not a fiscal year: it ends the year after it begins, 2024-2025;"
        " an average over years is written 2024/2026",
    ),
    ("2024-2025Q5", "'2024-2025Q5' is not a quarter: Q1 to Q4"),
    ("2025-13", "'2025-13' is not a month: 01 to 12; a fiscal year is written 2025-2026"),
    ("2024-2025P14", "'2024-2025P14' is not a four-week period: P01 to P13"),
    ("2024-2025P00", "'2024-2025P00' is not a four-week period: P01 to P13"),
    ("2022-fall", "'2022-fall' is not a season: winter, spring, summer, autumn"),
    ("2019/2017", "'2019/2017' ends before it begins; write the earlier one first"),
]

years = st.integers(1870, 2130)  # sixty of any kind fit on both sides
regular = st.one_of(
    years.map(lambda y: f"{y}"),
    years.map(lambda y: f"{y}-{y + 1}"),
    st.builds(lambda y, q: f"{y}-{y + 1}Q{q}", years, st.integers(1, 4)),
    st.builds(lambda y, m: f"{y}-{m:02d}", years, st.integers(1, 12)),
    st.builds(lambda y, p: f"{y}-{y + 1}P{p:02d}", years, st.integers(1, 13)),
    st.builds(lambda y, s: f"{y}-{s}", years, st.sampled_from(list(SEASON_ENDS))),
).map(Period.parse)
days = st.dates(date(1870, 1, 1), date(2130, 12, 31))
irregular = st.one_of(
    days.map(lambda d: d.isoformat()),
    st.builds(lambda d, n: f"{d}/{d + timedelta(days=n)}", days, st.integers(1, 3000)),
    st.builds(lambda y, n: f"{y}/{y + n}", years, st.integers(1, 9)),
).map(Period.parse)


@pytest.mark.parametrize(("text", "kind", "start", "end"), FORM_CASES)
def test_canonical_form(text, kind, start, end):
    period = Period.parse(text)
    assert (period.kind, period.start.isoformat(), period.end.isoformat()) == (kind, start, end)
    assert str(period) == text


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_what_is_not_a_period_is_refused_with_what_would_be_right(text, message):
    with pytest.raises(DataError) as caught:
        Period.parse(text)
    assert str(caught.value) == message


def test_blanks_around_a_period_are_ignored():
    assert Period.parse(" 2025-07\n") == Period.parse("2025-07")


def test_digits_of_another_script_are_not_a_period():
    # two texts for one period would be two periods: '٢٠٢٥' would not be equal to '2025'
    with pytest.raises(DataError, match="is not a period"):
        Period.parse("٢٠٢٥")


def test_a_fiscal_year_falls_due_on_31_march():
    assert Period.parse("2027-2028").end == date(2028, 3, 31)


@pytest.mark.parametrize("fiscal", ["2023-2024", "2024-2025", "2027-2028"])
def test_thirteen_four_week_periods_cover_the_fiscal_year_without_gap_or_overlap(fiscal):
    year = Period.parse(fiscal)
    parts = [Period.parse(f"{fiscal}P{number:02d}") for number in range(1, 14)]
    assert parts[0].start == year.start
    assert parts[-1].end == year.end
    assert all(later.start == earlier.end + timedelta(days=1) for earlier, later in pairwise(parts))
    assert {(part.end - part.start).days + 1 for part in parts[:-1]} == {28}


@pytest.mark.parametrize("kind", ["Q", "season", "month"])
def test_parts_of_a_year_follow_each_other(kind):
    first = Period.parse({"Q": "2023-2024Q1", "season": "2024-winter", "month": "2024-01"}[kind])
    parts = [first + i for i in range(PER_YEAR[first.kind] * 3)]
    assert all(later.start == earlier.end + timedelta(days=1) for earlier, later in pairwise(parts))


def test_sorting_is_by_end_then_start():
    texts = ["2025", "2024-2025", "2025-01", "2024-2025Q4", "2025-03-31", "2017/2019", "2025-winter", "2024"]
    assert [str(p) for p in sorted(map(Period.parse, texts))] == [
        "2017/2019",
        "2024",
        "2025-01",
        "2025-winter",
        "2024-2025",
        "2024-2025Q4",
        "2025-03-31",
        "2025",
    ]


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2025", 3, "2028"),
        ("2024-2025", -1, "2023-2024"),
        ("2024-2025Q4", 1, "2025-2026Q1"),
        ("2025-12", 1, "2026-01"),
        ("2025-01", -1, "2024-12"),
        ("2024-2025P13", 1, "2025-2026P01"),
        ("2022-autumn", 1, "2023-winter"),
        ("2022-winter", -1, "2021-autumn"),
    ],
)
def test_adding_and_subtracting(start, count, expected):
    assert str(Period.parse(start) + count) == expected
    assert Period.parse(expected) - Period.parse(start) == count


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: Period.parse("2025-12-08") + 1,
            "a date such as 2025-12-08 has no next period; use a year, quarter or month",
        ),
        (
            lambda: Period.parse("2017/2019") + 1,
            "a span such as 2017/2019 has no next period; use a year, quarter or month",
        ),
        (
            lambda: Period.parse("2025") - Period.parse("2024-2025"),
            "2025 and 2024-2025 are not periods of one kind; convert one first",
        ),
        (
            lambda: Period.parse("2025-12-08") - Period.parse("2025-12-07"),
            "2025-12-08 and 2025-12-07 are not periods of one kind; convert one first",
        ),
        (lambda: Period.parse("2017/2019").ordinal, "a span such as 2017/2019 has no running number"),
        (lambda: Period.parse(str(LAST_YEAR)) + 1, "'2201' lies outside the years 1800 to 2200"),
    ],
)
def test_arithmetic_that_has_no_meaning_is_refused(act, message):
    with pytest.raises(DataError) as caught:
        act()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "end"), [("2025-12-08", "2025-12-08"), ("2025-02", "2025-02-28"), ("2025", "2025-12-31")]
)
def test_a_month_or_a_year_counts_as_its_last_day(text, end):
    assert end_of(text).isoformat() == end


def test_only_dates_months_and_years_have_a_day_of_publication():
    with pytest.raises(DataError) as caught:
        end_of("2024-2025")
    assert str(caught.value) == "'2024-2025' is not a date, a month or a year, such as 2025-12-08, 2025-12 or 2025"


def test_decimal_years():
    assert decimal_year(date(2025, 1, 1)) == 2025.0
    assert decimal_year(date(2025, 12, 31)) == pytest.approx(2025 + 364 / 365)
    assert decimal_year(date(2024, 7, 1)) == pytest.approx(2024 + 182 / 366)


@pytest.mark.parametrize(
    ("text", "flow", "stock"),
    [
        ("2025", 2025.5, 2025.5),  # the day of a stock that bears only a year is unknown: the middle
        ("2017/2019", 2018.5, 2018.5),
        ("2024-2025", (2024 + 91 / 366 + 2025 + 90 / 365) / 2, 2025 + 90 / 365),
        ("2025-03-31", 2025 + 89.5 / 365, 2025 + 90 / 365),
        ("2025-01", 2025 + 15.5 / 365, 2025 + 31 / 365),
    ],
)
def test_a_flow_stands_in_the_middle_and_a_stock_at_the_end(text, flow, stock):
    assert Period.parse(text).time("flow") == pytest.approx(flow, abs=1e-9)
    assert Period.parse(text).time("stock") == pytest.approx(stock, abs=1e-9)


def test_a_stock_of_a_fiscal_year_is_that_of_its_last_day():
    assert Period.parse("2024-2025").time("stock") == Period.parse("2025-03-31").time("stock")


@given(st.one_of(regular, irregular))
def test_text_and_period_are_one_to_one(period):
    assert Period.parse(str(period)) == period


@given(regular, st.integers(-60, 60))
def test_going_and_coming_back(period, count):
    assert (period + count) - period == count
    assert (period + count) + -count == period


@given(regular, st.integers(1, 60))
def test_later_periods_start_and_end_later(period, count):
    later = period + count
    assert period < later
    assert period.start < later.start
    assert period.end < later.start


@given(st.lists(st.one_of(regular, irregular), min_size=2, max_size=6))
def test_order_agrees_with_ends(periods):
    ends = [period.end for period in sorted(periods)]
    assert ends == sorted(ends)


@given(st.one_of(regular, irregular))
def test_every_period_starts_before_it_ends_and_its_middle_lies_inside(period):
    assert period.start <= period.end
    assert decimal_year(period.start) < period.midpoint < decimal_year(period.end) + 1 / 300


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        said = str(Period.parse(text))
    except DataError as error:
        said = str(error)
    assert text.strip() in said
