"""What a reader is likely to ask next is worked out beforehand, and is what it would have been when asked."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.plans.catalogue import Catalogue
from forecast.widgets import session as sessions
from forecast.widgets.explorer import Explorer
from forecast.widgets.foresight import Hand
from forecast.widgets.parts import PARTS
from forecast.widgets.session import Session
from forecast.widgets.state import State

AS_OF = "2025-07-15"
START = State("clinic", "waiting", "baseline", "fr", date(2025, 7, 15), "pooled", levers={"demand": 8.0, "staff": 1.0})
Message = dict[str, Any]


@pytest.fixture
def session(driven: Catalogue) -> Session:
    made = Session(driven, language="en")
    made.begin_with("", {"plan": "clinic", "indicator": "seen_on_time", "as_of": AS_OF})
    return made


def ask(session: Session, seq: int, **message: Any) -> list[Message]:
    answers = list(session.answer({"seq": seq, **message}))
    assert not any(answer["kind"] in ("refused", "said") for answer in answers)
    return answers


def move(session: Session, seq: int, **levers: float) -> list[Message]:
    return ask(session, seq, kind="change", changes={f"lever.{name}": value for name, value in levers.items()})


def foreseen(answers: list[Message]) -> list[Message]:
    return [answer for answer in answers if answer["kind"] == "foreseen"]


def at(value: float) -> State:
    return replace(START, levers={**START.levers, "demand": value})


@given(st.integers(-900, 900), st.sampled_from([0.1, 0.2, 0.05, 1, 5]), st.sampled_from([-1, 1]))
def test_a_lever_goes_on_by_as_much_as_a_slider_does_or_back(place: int, size: float, way: int) -> None:
    values = [float(f"{(place + way * step) * size:.6f}") for step in range(3)]
    assert Hand().go(at(values[0]), at(values[1])) == ("demand", [values[2], values[0]])


def test_of_a_pointer_the_last_two_strides_are_remembered() -> None:
    hand = Hand()
    hand.go(at(1), at(3))
    assert hand.go(at(3), at(6)) == ("demand", [9, 8, 3])
    assert hand.go(at(6), at(8)) == ("demand", [10, 11, 6])
    assert hand.go(at(8), at(9)) == ("demand", [10, 11, 8])


def test_a_hand_that_turns_forgets_how_it_went() -> None:
    hand = Hand()
    hand.go(at(1), at(3))
    assert hand.go(at(3), at(2)) == ("demand", [1, 3])


@pytest.mark.parametrize(
    "after",
    [
        START,
        replace(START, levers={"demand": 9.0}),
        replace(START, levers={"demand": 9.0, "staff": 2.0}),
        replace(START, levers={"demand": 9.0, "staff": 1.0}, due="2030"),
        replace(START, levers={**START.levers, "new": 1.0}),
    ],
    ids=["nothing", "one lever back", "two levers", "the date too", "a lever for the first time"],
)
def test_nobody_can_tell_what_comes_next(after: State) -> None:
    hand = Hand()
    hand.go(at(1), START)
    assert hand.go(START, after) is None
    assert hand.go(START, at(8.5)) == ("demand", [9, 8])


def test_the_next_step_is_told_before_the_slow_parts_and_is_what_it_will_be(
    session: Session, driven: Catalogue
) -> None:
    ask(session, 1, kind="open")
    assert not foreseen(move(session, 2, demand=3.0))
    answers = move(session, 3, demand=3.2)
    kinds = [answer["kind"] for answer in answers if answer["kind"] != "breath"]
    assert kinds[:4] == ["picture", "foreseen", "foreseen", "part"]
    told = foreseen(answers)
    assert [(one["field"], one["value"], one["seq"]) for one in told] == [("lever.demand", v, 3) for v in (3.4, 3.0)]

    for one in told:
        other = Session(driven, language="en")
        other.begin_with(session.state.text(), {"lever.demand": one["value"]})
        asked = next(answer for answer in ask(other, 1, kind="open") if answer["kind"] == "picture")
        timeless = ("seq", "seconds", "enabled")
        plain = {key: value for key, value in asked.items() if key not in timeless}
        del plain["chart"]["spec"]
        assert {key: value for key, value in one["picture"].items() if key not in timeless} == plain


@pytest.mark.parametrize("value", [3.4, 3.0], ids=["on", "back"])
def test_what_was_foreseen_is_not_computed_again(
    session: Session, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    ask(session, 1, kind="open")
    move(session, 2, demand=3.0)
    told = {one["value"]: one["picture"] for one in foreseen(move(session, 3, demand=3.2))}
    monkeypatch.setattr(sessions, "look_at", lambda *_: pytest.fail("computed again"))
    answers = session.answer({"kind": "change", "seq": 4, "changes": {"lever.demand": value}})
    picture = next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert picture["state"] == told[value]["state"]
    assert picture["enabled"]["undo"] is True


def test_a_page_that_opens_anew_gets_the_whole_chart_of_what_was_foreseen(session: Session) -> None:
    ask(session, 1, kind="open")
    move(session, 2, demand=3.0)
    move(session, 3, demand=3.2)
    move(session, 4, demand=3.4)
    pictures = [answer for answer in ask(session, 5, kind="open") if answer["kind"] == "picture"]
    assert "spec" in pictures[0]["chart"]


def test_nothing_is_foreseen_beyond_the_bounds_of_a_lever(session: Session) -> None:
    ask(session, 1, kind="open")
    move(session, 2, demand=18.0)
    assert [one["value"] for one in foreseen(move(session, 3, demand=20.0))] == [18]


@pytest.mark.filterwarnings("ignore:Deprecated in traitlets 4.1")  # of ipywidgets 8.1.0 itself
def test_messages_may_come_from_several_threads_as_jupyterlab_sends_them(driven: Catalogue) -> None:
    explorer = Explorer("clinic", "seen_on_time", as_of=AS_OF, language="en", catalogue=driven)
    sent: list[Message] = []
    explorer.send = sent.append  # type: ignore[method-assign]
    explorer._receive(explorer, {"kind": "open", "seq": 0}, [])

    def talk(numbers: range) -> None:
        async def ask() -> None:
            for seq in numbers:
                explorer._receive(explorer, {"kind": "change", "seq": seq, "changes": {"lever.demand": seq / 10}}, [])
                await asyncio.sleep(0.005)
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # type: ignore[arg-type]

        asyncio.run(ask())

    threads = [threading.Thread(target=talk, args=(range(start, 30, 3),)) for start in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {message["kind"] for message in sent}
    assert kinds <= {"page", "picture", "part", "foreseen"}, [one for one in sent if one["kind"] in ("said", "refused")]
    pictures = [message for message in sent if message["kind"] == "picture"]
    assert sorted(message["seq"] for message in pictures) == list(range(30))
    newest = pictures[-1]
    assert explorer.state == newest["state"]
    parts = [message["id"] for message in sent if message["kind"] == "part" and message["seq"] == newest["seq"]]
    assert set(parts) == set(PARTS)
