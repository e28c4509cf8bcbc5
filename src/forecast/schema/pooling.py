"""Pooling of several forecasts given as quantiles: their mean, their median, or the mixture of their distributions.

The forecasts stand on the first axis, in one unit. The mean and the median pool values at each level and so keep a
forecast's width; the mixture pools probabilities and is wider where forecasts disagree (Lichtendahl, Grushka-Cockayne
and Winkler 2013, doi:10.1287/mnsc.1120.1667). A pooled quantile never leaves the range of those that it pools, so
bounds that each forecast keeps are kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.errors import DataError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Probability within which two count as the same: sums such as 0.1 + 0.2 + 0.3 miss their level by rounding.
SAME_CHANCE = 1e-13
#: Correlation by which logarithms must lie straighter than the values themselves to be preferred.
STRAIGHTER = 1e-9
#: Halvings of the range of the pooled quantiles: beyond the digits of a number.
HALVINGS = 64


def average_quantiles(components: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Average the quantiles of each level: Q(p) = sum of w_m Q_m(p) (Vincent averaging).

    Keeps the shape that the forecasts share: the pool of normal distributions is normal (Vincent 1912; Lichtendahl
    et al. 2013).

    Parameters
    ----------
    components : array (forecasts, ...)
        Quantiles, or any values of the forecasts, in one unit.
    weights : array (forecasts,), optional
        Zero or more, of any sum; equal ones by default.

    Returns
    -------
    array (...)
        In the unit of the components.

    Raises
    ------
    DataError
        If a component is no number, or the weights do not fit.
    """
    values, shares = _prepare(components, weights)
    total = (shares.reshape(-1, *(1,) * (values.ndim - 1)) * values).sum(axis=0)
    return np.asarray(total, dtype=float)


def take_median_quantiles(components: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Take the weighted median of the quantiles of each level; shapes, units and errors as in `average_quantiles`.

    Midway between the smallest value that half of the weight does not exceed and the smallest that less than half
    does, so that equal weights give the ordinary median. One odd forecast moves it little.
    """
    values, shares = _prepare(components, weights)
    lower = _find_step(values, shares, 0.5)
    upper = _find_step(values, shares, 0.5, beyond=True)
    return lower + (upper - lower) / 2


def find_weighted_quantile(values: ArrayLike, level: float, weights: ArrayLike | None = None) -> Floats:
    """Find the smallest value up to which at least `level` of the weight lies (Hyndman and Fan 1996, definition 1).

    Parameters
    ----------
    values : array (values, ...)
        In one unit, in any order.
    level : float
        Above 0 and below 1.
    weights : array (values,), optional
        Zero or more, of any sum; equal ones by default.

    Returns
    -------
    array (...)
        One of the values.

    Raises
    ------
    DataError
        If the level is not between 0 and 1, a value is no number, or the weights do not fit.
    """
    if not 0 < level < 1:
        raise DataError(f"a quantile level lies between 0 and 1, such as 0.9; got {level:g}")
    return _find_step(*_prepare(values, weights), level)


def mix_quantiles(levels: ArrayLike, components: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mix the distributions behind quantiles: Q(p) solves p = sum of w_m F_m(Q) (linear pool: Stone 1961).

    F_m is read from the quantiles of forecast m. Between two of them the normal score of the level is linear in the
    value; beyond the outer ones the outermost segment goes on, which is a normal tail through the last two. Where all
    quantiles of a forecast are positive and their logarithms lie straighter against the normal scores (the
    probability plot correlation of Filliben 1975), it is linear in the logarithm, and the tails are log-normal.
    Equal quantiles are a point mass.

    Parameters
    ----------
    levels : array (Q,)
        Quantile levels of every forecast and of the pool, ascending, above 0 and below 1, at least two.
    components : array (forecasts, ..., Q)
        Quantiles, ascending, in one unit.
    weights : array (forecasts,), optional
        Zero or more, of any sum; equal ones by default.

    Returns
    -------
    array (..., Q)
        Quantiles of the mixture, ascending, in the unit of the components.

    Raises
    ------
    DataError
        If the levels or the quantiles do not ascend, a quantile is no number, or the weights do not fit.
    """
    from scipy.special import ndtri  # a quarter of a second to import, so only when it is used

    values, shares = _prepare(components, weights)
    places = _check_levels(levels, values)
    scores = np.asarray(ndtri(places), dtype=float)
    heights, logs = _straighten(scores, values)
    low, high = values.min(axis=0), values.max(axis=0)
    # halved here rather than by a library's root finder, since this also ends at the jump of a point mass
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        if (middle == low).all():  # nothing lies between any more
            break
        chance = np.tensordot(shares, _read_chances(scores, heights, logs, middle), axes=1)
        enough = chance >= places - SAME_CHANCE
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.maximum.accumulate(high, axis=-1)  # rounding alone could make two that are equal cross


def _prepare(components: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Values with their weights, which then sum to 1; forecasts without weight are left out."""
    values = np.asarray(components, dtype=float)
    if values.ndim == 0 or not values.size:
        raise DataError("there is nothing to pool; give at least one forecast")
    if not np.isfinite(values).all():
        raise DataError("a quantile to pool is no number; leave out its forecast or its level")
    given = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    if given.shape != (len(values),):
        raise DataError(f"weights of shape {given.shape} for {len(values)} forecasts; give one weight each")
    if not np.isfinite(given).all() or given.min() < 0 or not given.any():
        raise DataError("weights must be numbers of zero or more, at least one of them above zero")
    used = given > 0
    return values[used], given[used] / given.sum()


def _check_levels(levels: ArrayLike, values: Floats) -> Floats:
    places = np.asarray(levels, dtype=float)
    inside = places.ndim == 1 and places.size > 1 and places[0] > 0 and places[-1] < 1
    if not inside or not (np.diff(places) > 0).all():
        raise DataError("quantile levels must ascend between 0 and 1, at least two of them, such as 0.1, 0.5, 0.9")
    if values.ndim < 2 or values.shape[-1] != places.size:
        raise DataError(f"{values.shape[-1]} quantiles for {places.size} levels; give one quantile for each level")
    if (np.diff(values, axis=-1) < 0).any():
        raise DataError("the quantiles of a forecast cross; they must ascend with their levels")
    return places


def _find_step(values: Floats, shares: Floats, level: float, *, beyond: bool = False) -> Floats:
    """Smallest value, along the first axis, up to which the level is reached, or with `beyond` exceeded."""
    order = values.argsort(axis=0, kind="stable")
    reached = shares[order].cumsum(axis=0)
    step = (reached > level + SAME_CHANCE if beyond else reached >= level - SAME_CHANCE).argmax(axis=0)
    found = np.take_along_axis(np.take_along_axis(values, order, axis=0), step[None], axis=0)[0]
    return np.asarray(found, dtype=float)


def _straighten(scores: Floats, values: Floats) -> tuple[Floats, Flags]:
    """Values or their logarithms, and which: shapes (forecasts, ..., Q) and (forecasts, ..., 1)."""
    positive = values.min(axis=-1, keepdims=True) > 0
    logs = np.log(np.where(positive, values, 1))
    straighter = _measure_straightness(scores, logs) > _measure_straightness(scores, values) + STRAIGHTER
    taken = np.asarray(positive & straighter, dtype=bool)
    return np.where(taken, logs, values), taken


def _read_chances(scores: Floats, heights: Floats, logs: Flags, at: Floats) -> Floats:
    """Probability (forecasts, ..., Q) that each straightened forecast gives to values at or below `at` (..., Q)."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):  # a log-normal forecast gives nothing to zero and below
        places = np.where(logs, np.log(np.maximum(at, 0)), at)
    below = (heights[..., None, :] <= places[..., :, None]).sum(axis=-1)
    segment = np.clip(below - 1, 0, scores.size - 2)
    low, high = (np.take_along_axis(heights, segment + end, axis=-1) for end in (0, 1))
    width = high - low  # zero only beyond an outer quantile that is a point mass
    with np.errstate(over="ignore"):  # far beyond two quantiles that all but coincide
        share = (places - low) / np.where(width == 0, 1, width)
        score = scores[segment] + share * (scores[segment + 1] - scores[segment])
    score = np.where(width == 0, np.where(places < low, -np.inf, np.inf), score)
    return np.asarray(ndtr(score), dtype=float)


def _measure_straightness(scores: Floats, values: Floats) -> Floats:
    """Correlation of values with normal scores, shape (..., 1): 1 for a normal distribution, 0 for a point mass."""
    away, apart = values - values.mean(axis=-1, keepdims=True), scores - scores.mean()
    size = np.linalg.norm(away, axis=-1, keepdims=True) * np.linalg.norm(apart)
    straightness: Floats = (away * apart).sum(axis=-1, keepdims=True) / np.where(size == 0, 1, size)
    return straightness
