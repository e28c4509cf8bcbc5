"""French and English: texts in both, translated messages, numbers, periods and quantities as each writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date as babel_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from forecast.errors import DataError
from forecast.schema.files import Record
from forecast.schema.periods import Period

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
#: Canadian locales: plain `fr` has another thousands space.
LOCALES: Mapping[str, str] = {"fr": "fr_CA", "en": "en_CA"}
NO_BREAK = "\N{NO-BREAK SPACE}"
CATALOGUE = Path(__file__).parents[1] / "locale" / "fr.po"


class Text(Record):
    """A text in both languages."""

    fr: str
    en: str

    def in_(self, language: str) -> str:
        """The text in one language."""
        return self.fr if language == "fr" else self.en


class UnitLabel(Record):
    """How a unit is written after one and after other numbers; `many` after round millions in French."""

    one: str
    other: str
    many: str | None = None


class Unit(Record):
    """Labels of a unit in both languages."""

    fr: UnitLabel
    en: UnitLabel

    def label(self, language: str, value: float = 2.0) -> str:
        """The unit as written after `value`."""
        labels = self.fr if language == "fr" else self.en
        form = locale_of(language).plural_form(abs(value))
        if form == "many" and labels.many:
            return labels.many
        return labels.one if form == "one" else labels.other


@lru_cache
def locale_of(language: str) -> Locale:
    """Give the locale by whose rules a language is written."""
    return Locale.parse(LOCALES[language])


def check_language(language: str) -> Language:
    """Refuse a language that is not spoken here."""
    if language not in LANGUAGES:
        raise DataError(f"language '{language}' is not known; write fr or en")
    return language


@lru_cache
def _translations(language: str) -> Translations | None:
    if language == "en":
        return None
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr_CA")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def N_(message: str) -> str:
    """Mark a message that is translated where it is shown."""
    return message


def translator(language: str) -> Callable[[str], str]:
    """Return the function that translates our English messages into one language."""
    translations = _translations(language)
    return translations.gettext if translations else str


def plural(language: str, one: str, other: str, count: float) -> str:
    """Choose and translate the form of a message for a count; `{n}` becomes the number as written."""
    form = one if locale_of(language).plural_form(abs(count)) == "one" else other
    return translator(language)(form).format(n=format_number(count, language))


@lru_cache(maxsize=4096)
def format_number(value: float, language: str, decimals: int | None = None) -> str:
    """Write a number: `27,9` and `1 632 008` in French, `27.9` and `1,632,008` in English.

    Without `decimals`: none from one hundred up, else one, and none when it would be a zero.
    """
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or round(value, 1) == round(value) else 1
    text = format_decimal(
        round(value, decimals) + 0.0,
        format=f"#,##0.{'0' * decimals}" if decimals else "#,##0",
        locale=LOCALES[language],
    )
    return str(text).replace("-", "\N{MINUS SIGN}")


def format_exact(value: float, language: str) -> str:
    """Write a number with the decimals it was given with, at most six."""
    decimals = next(d for d in range(7) if d == 6 or abs(round(value, d) - value) < 1e-9 * max(1.0, abs(value)))
    return format_number(value, language, decimals)


def format_probability(probability: float, language: str) -> str:
    """Write a probability (0 to 1) in percent; never 0 % or 100 %, which would claim certainty."""
    space = NO_BREAK if language == "fr" else ""
    if probability < 0.01:
        return f"<{NO_BREAK}1{space}%"
    if probability > 0.99:
        return f">{NO_BREAK}99{space}%"
    return f"{format_number(100 * probability, language, 0)}{space}%"


def format_quantity(value: float, unit: Unit, language: str, *, exact: bool = False) -> str:
    """Write a value with its unit: `27,9 %`, `27.9%`, `17 512 demandes`."""
    number = format_exact(value, language) if exact else format_number(value, language)
    label = unit.label(language, value)
    return f"{number}{label}" if label == "%" and language == "en" else f"{number}{NO_BREAK}{label}"


def format_date(day: date, language: str) -> str:
    """Write a date in full: `31 mars 2028`, `March 31, 2028`."""
    text = str(babel_date(day, format="long", locale=LOCALES[language]))
    return text.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else text


def format_period(period: Period, language: str) -> str:
    """Write a period as a reader of the language expects it."""
    _ = translator(language)
    match period.kind:
        case "year" | "fiscal_year":
            return period.text
        case "fiscal_quarter":
            return _("Q{number} of {year}").format(number=period.text[-1], year=period.text[:-2])
        case "four_week":
            return _("period {number} of {year}").format(number=int(period.text[-2:]), year=period.text[:-3])
        case "month":
            return str(babel_date(period.start, format="MMMM y", locale=LOCALES[language]))
        case "date":
            return format_date(period.start, language)
        case "season":
            names = {"winter": _("winter"), "spring": _("spring"), "summer": _("summer"), "autumn": _("autumn")}
            year, season = period.text.split("-")
            return f"{names[season]} {year}"
    if len(period.text) == 9:
        return _("average of {first} to {last}").format(first=period.text[:4], last=period.text[5:])
    return f"{format_date(period.start, language)} – {format_date(period.end, language)}"
