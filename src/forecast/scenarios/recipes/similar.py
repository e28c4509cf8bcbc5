"""Similar public indicators out of the reference collection, as recipes ask for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forecast.plans.model import Bounds
from forecast.reference import KINDS, kind_of
from forecast.reference.collection import Array
from forecast.reference.lookup import BANDS, ENOUGH, band_edges, lay_out, place, weigh
from forecast.scenarios.recipes.context import Series
from forecast.schema.draws import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SimilarStretches:
    """What comparable series did over every stretch of years; see `context.SimilarChanges`.

    As in `forecast.reference.similar`, percentages are compared with those that stood near when the stretch began,
    and each indicator weighs the same.

    Attributes
    ----------
    kind : str
        ``percent``, ``count`` or ``rate``.
    value : float
        Where the change would start, in the unit of its source.
    z : array (series, steps)
        Yearly values on the model scale.
    begun : array (series, 1)
        Calendar year of the first step.
    indicator : array (series,)
        Number of the indicator of each series.
    """

    kind: str
    value: float
    z: FloatArray
    begun: Array
    indicator: Array
    _remembered: dict[tuple[int, float, int | None], float | None] = field(default_factory=dict, repr=False)

    def __call__(self, years: int, share: float, since: int | None = None) -> float | None:
        """Give a weighted quantile of the changes over so many years, of 30 indicators at least; else None."""
        asked = (years, share, since)
        if asked not in self._remembered:
            self._remembered[asked] = self._measure(*asked)
        return self._remembered[asked]

    def _measure(self, years: int, share: float, since: int | None) -> float | None:
        goes_on = np.isfinite(self.z[:, years:])
        if since is not None:
            goes_on &= self.begun + np.arange(goes_on.shape[1]) == since
        near = choose_near(self.z[:, : goes_on.shape[1]], goes_on, self.indicator, self.kind, self.value)
        if near is None:
            return None
        row, step = np.nonzero(near)
        changes = self.z[row, step + years] - self.z[row, step]
        return float(np.quantile(changes, share, weights=weigh(row, self.indicator), method="inverted_cdf"))


def choose_near(start: FloatArray, goes_on: Array, indicator: Array, kind: str, value: float) -> Array | None:
    """Choose the stretches that began near a value: all of a count or rate, percentages in the narrowest band.

    Parameters
    ----------
    start : array (series, steps)
        Where each stretch began, on the model scale.
    goes_on : array (series, steps)
        Which of them may be taken.
    indicator : array (series,)
        Number of the indicator of each series.

    Returns
    -------
    array (series, steps) or None
        Which are taken; None with fewer than 30 indicators.
    """
    here = place(value, kind)
    for width in BANDS if KINDS[kind] is not None else (np.inf,):
        below, above = band_edges(value, kind, width)
        near: Array = goes_on & (start - here >= below) & (start - here <= above)
        if len(np.unique(indicator[near.any(axis=1)])) >= ENOUGH:
            return near
    return None


def find_similar(
    unit: str, bounds: Bounds, values: FloatArray, collection: pd.DataFrame, *, start: float | None = None
) -> SimilarStretches | None:
    """Find what an indicator may be compared with; None where the collection holds nothing like it.

    Parameters
    ----------
    unit, bounds
        Of the indicator.
    values : array (points,)
        What is known of it, in the unit of the source.
    collection : DataFrame
        As `forecast.reference.load` returns it.
    start : float or None
        Value at which the change starts; None takes the last one.
    """
    compared = _compare(unit, bounds, values, start)
    if compared is None:
        return None
    kind, value = compared
    series, _, z, indicator = lay_out(kind, collection)
    begun = series["ds"].str[:4].astype(int).to_numpy()[:, None]
    return SimilarStretches(kind, value, z, begun, indicator)


class Peers(NamedTuple):
    """Series to compare with, by name, and the publisher of each as its group."""

    series: dict[str, Series]
    groups: dict[str, str]


def find_peers(
    unit: str,
    bounds: Bounds,
    values: FloatArray,
    collection: pd.DataFrame,
    *,
    at: float,
    over: int = 5,
    start: float | None = None,
) -> Peers:
    """Find the series of the collection that a recipe of peers measures an indicator against.

    Taken are the last `over` years of every series that stood near the indicator's value when they began. They are
    moved in time so that they end at `at`; those of a count or rate, whose units differ, are scaled to begin at the
    indicator's value, so that a change of them reads in its unit.

    Parameters
    ----------
    unit, bounds, values, collection, start
        As of `find_similar`.
    at : float
        Where the scenario starts, in decimal years.
    over : int
        Length in years.
    """
    compared = _compare(unit, bounds, values, start)
    if compared is None:
        return Peers({}, {})
    kind, value = compared
    table, y, z, indicator = lay_out(kind, collection)
    last = np.isfinite(z).sum(axis=1) - 1
    row = np.flatnonzero(last >= over)
    first = last[row] - over
    scaled = kind != "percent"
    usable = (y[row, first] > 0) | (not scaled)
    near = choose_near(z[row, first][:, None], usable[:, None], indicator[row], kind, value)
    row = row[:0] if near is None else row[near[:, 0]]
    times = at - over + np.arange(over + 1.0)
    series = {}
    for name, place_ in zip(table["unique_id"].iloc[row], row, strict=True):
        cut = y[place_, last[place_] - over : last[place_] + 1]
        series[name] = Series(times, cut * (value / cut[0]) if scaled else cut)
    return Peers(series, dict(zip(series, table["source"].iloc[row], strict=True)))


def _compare(unit: str, bounds: Bounds, values: FloatArray, start: float | None) -> tuple[str, float] | None:
    """Tell which kind of series an indicator may be compared with, and at which value; None with nothing."""
    kind = kind_of(unit, bounds, values) if values.size else None
    if kind is None:
        return None
    value = float(values[-1] if start is None else start)
    return (kind, value) if 0 <= value <= (KINDS[kind] or np.inf) else None
