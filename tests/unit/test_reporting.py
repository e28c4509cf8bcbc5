"""A report says what is known, what is forecast and what is assumed, in both languages and without harm."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from forecast import reporting
from forecast.errors import DataError
from forecast.plans.catalogue import Catalogue
from forecast.reporting.basis import basis
from forecast.reporting.cases import cases
from forecast.reporting.drawing import described_svg
from forecast.reporting.text import target_sentence
from forecast.reporting.voice import Voice
from forecast.study import run_study

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "report.ipynb"
AS_OF = date(2026, 6, 30)
HOSTILE = "<script>alert(1)</script> & \"x\" 'y'"
PLAN = """
title: {fr: Plan d’essai, en: Trial plan}
publisher: {fr: Éditeur, en: Publisher}
source: S001
source_language: fr
start: "2021"
end: "2028"
orientations:
  "1": {name: {fr: Première, en: First}, objectives: {"1.1": {fr: Objectif, en: Objective}}}
indicators:
  was_met: {number: "1", under: "1.1", name: {fr: Atteint, en: Was met}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "40 %", due: "2025", reading: [calendar year], value: 40, operator: ">="}]}
  was_missed: {number: "2", under: "1.1", name: {fr: Manqué, en: Was missed},
    unit: hours, bounds: [0, null], better: down,
    targets: [{words: "10 heures", translation: "10 hours", due: "2025", value: 10, operator: "<=",
      also: [{words: "11 heures", note: {fr: page 9, en: page 9}}]}]}
  lost: {number: "3", under: "1.1", name: {fr: Perdu, en: Lost}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "50 %", due: "2025", value: 50, operator: ">="}]}
  open_target: {number: "4", under: "1.1", name: {fr: Ouvert, en: Open}, unit: "%", bounds: [0, 100], better: up,
    baseline: {words: "20 %"}, targets: [{words: "50 %", due: "2028", value: 50, operator: ">="}]}
  single: {number: "5", under: "1.1", name: {fr: Un seul point, en: Single point},
    unit: persons, bounds: [0, null], better: up,
    targets: [{words: "1 500 000", due: "2028", value: 1500000, operator: ">="}]}
  unseen: {number: "6", under: "1.1", name: {fr: Jamais vu, en: Never seen}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "60 %", due: "2027", value: 60, operator: ">="},
      {words: "70 %", due: "2028", value: 70, operator: ">="}]}
  milestone: {number: "7", under: "1.1", name: {fr: Date, en: Date}, measure: date,
    targets: [{words: hiver 2027, translation: winter 2027, due: "2027-winter", reading: [end of season], kind: date}]}
  hostile: {number: "8", under: "1.1", name: {fr: HOSTILE, en: HOSTILE},
    unit: "%", bounds: [0, 100], better: up, unnamed: true,
    proposals: [{name: {fr: Autre, en: Other}, class: probable, evidence: {fr: Indice, en: Clue}, sources: [S001]}],
    targets: [{words: HOSTILE, translation: HOSTILE, due: "2028", kind: text, note: {fr: HOSTILE, en: HOSTILE}}]}
""".replace("HOSTILE", json.dumps(HOSTILE))
OBSERVATIONS = """series,period,value,unit,source,published,status,note,note_fr
was_met,2025,45,%,S001,2026-02,exact,,
was_missed,2025,12.5,hours,S001,2026-02,rounded,,
was_missed,2025,12.9,hours,S001,2026-03,approximate,,
lost,2022,30,%,S001,,inferred,year presumed,année présumée
open_target,2021,20,%,S001,,exact,,
open_target,2022,24,%,S001,,exact,,
open_target,2024,31,%,S001,2025-02,approximate,,
single,2023,1234567,persons,S001,2024,exact,,
hostile,2024,10,%,S001,2025,exact,"<img src=x onerror=alert(2)>","<img src=x onerror=alert(2)>"
"""
FILES = {
    "data/plans/trial.yaml": PLAN,
    "data/observations/publisher.csv": OBSERVATIONS,
    "data/sources.yaml": 'S001: {title: "<b>Document</b>", publisher: P, date: "2022", url: "javascript:alert(3)",'
    ' licence: {fr: faits cités, en: facts quoted}, accessed: "2026"}\n',
    "data/units.yaml": '"%": {fr: {one: "%", other: "%"}, en: {one: "%", other: "%"}}\n'
    "hours: {fr: {one: heure, other: heures}, en: {one: hour, other: hours}}\n"
    "persons: {fr: {one: personne, other: personnes, many: de personnes}, en: {one: person, other: people}}\n",
    "parameters/defaults.yaml": "{seed: 1, draws: 400, quantiles: [0.1, 0.5, 0.9], language: fr, model: naive,"
    " time_limit: 9}\n",
    "parameters/trial/baseline.yaml": "title: {fr: Référence, en: Baseline}\ndescription: {fr: Rien., en: Nothing.}\n",
    "parameters/trial/other.yaml": """
title: {fr: Autre, en: Other}
description: {fr: Plus vite., en: Faster.}
extends: baseline
changes:
  - {on: open_target, change: growth, value: 6, unit: points/year, from: "2026",
    reason: {fr: Parce que, en: Because}, source: [S001]}
targets: {single: {due: "2029", reason: {fr: Reportée, en: Postponed}}}
assumptions: {unseen: {value: 20, unit: "%", period: "2024", reason: {fr: Supposé, en: Supposed}}}
""",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory) -> Catalogue:
    root = tmp_path_factory.mktemp("catalogue")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Catalogue(root)


@pytest.fixture(scope="module")
def study(catalogue):
    return run_study("trial", as_of=AS_OF, catalogue=catalogue)


@pytest.fixture(scope="module")
def other(catalogue):
    return run_study("trial", "other", as_of=AS_OF, catalogue=catalogue)


def say(study, name: str, language: str = "en") -> str:
    voice = Voice.of(study, language)
    case = next(case for case in cases(study) if case.name == name)
    sentences = [target_sentence(item, case, voice) for item in case.commitments]
    return " ".join([*sentences, *basis(case, study, voice)]).replace("\N{NO-BREAK SPACE}", " ")


def report(study, language: str) -> str:
    parts = (
        reporting.header,
        reporting.summary,
        reporting.scenario_notes,
        reporting.indicator_sections,
        reporting.method_note,
        reporting.sources,
    )
    return "".join(part(study, language)._repr_html_() for part in parts)


class Reader(HTMLParser):
    """Collects tags, ids, links and texts of a page, and whether every element is closed."""

    VOID = ("br", "img", "meta", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_met_missed_and_unpublished_targets_are_told_apart(study):
    assert say(study, "was_met").startswith("Target met: ≥ 40%, due 2025. Value at the due date: 45% (2025).")
    assert say(study, "was_missed", "fr").startswith(
        "Cible manquée : ≤ 10 heures, échéance 2025. Valeur à l’échéance : 12,5 heures (2025, arrondie)."
    )
    assert say(study, "lost").startswith(
        "Target ≥ 50%, due 2025: no published value found for the due date. Last known value: 30% (2022, inferred)."
    )


def test_open_target_has_a_probability_in_figures_and_an_interval(study):
    said = say(study, "open_target", "fr")
    assert re.search(
        r" \(probabilité de [\d<> ]+ %\)\. Valeur projetée : [\d,]+ % \(intervalle de 80 % : [\d,]+ à [\d,]+ %\)", said
    )
    assert "3 observations (2021 – 2024); la dernière remonte à 18 mois." in said
    assert "1 valeur approximative" in said


def test_one_observation_is_never_called_a_trend(study):
    said = (
        "One observation, of 2023 (2.5 years old): wide, prior-driven forecast, drawn from other indicators,"
        " not a trend."
    )
    assert said in say(study, "single")


def test_without_observation_there_is_no_forecast_but_the_missing_data(study):
    said = say(study, "unseen")
    assert "no published value was found, so there is no forecast" in said
    assert "Missing: at least one measured value over a period (unit: %)" in said
    assert "probability" not in said


def test_dates_are_states_without_a_rate(study):
    assert say(study, "milestone") == (
        "“hiver 2027” (our translation: winter 2027), due winter 2027 (March 20, 2027):"
        " followed as a state, with no probability."
    )


def test_assumption_is_said_wherever_it_carries_a_forecast(other):
    said = say(other, "unseen")
    assert said.count("Under an assumption: ") == 2
    assert "everything here rests on an assumed starting value" in said
    notes = str(reporting.scenario_notes(other, "en"))
    assert "assumption, without a source" in notes
    assert "Supposed" in notes
    assert "rests on an assumption" in str(reporting.summary(other, "en"))


def test_scenario_shows_its_changes_with_reason_and_source(other):
    notes = str(reporting.scenario_notes(other, "fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Ouvert : varie de +6 points par année, à partir de 2026" in notes
    assert 'href="#S001"' in notes
    assert "désormais ≥ 1 500 000 personnes, échéance 2029" in notes


def test_headline_counts_every_target(study, other):
    assert reporting.headline(study, "en") == (
        "None of the 2 forecast targets is likely to be met; 1 is about as likely as not to be met; 1 target met;"
        " 1 target missed;"
        " 1 target has passed, no published result found; 2 targets without the data for a forecast;"
        " 2 targets followed in words or dates. Forecasts that rest on one observation: 1."
    )
    said = reporting.headline(other, "fr").replace("\N{NO-BREAK SPACE}", " ")
    assert "sur une hypothèse : 2" in said
    assert "1 indicateur repose sur une valeur de départ supposée." in said
    chance = r"[\d<> ]+ %"
    told = rf"Selon ce scénario : Ouvert : {chance} \(référence : {chance}\); Un seul point : {chance}, cible modifiée"
    assert re.search(told, said)
    assert "Jamais vu : " in said
    assert "(référence : sans prévision)" in said


def test_changed_target_and_path_are_labelled_wherever_they_are_shown(other):
    moved, forced = "cible modifiée par le scénario (plan : 2028)", "trajectoire modifiée par le scénario"
    assert moved in say(other, "single", "fr")
    assert "Trajectoire modifiée par le scénario : " in say(other, "open_target", "fr")
    page = str(reporting.summary(other, "fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert moved in page
    assert forced in page
    subtitle = " ".join(reporting.figure(other, "single", "fr")["title"]["subtitle"]).replace("\N{NO-BREAK SPACE}", " ")
    assert moved in subtitle


def test_verdict_on_an_inexact_value_says_so(study):
    page = str(reporting.summary(study, "fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert "✗ manquée (valeur arrondie : 12,5)" in page
    assert "✓ atteinte<" in page


def test_assumed_value_is_never_called_known(other):
    assert "Last known value: 20%" not in str(reporting.indicator_sections(other, "en"))
    assert "assumed start" in str(reporting.summary(other, "en"))


def test_words_in_another_language_are_marked(study):
    sections = str(reporting.indicator_sections(study, "en"))
    assert '<span lang="fr">“hiver 2027”</span>' in sections


def test_summary_lists_every_indicator_the_live_ones_first(study):
    names = re.findall(r"<a href=\"#(\w+)\">", str(reporting.summary(study, "fr")))
    assert sorted(names) == sorted(study.plan.indicators)
    assert names[:2] == ["open_target", "single"]


def test_unit_agrees_with_the_number_as_written(study):
    voice = Voice.of(study, "en")
    assert voice.difference(1.04, "%") == "1\N{NO-BREAK SPACE}point"
    assert voice.quantity(1.04, "hours") == "1\N{NO-BREAK SPACE}hour"
    assert voice.quantity(33.6, "persons") == "34\N{NO-BREAK SPACE}people"
    assert voice.chance(0.001) == "exceptionally unlikely (probability below 1%)"
    assert voice.chance(0.5) == "about as likely as not (probability of 50%)"
    assert voice.chance(0.999) == "virtually certain (probability above 99%)"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_report_is_well_formed_and_hostile_text_is_only_text(other, language):
    page = read(report(other, language))
    assert (page.faults, page.open) == ([], [])
    assert {tag for tag, _ in page.tags} & {"script", "img", "b", "link", "iframe"} == set()
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {link for link in links if not (link.startswith("#") and link[1:] in ids)} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_tables_have_captions_and_scoped_headings(study, language):
    page = read(report(study, language))
    names = [tag for tag, _ in page.tags]
    assert names.count("table") == names.count("caption") > 5
    assert {attributes.get("scope") for tag, attributes in page.tags if tag == "th"} == {"col", "row"}


def test_headings_do_not_skip_a_rank(study):
    ranks = [int(tag[1]) for tag, _ in read(report(study, "fr")).tags if re.fullmatch(r"h\d", tag)]
    assert ranks[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))


def test_rejected_value_stays_visible_with_the_reason(study):
    sections = str(reporting.indicator_sections(study, "fr"))
    assert "la valeur la plus exacte est retenue" in sections
    assert "la source donne aussi «\N{NO-BREAK SPACE}11 heures\N{NO-BREAK SPACE}»" in sections


@pytest.mark.parametrize("name", ["was_met", "open_target", "single", "unseen"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_specification_is_plain_json_of_the_language(other, name, language):
    spec = reporting.figure(other, name, language)
    assert json.loads(json.dumps(spec)) == spec
    assert spec["config"]["locale"]["number"]["decimal"] == {"fr": ",", "en": "."}[language]
    assert "url" not in json.dumps(spec)


def test_without_observation_only_the_committed_path_is_drawn(study):
    spec = reporting.figure(study, "unseen", "en")
    assert spec["title"]["subtitle"] == ["Committed path only: no published value was found, so there is no forecast"]
    assert "area" not in [layer["mark"]["type"] for layer in spec["layer"]]


def test_indicator_in_dates_has_no_chart(study):
    assert reporting.figure(study, "milestone", "fr") is None


def test_drawing_is_the_same_every_time_and_speaks_the_reader_s_language(other):
    spec = reporting.figure(other, "open_target", "fr")
    drawn = reporting.render_svg(spec)
    assert drawn == reporting.render_svg(spec)
    assert "aria-" not in drawn
    svg = str(described_svg(spec, id="c", title="Titre <1>", description="Résumé", language="fr"))
    assert 'role="img"' in svg
    assert '<title id="c-title">Titre &lt;1&gt;</title><desc id="c-desc">Résumé</desc>' in svg
    for french in ("médiane", "référence", "au 30 juin 2026", "trajectoire visée", "valeur approximative"):
        assert french in svg
    assert not re.search(r"\b(median|baseline|target|mark|axis)\b<", svg)


def test_project_text_has_sentences_and_tables(study):
    text, tables = reporting.project_text(study, "open_target", "en")
    assert text.startswith("4. Open\n")
    assert [table.title for table in tables] == ["Targets", "Forecast"]
    assert {len(row) for row in tables[1].rows} == {len(tables[1].columns)}


def test_stylesheet_fetches_nothing():
    assert not re.search(r"@import|url\(|@font-face", reporting.stylesheet())


def test_unknown_language_is_refused(study):
    with pytest.raises(DataError, match="write fr or en"):
        reporting.headline(study, "de")


@pytest.fixture(scope="module")
def page(study) -> str:
    output = nbformat.v4.new_output(
        "execute_result", {"text/html": str(reporting.header(study, "en"))}, execution_count=1
    )
    failed = nbformat.v4.new_output("error", ename="DataError", evalue="<b>faulty</b>", traceback=["secret path"])
    cells = [
        nbformat.v4.new_markdown_cell("# Only for the notebook"),
        nbformat.v4.new_code_cell("hidden = 1", outputs=[output], metadata={"tags": ["header"]}),
        nbformat.v4.new_code_cell("1 / 0", outputs=[failed]),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["forecast"] = {"language": "en", "title": "Trial <plan>"}
    folder = Path(reporting.__file__).parent / "templates"
    exporter = HTMLExporter(template_name="report", extra_template_basedirs=[str(folder)])
    return exporter.from_notebook_node(notebook)[0]


def test_page_has_language_title_and_landmarks_but_neither_code_nor_script(page):
    found = read(page.replace("<!DOCTYPE html>", ""))
    assert (found.faults, found.open) == ([], [])
    assert found.tags[0] == ("html", {"lang": "en"})
    assert "<title>Trial &lt;plan&gt;</title>" in page
    assert {"header", "main", "footer", "style"} <= {tag for tag, _ in found.tags}
    assert "script" not in {tag for tag, _ in found.tags}
    assert not [attributes for _, attributes in found.tags if {"src", "srcset"} & attributes.keys()]
    assert "hidden = 1" not in page
    assert "Only for the notebook" not in page


def test_page_of_a_failed_run_says_so(page):
    assert "This report is incomplete: DataError – &lt;b&gt;faulty&lt;/b&gt;" in page
    assert "secret path" not in page


def test_report_notebook_is_clean_and_has_plain_parameters():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count] == []
    (parameters,) = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    for line in parameters.source.splitlines():
        assert re.fullmatch(r'\w+ = ("[^"=]*"|-?\d+)  # .+', line)
