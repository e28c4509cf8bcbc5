"""Which periods are forecast for an indicator, and on which grid its observations lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from forecast.plans.model import Indicator, Side
from forecast.schema.draws import FloatArray
from forecast.schema.periods import PER_YEAR, Kind, Measure, Period

#: Years forecast beyond the last due date, or beyond the next year when all dues lie before it.
BEYOND = 3
#: Period kinds of a regular series; the others are irregular.
REGULAR: tuple[Kind, ...] = ("year", "fiscal_year", "fiscal_quarter", "month", "four_week")


def forecast_periods(
    item: Indicator | Side, observed: Sequence[Period], leader: Indicator | None = None
) -> tuple[Period, ...]:
    """Periods to forecast: from the one after the last observation to three years past the last due date.

    Parameters
    ----------
    item : Indicator or Side
        What is forecast.
    observed : sequence of Period
        Periods of its observations, ascending in time.
    leader : Indicator, optional
        For a driver: the indicator whose targets set the horizon.
    """
    dues = [target.period for target in getattr(leader or item, "targets", ()) if target.period and target.numeric]
    kind = _kind(item.measure, observed, dues)
    origin = observed[-1].time(item.measure)
    last_year = max([observed[-1].end.year + 1, *(due.end.year for due in dues)]) + BEYOND
    period = _containing(kind, observed[-1].end)
    while period.time(item.measure) > origin + 1e-9:
        period += -1
    grid = []
    while (period := period + 1).end.year <= last_year:
        grid.append(period)
    times = {round(period.time(item.measure), 3) for period in grid}
    own = [due for due in dues if due.time(item.measure) > origin and round(due.time(item.measure), 3) not in times]
    same = {round(due.time(item.measure), 3): due for due in dues}
    named = [same.get(round(period.time(item.measure), 3), period) for period in grid]
    return tuple(sorted({*named, *own}, key=lambda period: period.time(item.measure)))


def _kind(measure: Measure, observed: Sequence[Period], dues: Sequence[Period]) -> Kind:
    """Kind of the forecast periods: that of the targets, else of the observations, else the year."""
    for periods in (dues, observed):
        kinds = [period.kind for period in periods if period.kind in PER_YEAR]
        if kinds:
            return Counter(kinds).most_common(1)[0][0]
    ends = {(period.end.month, period.end.day) for period in dues or observed}
    return "fiscal_year" if measure == "stock" and (3, 31) in ends else "year"


def _containing(kind: Kind, day: date) -> Period:
    """The period of a kind that a day lies in."""
    first = day.year if kind in ("year", "month", "season") or day.month >= 4 else day.year - 1
    start = {
        "year": f"{first}",
        "fiscal_year": f"{first}-{first + 1}",
        "fiscal_quarter": f"{first}-{first + 1}Q1",
        "month": f"{first}-01",
        "four_week": f"{first}-{first + 1}P01",
        "season": f"{first}-winter",
    }[kind]
    period = Period.parse(start)
    while period.end < day:
        period += 1
    return period


def grid_step(observed: Sequence[Period], times: FloatArray) -> tuple[float, int]:
    """Step between observations in years, and seasons a year.

    Periods of one kind are regular. Irregular dates get the grid that is nearest to their usual spacing: a year, a
    quarter or a month.
    """
    kinds = {period.kind for period in observed}
    if len(kinds) == 1 and (kind := kinds.pop()) in REGULAR:
        return 1 / PER_YEAR[kind], PER_YEAR[kind]
    if len(times) < 2:
        return 1.0, 1
    spacing = float(np.median(np.diff(times)))
    step = next((step for step, least in ((1.0, 0.5), (1 / 4, 1 / 7)) if spacing >= least), 1 / 12)
    return step, 1
