"""What a page was about to get when it asked for something else is not lost: it comes with the next answer."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.plans.catalogue import Catalogue
from forecast.widgets.parts import PARTS
from forecast.widgets.session import Session


@pytest.fixture
def session(driven: Catalogue) -> Session:
    made = Session(driven, language="en")
    made.begin_with("", {"plan": "clinic", "indicator": "seen_on_time", "as_of": "2025-07-15"})
    return made


def break_off(session: Session, after: str, **message: Any) -> None:
    """Take answers up to one of a kind, and leave the rest."""
    answers = session.answer({"seq": 1, **message})
    assert any(answer["kind"] == after for answer in answers)
    answers.close()


def hear(session: Session, **message: Any) -> list[str]:
    """Kinds of the answers to a message, of the parts their names."""
    answers = [answer for answer in session.answer({"seq": 2, **message}) if answer["kind"] != "breath"]
    assert {answer["seq"] for answer in answers} == {2}
    return [answer["id"] if answer["kind"] == "part" else answer["kind"] for answer in answers]


def test_parts_that_were_dropped_come_after_what_was_asked_instead(session: Session) -> None:
    break_off(session, "picture", kind="open")
    assert hear(session, kind="do", action="copy") == ["said", *PARTS]
    assert hear(session, kind="do", action="copy") == ["said"]


def test_a_part_that_was_given_does_not_come_again(session: Session) -> None:
    break_off(session, "picture", kind="open")
    rest = [name for name in PARTS if name != "pins"]
    assert hear(session, kind="do", action="pin") == ["said", "pins", *rest]


def test_parts_that_were_dropped_come_after_a_refusal(session: Session) -> None:
    break_off(session, "picture", kind="change", changes={"lever.demand": 3})
    assert hear(session, kind="change", changes={"lever.demand": "much"}) == ["refused", *PARTS]


def test_a_picture_that_was_dropped_comes_too(session: Session) -> None:
    break_off(session, "page", kind="open")
    assert hear(session, kind="do", action="copy") == ["said", "picture", *PARTS]
    break_off(session, "page", kind="change", changes={"language": "fr"})
    assert hear(session, kind="do", action="copy") == ["said", "picture", *PARTS]
