"""How a report speaks: figures, periods and fixed terms in one language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale

from forecast.plans.model import Target
from forecast.schema.language import (
    LOCALES,
    NO_BREAK,
    Text,
    Unit,
    UnitLabel,
    check_language,
    format_date,
    format_exact,
    format_number,
    format_period,
    format_probability,
    format_quantity,
    translator,
)
from forecast.schema.periods import Period
from forecast.study import Study

_NAMELESS = ("unspecified",)


@dataclass(frozen=True)
class Voice:
    """One language with the plan's units.

    Attributes
    ----------
    translate : callable
        Translates our messages; named `_` where they are written.
    source_language : str
        Language in which the plan is published: texts in the other one are our translation.
    """

    language: str
    units: Mapping[str, Unit]
    source_language: str

    @classmethod
    def of(cls, study: Study, language: str) -> Voice:
        """Make the voice of a study in a language; raise `DataError` for one that is not spoken."""
        return cls(check_language(language), study.catalogue.units, study.plan.source_language)

    @property
    def translate(self) -> Callable[[str], str]:
        """Translate our messages."""
        return translator(self.language)

    @property
    def translated(self) -> bool:
        """Whether the plan's texts are our translation."""
        return self.language != self.source_language

    def text(self, text: Text | None) -> str:
        """Give a text of the catalogue, empty when there is none."""
        return text.in_(self.language) if text else ""

    def counted(self, one: str, other: str, number: float, **values: object) -> str:
        """Write a message for a count, which becomes `{n}`; in French 0 and 1.5 are singular."""
        form = one if Locale.parse(LOCALES[self.language]).plural_form(abs(number)) == "one" else other
        return self.translate(form).format(n=format_number(number, self.language), **values)

    def unit(self, unit: str | None) -> Unit:
        """Labels of a unit; its own id where the catalogue does not know it."""
        label = UnitLabel(one=str(unit), other=str(unit))
        return self.units.get(str(unit)) or Unit(fr=label, en=label)

    def unit_name(self, unit: str | None) -> str:
        """Name a unit by itself, as in the title of a chart."""
        return self.unit(unit).label(self.language)

    def quantity(self, value: float, unit: str | None, *, exact: bool = False) -> str:
        """Write a value with its unit; large forecast values keep three digits, exact ones all that were given."""
        value = value if exact else _meaningful(value)
        if unit in _NAMELESS:
            return format_exact(value, self.language) if exact else format_number(value, self.language)
        return format_quantity(value, self.unit(unit), self.language, exact=exact)

    def number(self, value: float) -> str:
        """Write a forecast value without its unit."""
        return format_number(_meaningful(value), self.language)

    def range(self, low: float, high: float, unit: str | None) -> str:
        """Write an interval with its unit once."""
        _ = self.translate
        return _("{low} to {high}").format(low=self.number(low), high=self.quantity(high, unit))

    def difference(self, value: float, unit: str | None) -> str:
        """Write a distance without its sign; a difference of percentages is in points."""
        value = abs(_meaningful(value))
        number = format_number(value, self.language, 2 if 0 < value < 1 else None)
        if unit == "%":
            shown = self.counted("{n} point", "{n} points", value)
            return shown.replace(format_number(value, self.language), number, 1).replace(" ", NO_BREAK)
        if unit in _NAMELESS:
            return number
        label = self.unit(unit).label(self.language, value)
        return f"{number}{NO_BREAK}{label}"

    def pace(self, value: float, unit: str | None) -> str:
        """Write a change a year, with its sign."""
        _ = self.translate
        sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
        return _("{amount} a year").format(amount=f"{sign}{self.difference(value, unit)}")

    def probability(self, value: float) -> str:
        """Write a probability in percent."""
        return format_probability(value, self.language)

    def period(self, text: str) -> str:
        """Write a period from its canonical text."""
        return format_period(Period.parse(text), self.language)

    def date(self, day: date) -> str:
        """Write a day."""
        return format_date(day, self.language)

    def due(self, target: Target) -> str:
        """Write a due date: the period, with its last day where that is not the same."""
        _ = self.translate
        if target.period is None or target.due_date is None:
            return _("no due date")
        period = format_period(target.period, self.language)
        day = self.date(target.due_date)
        return period if period == day or target.period.kind == "year" else f"{period} ({day})"

    def quoted(self, words: str) -> str:
        """Words of a source between the quotation marks of the language."""
        return f"«{NO_BREAK}{words}{NO_BREAK}»" if self.language == "fr" else f"“{words}”"

    def level(self, target: Target, unit: str | None) -> str:
        """Write a target's value with its operator."""
        assert target.value is not None
        if target.high is not None:
            return self.range(target.value, target.high, unit)
        sign = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}[target.operator or "="]
        return f"{sign}{NO_BREAK}{self.quantity(target.value, unit, exact=True)}"

    def status(self, status: str) -> str:
        """Say what is known of a value's exactness; empty when it is exact."""
        _ = self.translate
        return {
            "rounded": _("rounded"),
            "approximate": _("approximate"),
            "inferred": _("inferred"),
            "assumed": _("assumption"),
        }.get(status, "")

    def readings(self, target: Target) -> str:
        """How ambiguous words are read; empty when there is nothing to decide."""
        _ = self.translate
        known = {
            "calendar year": _("calendar year"),
            "fiscal year": _("fiscal year, 1 April to 31 March"),
            "end of year": _("end of the year"),
            "end of plan": _("end of the plan"),
            "end of season": _("end of the season"),
            "end of month": _("end of the month"),
            "start of period": _("start of the period"),
            "relative": _("relative change, in percent of the starting value"),
            "points": _("change in points"),
            "of baseline": _("counted from the plan's starting value"),
            "recurring": _("recurring standard"),
            "per year": _("each year"),
        }
        readings = ", ".join(known[key] for key in target.reading)
        return _("read as: {readings}").format(readings=readings) if readings else ""

    def likelihood(self, key: str) -> str:
        """Class of a proposed identification."""
        _ = self.translate
        return {"very likely": _("very likely"), "probable": _("probable"), "possible": _("possible")}[key]


def _meaningful(value: float) -> float:
    """Keep three digits of a large forecast value: more would claim a precision that it has not."""
    if abs(value) < 1000:
        return value
    return round(value, 2 - math.floor(math.log10(abs(value))))
