"""A session answers what its page asks: the picture of a state, parts, steps, pins, files; nonsense is refused."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import yaml

from forecast import scenarios
from forecast.cli.check import command as check
from forecast.plans.catalogue import Catalogue
from forecast.study import open_bench, run_study
from forecast.widgets.session import MOST_PINNED, Session
from forecast.widgets.workshop import Workshop

AS_OF = "2025-07-15"
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def session(driven: Catalogue) -> Session:
    made = Session(driven, language="en")
    made.begin_with("", {"plan": "clinic", "indicator": "seen_on_time", "as_of": AS_OF})
    return made


@pytest.fixture
def ask(session: Session) -> Ask:
    """Send a message, and give the answers without their pauses."""
    counter: Iterator[int] = iter(range(1, 1000))

    def send(kind: str, **given: Any) -> list[dict[str, Any]]:
        answers = session.answer({"kind": kind, "seq": next(counter), **given})
        return [answer for answer in answers if answer["kind"] != "breath"]

    return send


def of_kind(answers: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    found = [answer for answer in answers if answer["kind"] == kind]
    assert found, [(answer["kind"], answer.get("text"), answer.get("errors")) for answer in answers]
    return found[0]


def part(answers: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(answer for answer in answers if answer["kind"] == "part" and answer["id"] == name)


def fields_of(page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["id"]: field for group in page["groups"] for field in group["fields"]}


def test_opening_gives_the_form_then_the_picture_then_the_parts(ask: Ask) -> None:
    answers = ask("open")
    assert [answer["kind"] for answer in answers[:2]] == ["page", "picture"]
    fields = fields_of(answers[0])
    assert fields["lever.demand"]["kind"] == "range"
    assert (fields["lever.demand"]["min"], fields["lever.demand"]["max"]) == (-10, 20)
    assert fields["lever.demand"]["shown"] == "not moved"
    assert fields["due"]["text"] == "2026"
    assert [answer["id"] for answer in answers[2:]] == [
        "baseline",
        "pins",
        "board",
        "influence",
        "take",
        "table",
        "basis",
    ]
    assert answers[1]["chart"]["spec"]["$schema"].endswith("vega/v6.json") or "marks" in answers[1]["chart"]["spec"]


def test_a_lever_moves_the_picture_as_run_study_does(ask: Ask, driven: Catalogue) -> None:
    ask("open")
    picture = of_kind(ask("change", changes={"lever.demand": 5, "due": "2027"}), "picture")
    study = run_study("clinic", levers={"demand": 5}, as_of=date(2025, 7, 15), only="seen_on_time", catalogue=driven)
    by_hand = scenarios.load(driven, driven.plan("clinic"), "baseline").model_copy(
        update={"targets": {"seen_on_time": scenarios.model.TargetChange(due="2027")}}
    )
    bench = open_bench("clinic", as_of=date(2025, 7, 15), only="seen_on_time", catalogue=driven)
    expected = bench.run(scenarios.with_levers(by_hand, bench.plan, {"demand": 5}))
    assert picture["chance"]["share"] == expected.assessment.boards[-1].outlook["probability"]
    assert study.scenario.levers["demand"].value == 5
    assert "with “Visits” at +5% a year, compounded" in picture["sentence"]
    assert picture["fields"]["lever.demand"] == {
        "value": 5.0,
        "text": "5",
        "shown": "+5% a year, compounded",
    }


def test_the_structure_of_a_chart_is_sent_once_and_again_after_opening(ask: Ask) -> None:
    ask("open")
    first = of_kind(ask("change", changes={"lever.demand": 5}), "picture")["chart"]
    second = of_kind(ask("change", changes={"lever.demand": 6}), "picture")["chart"]
    assert first["id"] == second["id"]
    assert "spec" in first
    assert "spec" not in second
    assert first["data"] != second["data"]
    assert "spec" in of_kind(ask("open"), "picture")["chart"]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("lever.demand", "much", "“much” is not a number; write digits, such as 2.5."),
        ("lever.demand", "99", "99 is out of bounds; write between −10 and 20."),
        ("from.demand", "soon", "“soon” is not a period; write a year (2028), a fiscal year (2027-2028) or"),
        ("from.demand", "2040", "2040 is after the last period that is forecast, 2029; write an earlier one"),
        ("due", "2099", "2099 is too far; write a date up to 2050."),
        ("due", "2027-03", "It is measured over a year: write a year, such as 2028, or a fiscal year"),
        ("value", "101", "101 is out of bounds; write between 0 and 100."),
        ("operator", "~", "“~” is not one of the choices."),
        ("plan", "nowhere", "“nowhere” is not one of the choices."),
        ("model", "oracle", "“oracle” is not one of the choices."),
        ("as_of", "yesterday", "“yesterday” is not a day; write it as"),
        ("lever.unknown", "1", "There is no such field."),
        ("nonsense", "1", "There is no such field."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_changes(
    session: Session, ask: Ask, field: str, typed: str, said: str
) -> None:
    ask("open")
    ask("change", changes={"lever.demand": 3})
    before = session.state
    (answer,) = ask("change", changes={field: typed})
    assert answer["kind"] == "refused"
    assert answer["errors"][field].startswith(said)
    assert session.state == before


def test_a_refusal_speaks_the_language_of_the_page(ask: Ask) -> None:
    ask("change", changes={"language": "fr"})
    (answer,) = ask("change", changes={"lever.demand": "99"})
    assert answer["errors"] == {"lever.demand": "99 est hors limites; écrire entre −10 et 20."}


def test_what_contradicts_the_scenario_is_refused(ask: Ask, write: Callable[..., Any]) -> None:
    write(
        "parameters/clinic/growing.yaml",
        "title: {fr: Croît, en: Grows}\ndescription: {fr: Croît., en: Grows.}\nextends: baseline\nchanges:\n"
        '  - {on: visits, change: growth, value: 1, unit: "%/year", from: "2026", reason: {fr: E, en: T}}\n',
    )
    ask("change", changes={"scenario": "growing"})
    (answer,) = ask("change", changes={"lever.demand": 2, "from.demand": "2026"})
    said = "This contradicts what the scenario to start from changes itself; choose another start or scenario."
    assert answer["errors"] == {"lever.demand": said, "from.demand": said}


def test_a_language_is_switched_without_a_restart_and_keeps_the_state(session: Session, ask: Ask) -> None:
    ask("change", changes={"lever.demand": 4})
    page, picture, *_rest = ask("change", changes={"language": "fr"})
    assert (page["language"], page["title"]) == ("fr", "Et si?")
    assert picture["sentence"].startswith("Sous hypothèse") or picture["sentence"].startswith("Avec «\u00a0Visites")
    assert session.state.levers == {"demand": 4}


def test_another_indicator_starts_with_nothing_moved(session: Session, ask: Ask) -> None:
    ask("change", changes={"lever.demand": 4})
    page = of_kind(ask("change", changes={"indicator": "waiting"}), "page")
    assert "lever.demand" not in fields_of(page)
    assert not session.state.moved


def test_a_date_is_shown_on_a_timeline(ask: Ask) -> None:
    answers = ask("change", changes={"indicator": "opening"})
    picture = of_kind(answers, "picture")
    assert picture["chance"] is None
    assert "winter 2026" in picture["chart"]["alt"] or "hiver 2026" in picture["chart"]["alt"]
    assert set(fields_of(of_kind(answers, "page"))) == {"language", "plan", "indicator", "scenario", "as_of"}


def test_without_an_observation_a_starting_value_can_be_assumed(session: Session, ask: Ask) -> None:
    picture = of_kind(ask("change", changes={"indicator": "waiting", "as_of": "2023-01-01"}), "picture")
    assert picture["chance"] is None
    picture = of_kind(ask("change", changes={"assume.waiting": "1 400"}), "picture")
    assert picture["chance"]["share"] > 0
    assert picture["notes"][0] == "It rests on an assumption."
    assert picture["sentence"].startswith("Under an assumption: as things stand, the target")
    (change,) = session.asked().scenario.assumptions.values()
    assert change.period == "2021-2022"


def test_steps_are_undone_done_again_and_reset(session: Session, ask: Ask) -> None:
    ask("open")
    ask("change", changes={"lever.demand": 4})
    ask("change", changes={"lever.effort": 1.5})
    ask("do", action="undo")
    assert session.state.levers == {"demand": 4}
    picture = of_kind(ask("do", action="redo"), "picture")
    assert session.state.levers == {"demand": 4, "effort": 1.5}
    assert picture["enabled"]["undo"] is True
    assert picture["enabled"]["redo"] is False
    assert picture["enabled"]["reset"] is True
    assert of_kind(ask("do", action="reset"), "picture")["enabled"]["reset"] is False
    assert not session.state.moved


def test_up_to_five_states_are_pinned_compared_and_gone_back_to(session: Session, ask: Ask) -> None:
    ask("open")
    for value in range(1, MOST_PINNED + 1):
        ask("change", changes={"lever.demand": value})
        pins = part(ask("do", action="pin"), "pins")["html"]
    assert "Pin 5: Baseline, “Visits” at +5% a year, compounded" in pins
    assert pins.count("<svg") == 1
    ask("change", changes={"lever.demand": 9})
    refused = of_kind(ask("do", action="pin"), "said")
    assert (refused["tone"], refused["text"]) == (
        "failed",
        "Five states can be pinned, each once; take one away first.",
    )
    ask("do", action="restore", pin="2")
    assert session.state.levers == {"demand": 2}
    assert "Pin 2: " not in part(ask("do", action="unpin", pin="2"), "pins")["html"]
    assert of_kind(ask("do", action="restore", pin="2"), "said")["text"] == "There is no such pin."


def test_a_saved_scenario_is_the_one_that_was_explored(session: Session, ask: Ask, driven: Catalogue) -> None:
    ask("open")
    ask("change", changes={"lever.demand": 4, "from.demand": "2026", "value": "70", "operator": ">"})
    ask("change", changes={"due": "2027"})
    shown = of_kind(ask("open"), "picture")["chance"]["share"]
    said = of_kind(ask("do", action="save", name="Demande à +4 %"), "said")
    assert said["text"].startswith("Saved as parameters/clinic/demande_a_4.yaml; it is run by: forecast run --plan")
    assert check.main([], standalone_mode=False) in (None, 0)
    bench = open_bench("clinic", as_of=date(2025, 7, 15), only="seen_on_time", catalogue=driven)
    saved = bench.run(bench.scenario("demande_a_4"))
    assert saved.assessment.boards[-1].outlook["probability"] == shown
    assert (saved.assessment.boards[-1].outlook["target"], saved.assessment.boards[-1].outlook["due"]) == (70, "2027")
    (again,) = ask("do", action="save", name="demande A 4")
    assert again["errors"] == {"name": "This name is taken; choose another one."}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Write a name, such as: two centres, demand at 8%."),
        ("***", "Write a name, such as: two centres, demand at 8%."),
        ("Baseline", "This name is taken; choose another one."),
    ],
)
def test_a_scenario_needs_a_name_of_its_own(ask: Ask, name: str, said: str) -> None:
    (answer,) = ask("do", action="save", name=name)
    assert answer["errors"] == {"name": said}


def test_a_session_that_saves_nothing_gives_the_file_and_takes_it_again(driven: Catalogue) -> None:
    def send(session: Session, **message: Any) -> list[dict[str, Any]]:
        return [one for one in session.answer({"seq": 1, **message}) if one["kind"] != "breath"]

    first = Session(driven, language="en", saves=False)
    first.begin_with("", {"plan": "clinic", "as_of": AS_OF, "lever.demand": 4})
    file = of_kind(send(first, kind="do", action="save", name="four"), "file")
    text = base64.b64decode(file["base64"]).decode()
    assert yaml.safe_load(text)["levers"]["demand"]["value"] == 4
    assert scenarios.scenario_ids(driven, "clinic") == ["baseline", "faster"]

    second = Session(driven, language="en", saves=False, workshop=Workshop(driven))
    second.begin_with("", {"plan": "clinic", "as_of": AS_OF})
    answers = send(second, kind="do", action="load", name="four.yaml", text=text)
    assert of_kind(answers, "picture")["chance"] == of_kind(send(first, kind="open"), "picture")["chance"]
    options = fields_of(of_kind(answers, "page"))["scenario"]["options"]
    assert [one["value"] for one in options] == ["baseline", "faster", "four"]
    wrong = of_kind(send(second, kind="do", action="load", name="x.yaml", text="title: 1\nlevels: 2\n"), "said")
    assert "x.yaml:2: unknown key 'levels'" in wrong["text"]
    long = of_kind(send(second, kind="do", action="load", name="x.yaml", text="x" * 300_000), "said")
    assert long["text"] == "The file is too long to be a scenario."


def test_a_link_brings_the_state_back(session: Session, ask: Ask, driven: Catalogue) -> None:
    ask("change", changes={"lever.demand": 4, "due": "2027", "interval": "95"})
    said = of_kind(ask("do", action="copy", address="http://localhost:8866/?old=1"), "said")
    assert said["copy"] == f"http://localhost:8866/?{session.state.text()}"
    other = Session(driven, language="en")
    answers = list(other.answer({"kind": "open", "seq": 1, "state": said["copy"]}))
    assert of_kind(answers, "picture")["state"] == session.state.text()
    assert other.state == session.state


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plan=nowhere", "The link could not be followed: “nowhere” is not one of the choices."),
        ("plan", "The link could not be followed: this is not the text of a state"),
    ],
)
def test_a_link_that_cannot_be_followed_is_said_and_the_page_is_shown(ask: Ask, text: str, said: str) -> None:
    answers = ask("open", state=text)
    assert [answer["kind"] for answer in answers[:2]] == ["page", "picture"]
    assert of_kind(answers, "said")["text"] == said


@pytest.mark.parametrize(
    ("form", "start"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("csv", b"\xef\xbb\xbfplan,"), ("xlsx", b"PK")]
)
def test_charts_and_tables_are_exported(ask: Ask, form: str, start: bytes) -> None:
    file = of_kind(ask("do", action="export", form=form), "file")
    assert base64.b64decode(file["base64"]).startswith(start)
    assert file["name"] == f"seen_on_time_baseline.{form}"


def test_a_file_that_is_loaded_again_under_its_name_shows_what_it_now_holds(ask: Ask) -> None:
    ask("open")
    shown = []
    described = {"title": {"fr": "Quatre", "en": "Four"}, "description": {"fr": "Rien.", "en": "Nothing."}}
    for size in (2, 15):
        moved = {"demand": {"value": size, "reason": {"fr": "Essai.", "en": "Trial."}}}
        text = yaml.safe_dump(described | {"levers": moved})
        shown.append(of_kind(ask("do", action="load", name="four.yaml", text=text), "picture"))
    assert shown[0]["state"] == shown[1]["state"]
    assert shown[0]["chart"]["data"] != shown[1]["chart"]["data"]


def test_what_it_would_take_is_told_for_the_pace_and_every_lever(ask: Ask) -> None:
    ask("change", changes={"due": "2027"})
    html = part(ask("do", action="seek"), "take")["html"]
    assert html.count("<li>") == 3


def test_what_is_not_known_here_is_said(ask: Ask) -> None:
    unknown = "The page asked for something that is not known here."
    for message in ({"kind": "do", "action": "format_disk"}, {"kind": "hello"}):
        assert of_kind(ask(**message), "said")["text"] == unknown
    assert of_kind(ask("do", action="export", form="docx"), "said")["text"] == unknown


def test_an_error_of_ours_is_said_and_the_session_goes_on(session: Session, ask: Ask, monkeypatch: Any) -> None:
    monkeypatch.setattr(session, "page", lambda: 1 / 0)
    said = of_kind(ask("open"), "said")
    assert "division by zero" in said["text"]
    monkeypatch.undo()
    assert of_kind(ask("open"), "page")


def test_a_part_that_is_dropped_leaves_the_session_free(session: Session) -> None:
    answers = session.answer({"kind": "change", "seq": 1, "changes": {"due": "2027"}})
    kinds = []
    for answer in answers:
        kinds.append(answer["kind"])
        if answer["kind"] == "breath":
            break
    answers.close()  # type: ignore[attr-defined]
    assert "breath" in kinds
    again = list(session.answer({"kind": "change", "seq": 2, "changes": {"lever.demand": 2}}))
    assert of_kind(again, "picture")["seq"] == 2
