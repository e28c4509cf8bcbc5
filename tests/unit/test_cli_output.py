"""Tables in the terminal: no line ends within a number, and the room of a line is shared out between columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.cli.output import GAP, share_out, show_table

NO_BREAK = "\N{NO-BREAK SPACE}"
NUMBERS = ["8 800", "1 632 008", "≥ 4 200 000", "> 99 %", "−27,9 %", "2026-2027", "« oui »", "12 :"]
#: One text per number, long enough to be wrapped; the unit in words may go on the next line.
TEXTS = [f"avant {number.replace(' ', NO_BREAK)}{NO_BREAK}heures après bien des mots" for number in NUMBERS]


@pytest.fixture
def show(capsys, monkeypatch):
    def run(rows, width=140):
        if width != 140:  # as on a screen of that width
            monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
            monkeypatch.setenv("COLUMNS", str(width))
        show_table("Titre", [f"c{i}" for i in range(len(rows[0]))], rows)
        return re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)

    return run


@pytest.mark.parametrize("width", [140, 80, 20])
@pytest.mark.parametrize(("number", "text"), [*zip(NUMBERS, TEXTS, strict=True)])
def test_no_number_is_split(show, width, number, text):
    shown = show([[text] * 9], width)
    assert len(shown.splitlines()) > 3
    assert shown.count(number.replace(" ", NO_BREAK)) == 9


def test_nothing_is_lost_or_left_behind(show):
    shown = show([TEXTS])
    assert sorted(re.sub(r"\s", " ", shown).split()) == sorted(
        [*" ".join(TEXTS).split(), "Titre", *(f"c{i}" for i in range(len(TEXTS)))]
    )
    assert "\ue000" not in shown


def test_square_brackets_are_no_markup(show):
    assert "[red]a[/red]" in show([["[red]a[/red]"]])


def test_a_short_table_takes_no_more_room_than_it_needs(show):
    assert show([["a", "bcd"]]).splitlines()[1:] == ["c0  c1 ", "a   bcd"]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)).map(lambda pair: (pair[0], sum(pair))), min_size=1)


@given(SPANS, st.integers(-10, 300))
def test_every_column_has_its_least_width_and_no_room_is_wasted(spans, room):
    widths = share_out(spans, room)
    assert all(least <= width <= most for width, (least, most) in zip(widths, spans, strict=True))
    least, most = (sum(side) for side in zip(*spans, strict=True))
    assert sum(widths) == min(most, max(least, room))


def test_the_narrowest_column_grows_first():
    assert share_out([(2, 20), (5, 20), (3, 4)], 16) == [6, 6, 4]
    assert GAP == 2
