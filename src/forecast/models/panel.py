"""The contract of every model: series in, predictive draws out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.errors import DataError
from forecast.plans.series import UNKNOWN, Link
from forecast.schema.draws import FloatArray
from forecast.schema.streams import Streams

BoolArray = NDArray[np.bool_]
#: Possible true histories of a doubtful series: all at once, or each with a fit of its own.
COPIES, FEW_COPIES = 16, 4


@dataclass(frozen=True)
class Break:
    """A change of definition or of level between two observations.

    Parameters
    ----------
    at : int
        Position of the first observation after it, 1 or more.
    link : Link
        What brings earlier observations to what is measured today; of unknown size, it is drawn.
    """

    at: int
    link: Link = UNKNOWN


@dataclass(frozen=True, eq=False)
class Series:
    """One series to forecast: its history, its grid, its bounds and the dates asked for.

    Parameters
    ----------
    id : str
        Names the series; also keys its random stream.
    times : FloatArray
        Dates of the observations, decimal years, ascending and unique.
    values : FloatArray
        Observations, in the unit of the source.
    step : float
        Years between two steps of the grid: 1, 1/4, 1/12 or 1/13.
    season : int
        Steps a year when the data are sub-yearly (4, 12, 13), else 1.
    lower, upper : float or None
        Bounds, in the unit of the source.
    ahead : FloatArray
        Dates to forecast, decimal years, ascending, after the last observation.
    errors : FloatArray
        Standard deviation of each observation's own error, in the unit of the source; none without.
    rounded : BoolArray
        Which of these errors come from rounding, so that they are uniform instead of normal; none without.
    exceptional : BoolArray
        Which observations say nothing of the trend; none without.
    breaks : tuple of Break
        In the order of their positions.

    Raises
    ------
    DataError
        If any of this does not hold; all faults at once.
    """

    id: str
    times: FloatArray
    values: FloatArray
    step: float
    season: int
    lower: float | None
    upper: float | None
    ahead: FloatArray
    errors: FloatArray = field(default_factory=lambda: np.empty(0))
    rounded: BoolArray = field(default_factory=lambda: np.empty(0, dtype=bool))
    exceptional: BoolArray = field(default_factory=lambda: np.empty(0, dtype=bool))
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        """Keep read-only copies and check them."""
        for name in ("times", "values", "ahead"):
            self._keep(name, np.array(getattr(self, name), dtype=float))
        for name, kind in (("errors", float), ("rounded", bool), ("exceptional", bool)):
            given = np.array(getattr(self, name), dtype=kind)
            self._keep(name, given if given.size else np.zeros(self.values.shape, dtype=kind))
        faults = find_faults(self)
        if faults:
            raise DataError("\n".join(f"series '{self.id}': {fault}" for fault in faults))

    def _keep(self, name: str, array: FloatArray | BoolArray) -> None:
        array.flags.writeable = False
        object.__setattr__(self, name, array)


def find_faults(series: Series) -> list[str]:
    """Say everything that is wrong with a series, and what would be right."""
    if any(array.ndim != 1 for array in (series.times, series.values, series.ahead)):
        return ["times, values and dates to forecast must each be one-dimensional"]
    if series.times.size != series.values.size:
        return [f"{series.times.size} dates for {series.values.size} values; give one date per value"]
    if not series.times.size:
        return ["no observation; a forecast needs at least one, or a scenario that assumes a starting value"]
    faults = find_grid_faults(series) + find_date_faults(series) + find_value_faults(series)
    faults += find_doubt_faults(series)
    return faults or find_horizon_faults(series)


def find_grid_faults(series: Series) -> list[str]:
    """Check the step, the season and the order of the bounds."""
    faults = []
    if not (np.isfinite(series.step) and series.step > 0):
        faults.append(f"step is {series.step:g} years; it must be positive, e.g. 1 or 0.25")
    if series.season < 1:
        faults.append(f"season is {series.season} steps a year; it must be 1 or more")
    if series.lower is not None and series.upper is not None and not series.lower < series.upper:
        faults.append(f"bounds [{series.lower:g}, {series.upper:g}] are out of order; the lower one comes first")
    return faults


def find_date_faults(series: Series) -> list[str]:
    """Check that the dates of the observations are finite, ascending and unique."""
    if not np.isfinite(series.times).all():
        return [f"date number {first(~np.isfinite(series.times)) + 1} is not finite; give decimal years, e.g. 2024.5"]
    gaps = np.diff(series.times)
    faults = []
    if (gaps < 0).any():
        late, early = series.times[first(gaps < 0) : first(gaps < 0) + 2]
        faults.append(f"dates out of order: {late:.6g} comes before {early:.6g}; sort observations by date")
    if (gaps == 0).any():
        faults.append(f"two values for {series.times[first(gaps == 0)]:.6g}; keep one per date")
    return faults


def find_value_faults(series: Series) -> list[str]:
    """Check that values are finite and inside the bounds."""
    wrong = ~np.isfinite(series.values)
    if wrong.any():
        where = first(wrong)
        return [f"value {series.values[where]} at {series.times[where]:.6g}; leave out what was not observed"]
    low = -np.inf if series.lower is None else series.lower
    high = np.inf if series.upper is None else series.upper
    outside = (series.values < low) | (series.values > high)
    if not outside.any():
        return []
    where = first(outside)
    return [
        f"value {series.values[where]:.12g} at {series.times[where]:.6g} is outside its bounds "
        f"[{low:g}, {high:g}]; correct the value or the bounds"
    ]


def find_doubt_faults(series: Series) -> list[str]:
    """Check that what is doubtful of the observations fits them."""
    count = series.values.size
    faults = [
        f"{getattr(series, name).size} {words} for {count} values; give one per value, or none"
        for name, words in (
            ("errors", "errors"),
            ("rounded", "flags of rounding"),
            ("exceptional", "exceptional flags"),
        )
        if getattr(series, name).shape != series.values.shape
    ]
    wrong = ~(np.isfinite(series.errors) & (series.errors >= 0))
    if wrong.any():
        where = first(wrong)
        faults.append(f"error number {where + 1} is {series.errors[where]:g}; a standard deviation is 0 or more")
    outside = [item.at for item in series.breaks if not 1 <= item.at < count]
    if outside:
        faults.append(f"a break before value number {outside[0] + 1} of {count}; it lies between two of them")
    if any(later.at <= earlier.at for earlier, later in pairwise(series.breaks)):
        faults.append("breaks are out of order or repeated; sort them by position and keep one of each")
    return faults + [fault for item in series.breaks for fault in find_link_faults(item.link)]


def find_link_faults(link: Link) -> list[str]:
    """Check that a link holds the numbers that its kind asks for, in order."""
    if link.kind == "unknown":
        return []
    numbers = link.numbers
    if len(numbers) < 3 or not np.isfinite(numbers).all() or list(numbers) != sorted(numbers):
        return [f"a link of kind {link.kind} needs low, likely and high, in this order; leave it out when unknown"]
    if link.kind == "multiply" and numbers[0] <= 0:
        return [f"a value is multiplied by more than 0, not by {numbers[0]:g}; 1 leaves it as it is"]
    return []


def find_horizon_faults(series: Series) -> list[str]:
    """Check that the dates to forecast exist, ascend and come after the last observation."""
    if not series.ahead.size:
        return ["no date to forecast; give at least one after the last observation"]
    if not np.isfinite(series.ahead).all():
        return ["a date to forecast is not finite; give decimal years, e.g. 2027.25"]
    if (np.diff(series.ahead) <= 0).any():
        return ["dates to forecast are out of order or repeated; sort them and keep one of each"]
    if series.ahead[0] <= series.times[-1]:
        last = series.times[-1]
        return [
            f"date to forecast {series.ahead[0]:.6g} is not after the last observation, {last:.6g}; ask for later dates"
        ]
    return []


def first(flags: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """Find the position of the first true flag."""
    return int(np.argmax(flags))


@dataclass(frozen=True, eq=False)
class Prediction:
    """Predictive draws of one series, and how they were made.

    Parameters
    ----------
    draws : FloatArray
        Shape ``(draws, dates)``, in the unit of the source; a row is one possible future.
    used : tuple of str
        Registry names of the models really used.
    notes : tuple of str
        Stable keys that reports translate: ``prior_spread`` (one observation: the spread is the prior's alone),
        ``gaps_filled``, ``fallback:<model used instead>``, ``left_out:<model whose fit failed>`` (mixture),
        ``doubt:errors``, ``doubt:break``, ``doubt:exceptional`` (what was doubtful in its observations).
    """

    draws: FloatArray
    used: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Forecaster(Protocol):
    """What every model offers; `below` names the model that takes over when this one does not apply."""

    @property
    def name(self) -> str:
        """Registry name."""

    @property
    def min_observations(self) -> int:
        """Fewest observations that it accepts."""

    @property
    def below(self) -> str | None:
        """Registry name of the model used instead, None when there is always enough."""

    @property
    def regular(self) -> bool:
        """Whether it needs an almost gap-free regular grid."""

    @property
    def copies(self) -> int:
        """Possible true histories tried for a doubtful series: fewer where each costs a fit."""

    def predict(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
        """Make the predictive draws of each series, with what was used and noted."""

    def draw(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, FloatArray]:
        """Make the predictive draws of each series: shape ``(draws, dates)``, in the unit of the source."""


def predict(name: str, panel: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
    """Forecast a panel with a model of the registry, the doubt of its observations included.

    Parameters
    ----------
    name : str
        Registry name, e.g. ``pooled``.
    panel : sequence of Series
        Series with distinct ids; their order changes nothing.
    draws : int
        Number of possible futures of each series.
    rng : Streams
        Source of chance.

    Raises
    ------
    DataError
        If the name is unknown, an id is repeated or there is no draw to make.
    """
    from forecast.models import doubt, registry  # they import this contract, and the registry every model

    forecaster = registry.get(name)
    repeated = [id for id, times in Counter(series.id for series in panel).items() if times > 1]
    if repeated:
        raise DataError(f"series given more than once: {', '.join(sorted(repeated))}; give each id once")
    if draws < 1:
        raise DataError(f"{draws} draws asked for; ask for at least 1, e.g. 4000")
    return doubt.predict(forecaster, panel, draws, rng)
