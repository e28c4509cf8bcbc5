"""How many similar public indicators ever achieved a change over so many years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.plans.model import Series
from forecast.reference.collection import FOLDER, KINDS, Array, load
from forecast.reference.lookup import BANDS, ENOUGH, band_edges, check_value, kind_of, lay_out, place, weigh
from forecast.schema.draws import FloatArray

if TYPE_CHECKING:
    import pandas as pd

#: Lengths of the stretches that are looked at, in years; as many as the default model looks ahead.
YEARS = range(1, 9)
ROUNDING = 1e-9  # on the model scale: so much less still counts as the same change


@dataclass(frozen=True)
class Share:
    """How often similar indicators changed by as much as is asked for.

    Attributes
    ----------
    share : float
        Weighted share of the stretches, 0 to 1, in which each indicator counts 1.
    years : int
        Length of the stretches.
    stretches, series, indicators : int
        How many it rests on.
    band : tuple of float or None
        Values, in percent, at which the stretches began; None for the other kinds.
    """

    share: float
    years: int
    stretches: int
    series: int
    indicators: int
    band: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Stretches:
    """Every stretch of one length of the series of one kind, in the order of the values at which they began.

    Attributes
    ----------
    start, change : array (stretches,)
        First value and change, on the model scale.
    row : array (stretches,)
        Number of the series.
    indicator : array (series,)
        Number of the indicator of each series.
    """

    start: FloatArray
    change: FloatArray
    row: Array
    indicator: Array

    @classmethod
    def of(cls, z: FloatArray, indicator: Array, years: int) -> Stretches:
        """Cut series on the model scale, one per row, into all their stretches of a length."""
        row, step = np.nonzero(np.isfinite(z[:, years:]))
        order = np.argsort(z[row, step], kind="stable")
        row, step = row[order], step[order]
        return cls(z[row, step], z[row, step + years] - z[row, step], row, indicator)

    def count_indicators(self, part: slice) -> int:
        """Count the indicators in a part of the stretches."""
        return int(np.count_nonzero(np.bincount(self.indicator[self.row[part]])))

    @cached_property
    def weights(self) -> tuple[FloatArray, FloatArray]:
        """All changes in ascending order, and the weight of those before each: (stretches,), (stretches + 1,)."""
        order = np.argsort(self.change, kind="stable")
        return self.change[order], np.append(0.0, np.cumsum(weigh(self.row, self.indicator)[order]))

    def share(self, part: slice, change: float) -> float:
        """Weigh the stretches of a part that changed at least as much in the same direction: their share of it."""
        if part == slice(0, self.row.size):  # a whole kind is asked for again and again
            changes, before = self.weights
            if change > 0:
                return float(1 - before[np.searchsorted(changes, change - ROUNDING, "left")] / before[-1])
            return float(before[np.searchsorted(changes, change + ROUNDING, "right")] / before[-1])
        weight = weigh(self.row[part], self.indicator)
        done = self.change[part] * np.sign(change) >= abs(change) - ROUNDING
        return float(weight[done].sum() / weight.sum())

    def inside(self, low: float, high: float) -> slice:
        """Find the stretches that began between two values, on the model scale, both included."""
        return slice(int(np.searchsorted(self.start, low, "left")), int(np.searchsorted(self.start, high, "right")))


@dataclass(frozen=True, eq=False)
class Achieved:
    """What the series of the collection ever achieved, laid out so that a question takes less than a millisecond.

    Attributes
    ----------
    stretches : mapping
        By kind of indicator and length in years; only those with enough indicators.
    """

    stretches: Mapping[tuple[str, int], Stretches]

    @classmethod
    def of(cls, collection: pd.DataFrame) -> Achieved:
        """Lay out a collection as `forecast.reference.load` returns it."""
        return cls(dict(_cut(collection)))

    def share_of(
        self, item: Series, values: Sequence[float], change: float, years: float, start: float | None = None
    ) -> Share | None:
        """Tell the same of an indicator, as `share` does; None where the collection holds nothing like it.

        Parameters
        ----------
        item : Series
            The indicator: its unit and bounds.
        values : sequence of float
            What is known of it, ascending in time, in the unit of the source.
        change, years : float
            As of `share`.
        start : float or None
            Value at which the change starts; None takes the last one.
        """
        value = values[-1] if start is None else start
        kind = kind_of(item.unit or "", item.bounds, np.asarray(values, dtype=float))
        if kind is None or not 0 <= value <= (KINDS[kind] or np.finfo(float).max):
            return None
        return self.share(kind, value, change, years)

    def share(self, kind: str, value: float, change: float, years: float) -> Share | None:
        """Tell how often similar indicators changed at least as much in the same direction.

        Those are compared that `similar` compares: all of the kind; of percentages those that began near the value, in
        the narrowest of its bands that holds stretches of that length of 30 indicators.

        Parameters
        ----------
        kind : str
            ``percent``, ``count`` or ``rate``, as `kind_of` tells.
        value : float
            Where the change starts, in the unit of its source.
        change : float
            What is required, on the model scale: of a percentage its logit, else its natural logarithm. Its sign is
            the direction.
        years : float
            Time for it; rounded to whole years, 1 to 8.

        Returns
        -------
        Share or None
            None where nothing has to change, for other lengths, and with fewer than 30 indicators watched so long.

        Raises
        ------
        DataError
            If the kind is unknown or the value outside its bounds.
        """
        check_value(kind, value)
        found = self.stretches.get((kind, int(np.floor(years + 0.5))))
        if found is None or not change:
            return None
        here = place(value, kind)
        low, high = _choose_band(found, kind, value, here)
        part = found.inside(low, high)
        row = found.row[part]
        return Share(
            share=found.share(part, change),
            years=int(np.floor(years + 0.5)),
            stretches=row.size,
            series=int(np.count_nonzero(np.bincount(row))),
            indicators=found.count_indicators(part),
            band=None if KINDS[kind] is None else (_percent(low), _percent(high)),
        )


def _cut(collection: pd.DataFrame) -> Iterator[tuple[tuple[str, int], Stretches]]:
    for kind in KINDS:
        _, _, z, indicator = lay_out(kind, collection)
        for years in YEARS:
            found = Stretches.of(z, indicator, years)
            if found.count_indicators(slice(None)) >= ENOUGH:
                yield (kind, years), found


def _choose_band(found: Stretches, kind: str, value: float, here: float) -> tuple[float, float]:
    """Choose the edges, on the model scale, of the narrowest band around a value that holds enough indicators."""
    for width in BANDS if KINDS[kind] is not None else ():
        below, above = band_edges(value, kind, width)
        if found.count_indicators(found.inside(here + below, here + above)) >= ENOUGH:
            return here + below, here + above
    return -np.inf, np.inf


def _percent(logit: float) -> float:
    return float(100 / (1 + np.exp(-logit)))


@lru_cache(maxsize=4)
def collection_in(root: Path) -> pd.DataFrame | None:
    """Load the collection in the folder that holds `data/`, once; None where there is none. Not to be changed."""
    return load(root) if (root / FOLDER).is_dir() else None


@lru_cache(maxsize=4)
def achieved_in(root: Path) -> Achieved | None:
    """Load the collection in the folder that holds `data/` and lay it out, once; None where there is none."""
    collection = collection_in(root)
    return None if collection is None else Achieved.of(collection)
