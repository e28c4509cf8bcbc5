"""Limits of process charts: how far a process varies by itself, from its own values.

The XmR chart is that of NHS England's *Making Data Count* (as in the MIT-licensed packages NHSRplotthedots and
nhspy-plotthedots). The formulas of the other charts are in Montgomery, *Introduction to Statistical Quality Control*,
and in the documentation of qicharts2; those of P' and U' are Laney's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from forecast.errors import DataError, nearest

FloatArray = npt.NDArray[np.float64]

#: Mean moving range of two values, in standard deviations (d2 of Montgomery).
D2 = 1.128
#: From the mean moving range to the process limits, 3 / d2 as Making Data Count rounds it.
TO_LIMITS = 2.66
#: From the mean moving range to the upper limit of moving ranges (D4 of Montgomery).
TO_RANGE_LIMIT = 3.267
#: Where the near limits stand between the centre and the process limits: 2 sigma of 3.
NEAR = 2 / 3


@dataclass(frozen=True)
class Band:
    """Centre and limits of an XmR chart, the same for all values of a group, in their unit.

    Attributes
    ----------
    centre : float
        Mean.
    lower, upper : float
        Process limits, at 3 sigma.
    near_lower, near_upper : float
        Near limits, at 2 sigma.
    """

    centre: float
    lower: float
    near_lower: float
    near_upper: float
    upper: float


@dataclass(frozen=True)
class Limits:
    """What a chart draws, each an array `(points,)`, in the unit of the values times the multiplier.

    Attributes
    ----------
    values : array
        Values as plotted, such as proportions; moving ranges have one fewer than there are points.
    centre : array
        Centre line.
    lower, upper : array
        Process limits, at 3 sigma ("99 %").
    near_lower, near_upper : array
        Near limits, at 2 sigma ("95 %").
    """

    values: FloatArray
    centre: FloatArray
    lower: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    upper: FloatArray


_LINES = ("values", "centre", "lower", "near_lower", "near_upper", "upper")


# XmR


def measure_band(values: Sequence[float], *, screen: bool = True, fix_after: int | None = None) -> Band:
    """Measure the band of an XmR chart: mean ± 2.66 times the mean moving range.

    Parameters
    ----------
    values : sequence of float
        One group, in the order of time.
    screen : bool
        Whether moving ranges of 3.267 times their mean or more are left out, once (the R package does so by default,
        the Excel tool does not).
    fix_after : int, optional
        Only so many first values count.

    Raises
    ------
    DataError
        With fewer than two values, or where one is not a finite number.
    """
    _check_finite("value", values)
    fixed = values[:fix_after]
    _check_two(len(fixed))
    centre, spread = _mean(fixed), _mean_range(fixed, screen)
    far, near = TO_LIMITS * spread, NEAR * TO_LIMITS * spread
    return Band(centre, centre - far, centre - near, centre + near, centre + far)


def draw_xmr(
    values: Sequence[float], *, screen: bool = True, fix_after: int | None = None, rebase_after: Sequence[int] = ()
) -> Limits:
    """Draw an XmR chart; `rebase_after` counts the points after which limits start anew, the rest as `measure_band`."""
    y = np.asarray(values, dtype=float)
    pieces = []
    for group in _groups(y.size, rebase_after):
        band = measure_band(y[group].tolist(), screen=screen, fix_after=fix_after)
        lines = [np.full_like(y[group], getattr(band, line)) for line in _LINES[1:]]
        pieces.append(Limits(y[group], *lines))
    return _join(pieces, 1.0)


def _mean(values: Sequence[float]) -> float:
    """Mean, counted from the first value so that a constant series has exactly its value."""
    first = values[0]
    return first + math.fsum([value - first for value in values]) / len(values)


def _mean_range(values: Sequence[float], screen: bool) -> float:
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    spread = math.fsum(ranges) / len(ranges)
    if not screen or spread == 0:
        return spread
    kept = [size for size in ranges if size < TO_RANGE_LIMIT * spread]
    return math.fsum(kept) / len(kept)


# The other charts, each for one group: y counted or measured, n the sizes of the samples, s their standard deviations


def draw_chart(
    chart: str,
    numerators: Sequence[float],
    denominators: Sequence[float] | None = None,
    *,
    sds: Sequence[float] | None = None,
    multiplier: float = 1.0,
    rebase_after: Sequence[int] = (),
) -> Limits:
    """Draw a chart of one of the types `CHARTS`.

    Parameters
    ----------
    chart : str
        `i` (values), `mr` (their moving ranges), `p` (proportions), `pprime`, `u` (rates), `uprime`, `c` (counts),
        `s` (standard deviations), `xbar` (means of samples).
    numerators : sequence of float
        Counts, values, standard deviations (`s`) or means (`xbar`).
    denominators : sequence of float, optional
        Size of each sample; without it `i` and `mr` take the numerators as they are.
    sds : sequence of float, optional
        Standard deviation inside each sample, for `xbar`.
    multiplier : float
        Of everything drawn: 100 for percentages.
    rebase_after : sequence of int
        Numbers of points after which the limits start anew.

    Raises
    ------
    DataError
        Where the chart is unknown, an input is absent or of another length, or a number is impossible.
    """
    if chart not in CHARTS:
        raise DataError(f"no process chart is called '{chart}'{nearest(chart, CHARTS)}")
    _check_inputs(chart, numerators, denominators, sds)
    y = np.asarray(numerators, dtype=float)
    n = np.ones_like(y) if denominators is None else np.asarray(denominators, dtype=float)
    s = y if sds is None else np.asarray(sds, dtype=float)
    pieces = [CHARTS[chart](y[group], n[group], s[group]) for group in _groups(y.size, rebase_after)]
    return _join(pieces, multiplier)


def _individuals(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    """Values, or ratios with their own mean: sigma = mean moving range / 1.128, nothing screened."""
    _check_two(y.size)
    ratio = y / n
    return _around(ratio, ratio.mean(), np.abs(np.diff(ratio)).mean() / D2)


def _moving_ranges(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    """Moving ranges: upper limit 3.267 times their mean, the near one two thirds of it, lower ones 0."""
    _check_two(y.size)
    ranges = np.abs(np.diff(y / n))
    lines = (ranges.mean() * factor for factor in (1, 0, 0, NEAR * TO_RANGE_LIMIT, TO_RANGE_LIMIT))
    return Limits(ranges, *(np.full_like(ranges, line) for line in lines))


def _proportions(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    """Proportions: binomial sigma = sqrt(p (1 - p) / n), p over all samples; limits stay in 0 to 1."""
    p = y.sum() / n.sum()
    return _around(y / n, p, np.sqrt(p * (1 - p) / n), 0, 1)


def _proportions_prime(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    p = y.sum() / n.sum()
    return _around(y / n, p, _widen(np.sqrt(p * (1 - p) / n), y / n - p), 0, 1)


def _rates(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    """Rates: Poisson sigma = sqrt(u / n), u over all samples; limits are not negative."""
    u = y.sum() / n.sum()
    return _around(y / n, u, np.sqrt(u / n), 0)


def _rates_prime(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    u = y.sum() / n.sum()
    return _around(y / n, u, _widen(np.sqrt(u / n), y / n - u), 0)


def _counts(y: FloatArray, _: FloatArray, __: FloatArray) -> Limits:
    """Counts of equal samples: Poisson sigma = sqrt(mean); limits are not negative."""
    return _around(y, y.mean(), np.sqrt(y.mean()), 0)


def _deviations(y: FloatArray, n: FloatArray, _: FloatArray) -> Limits:
    """Standard deviations: sigma = s sqrt(1 - c4²) / c4, s pooled; limits are not negative."""
    pooled, c4 = _pool(y, n), _c4(n)
    return _around(y, pooled, pooled * np.sqrt(1 - c4**2) / c4, 0)


def _means(y: FloatArray, n: FloatArray, s: FloatArray) -> Limits:
    """Means of samples around their weighted mean: sigma = s / (c4 sqrt n), s pooled."""
    return _around(y, y @ n / n.sum(), _pool(s, n) / (_c4(n) * np.sqrt(n)))


#: Charts by the name of their type.
CHARTS: dict[str, Callable[[FloatArray, FloatArray, FloatArray], Limits]] = {
    "i": _individuals,
    "mr": _moving_ranges,
    "p": _proportions,
    "pprime": _proportions_prime,
    "u": _rates,
    "uprime": _rates_prime,
    "c": _counts,
    "s": _deviations,
    "xbar": _means,
}


def _widen(sigma: FloatArray, away: FloatArray) -> FloatArray:
    """Widen sigma by how much more the samples differ than chance (Laney): mean |difference of z| / 1.128."""
    _check_two(sigma.size)
    if not sigma.any():  # nothing ever counted, or everything: there is no z
        return sigma
    return np.asarray(sigma * np.abs(np.diff(away / sigma)).mean() / D2)


def _pool(s: FloatArray, n: FloatArray) -> float:
    """Pool standard deviations: sqrt(sum (n - 1) s² / sum (n - 1))."""
    return math.sqrt(((n - 1) * s**2).sum() / (n - 1).sum())


def _c4(n: FloatArray) -> FloatArray:
    """Expected standard deviation of n normal values, in sigmas: sqrt(2 / (n - 1)) G(n / 2) / G((n - 1) / 2)."""
    gammas = [math.exp(math.lgamma(size / 2) - math.lgamma((size - 1) / 2)) for size in n.tolist()]
    return np.asarray(np.sqrt(2 / (n - 1)) * gammas)


def _around(
    values: FloatArray, centre: float, sigma: FloatArray | float, floor: float = -math.inf, ceiling: float = math.inf
) -> Limits:
    lines = (np.clip(centre + k * sigma, floor, ceiling) for k in (0, -3, -2, 2, 3))
    return Limits(values, *(np.broadcast_to(line, values.shape) for line in lines))


# Groups and inputs


def _groups(points: int, rebase_after: Sequence[int]) -> Iterator[slice]:
    """Cut the points where the limits start anew."""
    if points == 0:
        raise DataError("a process chart needs values; none is given")
    cuts = sorted({cut for cut in rebase_after if 0 < cut < points})
    for start, stop in pairwise([0, *cuts, points]):
        yield slice(start, stop)


def _join(pieces: Sequence[Limits], multiplier: float) -> Limits:
    return Limits(*(np.concatenate([getattr(piece, line) for piece in pieces]) * multiplier for line in _LINES))


def _check_inputs(chart: str, y: Sequence[float], n: Sequence[float] | None, s: Sequence[float] | None) -> None:
    if n is None and chart not in ("i", "mr", "c"):
        raise DataError(f"a chart of type {chart} needs denominators")
    if s is None and chart == "xbar":
        raise DataError("a chart of type xbar needs the standard deviation of each sample")
    for name, column in (("numerator", y), ("denominator", n), ("standard deviation", s)):
        if column is not None:
            _check_finite(name, column)
            _check_length(name, len(column), len(y))
    _check_sizes(chart, y, n)


def _check_length(name: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise DataError(f"a {name} is needed for each numerator: {found} for {wanted}")


def _check_sizes(chart: str, y: Sequence[float], n: Sequence[float] | None) -> None:
    least = 2 if chart in ("s", "xbar") else 0
    for position, size in enumerate(n or (), 1):
        if size < least or size == 0:
            raise DataError(f"denominator {position} is {size:g}; it must be {'2 or more' if least else 'positive'}")
    if chart in ("i", "mr", "xbar"):
        return
    most = n if n is not None and chart in ("p", "pprime") else [math.inf] * len(y)
    for position, (count, size) in enumerate(zip(y, most, strict=True), 1):
        if not 0 <= count <= size:
            wanted = f"from 0 to its denominator, {size:g}" if size < math.inf else "0 or more"
            raise DataError(f"numerator {position} is {count:g}; on a chart of type {chart} it is {wanted}")


def _check_finite(name: str, values: Sequence[float]) -> None:
    for position, value in enumerate(values, 1):
        if not math.isfinite(value):
            raise DataError(f"{name} {position} of {len(values)} is {value:g}; leave out points without a number")


def _check_two(count: int) -> None:
    if count < 2:
        raise DataError(f"moving ranges need at least two values in a group; {count} given")
