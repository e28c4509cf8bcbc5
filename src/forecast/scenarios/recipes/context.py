"""What a recipe is given: one series, where it starts, what the baseline says, and what to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol, Self

import numpy as np

from forecast.schema.draws import SAME_TIME, FloatArray
from forecast.schema.periods import Measure, Period

Direction = Literal[1, -1]
Bounds = tuple[float | None, float | None]

#: Types of value that somebody measured; `projected` and `imputed` are not.
OBSERVED = frozenset({"reported", "estimated"})


class Point(NamedTuple):
    """A value, in the unit of the source, and its time in decimal years."""

    time: float
    value: float


@dataclass(frozen=True, eq=False)
class Series:
    """Values of one series, ascending in time; a missing value is not a number.

    Attributes
    ----------
    times, values : array (points,)
        Decimal years; in the unit of the source.
    types : tuple of str or None, or None
        `reported`, `estimated`, `projected` or `imputed`, for each value; None where nobody says.
    """

    times: FloatArray
    values: FloatArray
    types: tuple[str | None, ...] | None = None

    @classmethod
    def of(cls, values: Mapping[float, float | None], types: Mapping[float, str | None] | None = None) -> Self:
        """Make a series of a mapping from time to value, in any order."""
        times = sorted(values)
        known = [np.nan if values[time] is None else values[time] for time in times]
        told = None if types is None else tuple(types.get(time) for time in times)
        return cls(np.array(times, dtype=float), np.array(known, dtype=float), told)

    @cached_property
    def observed(self) -> Series:
        """The values that are reported or estimated, or of which nobody says what they are."""
        typed = [kind is None or kind in OBSERVED for kind in self.types or (None,) * len(self.times)]
        return self._keep(np.isfinite(self.values) & np.array(typed, dtype=bool))

    def between(self, first: float, last: float) -> Series:
        """The known values from one time to another, both included."""
        inside = (self.times >= first - SAME_TIME) & (self.times <= last + SAME_TIME)
        return self._keep(np.isfinite(self.values) & inside)

    def _keep(self, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Series:
        types = None if self.types is None else tuple(np.array(self.types, dtype=object)[kept])
        return Series(self.times[kept], self.values[kept], types)


class SimilarChanges(Protocol):
    """Tells what similar public indicators ever did."""

    def __call__(self, years: int, share: float, since: int | None = None) -> float | None:
        """Give the change over so many years that a share (0 to 1) of the stretches stayed below.

        On the model scale: logit of a percentage, else the natural logarithm. `since` takes only the stretches that
        began in that calendar year. None where too few were watched so long.
        """


@dataclass(frozen=True, eq=False)
class Context:
    """One indicator or driver, as a recipe sees it; values in the unit of the source, times in decimal years.

    Attributes
    ----------
    times : array (periods,)
        Forecast periods, ascending.
    origin : Point
        Where the new path starts.
    median : array (periods,)
        Median path of the baseline.
    history : Series
        What is known of the series.
    direction : int
        1 where more is better, -1 where less is.
    bounds : (lower, upper)
        Either may be None.
    target : Point or None
        Value of the target and the time it is due.
    measure : str
        `flow` or `stock`: says where a period stands on the time axis.
    similar : callable or None
        What similar public indicators ever did; None where the collection holds nothing like it.
    peers : mapping or None
        Series to compare with, by name.
    groups : mapping or None
        Group (region, publisher) of each peer, by name.
    group : str or None
        Group of the series itself.
    """

    times: FloatArray
    origin: Point
    median: FloatArray
    history: Series
    direction: Direction
    bounds: Bounds = (None, None)
    target: Point | None = None
    measure: Measure = "flow"
    similar: SimilarChanges | None = None
    peers: Mapping[str, Series] | None = None
    groups: Mapping[str, str] | None = None
    group: str | None = None

    def place(self, period: Period) -> float:
        """Place a period on the time axis of the series."""
        return period.time(self.measure)
