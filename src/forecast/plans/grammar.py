"""The target grammar: what the words of a target say, in French and in English, and nothing more.

The parser never guesses and never invents a number: what is ambiguous is said to be so, and the plan file decides
with a `reading`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from forecast.errors import DataError
from forecast.schema.periods import Period

Kind = Literal["level", "change", "range", "standard", "date", "text", "none"]


@dataclass(frozen=True)
class Words:
    """What the words of a target say.

    Attributes
    ----------
    kind : str
        level, change, range, standard, date, text or none.
    operator : str or None
        Only when the words hold one.
    numbers : tuple of float
        Every number, in order, signed and with its magnitude (`32,2 M` is 32 200 000).
    unit : str or None
        `%`, `points`, `factor` or the words after the number.
    due : str or None
        Canonical period when the words hold a date.
    ambiguous : tuple of str
        What the plan file must decide: `relative or points`, `season`, `thousands or decimals`, `year or number`.
    """

    kind: Kind
    operator: str | None = None
    numbers: tuple[float, ...] = ()
    unit: str | None = None
    due: str | None = None
    ambiguous: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The one number to reach, or the lower end of a range; None for words, dates and changes."""
        return self.numbers[0] if self.kind in ("level", "range", "standard") and self.numbers else None


_MONTHS = (
    ("janvier", "january", "jan"),
    ("février", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "july", "jul"),
    ("août", "august", "aug"),
    ("septembre", "september", "sep"),
    ("octobre", "october", "oct"),
    ("novembre", "november", "nov"),
    ("décembre", "december", "dec"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_SEASON = {
    **dict.fromkeys(("hiver", "winter"), "winter"),
    **dict.fromkeys(("printemps", "spring"), "spring"),
    **dict.fromkeys(("été", "summer"), "summer"),
    **dict.fromkeys(("automne", "autumn", "fall"), "autumn"),
}
_NOTHING = re.compile(r"[\s\-–—.·]*|n/?a|à déterminer|to be determined|tbd|s\.?o\.?")
_NUMBER = r"\d{1,3}(?:[ ,.]\d{3})+(?![\d])|\d+(?:[.,]\d+)?"
#: Letters that multiply, as capitals only: `32,2 M` is 32 200 000, but `350 g` is grams.
_LETTERS = {"K": "milliers", "k": "milliers", "M": "millions", "G": "milliards"}
_MAGNITUDE_WORDS = {
    r"milliers?(?: d[e'])?|thousands?": 1e3,
    r"millions?(?: d[e'])?": 1e6,
    r"milliards?(?: d[e'])?|billions?": 1e9,
}
_OPERATORS = (
    (">=", r">=|≥|au moins|au minimum|minimum(?: de)?|at least|a minimum of|pas moins de|no less than"),
    ("<=", r"<=|≤|au plus|au maximum|maximum(?: de)?|at most|a maximum of|jusqu'à|up to|pas plus de|no more than"),
    (">", r">|plus de|supérieure? à|more than|greater than|above|over"),
    ("<", r"<|moins de|inférieure? à|less than|below|under"),
    ("=", r"=|exactement|exactly"),
)
_AFTER = (
    (
        ">=",
        r"(?:ou|or) (?:plus|more|supérieure?|greater|higher|above|mieux|better)|et plus|and more|minimum|\+(?=\s|$)",
    ),
    ("<=", r"(?:ou|or) (?:moins|less|inférieure?|lower|fewer|below)|et moins|and less|maximum"),
)
_RISE = (
    r"(?:augmentation|hausse|croissance|augmenter|hausser|accroître|increase|rise|growth|grow|raise)"
    r"(?: (?:de|d'|of|by))?"
)
_FALL = (
    r"(?:diminution|réduction|baisse|diminuer|réduire|baisser|abaisser|decrease|reduction|drop|reduce|lower|cut)"
    r"(?: (?:de|d'|of|by))?"
)
_BASELINE = (
    r"(?:par rapport à|à partir de|sur|de|from|over|compared (?:with|to)|of|relative to) "
    r"(?:la |de la |the )?(?:mesure de départ|valeur de départ|baseline|starting value)"
)
_FACTORS = {
    r"doubler|doublement|double|doubling|twofold": 2.0,
    r"tripler|triplement|triple|tripling|threefold": 3.0,
    r"réduire de moitié|diminuer de moitié|halve|halving|cut in half": 0.5,
}
_RANK = r"\b(?:top|rang|rank\w*|classement|parmi|among|premiers?|premières?|tête|best)\b"
_ONES = {"un": 1, "une": 1, "one": 1, "a": 1, "deux": 2, "two": 2, "trois": 3, "three": 3, "quatre": 4, "four": 4}
_YEARLY = r"(?:par (?:an|année)|chaque année|annuellement|per year|a year|each year|every year|yearly|annually)"
_MAX_LENGTH = 400
_LARGEST = 1e15


def parse_target(words: str, language: str | None = None) -> Words:
    """Read the words of a target.

    Parameters
    ----------
    words : str
        The source's own words, French or English.
    language : {'fr', 'en'}, optional
        Decides what a lone comma before three digits means (`1,500`); ambiguous when not given.
    """
    text = _normalise(words)
    if _NOTHING.fullmatch(text):
        return Words("none")
    if len(text) > _MAX_LENGTH:
        return Words("text")
    text, due = _take_parenthesis(text)
    bare = re.sub(r"^(?:d'ici|au plus tard (?:en|le)?|by|before|no later than) ", "", text)
    start = re.fullmatch(r"(?:à partir de|à compter de|dès|from|starting in|as of) (.+?)(?: onwards?)?", bare)
    if when := _read_date(start.group(1) if start else bare, alone=start is not None or bare != text):
        season = ("season",) if re.search("winter|spring|summer|autumn", when) else ()
        return Words("date", due=when, ambiguous=season)
    return _read_numbers(text, due, language)


def _normalise(words: str) -> str:
    words = re.sub(r"(?<=\d)\s?([KkMG])(?![^\W\d_])", lambda match: f" {_LETTERS[match[1]]}", words)
    text = words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{MINUS SIGN}", "-")
    return re.sub(r"\s+", " ", text).strip().casefold()


def _take_parenthesis(text: str) -> tuple[str, str | None]:
    """Take a date in brackets out of the words: `100 % (fin 2022)`."""
    match = re.search(r"\(([^()]*)\)$", text)
    if not match:
        return text, None
    inside = re.sub(r"^(?:en|in|au|le|d'ici|by|for) ", "", match.group(1).strip())
    when = _read_date(inside, alone=True)
    return (text[: match.start()].strip(), when) if when else (text, None)


def _read_date(text: str, *, alone: bool) -> str | None:
    """Canonical period of a date expression; a bare year counts only where it cannot be a number."""
    if match := re.fullmatch(r"(\w+|end of) (\d{4})", text):
        name, year = match.groups()
        if name in _SEASON:
            return _valid(f"{year}-{_SEASON[name]}")
        if name in _MONTH:
            return _valid(f"{year}-{_MONTH[name]:02d}")
        if name in ("fin", "end", "end of"):
            return _valid(f"{year}-12-31")
    day = re.fullmatch(r"(\d{1,2})(?:er|st|nd|rd|th)? (\w+) (\d{4})", text)
    swapped = re.fullmatch(r"(\w+) (\d{1,2}), (\d{4})", text)
    if day or swapped:
        number, name, year = day.groups() if day else (swapped[2], swapped[1], swapped[3])  # type: ignore[index]
        if name in _MONTH and 1 <= int(number) <= 31:
            return _valid(f"{year}-{_MONTH[name]:02d}-{int(number):02d}")
    if alone and re.fullmatch(r"\d{4}|\d{4}-\d{4}|\d{4}-\d{2}-\d{2}", text):
        return _valid(text)
    return None


def _valid(text: str) -> str | None:
    try:
        return Period.parse(text).text
    except DataError:
        return None


def _read_numbers(text: str, due: str | None, language: str | None) -> Words:
    for pattern, factor in _FACTORS.items():
        if re.match(rf"(?:{pattern})\b", text):
            return Words("change", numbers=(factor,), unit="factor", due=due)
    if standard := _read_standard(text, due):
        return standard
    based = re.search(_BASELINE, text)
    core = re.sub(r"\s+", " ", re.sub(_BASELINE, "", text)).strip()
    numbers, unclear = _numbers(core, language)
    if any(abs(number) > _LARGEST for number in numbers):
        return Words("text", due=due)
    if unclear:
        return Words("text", numbers=numbers, due=due, ambiguous=("thousands or decimals",))
    if len(numbers) == 2 and (between := _read_range(core, numbers, due)):
        return between
    if len(numbers) != 1 or re.search(_RANK, core):
        return Words("text", numbers=numbers, due=due)
    return _read_one(core, numbers[0], due, bool(based))


def _read_standard(text: str, due: str | None) -> Words | None:
    """`un guide … par année`: so many of something in each year."""
    count = re.match(rf"({'|'.join(_ONES)}|\d+) .*\b{_YEARLY}$", text)
    if not count or "%" in text or len(re.findall(r"\d+", text)) > (1 if count.group(1).isdigit() else 0):
        return None
    value = float(_ONES.get(count.group(1)) or count.group(1))
    return Words("standard", numbers=(value,), unit="per year", due=due)


def _read_range(core: str, numbers: tuple[float, ...], due: str | None) -> Words | None:
    unit = r"(?: ?%| [a-z$]+)?"
    between = re.fullmatch(
        rf"(?:(?:entre|between|de|from) )?(?:{_NUMBER}){unit}"
        rf"(?: (?:et|and|à|to) | ?[-–] ?)(?:{_NUMBER})( ?%| [\w' ]+)?",
        core,
    )
    if not between or numbers[0] >= numbers[1]:
        return None
    unit_after = (between.group(1) or "").strip() or None
    years = unit_after is None and all(1900 <= number <= 2100 for number in numbers)
    return Words("range", numbers=numbers, unit=unit_after, due=due, ambiguous=("year or number",) if years else ())


def _read_one(core: str, number: float, due: str | None, based: bool) -> Words:
    """Words with exactly one number: a level or a change, unless other words stand around it."""
    match = re.search(_NUMBER, core)
    assert match  # the caller found one number
    before, after = core[: match.start()].strip(), core[match.end() :].strip()
    operator, before = _take(_OPERATORS, before)
    later, after = _take(_AFTER, after)
    operator = operator or later
    follows = re.fullmatch(rf"(%|(?:percentage )?points?) ?(?:d'|de |of )?({_RISE}|{_FALL})", after)
    if follows and not before:
        before, after = follows.group(2), follows.group(1)
    change = re.fullmatch(rf"({_RISE}|{_FALL}|[+-])?", _strip(before))
    if change and (change.group(1) or based):
        sign = -1.0 if re.fullmatch(rf"{_FALL}|-", change.group(1) or "+") else 1.0
        return _change(number, sign, after, operator, due, based)
    if re.search(rf"\b(?:{_RISE}|{_FALL})\b", f"{before} {after}"):
        return Words("text", numbers=(number,), due=due)
    if re.search(rf"^% ?{_YEARLY}$", after):
        return Words("text", numbers=(number,), due=due, ambiguous=("level or growth",))
    unit, whole = _unit(after)
    stands_alone = not before and whole
    share_of = after.startswith("%") and re.fullmatch(r"(?:[\w' ]+ (?:de|d'|of))?", before)
    if not (stands_alone or share_of):
        return Words("text", numbers=(number,), due=due)
    lone_year = not after and not before and operator is None and number == int(number) and 1900 <= number <= 2100
    return Words("level", operator, (number,), unit, due, ("year or number",) if lone_year else ())


def _strip(before: str) -> str:
    return re.sub(r" (?:d'|de|of|by)$|(?:d')$", "", before).strip()


def _change(number: float, sign: float, after: str, operator: str | None, due: str | None, based: bool) -> Words:
    if re.match(r"/ ?100\b|points?\b|%? ?points?\b|point\(s\)|percentage points?\b", after):
        return Words("change", operator, (sign * number,), "points", due)
    if after.startswith("%"):
        return Words("change", operator, (sign * number,), "%", due, ("relative or points",))
    return Words(
        "change", operator, (sign * number,), after or None, due, () if based or after else ("relative or points",)
    )


def _take(table: tuple[tuple[str, str], ...], text: str) -> tuple[str | None, str]:
    """Take an operator out of a piece of text."""
    for operator, pattern in table:
        if found := re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text):
            return operator, (text[: found.start()] + text[found.end() :]).strip()
    return None, text


def _unit(after: str) -> tuple[str | None, bool]:
    """The unit after a number (%, up to three plain words) and whether nothing else follows."""
    rest = re.sub(rf"^(?:{'|'.join(_MAGNITUDE_WORDS)})\s*", "", after)
    if rest.startswith("%"):
        return "%", rest == "%"
    whole = not rest or re.fullmatch(r"[a-zà-ÿ$'/]+(?: [a-zà-ÿ'/]+){0,2}|/ ?\d[\d ]*", rest) is not None
    return (rest or None) if whole else None, whole


def _numbers(text: str, language: str | None) -> tuple[tuple[float, ...], bool]:
    """Every number of a text with its magnitude, and whether one of them is ambiguous."""
    found, unclear = [], False
    for match in re.finditer(_NUMBER, text):
        if text[: match.end()].rstrip().endswith("/ " + match.group()) or re.search(r"/ ?$", text[: match.start()]):
            continue  # the 100 of +5/100 belongs to the unit
        digits = match.group()
        lone_comma = re.fullmatch(r"\d{1,3},\d{3}", digits)
        unclear = unclear or bool(lone_comma and language is None)
        # rounded: 32.2 million is 32,200,000, not 32,200,000.000000004
        found.append(round(_value(digits, language) * _magnitude(text[match.end() :].lstrip()), 6))
    return tuple(found), unclear


def _value(digits: str, language: str | None) -> float:
    if re.fullmatch(r"\d{1,3}(?: \d{3})+|\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,}", digits):
        return float(re.sub(r"[ ,.]", "", digits))
    if re.fullmatch(r"\d{1,3},\d{3}", digits) and language == "en":
        return float(digits.replace(",", ""))
    return float(digits.replace(" ", "").replace(",", "."))


def _magnitude(rest: str) -> float:
    return next((factor for pattern, factor in _MAGNITUDE_WORDS.items() if re.match(rf"(?:{pattern})\b", rest)), 1.0)
