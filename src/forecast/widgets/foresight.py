"""What a reader is likely to ask next, worked out while the page paints: the same lever moved by as much again."""

from __future__ import annotations

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


def next_step(before: State, after: State) -> tuple[str, float] | None:
    """Tell which lever was moved, and where one more step takes it; None where anything else was changed."""
    for name, value in after.levers.items():
        start = before.levers.get(name, value)
        if value != start:
            alone = replace(before, levers={**before.levers, name: value}) == after
            return (name, round(2 * value - start, DECIMALS)) if alone else None
    return None


def foresee(state: State, lever: str, value: float, desk: Desk, known: set[str]) -> Foreseen:
    """Work out what a state shows with a lever put elsewhere, for a page that has some charts.

    Raises
    ------
    ForecastError
        If it cannot be computed.
    """
    started, has = time.perf_counter(), set(known)
    further = replace(state, levers={**state.levers, lever: value})
    look, bench = look_at(further, desk)
    picture = paint(look, has)
    return Foreseen(further, look, bench, picture | {"seconds": time.perf_counter() - started}, has)
