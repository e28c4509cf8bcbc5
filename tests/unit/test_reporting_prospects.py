"""Which dates of a forecast a table of probabilities shows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from forecast.assessment.dates import Dates
from forecast.reporting import prospects
from forecast.schema.periods import Period


def spread(*texts: str) -> Dates:
    periods = tuple(map(Period.parse, texts))
    return Dates(periods, *([0.5] * len(periods),) * 2, None)


def evidence(due: str, measure: str = "flow"):
    target, indicator = SimpleNamespace(period=Period.parse(due)), SimpleNamespace(measure=measure)
    return SimpleNamespace(due_time=target.period.time(measure), target=target, indicator=indicator)


MONTHS = [f"{year}-{month:02d}" for year in (2026, 2027, 2028, 2029, 2030) for month in range(1, 13)]
FOUR_WEEKS = [f"{year}-{year + 1}P{number:02d}" for year in (2025, 2026, 2027, 2028) for number in range(1, 14)]


@pytest.mark.parametrize(
    ("due", "periods", "shown"),
    [
        ("2028", ["2026", "2027", "2028", "2029", "2030"], ["2026", "2027", "2028", "2029"]),
        ("2028-06", MONTHS[6:], ["2026-12", "2027-12", "2028-06", "2028-12", "2029-06"]),
        ("2026-07", MONTHS[6:], ["2026-07", "2026-12", "2027-07"]),  # thirteen months are one too many
        ("2026-07", MONTHS[7:], MONTHS[7:19]),
        ("2028-12", MONTHS, ["2026-12", "2027-12", "2028-12", "2029-12"]),
        (
            "2027-2028P05",
            FOUR_WEEKS,
            ["2025-2026P13", "2026-2027P13", "2027-2028P05", "2027-2028P13", "2028-2029P05"],
        ),
        ("2028", MONTHS, ["2026-12", "2027-12", "2028-12", "2029-06"]),  # a year stands in its middle
    ],
)
def test_dates_go_on_for_a_year_and_of_many_the_last_of_each_year_stands(due, periods, shown):
    chosen = prospects.shown_dates(spread(*periods), evidence(due))
    assert [periods[place] for place in chosen] == shown
