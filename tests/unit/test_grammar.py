"""The target grammar: every wording of the source documents, and nothing that they do not say."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecast.plans.catalogue import Catalogue
from forecast.plans.grammar import Words, parse_target
from forecast.schema.periods import Period

ROOT = Path(__file__).parents[2]
PLANS = {plan_id: Catalogue(ROOT).plan(plan_id) for plan_id in Catalogue(ROOT).plan_ids}
TARGETS = [
    pytest.param(plan, target, id=f"{plan.id}-{name}-{target.due}")
    for plan in PLANS.values()
    for name, indicator in plan.indicators.items()
    for target in indicator.targets
]
NB = "\N{NO-BREAK SPACE}"

# words as the source prints them → kind, operator, numbers, unit, due, ambiguous
SOURCES = [
    # Santé Québec 2025-2028
    ("> 98 %", "level", ">", (98,), "%", None, ()),
    ("1 340 000", "level", None, (1_340_000,), None, None, ()),
    ("43,1 M", "level", None, (43_100_000,), None, None, ()),
    ("90 %", "level", None, (90,), "%", None, ()),
    ("1 000", "level", None, (1000,), None, None, ()),
    ("+ 5/100 par rapport à la mesure de départ", "change", None, (5,), "points", None, ()),
    # Héma-Québec 2021-2025
    ("100 %", "level", None, (100,), "%", None, ()),
    ("100 % (fin 2022)", "level", None, (100,), "%", "2022-12-31", ()),
    ("100 % (en 2023)", "level", None, (100,), "%", "2023", ()),
    ("27,9 %", "level", None, (27.9,), "%", None, ()),
    ("–", "none", None, (), None, None, ()),
    (
        "Cycle de planification stratégique effectué trimestriellement pour tous les secteurs d’activité",
        "text",
        None,
        (),
        None,
        None,
        (),
    ),
    # Plan de transformation numérique 2023-2027
    ("50%", "level", None, (50,), "%", None, ()),
    ("+5%", "change", None, (5,), "%", None, ("relative or points",)),
    ("+15%", "change", None, (15,), "%", None, ("relative or points",)),
    ("-----", "none", None, (), None, None, ()),
    ("Guide IA produit", "text", None, (), None, None, ()),
    ("Outil d'analyse produit", "text", None, (), None, None, ()),
    ("Adoption des parcours", "text", None, (), None, None, ()),
    ("Indice établi et mesure de départ", "text", None, (), None, None, ()),
    ("Investigation", "text", None, (), None, None, ()),
    ("Inventaire produit", "text", None, (), None, None, ()),
    ("Diagnostic et plan", "text", None, (), None, None, ()),
    # Office des professions 2019-2023
    ("hiver 2021", "date", None, (), None, "2021-winter", ("season",)),
    ("automne 2021", "date", None, (), None, "2021-autumn", ("season",)),
    ("printemps 2020", "date", None, (), None, "2020-spring", ("season",)),
    ("été 2019", "date", None, (), None, "2019-summer", ("season",)),
    ("juillet 2020", "date", None, (), None, "2020-07", ()),
    ("décembre 2019", "date", None, (), None, "2019-12", ()),
    ("à partir de 2020", "date", None, (), None, "2020", ()),
    ("augmentation d’au moins 20 %", "change", ">=", (20,), "%", None, ("relative or points",)),
    ("au moins 20 %", "level", ">=", (20,), "%", None, ()),
    ("10 jours ouvrables", "level", None, (10,), "jours ouvrables", None, ()),
    ("un guide thématique ou une ligne directrice par année", "standard", None, (1,), "per year", None, ()),
    ("participation de 75 % du personnel", "level", None, (75,), "%", None, ()),
    # MSSS 2023-2027
    ("-3 % à partir de la mesure de départ", "change", None, (-3,), "%", None, ("relative or points",)),
    ("-7 %", "change", None, (-7,), "%", None, ("relative or points",)),
    ("+ 2,5 % par rapport à la mesure de départ", "change", None, (2.5,), "%", None, ("relative or points",)),
    ("Établissement de la mesure de départ", "text", None, (), None, None, ()),
    ("32,2 M", "level", None, (32_200_000,), None, None, ()),
    ("19,6 M", "level", None, (19_600_000,), None, None, ()),
    ("410 802", "level", None, (410_802,), None, None, ()),
    ("221,4", "level", None, (221.4,), None, None, ()),
    ("165", "level", None, (165,), None, None, ()),
]

# the same commitments in English
ENGLISH = [
    ("> 98 %", "> 98%"),
    ("au moins 20 %", "at least 20%"),
    ("+ 5/100 par rapport à la mesure de départ", "+ 5/100 from the baseline"),
    ("100 % (fin 2022)", "100% (end of 2022)"),
    ("100 % (en 2023)", "100% (in 2023)"),
    ("hiver 2021", "winter 2021"),
    ("automne 2021", "autumn 2021"),
    ("juillet 2020", "July 2020"),
    ("Guide IA produit", "AI guide produced"),
    ("-3 % à partir de la mesure de départ", "-3% from the baseline"),
    ("augmentation d’au moins 20 %", "increase of at least 20%"),
    ("1 340 000", "1,340,000"),
    ("43,1 M", "43.1 M"),
    ("43,1 millions", "43.1 million"),
    ("entre 45 % et 60 %", "between 45% and 60%"),
    ("un guide par année", "one guide per year"),
    ("à déterminer", "to be determined"),
    ("31 mars 2024", "March 31, 2024"),
    ("1er avril 2025", "April 1, 2025"),
    ("d’ici 2025", "by 2025"),
    ("20 % ou plus", "20% or more"),
    ("pas plus de 10 %", "no more than 10%"),
    ("augmentation de 5 points de pourcentage", "increase of 5 percentage points"),
    ("doubler le nombre de donneurs", "double the number of donors"),
    ("réduction de 10 %", "reduction of 10%"),
    ("réduire de 10 %", "reduce by 10%"),
    ("augmenter de 10 %", "increase by 10%"),
    ("80 % de la mesure de départ", "80% of the baseline"),
    ("5 % par année", "5% per year"),
]


def without_unit(words: Words) -> tuple:
    return words.kind, words.operator, words.numbers, words.due, words.ambiguous


@pytest.mark.parametrize(("words", "kind", "operator", "numbers", "unit", "due", "ambiguous"), SOURCES)
def test_words_of_the_sources(words, kind, operator, numbers, unit, due, ambiguous):
    assert parse_target(words, "fr") == Words(kind, operator, tuple(map(float, numbers)), unit, due, ambiguous)


@pytest.mark.parametrize(("french", "english"), ENGLISH)
def test_both_languages_say_the_same(french, english):
    assert without_unit(parse_target(english, "en")) == without_unit(parse_target(french, "fr"))


@pytest.mark.parametrize(("plan", "target"), TARGETS)
def test_every_target_of_the_catalogue_agrees_with_its_words(plan, target):
    said = parse_target(target.words, plan.source_language)
    assert said.kind == ("level" if target.kind == "standard" and said.kind == "level" else target.kind)
    if target.kind == "change":
        assert said.numbers == (target.change,)
    else:
        assert said.value == target.value
    assert said.operator in (None, target.operator)
    assert said.due is None or Period.parse(said.due).end == target.period.end
    # what the parser leaves open is decided in the file
    if "relative or points" in said.ambiguous:
        assert {"relative", "points"} & set(target.reading)
    if "season" in said.ambiguous:
        assert "end of season" in target.reading


@pytest.mark.parametrize(("plan", "target"), [case for case in TARGETS if case.values[1].translation])
def test_our_translations_say_what_the_source_says(plan, target):
    source, ours = plan.source_language, "en" if plan.source_language == "fr" else "fr"
    assert without_unit(parse_target(target.translation, ours)) == without_unit(parse_target(target.words, source))


@pytest.mark.parametrize(
    ("words", "language", "kind", "value", "ambiguous"),
    [
        ("+5 %", "fr", "change", None, ("relative or points",)),
        ("-5", "fr", "change", None, ("relative or points",)),
        ("hiver 2021", "fr", "date", None, ("season",)),
        ("1,500", None, "text", None, ("thousands or decimals",)),
        ("2021", "fr", "level", 2021.0, ("year or number",)),
    ],
)
def test_ambiguity_is_reported(words, language, kind, value, ambiguous):
    said = parse_target(words, language)
    assert (said.kind, said.value, said.ambiguous) == (kind, value, ambiguous)


@pytest.mark.parametrize(("language", "value"), [("fr", 1.5), ("en", 1500.0)])
def test_the_language_decides_what_a_lone_comma_means(language, value):
    assert parse_target("1,500", language).value == value


@pytest.mark.parametrize("words", ["2023-2024", "2025-2026"])
def test_a_fiscal_year_alone_is_not_a_range_of_numbers(words):
    said = parse_target(words, "fr")
    assert said.value is None or said.ambiguous


@pytest.mark.parametrize(
    "words",
    [
        "réduire de 10 %",
        "augmenter de 10 %",
        "diminuer de 10 %",
        "hausser de 10 %",
        "10 % de réduction",
        "10 % d'augmentation",
        "reduce by 10%",
        "10% increase",
        "10% reduction",
        "5 percentage point increase",
        "réduction de 10 %",
        "baisse de 10 points",
    ],
)
def test_a_change_is_never_taken_for_a_level(words):
    said = parse_target(words)
    assert said.kind in ("change", "text")
    assert said.value is None


@pytest.mark.parametrize(
    "words", ["80 % de la mesure de départ", "80% of the baseline", "120 % par rapport à la valeur de départ"]
)
def test_a_share_of_the_baseline_is_not_a_level(words):
    assert parse_target(words).value is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("350 g", 350.0),
        ("100 m", 100.0),
        ("5 km", 5.0),
        ("45 min", 45.0),
        ("5 M", 5e6),
        ("5 M$", 5e6),
        ("12,5 k", 12_500.0),
        ("2 milliards", 2e9),
    ],
)
def test_small_letters_after_a_number_are_units_not_millions(words, value):
    assert parse_target(words, "fr").value == value


@pytest.mark.parametrize("words", ["juin 0000", "hiver 2201", "fin 9999", "March 1, 1500", "100 % (fin 9999)"])
def test_a_date_outside_the_calendar_is_not_a_date(words):
    said = parse_target(words)
    assert said.due is None


@pytest.mark.parametrize(
    "words",
    [
        "90 % des appels en moins de 5 minutes",
        "Maintenir le classement parmi les 5 premiers",
        "top 5",
        "31 février 2024",
        "1e5",
        "11.8% CAF or greater 8.4% Civilians or greater",
        "90 à 80 %",
    ],
)
def test_words_without_one_clear_number_are_text(words):
    said = parse_target(words)
    assert said.kind == "text"
    assert said.value is None


@pytest.mark.parametrize("space", [" ", NB, "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "  "])
def test_every_space_is_a_space(space):
    assert parse_target(f"1{space}340{space}000", "fr").value == 1_340_000
    assert parse_target(f"42{space}%", "fr") == parse_target("42 %", "fr")


@pytest.mark.parametrize(("sign", "number"), [("-", -3.0), ("\N{MINUS SIGN}", -3.0), ("+", 3.0)])
def test_signs(sign, number):
    assert parse_target(f"{sign}3 %").numbers == (number,)


SPELT = re.compile(r"\d[\d ,.]*")


def spelt_numbers(words: str) -> set[float]:
    """Every number that the digits of a text can be read as, slowly: with commas or points as either sign."""
    found = set()
    for match in SPELT.finditer(re.sub(r"\s", " ", words)):
        tokens = match.group()
        for start in range(len(tokens)):
            for end in range(start + 1, len(tokens) + 1):
                piece = tokens[start:end]
                for text in (re.sub(r"[ ,.]", "", piece), piece.replace(" ", "").replace(",", ".")):
                    try:
                        found.add(float(text))
                    except ValueError:
                        continue
    return found


def plausible(value: float, words: str) -> bool:
    magnitudes = (1.0, 1e3, 1e6, 1e9) if re.search(r"[kmgKMG]", words) else (1.0,)
    return any(abs(value - m * n) <= 1e-6 * max(1.0, abs(value)) for m in magnitudes for n in spelt_numbers(words))


pieces = st.sampled_from(
    [
        "au moins",
        "at least",
        ">",
        "≥",
        "20",
        "20,5",
        "1 340 000",
        "1,340,000",
        "%",
        "points",
        "M",
        "millions",
        "par rapport à la mesure de départ",
        "from the baseline",
        "hiver",
        "2021",
        "fin 2022",
        "(en 2023)",
        "entre",
        "et",
        "-",
        "+",
        "par année",
        "per year",
        "un",
        "guide",
        "jours ouvrables",
        "ou plus",
        "/100",
        "réduction de",
        "increase of",
        "doubler",
        "à",
        "d'ici",
        "décembre 2020",
        "–",
    ]
)
sentences = st.lists(pieces, max_size=7).map(" ".join)
texts = st.one_of(st.text(max_size=120), sentences)


@settings(max_examples=300)
@given(texts, st.sampled_from(["fr", "en", None]))
@example("9" * 320, None)
@example("9" * 320 + " %", "fr")
@example("fin 0000", None)
def test_any_text_is_read_without_an_error(words, language):
    said = parse_target(words, language)
    assert said.kind in ("level", "change", "range", "standard", "date", "text", "none")
    if said.kind in ("text", "none", "date", "change"):
        assert said.value is None
    if said.due is not None:
        assert Period.parse(said.due).text == said.due


@settings(max_examples=300)
@given(texts, st.sampled_from(["fr", "en"]))
def test_a_level_is_a_number_that_stands_in_the_words(words, language):
    said = parse_target(words, language)
    if said.kind in ("level", "range"):
        assert plausible(said.value, words)


@given(sentences)
def test_blanks_around_change_nothing(words):
    assert parse_target(f"  {words} ", "fr") == parse_target(words, "fr")


@pytest.mark.parametrize(
    "words",
    [
        "1 " * 50_000,
        "(" * 100_000,
        "9" * 100_000,
        "au moins " * 11_112,
        "1,000" * 20_000,
        " " * 100_000 + "1",
        "a" * 100_000,
    ],
    ids=["numbers", "brackets", "digits", "operators", "thousands", "blanks", "letters"],
)
def test_a_hundred_thousand_characters_are_handled_fast(words):
    started = time.perf_counter()
    parse_target(words, "fr")
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "words", ["1 000 " * 60, "d' " * 130, "(" * 399, "entre " * 60, "1-" * 190, "a de " * 78 + "5 %"]
)
def test_the_longest_words_that_are_read_are_handled_fast(words):
    started = time.perf_counter()
    parse_target(words, "fr")
    assert time.perf_counter() - started < 0.5
