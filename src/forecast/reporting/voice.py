"""How a report speaks: figures, periods and fixed terms in one language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecast.assessment.chances import describe
from forecast.errors import DataError
from forecast.plans.model import Target
from forecast.schema.language import (
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
    locale_of,
    translator,
)
from forecast.schema.periods import Period
from forecast.study import Study

_NAMELESS = ("unspecified",)
#: Words that tell in which language a title is.
_SMALL_WORDS = {
    "fr": {
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "un",
        "une",
        "et",
        "à",
        "au",
        "aux",
        "en",
        "sur",
        "pour",
        "par",
        "d",
        "l",
    },
    "en": {"of", "the", "and", "in", "on", "for", "to", "a", "an", "with", "by", "from", "its"},
}
#: Value from which a forecast count has no decimals.
COUNTED_WHOLE = 10
#: Articles that a period takes after a preposition, by its kind; an average over several years is a `span`.
_ARTICLES = {
    "fr": {"date": "le ", "fiscal_quarter": "le ", "four_week": "la ", "span": "la "},
    "en": {"four_week": "the ", "span": "the "},
}


@dataclass(frozen=True)
class Voice:
    """One language with the plan's units.

    Attributes
    ----------
    translate : callable
        Translates our messages; named `_` where they are written.
    source_language : str
        Language in which the plan is published: texts in the other one are our translation.
    counts : frozenset of str
        Units in which everything observed is a whole number.
    """

    language: str
    units: Mapping[str, Unit]
    source_language: str
    counts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, study: Study, language: str) -> Voice:
        """Make the voice of a study in a language; raise `DataError` for one that is not spoken."""
        units, source = study.catalogue.units, study.plan.source_language
        return cls(check_language(language), units, source, whole_units(study.observed))

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
        form = one if locale_of(self.language).plural_form(abs(number)) == "one" else other
        return self.translate(form).format(n=format_number(number, self.language), **values)

    def unit(self, unit: str | None) -> Unit:
        """Labels of a unit; its own id where the catalogue does not know it."""
        label = UnitLabel(one=str(unit), other=str(unit))
        return self.units.get(str(unit)) or Unit(fr=label, en=label)

    def unit_name(self, unit: str | None) -> str:
        """Name a unit by itself, as in the title of a chart."""
        return self.unit(unit).label(self.language)

    def quantity(self, value: float, unit: str | None, *, exact: bool = False, bare: bool = False) -> str:
        """Write a value with its unit; large forecast values keep three digits, exact ones all that were given.

        `bare` leaves the unit out where it stands beside, as in a table; a percentage keeps its sign.
        """
        value = value if exact else self._shown(value, unit)
        if _nameless(unit, bare):
            return format_exact(value, self.language) if exact else format_number(value, self.language)
        return format_quantity(value, self.unit(unit), self.language, exact=exact)

    def number(self, value: float, unit: str | None = None) -> str:
        """Write a forecast value without its unit."""
        return format_number(self._shown(value, unit), self.language)

    def _shown(self, value: float, unit: str | None) -> float:
        """Round a forecast value as it is written, so that its unit agrees with it; counts are whole."""
        if unit in self.counts and abs(value) >= COUNTED_WHOLE:
            value = round(value)
        return _displayed(_meaningful(value))

    def range(self, low: float, high: float, unit: str | None, *, bare: bool = False) -> str:
        """Write an interval with its unit once."""
        _ = self.translate
        return _("{low} to {high}").format(low=self.number(low, unit), high=self.quantity(high, unit, bare=bare))

    def difference(self, value: float, unit: str | None, *, bare: bool = False) -> str:
        """Write a distance without its sign; a difference of percentages is in points."""
        _ = self.translate
        value, number = self._distance(value, unit)
        if unit == "%":
            form = locale_of(self.language).plural_form(value)
            said = _("{n} point") if form == "one" else _("{n} points")
            return said.format(n=number).replace(" ", NO_BREAK)
        if _nameless(unit, bare):
            return number
        return f"{number}{NO_BREAK}{self.unit(unit).label(self.language, value)}"

    def distance(self, value: float, unit: str | None) -> str:
        """Write a distance without its sign and its unit."""
        return self._distance(value, unit)[1]

    def _distance(self, value: float, unit: str | None) -> tuple[float, str]:
        """Round a distance as it is written, and write it; below one it keeps two decimals."""
        value = abs(value)
        if 0 < round(value, 2) < 1:
            return round(value, 2), format_number(value, self.language, 2)
        value = abs(self._shown(value, unit))
        return value, format_number(value, self.language)

    def pace(self, value: float, unit: str | None, *, bare: bool = False) -> str:
        """Write a change a year, with its sign."""
        _ = self.translate
        sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
        return _("{amount} a year").format(amount=f"{sign}{self.difference(value, unit, bare=bare)}")

    def probability(self, value: float) -> str:
        """Write a probability in percent, as in a table."""
        return format_probability(value, self.language)

    def likelihood_of(self, value: float) -> str:
        """Write a probability in words of the one published scale."""
        return self.text(describe(value).label)

    def chance(self, value: float) -> str:
        """Write a probability as in a sentence: in words of the scale, and in percent."""
        _ = self.translate
        shown = self.probability(value).lstrip(f"<>{NO_BREAK}")
        said = _("{words} (probability of {percent})")
        if value < 0.01:
            said = _("{words} (probability below {percent})")
        if value > 0.99:
            said = _("{words} (probability above {percent})")
        return said.format(words=self.likelihood_of(value), percent=shown)

    def share(self, value: float) -> str:
        """Write a probability in percent as within a sentence, where no sign stands for words."""
        _ = self.translate
        shown = self.probability(value).lstrip(f"<>{NO_BREAK}")
        if value < 0.01:
            return _("less than {percent}").format(percent=shown)
        return _("more than {percent}").format(percent=shown) if value > 0.99 else shown

    def joined(self, parts: Sequence[str]) -> str:
        """Join parts of a sentence, the last one by "and"."""
        _ = self.translate
        if len(parts) < 2:
            return "".join(parts)
        return _("{first} and {last}").format(first=", ".join(parts[:-1]), last=parts[-1])

    @property
    def colon(self) -> str:
        """A colon with the space that stands before it."""
        return f"{NO_BREAK}:" if self.language == "fr" else ":"

    @property
    def percent_sign(self) -> str:
        """A percent sign with the space that stands before it."""
        return f"{NO_BREAK}%" if self.language == "fr" else "%"

    def signed(self, value: float, decimals: int) -> str:
        """Write a number with its sign."""
        sign = "+" if round(value, decimals) > 0 else ""
        return f"{sign}{format_number(value, self.language, decimals)}"

    def period(self, text: str) -> str:
        """Write a period from its canonical text."""
        return format_period(Period.parse(text), self.language)

    def after(self, text: str) -> str:
        """Write a period as after a preposition, with the article that it takes."""
        period = Period.parse(text)
        kind = "dates" if period.kind == "span" and len(text) > len("2017/2019") else period.kind
        return _ARTICLES[self.language].get(kind, "") + self.period(text)

    def day(self, text: str | None) -> str:
        """Write a date of a document, whole or in part; a dash where there is none."""
        try:
            return self.period(text) if text else "–"
        except DataError:
            return str(text)

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

    def other(self, title: str) -> str | None:
        """The other language when a document's title is in it, else None; told by its small words."""
        words = set(title.lower().replace("’", " ").replace("'", " ").split())
        french, english = len(words & _SMALL_WORDS["fr"]), len(words & _SMALL_WORDS["en"])
        if self.language == "en":
            return "fr" if french > english else None
        return "en" if english > french else None

    def level(self, target: Target, unit: str | None, *, assumed: bool = False, bare: bool = False) -> str:
        """Write a target's value with its operator; a level computed from a change says so.

        `assumed` tells whether the starting value that it is computed from is an assumption.
        """
        _ = self.translate
        assert target.value is not None
        if target.high is not None:
            return self.range(target.value, target.high, unit, bare=bare)
        computed = target.kind == "change"
        value = round(target.value, 1) if computed else target.value
        sign = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}[target.operator or "="]
        level = f"{sign}{NO_BREAK}{self.quantity(value, unit, exact=True, bare=bare)}"
        if not computed:
            return level
        return f"{level} ({_('computed from the assumed start') if assumed else _('computed')})"

    def status(self, status: str) -> str:
        """Say what is known of a value's exactness; empty when it is exact."""
        _ = self.translate
        return {
            "rounded": _("rounded"),
            "provisional": _("provisional"),
            "approximate": _("approximate"),
            "inferred": _("inferred"),
            "assumed": _("assumed"),
        }.get(status, "")

    def readings(self, target: Target) -> str:
        """How ambiguous words are read; empty when there is nothing to decide."""
        _ = self.translate
        known = {
            "calendar year": _("calendar year"),
            "fiscal year": _("fiscal year, April 1 to March 31"),
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

    def identification(self, key: str) -> str:
        """Class of a proposed identification; not of the scale of probabilities."""
        _ = self.translate
        return {"very likely": _("very likely"), "probable": _("probable"), "possible": _("possible")}[key]


def whole_units(observed: pd.DataFrame) -> frozenset[str]:
    """Units in which everything observed is a whole number: items, persons, requests."""
    whole = (observed["value"] % 1 == 0).groupby(observed["unit"]).all()
    return frozenset(str(unit) for unit in whole.index[whole] if unit != "%")


def _nameless(unit: str | None, bare: bool) -> bool:
    return unit in _NAMELESS or (bare and unit != "%")


def _displayed(value: float) -> float:
    """Round as `format_number` does: none from one hundred up, else one decimal."""
    return round(value, 0 if abs(value) >= 100 else 1) + 0.0


def _meaningful(value: float) -> float:
    """Keep three digits of a large forecast value: more would claim a precision that it has not."""
    if abs(value) < 1000:
        return value
    return round(value, 2 - math.floor(math.log10(abs(value))))
