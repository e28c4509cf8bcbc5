"""The verdict board in words and tables: what the methods say, why they differ, what a plan lacks and how it ended."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import get_args
from xml.etree import ElementTree

import pytest

from forecast import reporting
from forecast.assessment.agreement import Agreement
from forecast.assessment.audit import Audit, Finding, Kind, Part, Quality
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import NO_LABEL
from forecast.plans.catalogue import Catalogue
from forecast.reference.achieved import Share
from forecast.reporting import boards, prospects, verdicts
from forecast.reporting.cases import Commitment, cases
from forecast.reporting.endings import ending_grid, ending_sentence
from forecast.reporting.together import audit_sentences, portfolio_sentences
from forecast.reporting.voice import Voice
from forecast.schema.periods import Period
from forecast.study import look_back, run_study

HOSTILE = "<script>alert(1)</script> & \"x\" 'y'"


def both(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def describe(number: str, name: str, unit: str, *levels: tuple[int, str]) -> dict[str, object]:
    """One indicator as in a plan file, with the values and due dates of its targets; hours should fall."""
    better, operator = ("down", "<=") if unit == "hours" else ("up", ">=")
    targets = [{"words": str(value), "due": due, "value": value, "operator": operator} for value, due in levels]
    measured = {"bounds": [0, 100 if unit == "%" else None], "better": better, "targets": targets}
    return {"number": number, "name": both(name), "unit": unit, **measured}


WORDS = {"words": "politique adoptée", "translation": "policy adopted", "due": "2024", "kind": "text"}
POLICY = {"number": "5", "name": both("Policy"), "measure": "text", "targets": [WORDS]}
TRIAL = {
    "single": describe("1", "Single point", "persons", (1500000, "2028")),
    "rising": describe("2", HOSTILE, "%", (50, "2028")),
    "past": describe("3", "Past", "hours", (10, "2025")),
    "unseen": describe("4", "Unseen", "%", (70, "2028")),
}
ENDED = {
    "met": describe("1", "Met", "%", (20, "2020"), (40, "2024")),
    "missed": describe("2", "Missed", "hours", (10, "2021")),
    "lost": describe("3", "Lost", "%", (50, "2024")),
    "unseen": describe("4", "Unseen", "%", (60, "2024")),
}
#: Unit and values by year, each published in December of its year.
VALUES = {
    "single": ("persons", {2023: 1234567}),
    "rising": ("%", {2021: 20, 2022: 24, 2024: 31, 2025: 36}),
    "past": ("hours", {2023: 13, 2025: 12.5}),
    "met": ("%", {2019: 20, 2020: 24, 2024: 45}),
    "missed": ("hours", {2020: 14, 2021: 12.5}),
    "lost": ("%", {2020: 30}),
}
HEAD = {"title": both("Plan"), "publisher": both("P"), "source": "S001", "source_language": "fr", "orientations": {}}
SOURCE = {"title": "Document", "publisher": "P", "date": "2020-12-15", "accessed": "2026", "licence": both("L")}
LABELS = (("%", "%", "%"), ("hours", "hour", "hours"), ("persons", "person", "people"))
UNITS = {unit: {"one": one, "other": other} for unit, one, other in LABELS}
TITLED, CHANCE = {"title": both("Scenario"), "description": both("Trial.")}, {"seed": 1, "draws": 400}
MOVED = {"rising": {"value": 40, "due": "2027", "reason": both("Revised")}}
FILES = {
    "data/plans/trial.yaml": {**HEAD, "start": "2021", "end": "2028", "indicators": {**TRIAL, "policy": POLICY}},
    "data/plans/ended.yaml": {**HEAD, "start": "2021", "end": "2024", "indicators": {**ENDED, "policy": POLICY}},
    "data/sources.yaml": {"S001": SOURCE},
    "data/units.yaml": {unit: {"fr": labels, "en": labels} for unit, labels in UNITS.items()},
    "parameters/defaults.yaml": {**CHANCE, "quantiles": [0.5], "language": "fr", "model": "naive", "time_limit": 9},
    "parameters/trial/baseline.yaml": TITLED,
    "parameters/ended/baseline.yaml": TITLED,
    "parameters/trial/moved.yaml": {**TITLED, "extends": "baseline", "targets": MOVED},
}
#: What no text may hold: in Québec a colon, a percent sign and guillemets take a no-break space, a semicolon none.
WRONG = {
    "fr": r"(?<!\N{NO-BREAK SPACE})[:%»]|«(?!\N{NO-BREAK SPACE})|\s;|\b(the|of|and|is|are|target|does)\b",
    "en": r"\s[:;%]|\b(le|la|les|des|est|sur|cible)\b",
}
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Study of a plan of the small catalogue, made once for each set of arguments."""
    root = tmp_path_factory.mktemp("catalogue")
    rows = ["series,period,value,unit,source,published,status,note,note_fr"]
    for name, (unit, known) in VALUES.items():
        rows += [f"{name},{year},{value},{unit},S001,{year}-12,exact,," for year, value in known.items()]
    files = {name: json.dumps(content) for name, content in FILES.items()}
    for name, text in {**files, "data/observations/p.csv": "\n".join(rows)}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    @cache
    def run(plan="trial", scenario="baseline", by=None, only=None):
        asked = {"by": by and Period.parse(by), "only": only}
        return run_study(plan, scenario, as_of=date(2026, 6, 30), catalogue=Catalogue(root), **asked)

    return run


def find(study, name: str = "rising"):
    case = next(case for case in cases(study) if case.name == name)
    return case.leading, case


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def changed(item: Commitment, **parts) -> Commitment:
    return replace(item, board=replace(item.board, **parts))


def judged(item: Commitment, favourable: list[str], unfavourable: list[str], reasons=None) -> Commitment:
    return changed(item, agreement=Agreement(tuple(favourable), tuple(unfavourable), (), reasons or {}))


def test_every_method_has_a_code_of_its_own():
    assert list(boards.CODES) == [method.id for method in METHODS]
    codes = boards.CODES.values()
    assert len({code.fr for code in codes}) == len({code.en for code in codes}) == len(METHODS)


@pytest.mark.parametrize(("language", "mark"), [("fr", " (notre traduction)"), ("en", " (our translation)")])
def test_our_translations_are_marked_exactly_where_they_are_ours(study, language, mark):
    labels = [NO_LABEL, *(label for method in METHODS for label in method.labels.values())]
    marked = [boards.words_of(label, Voice.of(study(), language)).endswith(mark) for label in labels]
    assert marked == [language in label.ours for label in labels]


def test_board_shows_the_leading_targets_in_numbers_those_judged_first(study):
    voice, (item, _case) = Voice.of(study(), "en"), find(study())
    grid = boards.board_grid(cases(study()), voice)
    assert [row[0] for row in grid.rows][1:] == ["3. Past", "1. Single point – one observation", "4. Unseen"]
    told = {"Target": "≥\N{NO-BREAK SPACE}50%, 2028", "Probability": voice.probability(item.probability)}
    told |= {"Indicator": f"2. {HOSTILE}", "On track": "{methods_on_track}/{methods_counted}".format(**item.outlook)}
    signs = {boards.CODES[one.id].en: one.label(verdict).symbol for one, verdict in item.board.verdicts}
    told |= {code: sign for code, sign in signs.items() if code not in ("UN ≡", "NHS ~", "NHS ✓")}  # apply to none
    assert dict(zip(grid.columns, grid.rows[0], strict=True)) == told
    assert (grid.rows[1][2], *grid.rows[3][2:4]) == ("–", "–", "–")
    assert boards.board_grid(cases(study(only="policy")), voice) is None
    assert str(reporting.board(study(only="policy"), "fr")) == ""


@LANGUAGES
def test_every_sign_of_a_page_says_its_words(study, language):
    found, voice = cases(study()), Voice.of(study(), language)
    page, grid = ElementTree.fromstring(str(boards.board_table(found, voice))), boards.board_grid(found, voice)
    signs = [span.attrib for span in page.iter("span")]
    assert len(signs) == len(grid.rows) * (len(grid.columns) - 4)
    assert all((sign["role"], sign["title"]) == ("img", sign["aria-label"]) for sign in signs)
    said = [sign["title"].rsplit(f"{voice.colon} ", 1) for sign in signs]
    assert {name for name, _words in said} <= {voice.text(method.name) for method in METHODS}
    assert all(words.strip() for _name, words in said)
    assert {sign.get("class") for sign in signs} == {"good", "between", "bad", None}


@LANGUAGES
def test_pages_are_well_formed_and_hostile_text_is_only_text(study, language):
    parts = (reporting.board, reporting.ending, reporting.together)
    html = "".join(str(part(one, language)) for part in parts for one in (study(), study("ended")))
    page = list(ElementTree.fromstring(f"<body>{html}</body>").iter())
    assert [link.get("href") for link in page if link.tag == "a"][:2] == ["#rising", "#past"]
    assert f"2. {HOSTILE}" in [link.text for link in page if link.tag == "a"]
    assert not [piece for piece in page if piece.tag == "script" or any(name.startswith("on") for name in piece.attrib)]


@pytest.mark.parametrize("plan", ["trial", "ended"])
@LANGUAGES
def test_the_key_explains_every_column_and_every_sign(study, plan, language):
    found, voice = cases(study(plan)), Voice.of(study(plan), language)
    board, key = boards.board_grid(found, voice), boards.key_grid(found, voice)
    assert tuple(row[0] for row in key.rows) == board.columns[4:]
    for place, (_code, _name, _question, signs) in enumerate(key.rows, 4):
        assert {said.split(" ", 1)[0] for said in signs.split("; ")} == {row[place] for row in board.rows}
    assert boards.key_grid(found[::-1], voice) == key  # from best to worst, in whatever order they come


@LANGUAGES
def test_verdicts_of_one_target_are_those_that_apply(study, language):
    (item, case), voice = find(study()), Voice.of(study(), language)
    full, brief = (verdicts.verdict_grid(item, case, voice, brief=brief) for brief in (False, True))
    applying = [voice.text(method.name) for method, verdict in item.board.verdicts if verdict.applies]
    assert [row[0] for row in full.rows] == applying
    assert (brief.columns, brief.rows) == (full.columns[:-1], tuple(row[:-1] for row in full.rows))


def test_a_verdict_says_its_words_values_ratio_and_rule(study):
    rows = {row[0]: row[1:] for row in verdicts.verdict_grid(*find(study()), Voice.of(study(), "en")).rows}
    *told, how = rows["SDG Index (SDSN)"]
    assert told == ["➚ Moderately improving", "20% (2021) → 36% (2025)", "0.93", "0.07"]
    assert how.endswith("; base: the first later value")
    assert rows["Government of Canada"][1:4] == ("36% (2025)", "–", "–")
    ((_name, _verdict, values, *_),) = verdicts.verdict_grid(*find(study(), "unseen"), Voice.of(study(), "en")).rows
    assert values == "–"


def test_required_paces_in_every_way(study):
    grid = prospects.paces_grid(*find(study()), Voice.of(study(), "en"))
    # (50 - 36) / 3, (50 / 36)^(1/3) - 1, (ln(50/50) - ln(36/64)) / 3, over a recent slope of 3.9 points a year
    assert [tuple(map(spaced, row)) for row in grid.rows] == [
        ("from the last known value, 36% (2025)", "+4.7 points a year", "+11.6%", "+0.192", "1.2"),
        ("from the base, 20% (2021)", "+4.3 points a year", "+14.0%", "+0.198", "1.1"),
    ]
    single = prospects.paces_grid(*find(study(), "single"), Voice.of(study(), "fr")).rows
    assert tuple(map(spaced, single[0]))[1:] == ("+53 100 par année", "+4,0 %", "–", "–")


def test_no_pace_is_required_of_what_is_met_past_or_not_forecast(study):
    (item, case), voice = find(study()), Voice.of(study(), "en")
    paces = replace(item.board.paces, from_latest=replace(item.board.paces.from_latest, met=True))
    (row,) = prospects.paces_grid(changed(item, paces=paces), case, voice).rows
    assert row[0].startswith("from the base")
    none = replace(paces, from_base=replace(paces.from_base, met=True))
    assert prospects.paces_grid(changed(item, paces=none), case, voice) is None
    for one, other in (find(study(), "past"), find(study(), "unseen")):
        assert (prospects.paces_grid(one, other, voice), prospects.dates_grid(one, voice)) == (None, None)


@LANGUAGES
def test_probability_by_date(study, language):
    (item, _case), voice = find(study()), Voice.of(study(), language)
    dates, rows = item.board.dates, prospects.dates_grid(item, voice).rows
    years, met, reached = map(list, zip(*rows, strict=True))
    assert years == ["2026", "2027", "2028", "2029"]  # up to a year after the due date
    assert (met, reached) == tuple(list(map(voice.probability, one[:4])) for one in (dates.met, dates.reached))
    assert rows[2][1] == voice.probability(item.probability)


@pytest.mark.parametrize(
    ("favourable", "unfavourable", "said"),
    [
        ([], [], "No method that judges the pace applies to this target."),
        ([], ["aarr"], "The only method that judges the pace here does not call it on track."),
        ([], ["aarr", "statcan"], "None of the 2 methods that judge the pace calls it met or on track."),
        (["aarr"], [], "The only method that judges the pace here calls it met or on track."),
        (["aarr", "statcan", "sdg_index"], [], "All 3 methods that judge the pace call it met or on track."),
    ],
)
def test_methods_that_agree(study, favourable, unfavourable, said):
    item = judged(find(study())[0], favourable, unfavourable)
    assert verdicts.agreement_sentence(item, Voice.of(study(), "en")) == said


def test_methods_that_differ_are_named_by_reason(study):
    (item, _case), voice = find(study()), Voice.of(study(), "en")
    few, many = ["statcan", "sdg_index", "aarr"], ["un_progress", "un_chart_trend", "eurostat_long", "eurostat_short"]
    reasons = {"statcan": "of a", "sdg_index": "of b", "aarr": "of a"}
    names = "Statistics Canada; WHO/UNICEF annual rate of reduction. Reason: of a."
    for for_, against, how in ((few, many, "on track"), (many, few, "not on track")):
        assert verdicts.agreement_sentence(judged(item, for_, against, reasons), voice) == (
            f"{len(for_)} of the 7 methods that judge the pace call it met or on track. Against the others, {how}:"
            f" {names} Against the others, {how}: SDG Index (SDSN). Reason: of b."
        )


def test_methods_that_do_not_apply_are_named_by_reason(study):
    item, _case = find(study())
    said = verdicts.silent_sentence(item, Voice.of(study(), "fr"))
    assert spaced(said).startswith("Ne s’appliquent pas : ONU, tableau de progression : niveau (aucun seuil publié")
    assert "Québec, rapport annuel (l’échéance n’est pas arrivée)" in said
    applying = tuple(pair for pair in item.board.verdicts if pair[1].applies)
    assert verdicts.silent_sentence(changed(item, verdicts=applying), Voice.of(study(), "fr")) == ""


@pytest.mark.parametrize(("years", "written"), [(1, "1 year"), (3, "3 years")])
def test_how_many_similar_indicators_ever_did_it(study, years, written):
    (item, _case), voice = find(study()), Voice.of(study(), "en")
    none, some = (Share(share, years, 9000, 3000, 1240, None) for share in (0.0, 0.15))
    assert [prospects.percentile_sentence(changed(item, share=share), voice) for share in (none, some, None)] == [
        f"None of 1,240 similar public indicators ever achieved the required change in {written}.",
        f"Similar public indicators (1,240) achieved the required change in {written} in 15% of cases.",
        "",
    ]
    assert prospects.percentile_sentence(changed(find(study(), "past")[0], share=some), voice) == ""


def test_an_extreme_probability_has_its_reason(study):
    (item, _case), voice = find(study()), Voice.of(study(), "en")
    extreme = replace(item, outlook={**item.outlook, "extreme": "it is so"})
    assert prospects.extreme_sentence(extreme, voice) == "Why so extreme: it is so."
    assert prospects.extreme_sentence(item, voice) == ""


@pytest.mark.parametrize("change", [{"scenario": "moved"}, {"by": "2029"}])
def test_a_target_that_was_moved_shows_what_was_said_before(study, change):
    voice = Voice.of(study(), "en")
    said = [spaced(verdicts.before_sentence(*find(one), voice)) for one in (study(**change), study())]
    count = "{methods_on_track} of {methods_counted} methods".format(**find(study())[0].outlook)
    assert said == [f"Before the change, the target was ≥ 50%, due 2028. {count} called it on track.", ""]


def test_targets_together(study):
    portfolio, voice = study().assessment.portfolio, Voice.of(study(), "en")
    both, (*said, aggregate) = portfolio.last.dependent, portfolio_sentences(study(), voice)
    assert f"Of 2 targets with a forecast, the last one of each indicator, {both.expected:.1f} are expected" in said[0]
    assert said[1].startswith(f"That all are met is {voice.chance(both.all_met)}; that at least half are, ")
    assert f"correlated by {portfolio.dependence.rho:.2f}, as measured" in said[2]
    assert aggregate.endswith("Progress made but acceleration needed, mean score +1.0 (from −5 to 5) over 2 targets.")
    nothing = "Nothing to count: no open target in numbers has a forecast at its due date."
    assert portfolio_sentences(study(only="policy"), voice) == [nothing]


def find_faults(study):
    """A study whose plan has every kind of fault, and a mark of every kind of part."""
    found = [Finding("no_target", "policy"), Finding("no_yearly_target", "past", periods=("2021", "2022"))]
    found += [Finding("no_yearly_target", name, periods=("2023",)) for name in ("single", "unseen")]
    met, noisy = {"base": 9.5}, {"planned": 0.5, "detectable": 1.0}
    found += [Finding("met_at_start", "past", "2025", met), Finding("too_noisy", "past", "2025", noisy)]
    found += [Finding("never_achieved", "single", "2028", {"indicators": 1240})]
    found += [Finding("rarely_achieved", "unseen", "2028", {"indicators": 30})]
    assert {finding.kind for finding in found} == set(get_args(Kind))
    limit, rest = "the limit between the marks 60 and 0 is not published", "the published parts sum to 90%"
    parts = [Part("plan_produced", 20.0, 1.0, 100.0, 100.0), Part("yearly_targets", 10.0, 0.5, 0.0, 60.0, limit)]
    parts += [Part("not_listed", 70.0, None, 0.0, 100.0, rest)]
    return replace(study, assessment=SimpleNamespace(audit=Audit(tuple(found), Quality(tuple(parts)))))


def test_what_a_plan_lacks_is_said_once(study):
    assert [spaced(one) for one in audit_sentences(find_faults(study()), Voice.of(study(), "en"))] == [
        "No target for 2021, 2022: indicator 3.",
        "No target for 2023: indicators 1, 4.",
        "5. Policy: no target.",
        "3. Past: the target due 2025 was already met at the start (9.5 hours).",
        "3. Past: ordinary variation is so large that success by 2025 could not be told from chance; planned change"
        " 0.50 hours, smallest one that stands out 1 hour.",
        "1. Single point: none of 1,240 similar public indicators ever achieved what is planned by 2028.",
        "4. Unseen: in fewer than 1% of the stretches of years of 30 similar public indicators was what is planned by"
        " 2028 achieved.",
        "No similar public indicator follows a deployment, which may go faster than what they measure.",
        "Quality mark of the plan on Québec’s performance dashboard: between 20 and 96 of 100, as only 30% of it can be"
        " recomputed. Indicators with a target (20%): 100%, mark 100. Indicators with a target for every year (10%):"
        " 50%, mark 0 or 60 (the limit between the marks 60 and 0 is not published). Part that is not listed (70%): not"
        " recomputed (the published parts sum to 90%).",
    ]


def test_how_the_targets_of_an_ended_plan_ended(study):
    ended, voice = study("ended"), Voice.of(study("ended"), "en")
    before = look_back(ended)
    earlier = {case.name: voice.chance(case.leading.probability) for case in cases(before) if case.path}
    passed, quoted = "? passed, no published result found", "“politique adoptée” (our translation: policy adopted)"
    rows = ending_grid(ended, before, voice).rows
    assert [tuple(map(spaced, row)) for row in rows][1:] == [
        ("1. Met", "≥ 40%", "2024", "✓ met", "45% (2024)", earlier["met"]),
        ("2. Missed", "≤ 10 hours", "2021", "✗ missed", "12.5 hours (2021)", earlier["missed"]),
        ("3. Lost", "≥ 50%", "2024", passed, "30% (2020)", earlier["lost"]),
        ("4. Unseen", "≥ 60%", "2024", passed, "–", "no value was known"),
        ("5. Policy", quoted, "2024", passed, "–", "–"),
    ]
    moved = ending_grid(study("ended", by="2030"), before, voice).rows
    assert [row[-1] for row in moved] == [row[-1] for row in rows]
    said = "The forecast at its start is the baseline, made with what was known on January 1, 2021."
    assert ending_sentence(ended, before, voice) == f"The plan ended on December 31, 2024. {said}"
    assert (look_back(study()), str(reporting.ending(study(), "fr"))) == (None, "")


def test_a_target_past_at_the_start_is_not_said_to_lack_a_value(study):
    row = ending_grid(study("ended"), look_back(study("ended")), Voice.of(study("ended"), "en")).rows[0]
    assert (row[3], row[5]) == ("✓ met", "the date had passed")


def tell(study, language: str) -> list[str]:
    """Every sentence and cell of the board: of plans going on, moved and ended, and of each indicator."""
    shown = [(study("ended"), None), (study(scenario="moved"), "rising"), (study(by="2029"), "single")]
    shown += [(study(), name) for name in (None, *study().plan.indicators)]
    pieces = [piece for one, name in shown for piece in reporting.assess_text(one, language, name)]
    voice = Voice.of(study(), language)
    pieces += [*audit_sentences(find_faults(study()), voice), verdicts.verdict_grid(*find(study()), voice)]
    pieces += [boards.words_of(label, voice) for method in METHODS for label in method.labels.values()]
    sentences, grids = ([one for one in pieces if isinstance(one, str) is plain] for plain in (True, False))
    cells = [text for grid in grids for text in (grid.title, *grid.columns, *sum(grid.rows, ()))]
    return [text.replace(HOSTILE, "") for text in sentences + cells]


def test_a_count_of_one_is_singular_and_nothing_of_nothing_is_counted(study):
    (item, case), voice = find(study(by="2029")), Voice.of(study(), "en")
    one = judged(item, ["aarr"], ["statcan", "sdg_index"])
    before = changed(item, before=judged(changed(item), ["aarr"], []).board)
    said = [verdicts.agreement_sentence(one, voice), verdicts.before_sentence(before, case, voice)]
    said += portfolio_sentences(study(only="rising"), voice)
    assert [text for text in said if re.search(r"\b1 (targets|methods|of the 3 .* call\b)", text)] == []
    assert "0 of 0" not in verdicts.before_sentence(*find(study(by="2029"), "single"), voice)


@LANGUAGES
def test_texts_are_of_their_language_and_without_placeholders(study, language):
    assert {text for text in tell(study, language) if re.search(rf"{WRONG[language]}|[{{}}'\"]|\bnan\b", text)} == set()
