"""What a report says of the doubt of its values, and how the chart shows it."""

from datetime import date

import pytest

from forecast.reporting.basis import basis
from forecast.reporting.cases import cases
from forecast.reporting.figures import figure
from forecast.reporting.marks import SHAPES
from forecast.reporting.report import cited
from forecast.reporting.voice import Voice
from forecast.study import run_study

ROWS = """series,period,value,unit,source,published,status,note,note_fr
seen_on_time,2017,46,%,S001,,rounded,,
seen_on_time,2018,48,%,S001,,approximate,,
seen_on_time,2019,54,%,S001,,exact,,
seen_on_time,2020,20,%,S001,,exact,,
seen_on_time,2023,60,%,S001,,exact,,
seen_on_time,2024,62.5,%,S002,,provisional,,
waiting,2023-03-31,1500,persons,S001,,exact,,
waiting,2024-03-31,1400,persons,S001,,exact,,
waiting,2025-03-31,1200,persons,S002,,exact,,
"""
FACTS = """seen_on_time:
  exceptional:
    - {from: "2020-03", until: "2021-06", reason: {fr: Pandémie, en: Pandemic}, source: S001}
  breaks:
    - {from: "2019", reason: {fr: "Le décompte change.", en: "The count changes."}, source: S001}
  revised: 3
waiting:
  exceptional:
    - {from: "2025-03", until: "2025-03", reason: {fr: Grève, en: Strike}, source: S002}
"""
LINKED = {
    "multiply: {low: 1.05, likely: 1.1, high: 1.2}": (
        "Earlier values are multiplied by 1.1 (1.05 to 1.2).",
        "Les valeurs antérieures sont multipliées par 1,1 (1,05 à 1,2).",
    ),
    "multiply: {low: 1.1, likely: 1.1, high: 1.1}": (
        "Earlier values are multiplied by 1.1.",
        "Les valeurs antérieures sont multipliées par 1,1.",
    ),
    "add: {low: 2, likely: 3, high: 5}": (
        "To earlier values, 3 is added (2 to 5).",
        "Aux valeurs antérieures s’ajoute 3 (2 à 5).",
    ),
    "add: {low: 3, likely: 3, high: 3}": ("To earlier values, 3 is added.", "Aux valeurs antérieures s’ajoute 3."),
}


@pytest.fixture
def study(small, write):
    def make(facts=FACTS):
        write("data/observations/clinic.csv", ROWS)
        write("data/series.yaml", facts)
        return run_study("clinic", as_of=date(2025, 12, 31), draws=200, catalogue=small)

    return make


def tell(study, indicator, language):
    """What is said under an indicator, with plain spaces."""
    case = next(case for case in cases(study) if case.name == indicator)
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in basis(case, study, Voice.of(study, language))]


def test_a_report_says_what_was_doubted(study):
    found = study()
    english, french = tell(found, "seen_on_time", "en"), tell(found, "seen_on_time", "fr")
    assert english[1:6] == [
        "Not exact: 1 rounded value (±0.37 points), 1 approximate value (±0.64 points), "
        "1 provisional value (±2.4 points).",
        "Each ± is the largest error of its kind, kept to eight times in ten; it widens the intervals.",
        "The latest value will probably be revised; eight times in ten, by less than 2.4 points.",
        "Break (2019): The count changes. Its size is unknown: it is taken from the jump seen, with a wide margin.",
        "Exceptional period (March 2020 – June 2021): Pandemic. 1 value is left out of the trend.",
    ]
    assert french[1:6] == [
        "À prendre avec prudence : 1 valeur arrondie (±0,37 point), 1 valeur approximative (±0,64 point), "
        "1 valeur provisoire (±2,4 points).",
        "Chaque ± est la plus grande erreur de sa sorte, respectée huit fois sur dix; elle élargit les intervalles.",
        "La dernière valeur sera probablement révisée; huit fois sur dix, de moins de 2,4 points.",
        "Rupture (2019) : Le décompte change. Son ampleur est inconnue : elle est tirée du saut observé, "
        "avec une large marge.",
        "Période exceptionnelle (mars 2020 – juin 2021) : Pandémie. 1 valeur est écartée de la tendance.",
    ]


def test_an_exceptional_end_is_said(study):
    found = study()
    assert tell(found, "waiting", "en")[1:3] == [
        "Exceptional period (March 2025): Strike. 1 value is left out of the trend.",
        "Nobody knows whether the latest level stays: half of the futures start from it, half do not.",
    ]


@pytest.mark.parametrize("link", LINKED)
def test_the_link_of_a_break_is_said(study, link):
    found = study(FACTS.replace("source: S001}\n  revised", f"source: S001, link: {{{link}}}}}\n  revised"))
    for language, said in zip(("en", "fr"), LINKED[link], strict=True):
        assert any(text.endswith(said) for text in tell(found, "seen_on_time", language))


def test_without_facts_nothing_more_is_said(study):
    found = study("visits:\n  revised: 2\n")
    assert not any("Break" in text or "Exceptional" in text for text in tell(found, "seen_on_time", "en"))
    assert not any("±" in text for text in tell(found, "waiting", "en"))


def test_the_sources_of_facts_are_cited(study):
    facts = FACTS.replace("source: S002", "source: S001")
    assert cited(study(facts)) == ["S001", "S002"]


def test_a_chart_marks_exceptional_values_and_breaks(study):
    spec = figure(study(), "seen_on_time", "en")
    points = [row for layer in spec["layer"] if layer["mark"]["type"] == "point" for row in layer["data"]["values"]]
    assert {"x": 2020.5, "y": 20, "status": "exceptional"} in points
    dashed = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule" and "strokeDash" in layer["mark"]]
    assert [row["x"] for layer in dashed for row in layer["data"]["values"]] == [2019]
    texts = {
        row["text"] for layer in spec["layer"] if layer["mark"]["type"] == "text" for row in layer["data"]["values"]
    }
    assert {"break", "exceptional value", "provisional value"} <= texts
    assert len(set(SHAPES.values())) == len(SHAPES)
