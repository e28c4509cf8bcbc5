"""Periods of public plans: years, fiscal years, quarters, months, four-week periods, dates, seasons, spans."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from forecast.errors import DataError

Kind = Literal["year", "fiscal_year", "fiscal_quarter", "month", "four_week", "date", "season", "span"]
Measure = Literal["flow", "stock", "date", "text"]

#: Canonical forms, shown when a text is not a period.
FORMS = (
    "2025, 2027-2028, 2024-2025Q2, 2025-07, 2024-2025P07, 2025-12-08, 2022-autumn, 2017/2019 or 2025-01-21/2025-02-03"
)
#: Last day of a season when the source says no more (winter ends in the year it is named after).
SEASON_ENDS = {"winter": (3, 20), "spring": (6, 20), "summer": (9, 20), "autumn": (12, 20)}
#: Periods a year; a span or a date has no successor.
PER_YEAR: dict[str, int] = {
    "year": 1,
    "fiscal_year": 1,
    "fiscal_quarter": 4,
    "season": 4,
    "month": 12,
    "four_week": 13,
}
FIRST_YEAR, LAST_YEAR = 1800, 2200


@dataclass(frozen=True)
class Period:
    """A stretch of days with its canonical text; sorts by its end, then its start.

    Attributes
    ----------
    text : str
        Canonical text, e.g. `2027-2028`.
    kind : str
        Which of the period types it is.
    start, end : date
        First and last day, both inside.
    """

    text: str
    kind: Kind
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a canonical text; raise `DataError` saying which forms are known."""
        return _parse(str(text).strip())

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: Period) -> bool:
        return (self.end, self.start) < (other.end, other.start)

    def __add__(self, count: int) -> Period:
        """The period `count` periods later, of the same kind."""
        if self.kind not in PER_YEAR:
            raise DataError(f"a {self.kind} such as {self.text} has no next period; use a year, quarter or month")
        return _FROM_ORDINAL[self.kind](self.ordinal + count)

    def __sub__(self, other: Period) -> int:
        """Periods from `other` to this one, both of one kind."""
        if self.kind != other.kind or self.kind not in PER_YEAR:
            raise DataError(f"{self.text} and {other.text} are not periods of one kind; convert one first")
        return self.ordinal - other.ordinal

    @property
    def ordinal(self) -> int:
        """Running number among the periods of its kind."""
        year = self.start.year
        match self.kind:
            case "year" | "fiscal_year":
                return year
            case "month":
                return year * 12 + self.start.month - 1
            case "season":
                return self.end.year * 4 + list(SEASON_ENDS.values()).index((self.end.month, self.end.day))
            case "fiscal_quarter":
                return int(self.text[:4]) * 4 + int(self.text[-1]) - 1
            case "four_week":
                return int(self.text[:4]) * 13 + int(self.text[-2:]) - 1
        raise DataError(f"a {self.kind} such as {self.text} has no running number")

    @cached_property
    def midpoint(self) -> float:
        """Middle of the period in decimal years."""
        return (decimal_year(self.start) + self.close) / 2

    @cached_property
    def close(self) -> float:
        """End of its last day in decimal years."""
        return decimal_year(self.end + timedelta(days=1))

    def time(self, measure: Measure) -> float:
        """Where an observation stands on the time axis, in decimal years.

        A flow stands in the middle of its period. A stock stands at its end, except one that is dated only
        by a calendar year or a span of years, whose day is unknown: it stands in the middle.
        """
        if measure != "stock" or self.kind in ("year", "span"):
            return self.midpoint
        return self.close


def decimal_year(day: date) -> float:
    """Start of a day in decimal years (1 January = .0)."""
    days = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1) / days


def end_of(text: str) -> date:
    """Last day that a date, month or year text stands for: `2025-07` → 31 July 2025."""
    period = Period.parse(text)
    if period.kind not in ("date", "month", "year"):
        raise DataError(f"'{text}' is not a date, a month or a year, such as 2025-12-08, 2025-12 or 2025")
    return period.end


@lru_cache(maxsize=4096)
def _parse(text: str) -> Period:
    for pattern, build in _FORMS:
        if match := re.fullmatch(pattern, text, re.ASCII):
            return build(text, *match.groups())
    raise DataError(f"'{text}' is not a period; write {FORMS}")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DataError(f"'{text}' is not a day of the calendar") from None
    _check_year(text, day.year)
    return day


def _check_year(text: str, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DataError(f"'{text}' lies outside the years {FIRST_YEAR} to {LAST_YEAR}")


def _year(text: str, year: str) -> Period:
    _check_year(text, int(year))
    return Period(text, "year", date(int(year), 1, 1), date(int(year), 12, 31))


def _fiscal_start(text: str, first: str, second: str) -> int:
    _check_year(text, int(first))
    if int(second) != int(first) + 1:
        raise DataError(
            f"'{text}' is not a fiscal year: it ends the year after it begins, {first}-{int(first) + 1};"
            f" an average over years is written {first}/{second}"
        )
    return int(first)


def _fiscal_year(text: str, first: str, second: str) -> Period:
    year = _fiscal_start(text, first, second)
    return Period(text, "fiscal_year", date(year, 4, 1), date(year + 1, 3, 31))


def _fiscal_quarter(text: str, first: str, second: str, number: str) -> Period:
    year, quarter = _fiscal_start(text, first, second), int(number)
    if not 1 <= quarter <= 4:
        raise DataError(f"'{text}' is not a quarter: Q1 to Q4")
    month = 4 + 3 * (quarter - 1)
    start = date(year + (month > 12), (month - 1) % 12 + 1, 1)
    last = start.month + 2
    return Period(text, "fiscal_quarter", start, date(start.year, last, calendar.monthrange(start.year, last)[1]))


def _month(text: str, year: str, month: str) -> Period:
    _check_year(text, int(year))
    if not 1 <= int(month) <= 12:
        raise DataError(f"'{text}' is not a month: 01 to 12; a fiscal year is written {year}-{int(year) + 1}")
    days = calendar.monthrange(int(year), int(month))[1]
    return Period(text, "month", date(int(year), int(month), 1), date(int(year), int(month), days))


def _four_week(text: str, first: str, second: str, number: str) -> Period:
    # Convention: thirteen periods of 28 days from 1 April, the last one up to 31 March. The network's own
    # calendar moves the limits by a few days from year to year.
    year, period = _fiscal_start(text, first, second), int(number)
    if not 1 <= period <= 13:
        raise DataError(f"'{text}' is not a four-week period: P01 to P13")
    start = date(year, 4, 1) + timedelta(days=28 * (period - 1))
    end = date(year + 1, 3, 31) if period == 13 else start + timedelta(days=27)
    return Period(text, "four_week", start, end)


def _date(text: str) -> Period:
    day = _day(text)
    return Period(text, "date", day, day)


def _season(text: str, year: str, season: str) -> Period:
    _check_year(text, int(year))
    names = list(SEASON_ENDS)
    if season not in names:
        raise DataError(f"'{text}' is not a season: {', '.join(names)}")
    before = names[names.index(season) - 1]
    start = date(int(year) - (season == "winter"), *SEASON_ENDS[before]) + timedelta(days=1)
    return Period(text, "season", start, date(int(year), *SEASON_ENDS[season]))


def _span(text: str, first: str, second: str) -> Period:
    start = _year(first, first).start if len(first) == 4 else _day(first)
    end = _year(second, second).end if len(second) == 4 else _day(second)
    if end <= start:
        raise DataError(f"'{text}' ends before it begins; write the earlier one first")
    return Period(text, "span", start, end)


_FISCAL = r"(\d{4})-(\d{4})"
_FORMS: tuple[tuple[str, Callable[..., Period]], ...] = (
    (r"(\d{4})", _year),
    (_FISCAL, _fiscal_year),
    (_FISCAL + r"Q(\d)", _fiscal_quarter),
    (r"(\d{4})-(\d{2})", _month),
    (_FISCAL + r"P(\d{2})", _four_week),
    (r"\d{4}-\d{2}-\d{2}", _date),
    (r"(\d{4})-([a-z]+)", _season),
    (r"(\d{4}|\d{4}-\d{2}-\d{2})/(\d{4}|\d{4}-\d{2}-\d{2})", _span),
)
_FROM_ORDINAL: dict[str, Callable[[int], Period]] = {
    "year": lambda n: _parse(f"{n:04d}"),
    "fiscal_year": lambda n: _parse(f"{n:04d}-{n + 1:04d}"),
    "month": lambda n: _parse(f"{n // 12:04d}-{n % 12 + 1:02d}"),
    "season": lambda n: _parse(f"{n // 4:04d}-{list(SEASON_ENDS)[n % 4]}"),
    "fiscal_quarter": lambda n: _parse(f"{n // 4:04d}-{n // 4 + 1:04d}Q{n % 4 + 1}"),
    "four_week": lambda n: _parse(f"{n // 13:04d}-{n // 13 + 1:04d}P{n % 13 + 1:02d}"),
}
