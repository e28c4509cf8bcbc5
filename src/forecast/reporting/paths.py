"""What a chart draws, in numbers: the dates and values shown, the forecast, the committed and the required path."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.reporting.cases import Case
from forecast.reporting.layout import Axis, time_axis
from forecast.schema.draws import Path
from forecast.schema.periods import Period, decimal_year
from forecast.study import Study

#: How many times the span of what is known the value axis may be, where nothing bounds it from above.
CROWDED = 4
#: Years shown after the last due date, or after the as-of.
BEYOND = 1.0
Points = Sequence[tuple[float, float]]


def shown_periods(case: Case) -> list[Period]:
    """Periods that say which years the reader counts in: those forecast, or else those of the targets."""
    if case.path is not None:
        return list(case.path.periods)
    return [item.target.period for item in case.numeric if item.target.period]


def _due_times(case: Case) -> list[float]:
    return [item.target.period.time(case.indicator.measure) for item in case.numeric if item.target.period]


def shown_dates(case: Case, study: Study) -> list[float]:
    """Dates that must be seen: what is known, what is due, and the forecast up to a year after both."""
    dates = [value.time for value in case.used] + _due_times(case)
    if case.path is None:
        return dates
    until = max([*_due_times(case), decimal_year(study.as_of)]) + BEYOND
    shown = [float(time) for time in case.path.times if time <= until + 1e-9]
    return [*dates, *(shown or case.path.times[:1].tolist())]


def shown_axis(case: Case, study: Study) -> Axis:
    """Time axis of the chart of an indicator."""
    dates = shown_dates(case, study)
    return time_axis(min(dates), max(dates), shown_periods(case), case.indicator.measure)


def shown_values(case: Case, x: Axis) -> list[float]:
    """Values that must be seen: all that is known and aimed at, and the forecast short of its extremes."""
    values = [value.value for value in case.used]
    values += [end for item in case.numeric for end in (item.target.value, item.target.high) if end is not None]
    if case.path is None:
        return values
    shown = [i for i, time in enumerate(case.path.times) if time <= x.high]
    low, quarter, high = case.path.quantiles((0.025, 0.75, 0.975))[:, shown]
    least, most = min(values), max(values)
    if case.indicator.bounds[1] is None:  # a wide forecast without a ceiling would flatten everything known
        room = max(least + CROWDED * (most - least), 1.15 * float(quarter.max()))
        high = high.clip(max=room)
    return [*values, float(low.min()), float(high.max())]


def fan(path: Path, x: Axis, levels: Sequence[float]) -> list[tuple[float, list[float]]]:
    """Quantiles at each date shown, from the last value known on."""
    table = path.quantiles(levels).T
    rows = [(float(time), [float(value) for value in row]) for time, row in zip(path.times, table, strict=True)]
    origin = (path.origin.time(path.measure), [path.origin_value] * len(levels))
    return [row for row in [origin, *rows] if row[0] <= x.high + 1e-9]


def median(path: Path, x: Axis) -> list[tuple[float, float]]:
    """Median at each date shown; (date, value)."""
    return [(time, values[0]) for time, values in fan(path, x, (0.5,))]


def inside(value: float, y: Axis) -> float:
    """The value, or the end of the axis that it lies beyond."""
    return min(max(value, y.low), y.high)


def committed_path(case: Case) -> list[tuple[float, float]]:
    """Straight lines from the plan's starting value, if it is known, through its targets; (date, value)."""
    measure = case.indicator.measure
    targets = [(item.target.period.time(measure), item.target.value) for item in case.numeric if item.target.period]
    path = [(time, value) for time, value in targets if value is not None]
    starts = [value for value in case.used if case.start is not None and value.value == case.start]
    starts = starts or [value for value in case.used if value.status == "assumed"]
    first = [(starts[0].time, starts[0].value)] if starts and path and starts[0].time < path[0][0] else []
    return [*first, *path]


def required_path(case: Case) -> list[tuple[float, float]]:
    """Straight line from the last value known to the last open target; nothing without either, or once it is met."""
    if case.path is None or case.latest is None:
        return []
    ahead = [item for item in case.numeric if item.probability is not None and item.target.period]
    if not ahead:
        return []
    target = ahead[-1].target
    assert target.period is not None
    assert target.value is not None
    if target.met_by(case.latest.value):
        return []
    path = [(case.latest.time, case.latest.value), (target.period.time(case.indicator.measure), target.value)]
    return [] if path == committed_path(case) else path
