"""What the data's own doubt does: possible true histories of a series, each forecast, their draws pooled."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from forecast.models.panel import BoolArray, Break, Forecaster, Prediction, Series
from forecast.models.spread import measure_prior
from forecast.plans.series import Link
from forecast.schema.draws import FloatArray
from forecast.schema.exactness import TAIL
from forecast.schema.scales import Scale
from forecast.schema.streams import Streams

#: Years without change that count beside the changes seen when a usual change is computed: as in the drift model.
STILL = 1.0


def predict(forecaster: Forecaster, panel: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
    """Forecast a panel, the doubt of its observations included.

    A series of which nothing is doubtful goes straight to the model, and so does one whose doubt has only one
    outcome: links of exactly known size are applied, exceptional values before the last are left out. Of any other,
    the model forecasts several possible true histories, and their draws are pooled in equal shares.

    Parameters
    ----------
    draws : int
        Number of possible futures of each series.
    """
    sure = [settle(series) for series in panel if is_settled(series)]
    found = forecaster.predict(sure, draws, rng) if sure else {}
    count = forecaster.copies
    made = {one.id: copies(one, count, rng.stream("doubt", one.id)) for one in panel if not is_settled(one)}
    every = [copy for histories in made.values() for copy in histories]
    parts = forecaster.predict(every, -(-draws // count), rng) if every else {}
    for id, histories in made.items():
        found[id] = pool([parts[copy.id] for copy in histories], draws, rng.stream("doubt order", id))
    return {series.id: add_notes(found[series.id], series) for series in panel}


def is_settled(series: Series) -> bool:
    """Whether only one history is possible."""
    open_end = series.exceptional[-1] and not series.exceptional.all()
    return not (series.errors.any() or open_end) and all(is_exact(item.link) for item in series.breaks)


def is_exact(link: Link) -> bool:
    """Whether the size of a link is known exactly."""
    return link.kind != "unknown" and link.low == link.high


def settle(series: Series) -> Series:
    """Give the one history that is possible; the series itself where nothing is said against it."""
    if not series.breaks and not series.exceptional.any():
        return series
    only = copies(series, 1, np.random.default_rng(0))[0]  # nothing is left to chance
    return replace(only, id=series.id)


def copies(series: Series, count: int, generator: np.random.Generator) -> list[Series]:
    """Draw possible true histories of a series.

    Every value is moved by its error; values before a break are brought to what is measured today; exceptional
    values are left out. When the last value is exceptional, nobody knows whether its level stays: every second
    history ends with it, the older values moved along so that the jump is no trend; the others do without.

    Parameters
    ----------
    count : int
        Number of histories; together they spread each error evenly, so that few are enough.

    Returns
    -------
    list of Series
        With ids `<id>#copy0` …, the same dates to forecast, and nothing doubtful left.
    """
    scale = Scale.of(series.values, series.lower, series.upper)
    ordinary = np.ones_like(series.exceptional) if series.exceptional.all() else ~series.exceptional
    values = move_by_errors(series, scale, count, generator)
    for item in series.breaks:
        values = bring_over(values, item, series, scale, spread_evenly(count, generator))
    kept = [ordinary] * count
    if not ordinary[-1]:
        jump = Break(series.values.size - 1)
        staying = bring_over(values, jump, series, scale, spread_evenly(count, generator))
        values[1::2] = staying[1::2]
        kept[1::2] = [ordinary | (np.arange(ordinary.size) == jump.at)] * (count // 2)
    return [make_copy(series, i, values[i], kept[i]) for i in range(count)]


def make_copy(series: Series, number: int, values: FloatArray, kept: BoolArray) -> Series:
    """Make one possible history of some of the observations, with nothing doubtful left."""
    return Series(
        id=f"{series.id}#copy{number}",
        times=series.times[kept],
        values=values[kept],
        step=series.step,
        season=series.season,
        lower=series.lower,
        upper=series.upper,
        ahead=series.ahead,
    )


def move_by_errors(series: Series, scale: Scale, count: int, generator: np.random.Generator) -> FloatArray:
    """Move each value by its error, uniform for rounded ones and else normal; shape ``(count, values)``.

    The move is made on the model scale, the error brought there by the slope of the scale, so that bounds hold. A
    value on a bound stays there.
    """
    values = np.tile(series.values, (count, 1))
    slope = measure_slope(series)
    moved = (series.errors > 0) & np.isfinite(slope)
    if not moved.any():
        return values
    flat = spread_evenly(count, generator, series.values.size, uniform=True)
    shocks = np.where(series.rounded, flat, spread_evenly(count, generator, series.values.size))
    shifts = (shocks * series.errors * np.where(moved, slope, 0.0))[:, moved]
    values[:, moved] = scale.back(scale.forward(series.values[moved]) + shifts)
    return values


def measure_slope(series: Series) -> FloatArray:
    """Slope of the model scale at each value, per unit of the source; infinite on a bound."""
    near = [np.abs(series.values - bound) for bound in (series.lower, series.upper) if bound is not None]
    if not near:
        return np.ones_like(series.values)
    with np.errstate(divide="ignore"):
        slope: FloatArray = np.sum([1 / distance for distance in near], axis=0)
    return slope


def spread_evenly(
    count: int, generator: np.random.Generator, width: int | None = None, *, uniform: bool = False
) -> FloatArray:
    """Spread standardised errors evenly over the copies, in an order of their own for each of `width` values.

    Returns
    -------
    FloatArray
        Shape ``(count,)``, or ``(count, width)``; mean 0 and standard deviation 1 over the copies.
    """
    places = np.tile(even_levels(count, uniform), (width or 1, 1))
    shuffled = generator.permuted(places, axis=1).T
    return shuffled[:, 0] if width is None else shuffled


@lru_cache(maxsize=16)
def even_levels(count: int, uniform: bool) -> tuple[float, ...]:
    """Middles of equally likely parts of a distribution with mean 0 and standard deviation 1; 0 for a single one."""
    shares = (np.arange(count) + 0.5) / count
    levels = shares - 0.5 if uniform else np.array([NormalDist().inv_cdf(share) for share in shares])
    return tuple(levels / levels.std() if count > 1 else [0.0])


def bring_over(values: FloatArray, item: Break, series: Series, scale: Scale, shocks: FloatArray) -> FloatArray:
    """Bring the values before a break to what is measured after it, in each copy; shape ``(count, values)``."""
    older = values[:, : item.at]
    if item.link.kind == "unknown":
        moved = scale.back(scale.forward(older) + draw_jumps(values, item.at, series, scale, shocks)[:, None])
    else:
        size = draw_sizes(item.link, shocks)[:, None]
        moved = older * size if item.link.kind == "multiply" else older + size
        low = -np.inf if series.lower is None else series.lower
        moved = np.clip(moved, low, np.inf if series.upper is None else series.upper)
    return np.concatenate([moved, values[:, item.at :]], axis=1)


def draw_sizes(link: Link, shocks: FloatArray) -> FloatArray:
    """Draw the size of a link, shape of `shocks`: `likely` at 0, `low` and `high` at the ends of the central 80 %."""
    low, likely, high = np.log(link.numbers) if link.kind == "multiply" else link.numbers
    sizes = likely + shocks / TAIL * np.where(shocks > 0, high - likely, likely - low)
    drawn: FloatArray = np.exp(sizes) if link.kind == "multiply" else sizes
    return drawn


def draw_jumps(values: FloatArray, at: int, series: Series, scale: Scale, shocks: FloatArray) -> FloatArray:
    """Draw the jump over a break of unknown size, on the model scale; shape ``(count,)``.

    What was seen to change over the break, less the usual change of that time, give or take what a year usually
    brings to public indicators: the prior yearly spread, by the root of the years between the two values.
    """
    z = scale.forward(values)
    ordinary = np.flatnonzero(~series.exceptional)
    before = max(ordinary[ordinary < at], default=at - 1)
    after = min(ordinary[ordinary >= at], default=at)
    years = series.times[after] - series.times[before]
    usual = measure_usual_change(z, series) * years
    spread = measure_prior(scale.kind, series.values, 1.0) * np.sqrt(years)
    jumps: FloatArray = z[:, after] - z[:, before] - usual + spread * shocks
    return jumps


def measure_usual_change(z: FloatArray, series: Series) -> FloatArray:
    """Measure a usual year's change on the model scale, from ordinary values with no break between; ``(count,)``."""
    ordinary = np.flatnonzero(~series.exceptional)
    pairs = [(a, b) for a, b in pairwise(ordinary) if not any(a < item.at <= b for item in series.breaks)]
    years = STILL + sum(float(series.times[b] - series.times[a]) for a, b in pairs)
    change: FloatArray = sum((z[:, b] - z[:, a] for a, b in pairs), start=np.zeros(z.shape[0])) / years
    return change


def pool(parts: Sequence[Prediction], draws: int, generator: np.random.Generator) -> Prediction:
    """Pool the draws of several histories in equal shares, shuffled."""
    count = len(parts)
    shares = [part.draws[: draws // count + (i < draws % count)] for i, part in enumerate(parts)]
    used = dict.fromkeys(name for part in parts for name in part.used)
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    return Prediction(np.concatenate(shares)[generator.permutation(draws)], tuple(used), tuple(notes))


def add_notes(prediction: Prediction, series: Series) -> Prediction:
    """Say what was doubtful in the observations."""
    doubts = {
        "doubt:errors": series.errors.any(),
        "doubt:break": series.breaks,
        "doubt:exceptional": series.exceptional.any() and not series.exceptional.all(),
    }
    notes = tuple(note for note, found in doubts.items() if found)
    return replace(prediction, notes=(*prediction.notes, *notes)) if notes else prediction
