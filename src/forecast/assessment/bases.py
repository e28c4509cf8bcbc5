"""Where a method starts to count: its search for a base year, each rule as its publisher applies it."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.assessment.evidence import Point
from forecast.schema.language import N_

#: Order of the years looked at after the wanted one (UN Progress Chart, as published base years show it).
UN_ORDER = (0, 1, 2, 3, -1, -2, -3)
#: Order of EUSTAT: 2015, 2016, 2014, 2017, 2013, …
ALTERNATING = (0, *(sign * step for step in range(1, 16) for sign in (1, -1)))


def search(points: Sequence[Point], wanted: int, order: Sequence[int]) -> Point | None:
    """Find the first value in the order of years, counted from the wanted one.

    Of one year its last value, unless the plan prints another one as its start.
    """
    by_year: dict[int, Point] = {}
    for point in points:
        if point.year not in by_year or not by_year[point.year].printed:
            by_year[point.year] = point
    return next((by_year[wanted + step] for step in order if wanted + step in by_year), None)


def first_from(points: Sequence[Point], wanted: int) -> Point | None:
    """Find the first value of the wanted year or later; of one year the one that the plan prints as its start."""
    found = next((point for point in points if point.year >= wanted), None)
    if found is None:
        return None
    return next((point for point in points if point.printed and point.year == found.year), found)


def start_from(earlier: Sequence[Point], wanted: int) -> Point:
    """Find the first value of the wanted year or later, else the last one, among those before the latest (some)."""
    return first_from(earlier, wanted) or earlier[-1]


def nearest_to(points: Sequence[Point], time: float) -> Point | None:
    """Find the value nearest to a time; of two as near, the earlier."""
    return min(points, key=lambda point: (abs(point.time - time), point.time), default=None)


def explain(point: Point, wanted: int) -> str:
    """Say how a base relates to the wanted year."""
    if point.year == wanted:
        return N_("the value of the plan's starting year")
    return N_("the first later value") if point.year > wanted else N_("the nearest earlier value")
