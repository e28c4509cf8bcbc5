"""What a report says of a scenario's changes: what, how much, from when until when, why and from which source."""

from dataclasses import replace
from datetime import date

import pytest

from forecast import reporting
from forecast.reporting.adjustments import judgment_sentence, tree_items
from forecast.reporting.changes import change_sentence
from forecast.reporting.voice import Voice
from forecast.scenarios.model import Judgment
from forecast.schema.draws import Tree
from forecast.schema.periods import Period
from forecast.study import open_bench, run_study

AS_OF = date(2025, 9, 30)
WHY = "reason: {fr: Parce que, en: Because}"


@pytest.fixture
def say(driven, make_change):
    """The sentence on a change of the clinic plan, with plain spaces: `say("waiting", "hold")`."""
    study = run_study("clinic", as_of=AS_OF, catalogue=driven, draws=200)

    def say(on, kind, value=None, unit=None, language="en", **other):
        change = make_change(on=on, change=kind, value=value, unit=unit, **{"from": None, **other})
        text = change_sentence(change, study, Voice.of(study, language))[0]
        return text.replace("\N{NO-BREAK SPACE}", " ")

    return say


@pytest.mark.parametrize(
    ("said", "english", "french"),
    [
        (("seen_on_time", "set", 70, "%"), "Patients seen on time: set to 70%", "Patients vus à temps : fixé à 70 %"),
        (("waiting", "hold"), "People waiting: kept where it stands", "Personnes en attente : maintenu à son niveau"),
        (
            ("visits", "growth", -2.5, "%/year"),
            "Visits: changes by −2.5% a year, compounded",
            "Visites : varie de −2,5 % par année, taux composé",
        ),
        (
            ("seen_on_time", "growth", 1, "points/year"),
            "Patients seen on time: changes by +1 point a year",
            "Patients vus à temps : varie de +1 point par année",
        ),
        (
            ("waiting", "growth", -30, "persons/year"),
            "People waiting: changes by −30 people a year",
            "Personnes en attente : varie de −30 personnes par année",
        ),
        (("seen", "multiply", 1.2), "Seen: multiplied by 1.2", "Vus : multiplié par 1,2"),
        (
            ("seen_on_time", "add", 3, "points"),
            "Patients seen on time: 3 points more",
            "Patients vus à temps : 3 points de plus",
        ),
        (
            ("waiting", "close_gap", 25),
            "People waiting: closes 25% of the gap to the target",
            "Personnes en attente : comble 25 % de l’écart à la cible",
        ),
        (
            ("waiting", "cap", 1200, "persons"),
            "People waiting: not above 1,200 people",
            "Personnes en attente : pas plus de 1 200 personnes",
        ),
    ],
)
def test_every_kind_of_change_is_a_sentence_in_both_languages(say, said, english, french):
    assert (say(*said), say(*said, language="fr")) == (english, french)


def test_a_range_shows_its_ends_and_its_likeliest_value(say):
    assert say("visits", "set", {"low": 8000, "high": 9000}, "persons") == (
        "Visits: set to 8,500 people (between 8,000 people and 9,000 people)"
    )
    likely = {"low": 1, "likely": 1.1, "high": 1.3}
    assert say("seen", "multiply", likely) == "Seen: multiplied by 1.1 (between 1 and 1.3)"


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("step", ""),
        ({"shape": "ramp", "over": 2}, ", step by step"),
        ({"shape": "s_curve", "over": 2}, ", slowly, then faster, then slowly"),
        ({"shape": "pulse", "for": 1}, ", for a time"),
        ({"shape": "pulse_train", "for": 1, "every": 2}, ", again and again"),
        ({"shape": "delay", "by": 1}, ", with a delay"),
        ({"shape": "shock", "recovery": 2}, ", as a shock that wears off"),
    ],
)
def test_when_it_acts_and_how_it_comes_in(say, profile, words):
    found = say("seen", "multiply", 2, **{"from": "2026"}, profile=profile, until="2028")
    assert found == f"Seen: multiplied by 2, from 2026 on{words}, until 2028"


# What is less, nothing, or a range of both


@pytest.mark.parametrize("size", [-3, {"low": -3, "high": -1}, {"low": -1, "high": 4}])
def test_an_addition_to_a_percentage_is_in_points_also_below_zero(say, size):
    for language in ("en", "fr"):
        found = say("seen_on_time", "add", size, "points", language=language)
        assert "%" not in found
        assert "point" in found


def test_what_is_taken_away_is_not_called_more(say):
    assert "more" not in say("waiting", "add", -40, "persons")
    assert "de plus" not in say("waiting", "add", -40, "persons", language="fr")


def test_no_growth_has_no_sign(say):
    assert "−0" not in say("visits", "growth", 0, "%/year")


def test_a_range_of_growth_says_once_how_it_is_counted(say):
    assert say("visits", "growth", {"low": -2, "high": 8}, "%/year").count("compounded") == 1


# In the report


def test_reason_source_and_assumption_stand_beside_a_change(driven, write):
    write(
        "parameters/clinic/trial.yaml",
        "title: {fr: a, en: a}\ndescription: {fr: Essai., en: A trial.}\nextends: baseline\nchanges:\n"
        f"  - {{on: waiting, change: cap, value: 1000, unit: persons, source: S002, {WHY}}}\n"
        f"levers:\n  effort: {{value: 1.2, {WHY}}}\n",
    )
    study = run_study("clinic", "trial", as_of=AS_OF, catalogue=driven, draws=200)
    notes = str(reporting.scenario_notes(study, "en")).replace("\N{NO-BREAK SPACE}", " ")
    cap, lever = (
        next(item for item in notes.split("<li>") if part in item) for part in ("not above", "multiplied by 1.2")
    )
    assert all(part in cap for part in ("People waiting", '<a href="#S002">S002</a>', "size from:", "Because"))
    assert all(part in lever for part in ("Seen", "assumption", "Because"))


def test_of_a_baseline_it_says_that_nothing_is_changed_only_when_it_has_another_name(driven, write):
    write("parameters/clinic/same.yaml", "title: {fr: a, en: a}\ndescription: {fr: b, en: b}\nextends: baseline\n")
    for name, expected in (("same", True), ("baseline", False), ("faster", False)):
        study = run_study("clinic", name, as_of=AS_OF, catalogue=driven, draws=200)
        assert ("Nothing is changed or assumed." in str(reporting.scenario_notes(study, "en"))) is expected


# Judgment, on a real plan with the public reference collection


@pytest.fixture(scope="module")
def judged():
    """The sentences on a judgment of the real plan: `judged(50)` adds 50 points to plasma self-sufficiency."""
    name, due = "plasma_self_sufficiency", Period.parse("2028")
    bench = open_bench("hema_quebec_2021_2025", by=due, only=name, draws=500, as_of=date(2026, 11, 23))

    def judged(size, language="en"):
        told = {"on": name, "value": size, "unit": "points", "expires": "2030", "reason": {"fr": "a", "en": "a"}}
        update = {"judgments": (Judgment.model_validate(told),)}
        study = bench.run(bench.scenario("baseline").model_copy(update=update))
        paths = (study.unadjusted.paths, study.trajectories.paths)
        plain, with_it = (float((one[name].at(due) >= 42).mean()) for one in paths)
        voice = Voice.of(study, language)
        return judgment_sentence(study.scenario.judgments[0], study, voice)[1], voice, plain, with_it

    return judged


def test_the_forecast_without_judgment_stands_beside_it(judged):
    said, voice, plain, with_it = judged({"low": 1, "likely": 2, "high": 6, "sure": 0.8})
    assert plain < with_it
    assert f"probability of {voice.probability(plain)}; with it, {voice.probability(with_it)}." in said


@pytest.mark.parametrize(("size", "warned"), [(2, False), (60, True)])
@pytest.mark.parametrize(("language", "words"), [("en", "Few moves were ever so large"), ("fr", "Peu de mouvements")])
def test_a_judgment_beyond_what_similar_indicators_did_says_so(judged, size, warned, language, words):
    assert (words in judged(size, language)[0]) is warned


# Driver trees


TREE = Tree("100 * seen / visits", ("seen", "visits"), computed=50.0, observed=60.0)


@pytest.mark.parametrize(
    ("tree", "english", "french"),
    [
        (TREE, "it gives 50%, where 60% was observed: it is multiplied by 1.20.", "elle est multipliée par 1,20."),
        (replace(TREE, computed=None), "it could not be compared with what was observed", "n’a pu être comparée"),
        (replace(TREE, observed=None), "the formula itself is the forecast", "la formule elle-même est la prévision"),
        (replace(TREE, missing=("seen",)), "nothing is known or assumed of Seen", "rien n’est connu ni supposé de Vus"),
        (replace(TREE, undefined=0.03), "In 3% of the draws it has no value", "Dans 3 % des tirages"),
    ],
)
def test_a_tree_says_how_it_meets_what_was_observed(driven, tree, english, french):
    study = run_study("clinic", as_of=AS_OF, catalogue=driven, draws=200)
    study = replace(study, trajectories=replace(study.trajectories, trees={"seen_on_time": tree}))
    for language, words in (("en", english), ("fr", french)):
        (said,) = (
            str(item).replace("\N{NO-BREAK SPACE}", " ") for item in tree_items(study, Voice.of(study, language))
        )
        assert words in said
