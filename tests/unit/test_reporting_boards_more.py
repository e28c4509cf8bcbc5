"""The verdict board beyond its common case: moved and past targets, assumed and proposed values, months, limits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast import reporting
from forecast.assessment import chances
from forecast.assessment.agreement import Agreement
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import NO_LABEL
from forecast.plans.catalogue import Catalogue
from forecast.reporting import boards, prospects, verdicts
from forecast.reporting.cases import cases
from forecast.reporting.grids import Grid
from forecast.reporting.markup import kept_whole, lines
from forecast.reporting.text import moved_label
from forecast.reporting.together import portfolio_sentences
from forecast.reporting.voice import Voice
from forecast.schema.periods import Period
from forecast.study import run_study

AS_OF = date(2026, 6, 30)
BOTH = pytest.mark.parametrize("language", ["fr", "en"])


def both(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def describe(number: str, name: str, unit: str, *levels: tuple[float, str], **more: object) -> dict[str, object]:
    """One indicator as in a plan file, with the values and due dates of its targets; hours should fall."""
    better, operator = ("down", "<=") if unit == "hours" else ("up", ">=")
    targets = [{"words": str(value), "due": due, "value": value, "operator": operator} for value, due in levels]
    measured = {"bounds": [0, 100 if unit == "%" else None], "better": better, "targets": targets}
    return {"number": number, "name": both(name), "unit": unit, **measured, **more}


PROPOSAL = {"series": "guess", "name": both("Guess"), "class": "probable", "evidence": both("Clue")}
NAMELESS = {"unnamed": True, "proposals": [{**PROPOSAL, "sources": ["S001"], "forecast": True}]}
PLAN = {
    "worse": describe("1", "Worse", "hours", (12, "2024"), (11, "2025"), (10, "2028")),
    "monthly": describe("2", "Monthly", "%", (80, "2028-06")),
    "assumed": describe("3", "Assumed", "%", (60, "2028")),
    "named": describe("4", "Named", "%", (70, "2028"), **NAMELESS),
}
#: Hours by year, falling from the plan's start in 2020 on, though they rose before.
HOURS = {2016: 9, 2018: 9.5, 2020: 16, 2021: 15, 2022: 14.5, 2023: 14}
ROWS = [
    *(f"worse,{year},{value},hours,S001,{year}-12,exact,," for year, value in HOURS.items()),
    *(f"monthly,{y}-{m:02d},{50 + m % 4 + y - 2024},%,S001,{y}-12,exact,," for y in (2024, 2025) for m in range(1, 13)),
    *(f"guess,{year},{value},%,S001,{year}-12,exact,," for year, value in {2021: 40, 2023: 48, 2025: 55}.items()),
]
HEAD = {"title": both("Plan"), "publisher": both("P"), "source": "S001", "source_language": "fr", "orientations": {}}
SOURCE = {"title": "Document", "publisher": "P", "date": "2020-12-15", "accessed": "2026", "licence": both("L")}
TITLED = {"title": both("Scenario"), "description": both("Trial.")}
FASTER = {"on": "worse", "change": "growth", "value": -1, "unit": "hours/year", "from": "2026", "reason": both("R")}
SUPPOSED = {"value": 30, "unit": "%", "period": "2024", "reason": both("Supposed")}
FILES = {
    "data/plans/trial.yaml": {**HEAD, "start": "2021", "end": "2028", "indicators": PLAN},
    "data/sources.yaml": {"S001": SOURCE},
    "data/units.yaml": {
        "%": {language: {"one": "%", "other": "%"} for language in ("fr", "en")},
        "hours": {"fr": {"one": "heure", "other": "heures"}, "en": {"one": "hour", "other": "hours"}},
    },
    "parameters/defaults.yaml": {"seed": 1, "draws": 400, "quantiles": [0.5], "language": "fr", "model": "naive"}
    | {"time_limit": 9},
    "parameters/trial/baseline.yaml": TITLED,
    "parameters/trial/supposed.yaml": {**TITLED, "extends": "baseline", "assumptions": {"assumed": SUPPOSED}}
    | {"changes": [FASTER]},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Study of the small catalogue, made once for each set of arguments."""
    root = tmp_path_factory.mktemp("catalogue")
    files = {name: json.dumps(content) for name, content in FILES.items()}
    table = "\n".join(["series,period,value,unit,source,published,status,note,note_fr", *ROWS])
    for name, text in {**files, "data/observations/p.csv": table}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    @cache
    def run(scenario="baseline", by=None, only=None):
        asked = {"by": by and Period.parse(by), "only": only}
        return run_study("trial", scenario, as_of=AS_OF, catalogue=Catalogue(root), **asked)

    return run


def find(study, name: str = "worse"):
    case = next(case for case in cases(study) if case.name == name)
    return case.leading, case


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def judged(item, favourable: int, unfavourable: int):
    """The same target with so many methods for and against it."""
    ids = [method.id for method in METHODS]
    sides = tuple(ids[:favourable]), tuple(ids[favourable : favourable + unfavourable])
    return replace(item, board=replace(item.board, agreement=Agreement(*sides, (), {})))


def cells(grid: Grid, method: str) -> tuple[str, ...]:
    return next(tuple(map(spaced, row[1:])) for row in grid.rows if row[0] == method)


def test_the_window_of_the_observed_growth_is_shown_beside_the_base(study):
    grid = verdicts.verdict_grid(*find(study()), Voice.of(study(), "en"))
    assert cells(grid, "SDG Index (SDSN)")[1] == "9.5 (2018) → 14 (2023); base 16 (2020)"
    assert cells(grid, "Statistics Canada")[1] == "16 (2020) → 14 (2023)"
    french = verdicts.verdict_grid(*find(study()), Voice.of(study(), "fr"))
    assert cells(french, "Indice des ODD (SDSN)")[1] == "9,5 (2018) → 14 (2023); départ 16 (2020)"


def test_the_figure_of_escap_is_shown_as_the_gap_that_is_left(study):
    (item, case), voice = find(study()), Voice.of(study(), "en")
    ratio = next(v.ratio for m, v in item.board.verdicts if m.id == "escap_anticipated")
    assert cells(verdicts.verdict_grid(item, case, voice), "ESCAP, anticipated progress")[2] == f"gap {ratio:.2f}"
    assert cells(verdicts.verdict_grid(item, case, voice), "Statistics Canada")[2][:3] != "gap"
    assert "ESCAP’s figure is the gap that is left at the due date" in verdicts.ratio_note(item, voice)
    without = tuple(pair for pair in item.board.verdicts if pair[0].id != "escap_anticipated")
    other = replace(item, board=replace(item.board, verdicts=without))
    assert verdicts.ratio_note(other, voice) == (
        "Ratio: what was done for what the method requires; 1 is all of it, below 0 is the wrong way."
    )


@pytest.mark.parametrize(
    ("language", "last", "away"),
    [
        ("fr", "depuis la dernière valeur connue, 14 (2023)", "le rythme récent s’éloigne"),
        ("en", "from the last known value, 14 (2023)", "the recent pace leads away"),
    ],
)
def test_no_multiple_of_a_pace_that_leads_away_is_told(study, language, last, away):
    rows = prospects.paces_grid(*find(study()), Voice.of(study(), language)).rows
    assert (rows[0][0], [row[-1] for row in rows]) == (last, [away, away])


def test_a_pace_from_an_assumed_value_is_not_called_known(study):
    grid = prospects.paces_grid(*find(study("supposed"), "assumed"), Voice.of(study("supposed"), "en"))
    assert grid.title == "Required pace, in every way in use – rests on an assumption"
    assert grid.rows[0][0] == "from the assumed starting value, 30% (2024, assumed)"


@pytest.mark.parametrize(
    ("for_", "against", "said"),
    [
        (0, 0, "No method that judges the pace applies to this target."),
        (0, 1, "The only method that judges the pace here had not called it on track up to its last value."),
        (0, 5, "None of the 5 methods that judge the pace had called it met or on track up to its last value."),
        (1, 0, "The only method that judges the pace here had called it met or on track up to its last value."),
        (3, 0, "All 3 methods that judge the pace had called it met or on track up to its last value."),
        (1, 7, "1 method of the 8 that judge the pace had called it met or on track up to its last value."),
        (2, 6, "2 of the 8 methods that judge the pace had called it met or on track up to its last value."),
    ],
)
def test_a_target_whose_date_has_passed_is_told_in_the_past(study, for_, against, said):
    _item, case = find(study())
    past = case.commitments[1]  # due 2025, no result
    assert past.status == "no_value"
    assert verdicts.agreement_sentence(judged(past, for_, against), Voice.of(study(), "en")) == said


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "1 of the 8 methods that judge the pace calls it met or on track."),
        ("en", 2, "2 of the 8 methods that judge the pace call it met or on track."),
        ("fr", 1, "1 des 8 méthodes qui jugent le rythme la dit atteinte ou en voie de l’être."),
        ("fr", 2, "2 des 8 méthodes qui jugent le rythme la disent atteinte ou en voie de l’être."),
    ],
)
def test_the_verb_agrees_with_the_number_of_methods(study, language, count, said):
    item = judged(find(study())[0], count, 8 - count)
    assert verdicts.agreement_sentence(item, Voice.of(study(), language)) == said


@pytest.mark.parametrize(
    ("for_", "against", "said"),
    [
        (0, 0, ""),
        (1, 0, " The only method that judges its pace called it on track."),
        (0, 1, " The only method that judges its pace did not call it on track."),
        (0, 6, " None of the 6 methods called it on track."),
        (1, 6, " 1 method of 7 called it on track."),
        (3, 4, " 3 of 7 methods called it on track."),
    ],
)
def test_nothing_is_counted_of_a_target_before_that_no_method_judged(study, for_, against, said):
    (item, case), voice = find(study(by="2029")), Voice.of(study(), "en")
    before = judged(replace(item, board=item.board.before), for_, against).board
    told = verdicts.before_sentence(replace(item, board=replace(item.board, before=before)), case, voice)
    assert spaced(told) == f"Before the change, the target was ≤ 10 hours, due 2028.{said}"


@pytest.mark.parametrize("by", ["2023", "2029"])
def test_the_target_that_a_reader_moved_leads(study, by):
    voice = Voice.of(study(by=by), "en")
    assert [find(one)[0].target.due for one in (study(by=by), study())] == [by, "2028"]
    item, case = find(study(by=by))
    assert moved_label(item.target, voice) == "date asked for by the reader (plan: 2028)"
    assert f"Official verdicts: ≤ 10 hours, {by}, date asked" in spaced(verdicts.verdict_grid(item, case, voice).title)
    page = str(reporting.summary(study(by=by), "en"))
    assert "Each row shows the target whose date the reader asked for." in page
    assert "Each row shows the next target that can be forecast, or else the last one." in str(
        reporting.summary(study(), "en")
    )


@BOTH
def test_what_a_row_of_the_board_rests_on_is_marked(study, language):
    found, voice = cases(study("supposed")), Voice.of(study("supposed"), language)
    assumed, changed, proposed = (
        voice.translate(text)
        for text in ("rests on an assumption", "path changed by the scenario", "rests on a proposed identification")
    )
    assert sorted(row[0] for row in boards.board_grid(found, voice).rows) == [
        f"1. Worse – {assumed}, {changed}",  # its change has no source
        "2. Monthly",
        f"3. Assumed – {assumed}",
        f"4. Named – {proposed}",
    ]
    page = str(boards.board_table(found, voice))
    assert [page.count(f'<div class="more">{mark}</div>') for mark in (assumed, changed, proposed)] == [2, 1, 1]


def test_verdicts_are_marked_by_their_values_not_by_a_change_of_the_path(study):
    voice = Voice.of(study("supposed"), "en")
    titles = {name: verdicts.verdict_grid(*find(study("supposed"), name), voice).title for name in PLAN}
    assert titles["assumed"].endswith(", 2028 – rests on an assumption")
    assert titles["named"].endswith(", 2028 – rests on a proposed identification")
    assert " – " not in titles["worse"] + titles["monthly"]
    assert verdicts.verdict_grid(*find(study("supposed"), "assumed"), voice).rows[0][2] == "30% (2024, assumed)"


def test_the_portfolio_says_how_much_of_it_is_assumed_or_proposed(study):
    voice = Voice.of(study(), "en")
    some, one = (portfolio_sentences(study(name), voice) for name in ("supposed", "baseline"))
    assert some[1] == "3 of these forecasts rest on an assumption or a proposed identification."
    assert one[1] == "1 of these forecasts rests on an assumption or a proposed identification."
    assert not [said for said in portfolio_sentences(study(only="worse"), voice) if "rest" in said]


def test_one_target_is_not_added_up(study):
    assert portfolio_sentences(study(only="worse"), Voice.of(study(), "en"))[0] == (
        "Only one target has a forecast: there is nothing to add up."
    )


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "seraient de {} et de {}."), ("en", "these probabilities would be {} and {}.")]
)
def test_probabilities_within_a_sentence_are_words(study, language, said):
    voice = Voice.of(study(), language)
    words = {"fr": ["moins de 1 %", "plus de 99 %"], "en": ["less than 1%", "more than 99%"]}[language]
    assert [spaced(voice.share(value)) for value in (0.004, 0.996)] == words
    assert [voice.share(value) for value in (0.01, 0.335, 0.99)] == [voice.probability(v) for v in (0.01, 0.335, 0.99)]
    told = study().assessment.portfolio.last.independent
    assert said.format(voice.share(told.all_met), voice.share(told.half_met)) in " ".join(
        portfolio_sentences(study(), voice)
    )


@given(st.floats(0, 1))
def test_equal_percentages_have_equal_words(probability):
    voice = Voice("en", {}, "en")
    shown = voice.probability(probability)
    whole = {"<\N{NO-BREAK SPACE}1%": 0.001, ">\N{NO-BREAK SPACE}99%": 0.999}
    printed = whole[shown] if shown in whole else int(shown.rstrip("%")) / 100
    assert (voice.probability(printed), voice.likelihood_of(printed)) == (shown, voice.likelihood_of(probability))


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.104, "very unlikely (probability of 10%)"),
        (0.106, "unlikely (probability of 11%)"),
        (0.6649, "about as likely as not (probability of 66%)"),
        (0.895, "very likely (probability of 90%)"),
        (0.0099, "exceptionally unlikely (probability below 1%)"),
        (0.9901, "virtually certain (probability above 99%)"),
    ],
)
def test_words_are_those_of_the_percentage_as_printed(probability, said):
    assert Voice("en", {}, "en").chance(probability) == said
    assert chances.describe(probability).label.en == said.split(" (")[0]


def test_no_sign_looks_like_another_of_another_meaning():
    signs = [NO_LABEL, *(label for method in METHODS for label in method.labels.values())]
    shown = "".join(label.symbol for label in signs)
    for alike in ("-–−—‐", "·•∙.‧", "◐◑◒◓"):
        assert len(set(alike) & set(shown)) <= 1, alike
    assert [label.en for label in signs if label.symbol == NO_LABEL.symbol] == [NO_LABEL.en]
    assert {label.en for label in signs if label.symbol == "–"} == {"Result not available", "Target not measured"}
    assert {label.en for label in signs if label.symbol == "▼"} == {"Regressed since the base", "Getting worse"}
    assert all(label.favourable is False for label in signs if label.symbol == "▼")


def test_only_the_worst_class_of_a_method_is_red():
    for method in METHODS:
        tones = [boards.tone(method, label) for label in method.labels.values()]
        unfavourable = [tone for tone in tones if tone in ("bad", "between")]
        assert unfavourable == ["between"] * (len(unfavourable) - 1) + ["bad"] * bool(unfavourable)
        assert [tone == "good" for tone in tones] == [label.favourable is True for label in method.labels.values()]
        assert boards.tone(method, NO_LABEL) is None
    assert {".good", ".between", ".bad"} <= set(re.findall(r"^\.\w+", reporting.stylesheet(), re.MULTILINE))


@pytest.mark.parametrize(
    ("language", "heading", "none"),
    [("fr", "En voie", "aucune de celles qui figurent ici"), ("en", "On track", "none of those shown")],
)
def test_the_column_that_counts_is_explained_on_the_page_and_in_the_terminal(study, language, heading, none):
    voice = Voice.of(study(), language)
    note = boards.count_note(voice)
    assert heading in boards.board_grid(cases(study()), voice).columns
    assert heading in note
    assert note in list(reporting.assess_text(study(), language))
    page = str(reporting.board(study(), language))
    assert note in page
    assert none in page


def test_a_monthly_target_has_a_short_table_of_dates(study):
    item, _case = find(study(), "monthly")
    rows = prospects.dates_grid(item, Voice.of(study(), "en")).rows
    assert [row[0] for row in rows] == ["December 2026", "December 2027", "June 2028", "December 2028", "June 2029"]
    assert rows[2][1] == Voice.of(study(), "en").probability(item.probability)


def test_no_cell_ends_a_line_within_a_period():
    whole = '<span class="period">2026-2027</span>'
    assert str(kept_whole("≤ 9, 2026-2027 & (2025-2026Q1)")) == f"≤ 9, {whole} &amp; (2025-2026Q1)"
    assert str(lines("2026-2027", "x")) == f'{whole}<div class="more">x</div>'
    assert ".period { white-space: nowrap; }" in reporting.stylesheet()
