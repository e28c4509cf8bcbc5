"""Predictive draws with their labels: the currency between models, scenarios and assessment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.schema.periods import Measure, Period

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
#: Years within which two periods stand at one time: a leap year moves the middle of a fiscal year by half a day.
SAME_TIME = 2e-3


@dataclass(frozen=True)
class Record:
    """What a forecast of the default model rests on: how it fared on series that it had not seen, in this situation.

    Attributes
    ----------
    own : float
        Share of the usual size of a change that the series' own changes make; comparable series make the rest.
    yearly : bool
        Whether it was measured on yearly public indicators, else on quarters and months.
    observations : int
        Length of the histories that it was measured on.
    series, cases : int
        Series and outcomes that it was measured on.
    gain : float
        Share by which its absolute error was lower than that of no change; below 0 when it was higher.
    coverage : dict of int to float
        Share of the outcomes inside the intervals of 50, 80 and 95 %.
    """

    own: float
    yearly: bool
    observations: int
    series: int
    cases: int
    gain: float
    coverage: Mapping[int, float]


def take_quantiles(draws: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Take quantiles over the last axis: (..., draws) to (..., levels).

    The same as `np.quantile`, which takes ten times as long on rows that do not lie together in memory.
    """
    return pick_quantiles(np.sort(draws, axis=-1), levels)


def pick_quantiles(ordered: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Pick quantiles out of draws in ascending order: (..., draws) to (..., levels)."""
    positions = np.asarray(levels) * (ordered.shape[-1] - 1)
    below = np.floor(positions).astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    share = positions - below
    values: FloatArray = ordered[..., below] * (1 - share) + ordered[..., above] * share
    return values


@dataclass(frozen=True)
class Path:
    """The draws of one indicator or driver.

    Attributes
    ----------
    draws : array (draws, periods)
        In the unit of the source.
    periods : tuple of Period
        Forecast periods, ascending.
    origin : Period
        Last period used.
    origin_value : float
        Value observed (or assumed) there.
    unit : str
        Unit id.
    measure : str
        `flow` or `stock`.
    bounds : (lower, upper)
        Either may be None.
    model : str
        Name of the model that was asked for.
    used : tuple of str
        Models that were really used after fall-back.
    notes : tuple of str
        Keys of what a reader must know (`prior_spread`, `gaps_filled`, `fallback:drift`, `identification`, `changed`).
    observations : int
        How many observations it rests on.
    assumed : bool
        Whether it rests on an assumed value.
    record : Record or None
        How the default model fared in this situation; None for other models.
    ahead : int
        Position of the first period that is not over on the as-of day: what starts without a date starts there.
    """

    draws: FloatArray
    periods: tuple[Period, ...]
    origin: Period
    origin_value: float
    unit: str
    measure: Measure
    bounds: tuple[float | None, float | None]
    model: str
    used: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    observations: int = 0
    assumed: bool = False
    record: Record | None = None
    ahead: int = 0

    @cached_property
    def times(self) -> FloatArray:
        """Forecast periods on the time axis, decimal years, shape (periods,)."""
        return np.array([period.time(self.measure) for period in self.periods])

    def seen_from(self, day: date) -> Path:
        """The same path, knowing which of its periods are over on a day; all being over, it starts with the first."""
        return replace(self, ahead=next((i for i, period in enumerate(self.periods) if period.end >= day), 0))

    @property
    def start(self) -> FloatArray | float:
        """Where the draws stood at the origin: the last known value, or, of what was assumed, one value a draw."""
        return self.draws[:, 0] if self.model == "assumed" else self.origin_value

    def changed(self, draws: FloatArray, *, assumed: bool) -> Path:
        """The path as a scenario changes it, and says so."""
        notes = tuple(dict.fromkeys((*self.notes, "changed")))
        return replace(self, draws=draws, notes=notes, assumed=self.assumed or assumed)

    def at(self, period: Period) -> FloatArray | None:
        """Draws at a period, shape (draws,), or at another name of the same time; None where it is not forecast."""
        near = np.abs(self.times - period.time(self.measure)) < SAME_TIME
        return self.draws[:, int(near.argmax())] if near.any() else None

    def quantiles(self, levels: Sequence[float]) -> FloatArray:
        """Quantiles (levels, periods)."""
        return pick_quantiles(self._ordered, levels).T

    @cached_property
    def medians(self) -> FloatArray:
        """Median of each period, (periods,)."""
        medians: FloatArray = self.quantiles((0.5,))[0]
        return medians

    @cached_property
    def _ordered(self) -> FloatArray:
        """Draws of each period in ascending order, (periods, draws): sorted once for all quantiles."""
        return np.sort(np.ascontiguousarray(self.draws.T), axis=-1)


@dataclass(frozen=True)
class Tree:
    """A formula beside what was observed.

    Attributes
    ----------
    formula : str
        As the plan has it.
    drivers, assumed, missing : tuple of str
        Drivers that it names; those whose value is assumed, and those of which nothing is known.
    computed, observed : float or None
        Median of the tree at the origin, and the value observed there, in the unit of the indicator.
    undefined : float
        Share of the draws in which the formula has no value.
    """

    formula: str
    drivers: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    computed: float | None = None
    observed: float | None = None
    undefined: float = 0.0

    @property
    def factor(self) -> float | None:
        """What the tree is multiplied by to agree with the value observed."""
        return self.observed / self.computed if self.observed is not None and self.computed else None


@dataclass(frozen=True)
class Trajectories:
    """Paths of a plan's indicators and drivers, by id, the plan and scenario they belong to, and the driver trees."""

    plan: str
    scenario: str
    paths: Mapping[str, Path] = field(default_factory=dict)
    trees: Mapping[str, Tree] = field(default_factory=dict)

    def with_paths(self, paths: Mapping[str, Path], scenario: str) -> Trajectories:
        """The same plan with other paths, under a scenario."""
        return replace(self, scenario=scenario, paths=paths)

    def table(self, levels: Sequence[float]) -> pd.DataFrame:
        """Derive the *trajectories* table, one row per indicator, period and quantile."""
        import pandas as pd

        from forecast.schema.tables import COLUMNS

        rows = [
            (self.plan, name, self.scenario, path.model, path.origin.text, period.text, level, float(value), path.unit)
            for name, path in self.paths.items()
            for period, column in zip(path.periods, path.quantiles(levels).T, strict=True)
            for level, value in zip(levels, column, strict=True)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS["trajectories"]))
