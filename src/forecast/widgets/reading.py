"""What a person types, read: numbers as both languages write them, periods and days; refused in their language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date

from forecast.errors import DataError
from forecast.schema.language import format_exact, translator
from forecast.schema.periods import Period

#: Signs that people and programs write for a minus, and spaces that stand within numbers.
MINUS, SPACES = "\u2212\u2013", "\u00a0\u202f \u2009'"
_PLAIN = re.compile(r"[+-]?(\d{1,15}([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)


class Refused(Exception):
    """What was typed or chosen cannot be; says for each field what is wrong and what would be right.

    Attributes
    ----------
    errors : dict of str to str
        Message in the reader's language, by id of the field.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("\n".join(errors.values()))


def read_number(typed: str, language: str) -> float:
    """Read a number: `8,5` and `1 632 008` in French, `8.5` and `1,632,008` in English, with or without a percent sign.

    Raises
    ------
    ValueError
        If it is no number; the message says what would be right.
    """
    text = typed.strip().removesuffix("%").strip()
    for space in SPACES:
        text = text.replace(space, "")
    for sign in MINUS:
        text = text.replace(sign, "-")
    if language == "en" and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    value = float(text.replace(",", ".")) if _PLAIN.fullmatch(text) else math.nan
    if not math.isfinite(value):
        _ = translator(language)
        said = _("“{typed}” is not a number; write digits, such as {example}.")
        raise ValueError(said.format(typed=shorten(typed), example=format_exact(2.5, language)))
    return value


def read_period(typed: str, language: str) -> Period:
    """Read a period in its canonical text; raise ValueError that says which forms are right."""
    try:
        return Period.parse(typed.strip())
    except DataError:
        _ = translator(language)
        said = _("“{typed}” is not a period; write a year (2028), a fiscal year (2027-2028) or a month (2028-03).")
        raise ValueError(said.format(typed=shorten(typed))) from None


def read_day(typed: str, language: str) -> date:
    """Read a day that has come; raise ValueError that says how it is written."""
    _ = translator(language)
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        said = _("“{typed}” is not a day; write it as {example}.")
        raise ValueError(said.format(typed=shorten(typed), example=date.today().isoformat())) from None
    if day > date.today():
        said = _("{day} has not come yet; write today, {today}, or an earlier day.")
        raise ValueError(said.format(day=day.isoformat(), today=date.today().isoformat()))
    return day


def shorten(typed: str) -> str:
    """What was typed, cut where it is long, on one line."""
    text = " ".join(typed.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
