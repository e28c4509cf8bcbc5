"""The explorer's state: what is typed is read in both languages, the text brings it back, steps can be undone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.schema.language import format_exact
from forecast.widgets.history import KEPT, History
from forecast.widgets.reading import read_day, read_number, read_period
from forecast.widgets.state import State, read_state

START = State("clinic", "waiting", "baseline", "fr", date(2025, 7, 15), "pooled")


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("8,5", "fr", 8.5),
        ("8.5", "fr", 8.5),
        ("8.5", "en", 8.5),
        ("8,5", "en", 8.5),
        ("1 632 008", "fr", 1632008),
        ("1\u00a0632\u00a0008", "fr", 1632008),
        ("1,632,008", "en", 1632008),
        ("1,632.5", "en", 1632.5),
        ("\u22122", "fr", -2),
        ("+8\u00a0%", "fr", 8),
        (" 42% ", "en", 42),
        ("1e3", "en", 1000),
        (",5", "fr", 0.5),
    ],
)
def test_a_number_is_read_as_both_languages_write_it(typed: str, language: str, value: float) -> None:
    assert read_number(typed, language) == value


@given(st.floats(-1e5, 1e5).map(lambda value: round(value, 3)), st.sampled_from(["fr", "en"]))
def test_what_is_written_is_read_again(value: float, language: str) -> None:
    assert read_number(format_exact(value, language), language) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("typed", ["", "abc", "1,2,3", "--2", "nan", "inf", "1e999", "٣", "8..5", "0x10", "1_000", "%"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nonsense_is_no_number(typed: str, language: str) -> None:
    said = {
        "fr": f"«\u00a0{typed}\u00a0» n’est pas un nombre; écrire des chiffres, comme 2,5.",
        "en": f"“{typed}” is not a number; write digits, such as 2.5.",
    }
    with pytest.raises(ValueError, match=f"^{re.escape(said[language])}$"):
        read_number(typed, language)


def test_a_period_and_a_day_are_read_or_refused() -> None:
    assert read_period(" 2027-2028 ", "fr").text == "2027-2028"
    assert read_day("2025-07-15", "fr") == date(2025, 7, 15)
    with pytest.raises(ValueError, match=r"“soon” is not a period; write a year \(2028\), a fiscal year \(2027-2028\)"):
        read_period("soon", "en")
    with pytest.raises(ValueError, match=r"“15/07/2025” is not a day; write it as 20"):
        read_day("15/07/2025", "en")
    with pytest.raises(ValueError, match=r"2999-01-01 has not come yet; write today, 20..-..-.., or an earlier day"):
        read_day("2999-01-01", "en")


def test_what_is_typed_is_cut_where_it_is_long() -> None:
    with pytest.raises(ValueError, match=f"“{'x' * 39}…” is not a number"):
        read_number("x" * 5000, "en")


names = st.text("abcdefgh_", min_size=1, max_size=8)
numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))
states = st.builds(
    State,
    plan=names,
    indicator=names,
    scenario=names,
    language=st.sampled_from(["fr", "en"]),
    as_of=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    model=names,
    interval=st.sampled_from([50, 80, 95]),
    due=st.none() | st.sampled_from(["2028", "2027-2028", "2028-03"]),
    value=st.none() | numbers,
    operator=st.none() | st.sampled_from([">=", "<=", ">", "<", "="]),
    levers=st.dictionaries(names, numbers, max_size=4),
    starts=st.dictionaries(names, st.just("2027"), max_size=4),
    assumptions=st.dictionaries(names, numbers, max_size=4),
)


@given(states)
def test_the_text_of_a_state_tells_every_choice(state: State) -> None:
    for text in (state.text(), f"?{state.text()}", f"http://localhost:8866/?{state.text()}"):
        assert read_state(text) == state.fields()


def test_what_is_no_text_of_a_state_is_refused() -> None:
    with pytest.raises(ValueError, match="bad query field"):
        read_state("plan")
    with pytest.raises(ValueError, match="too long"):
        read_state("x" * 30_000)


def moved(**levers: float) -> State:
    fields: dict[str, Any] = START.__dict__ | {"levers": levers}
    return State(**fields)


def test_a_slider_on_its_way_is_one_step() -> None:
    history = History(START)
    for step in range(10):
        history.add(moved(beds=step), {"lever.beds"}, at=step / 100)
    history.add(moved(beds=3), {"lever.beds"}, at=5.0)
    assert history.now == moved(beds=3)
    history.undo()
    assert history.now == moved(beds=9)
    history.undo()
    assert history.now == START
    assert history.can == {"undo": False, "redo": True}
    history.redo()
    assert history.now == moved(beds=9)


def test_another_field_is_another_step_and_a_new_one_ends_what_was_undone() -> None:
    history = History(START)
    history.add(moved(beds=1), {"lever.beds"}, at=0.0)
    history.add(moved(beds=1, staff=2), {"lever.staff"}, at=0.1)
    history.undo()
    assert history.now == moved(beds=1)
    history.add(moved(beds=7), {"lever.beds"}, at=0.2)
    assert history.can == {"undo": True, "redo": False}
    history.undo()
    assert history.now == moved(beds=1)


def test_what_changes_nothing_is_no_step_and_the_oldest_are_let_go() -> None:
    history = History(START)
    history.add(START)
    assert history.can["undo"] is False
    for step in range(KEPT + 5):
        history.add(moved(beds=step))
    for _ in range(KEPT + 5):
        history.undo()
    assert history.now == moved(beds=5)
