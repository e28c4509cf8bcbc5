"""What a reader is likely to ask next, worked out while the page paints: the lever on its way, and back."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from forecast.study import Bench
from forecast.widgets.form import Look
from forecast.widgets.picture import look_at, paint
from forecast.widgets.state import State
from forecast.widgets.workshop import Desk

#: Decimals that a lever's magnitude is rounded to, so that steps of 0.1 add up to what a slider gives.
DECIMALS = 10
#: Different strides that are remembered of a hand: a pointer goes by two or three steps of a slider in turn.
STRIDES = 2


@dataclass(frozen=True)
class Foreseen:
    """A state that nobody asked for yet, with its picture.

    Attributes
    ----------
    known : set of str
        Ids of the charts that the page has once it has this picture.
    """

    state: State
    look: Look
    bench: Bench
    picture: dict[str, Any]
    known: set[str]


class Hand:
    """The hand on a lever: which one it moves, and by how much at a time."""

    def __init__(self) -> None:
        self._lever: str | None = None
        self._strides: list[float] = []

    def go(self, before: State, after: State) -> tuple[str, list[float]] | None:
        """Take note of a step; tell which lever it moved, and where the next one may take it, the likeliest first.

        None where anything else was changed.
        """
        lever = _moved_alone(before, after)
        if lever is None:
            self._lever = None
            return None
        start, value = before.levers[lever], after.levers[lever]
        stride = value - start
        if lever != self._lever or stride * self._strides[0] < 0:
            self._strides = []
        self._lever = lever
        others = [one for one in self._strides if not math.isclose(one, stride, rel_tol=1e-6)]
        self._strides = [stride, *others][:STRIDES]
        return lever, [round(one, DECIMALS) for one in (*(value + one for one in self._strides), start)]


def _moved_alone(before: State, after: State) -> str | None:
    """Tell which lever differs, where it was moved before and nothing else differs."""
    for name, value in after.levers.items():
        if value != before.levers.get(name, value):
            return name if replace(before, levers={**before.levers, name: value}) == after else None
    return None


def foresee(state: State, desk: Desk, known: set[str], found: tuple[Look, Bench] | None = None) -> Foreseen:
    """Work out what a state shows, for a page that has some charts.

    Parameters
    ----------
    found : (Look, Bench), optional
        Its study, where it is known already.

    Raises
    ------
    ForecastError
        If it cannot be computed.
    """
    started, has = time.perf_counter(), set(known)
    look, bench = found or look_at(state, desk)
    picture = paint(look, has)
    return Foreseen(state, look, bench, picture | {"seconds": time.perf_counter() - started}, has)
