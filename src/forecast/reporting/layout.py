"""Where things stand in a chart: the span of its axes, their ticks, and labels that do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.schema.periods import Measure, Period

#: Size of the plotting area and the space around it, in pixels.
WIDTH, HEIGHT = 560, 210
LEFT, RIGHT, BOTTOM = 62, 118, 28
#: Height of a row of the key, and the width of its letters and of a sample with its space.
ROW, LETTER, SAMPLE = 18, 5.7, 46
LINE = 12.5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 7


@dataclass(frozen=True)
class Axis:
    """The span of an axis in data units, and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def pixel(self, value: float, size: float) -> float:
        """Distance of a value from the low end, in pixels."""
        return (value - self.low) / (self.high - self.low) * size

    def value(self, pixel: float, size: float) -> float:
        """Give the value at a distance from the low end."""
        return self.low + pixel / size * (self.high - self.low)


@dataclass(frozen=True)
class Label:
    """A direct label: its text, its place in data units and its colour."""

    text: str
    x: float
    y: float
    colour: str
    align: str = "left"
    bold: bool = False


def value_axis(values: Sequence[float], bounds: tuple[float | None, float | None]) -> Axis:
    """Span the values in about four round steps, from zero where zero is a bound and not far away."""
    low, high = min(values), max(values)
    if bounds[0] == 0 and low < 0.4 * high:
        low = 0.0
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - max(0.05 * abs(low), 0.5), high + max(0.05 * abs(high), 0.5)
    step = _round_step((high - low) / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if bounds[0] is not None:
        first = max(first, math.ceil(bounds[0] / step - 1e-9))
    ticks = tuple(round(i * step, 10) for i in range(first, last + 1))
    top = ticks[-1] if bounds[1] is None else max(min(ticks[-1], bounds[1]), high)
    return Axis(min(ticks[0], low), top, tuple(tick for tick in ticks if tick <= top))


def _round_step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(step * size for step in _STEPS if step * size >= rough - 1e-12)


def fiscal(periods: Sequence[Period]) -> bool:
    """Whether years are fiscal years for the reader of these periods."""
    return sum(period.kind in ("fiscal_year", "fiscal_quarter", "four_week") for period in periods) * 2 > len(periods)


def time_axis(low: float, high: float, periods: Sequence[Period], measure: Measure) -> Axis:
    """Span dates in years or fiscal years, each tick where a value of that year stands."""
    forms = (lambda y: f"{y}-{y + 1}") if fiscal(periods) else str
    years = range(math.floor(low) - 2, math.ceil(high) + 2)
    times = [Period.parse(forms(year)).time(measure) for year in years]
    pad = max(0.35, 0.02 * (high - low))
    low, high = low - pad, high + min(pad, 0.35)
    times = [time for time in times if low <= time <= high]
    step = max(1, math.ceil(len(times) / _MOST_TICKS))
    return Axis(low, high, tuple(times[::-1][::step][::-1]))


def year_label(periods: Sequence[Period], measure: Measure) -> str:
    """Vega expression that writes a tick of `time_axis`: `2025`, or `2027-28` for a fiscal year."""
    if not fiscal(periods):
        return "toString(floor(datum.value))"
    # the middle of a fiscal year is .75 of its first year, its end .25 of its second
    first = "floor(datum.value - 0.5)" if measure != "stock" else "(round(datum.value - 0.25) - 1)"
    return f"toString({first}) + '-' + slice(toString({first} + 1), 2)"


def spread_labels(labels: Sequence[Label], axis: Axis) -> list[Label]:
    """Move labels of one column up or down so that none covers another, keeping their order."""
    ordered = sorted(labels, key=lambda label: label.y)
    places = [min(max(axis.pixel(label.y, HEIGHT), 2), HEIGHT - 2) for label in ordered]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + LINE)
    overflow = max(0.0, places[-1] - HEIGHT) if places else 0.0
    if overflow:
        places[-1] -= overflow
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - LINE)
    return [replace(label, y=axis.value(place, HEIGHT)) for label, place in zip(ordered, places, strict=True)]
