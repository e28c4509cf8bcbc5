"""How long ago, how long to go: days, months or years, as a reader would say it."""

from __future__ import annotations

from forecast.schema.language import plural

#: Days of a mean month.
MONTH = 30.44
#: Days from which a span is told in months, and months from which in years.
IN_MONTHS, IN_YEARS = 60, 24


def age(days: int, language: str) -> str:
    """Write a span of days: in days below two months, in months below two years, else in years."""
    if days < IN_MONTHS:
        return plural(language, "{n} day", "{n} days", days)
    months = round(days / MONTH)
    if months < IN_YEARS:
        return plural(language, "{n} month", "{n} months", months)
    years = round(months / 12, 1)
    return plural(language, "{n} year", "{n} years", years)
