"""Scores of forecasts against what happened: errors, proper scores, coverage, probabilities, skill.

Arrays broadcast as NumPy does; quantiles or draws stand on the last axis. A null (NaN) quantile is left out before
scoring. Names and conventions follow scoringutils (Bosse et al. 2022, arXiv:2205.07090).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


# Errors of a point forecast


def absolute_error(predicted: ArrayLike, observed: ArrayLike) -> Floats:
    """Measure |predicted - observed|, in the unit of the values."""
    return np.abs(_floats(predicted) - _floats(observed))


def smape(predicted: ArrayLike, observed: ArrayLike) -> Floats:
    """Measure the symmetric absolute error in percent, 0 to 200: 200 |p - o| / (|p| + |o|), 0 where both are zero.

    As in the M4 competition (Makridakis et al. 2020).
    """
    size = np.abs(_floats(predicted)) + np.abs(_floats(observed))
    return 200 * absolute_error(predicted, observed) / np.where(size == 0, 1, size)


def naive_scale(history: ArrayLike, season: int = 1) -> Floats:
    """Measure the mean absolute change from one season to the next: the denominator of MASE, as in M4.

    Parameters
    ----------
    history : array (..., dates)
        Values up to the origin, in order of time.
    season : int
        Dates a season; 1 compares each value with the one before it.

    Returns
    -------
    array (...)
        In the unit of the values; NaN with no more values than a season holds.
    """
    values = _floats(history)
    changes = np.abs(values[..., season:] - values[..., :-season])
    return _mean(changes, np.ones_like(changes))


# Scores of quantiles


def pinball(levels: ArrayLike, predicted: ArrayLike, observed: ArrayLike) -> Floats:
    """Score each quantile: (observed - predicted) (level - [observed < predicted]).

    Parameters
    ----------
    levels : array (Q,)
        Quantile levels, 0 to 1.
    predicted : array (..., Q)
        Quantiles, in the unit of the values.
    observed : array (...)
        What happened, same unit.

    Returns
    -------
    array (..., Q)
        Loss in the unit of the values, zero or more (Koenker and Bassett 1978).
    """
    error = _floats(observed)[..., None] - _floats(predicted)
    return error * (_floats(levels) - (error < 0))


def weighted_interval_score(
    levels: ArrayLike, predicted: ArrayLike, observed: ArrayLike, *, count_median_twice: bool = False
) -> Floats:
    """Score a set of quantiles: twice their mean pinball loss, shape (...), in the unit of the values.

    With the median alone it is the absolute error; with ever more levels it tends to the CRPS (Bracher et al. 2021,
    doi:10.1371/journal.pcbi.1008618). With `count_median_twice` the median weighs as both ends of an
    interval of 0 %.
    """
    loss = pinball(levels, predicted, observed)
    weights = np.where(_floats(levels) == 0.5, 1 + count_median_twice, 1)
    return 2 * _mean(loss, weights)


def interval_covers(low: ArrayLike, high: ArrayLike, observed: ArrayLike) -> Flags:
    """Tell whether what happened lies inside an interval, ends included."""
    return (_floats(low) <= _floats(observed)) & (_floats(observed) <= _floats(high))


def interpolated_median(levels: ArrayLike, predicted: ArrayLike) -> Floats:
    """Find the median, or interpolate it linearly in the level between its two neighbours.

    Shape (...), in the unit of the values; NaN where all known quantiles lie on one side of it.
    """
    values = _floats(predicted)
    places = np.broadcast_to(_floats(levels), values.shape)
    known = ~np.isnan(values)
    below = np.where(known & (places <= 0.5), places, -np.inf).argmax(axis=-1)[..., None]
    above = np.where(known & (places >= 0.5), places, np.inf).argmin(axis=-1)[..., None]
    (low, first), (high, last) = (
        (_take(values, at), np.where(_take(known, at), _take(places, at), np.nan)) for at in (below, above)
    )
    share = (0.5 - first) / np.where(last == first, 1, last - first)
    inside = (first <= 0.5) & (last >= 0.5)
    return np.where(inside, low + share * (high - low), np.nan)


def bias(levels: ArrayLike, predicted: ArrayLike, observed: ArrayLike) -> Floats:
    """Measure on which side of the forecast the outcome fell: 1 = forecast too high, -1 = too low, shape (...).

    1 - 2 x level of the nearest quantile on the outcome's side of the median, ends included; 0 at the median; as
    `bias_quantile` of scoringutils.
    """
    values, happened = _floats(predicted), _floats(observed)
    at = happened[..., None]
    places = np.broadcast_to(_floats(levels), np.broadcast_shapes(values.shape, at.shape))
    highest_below = np.where(values <= at, places, 0.0).max(axis=-1)
    lowest_above = np.where(values >= at, places, 1.0).min(axis=-1)
    middle = interpolated_median(levels, values)
    found = np.where(happened < middle, 1 - 2 * highest_below, 1 - 2 * lowest_above)
    return np.where(np.isnan(middle), np.nan, np.where(happened == middle, 0.0, found))


def chance_below(levels: ArrayLike, predicted: ArrayLike, threshold: ArrayLike) -> Floats:
    """Read from quantiles the probability that the outcome is at or below a threshold.

    Between two quantiles the normal score of the level is linear in the value; beyond the outer ones the outermost
    segment goes on, so that normal quantiles give back their normal distribution. Equal quantiles are a point mass.

    Parameters
    ----------
    levels : array (Q,)
        Quantile levels, ascending, above 0 and below 1, at least two.
    predicted : array (..., Q)
        Quantiles, ascending, in the unit of the values.
    threshold : array (...)
        Same unit.

    Returns
    -------
    array (...)
        0 to 1; NaN where a quantile is.

    Raises
    ------
    DataError
        If there are fewer than two levels.
    """
    places = _floats(levels)
    if places.size < 2:
        raise DataError(f"{places.size} quantile level given; a probability needs at least two, e.g. 0.1 and 0.9")
    at = _floats(threshold)
    shape = np.broadcast_shapes(_floats(predicted).shape[:-1], at.shape)
    values = np.broadcast_to(_floats(predicted), (*shape, places.size))
    at = np.broadcast_to(at, shape)
    scores = np.array([NormalDist().inv_cdf(place) for place in places])
    segment = np.clip((values <= at[..., None]).sum(axis=-1) - 1, 0, places.size - 2)
    low, high = _take(values, segment[..., None]), _take(values, segment[..., None] + 1)
    width = high - low  # zero only beyond an outer quantile that is a point mass
    share = (at - low) / np.where(width == 0, 1, width)
    score = scores[segment] + share * (scores[segment + 1] - scores[segment])
    score = np.where(width == 0, np.where(at < low, -np.inf, np.inf), score)
    return np.where(np.isnan(values).any(axis=-1), np.nan, _normal_cdf(score))


def _normal_cdf(score: Floats) -> Floats:
    from scipy.special import ndtr  # a quarter of a second to import, so only when it is used

    return np.asarray(ndtr(score), dtype=float)


# Scores of draws and of probabilities


def crps(draws: ArrayLike, observed: ArrayLike) -> Floats:
    """Score draws by the continuous ranked probability score of their empirical distribution.

    mean |x - y| - mean |x - x'| / 2, computed from the sorted draws (Jordan, Krüger and Lerch 2019,
    doi:10.18637/jss.v090.i12). It is the plain score, not the "fair" one that corrects for few draws: with n draws
    it is too large by about 1/n of the spread.

    Parameters
    ----------
    draws : array (..., n)
        Predictive draws, in the unit of the values.
    observed : array (...)
        What happened, same unit.

    Returns
    -------
    array (...)
        In the unit of the values, zero or more; the absolute error for a single draw.
    """
    ordered = np.sort(_floats(draws), axis=-1)
    count = ordered.shape[-1]
    ranks = (np.arange(1, count + 1) - 0.5) / count
    score: Floats = 2 * pinball(ranks, ordered, observed).mean(axis=-1)
    return score


def brier(probability: ArrayLike, happened: ArrayLike) -> Floats:
    """Score a probability: (probability - happened)², 0 at best, 1 at worst (Brier 1950)."""
    return (_floats(probability) - _floats(happened)) ** 2


def log_score(probabilities: ArrayLike, category: ArrayLike) -> Floats:
    """Score the probabilities of categories: -ln of the one that happened; infinite where that was 0.

    Parameters
    ----------
    probabilities : array (..., C)
        One per category, summing to 1.
    category : array (...) of int
        Position of the category that happened, from 0.
    """
    chosen = _take(_floats(probabilities), np.asarray(category, dtype=int)[..., None])
    with np.errstate(divide="ignore"):
        return -np.log(chosen)


def rps(probabilities: ArrayLike, category: ArrayLike) -> Floats:
    """Score the probabilities of ordered categories: the sum of squared differences of the cumulative ones.

    Shapes as in `log_score`; from 0 to the number of categories less one (Epstein 1969).
    """
    values = _floats(probabilities)
    happened = np.arange(values.shape[-1]) >= np.asarray(category)[..., None]
    score: Floats = ((values.cumsum(axis=-1) - happened) ** 2).sum(axis=-1)
    return score


def reliability(
    probability: ArrayLike, happened: ArrayLike, groups: Sequence[Hashable] | NDArray[np.generic] | None = None
) -> pd.DataFrame:
    """Compare stated probabilities with how often things happened, by tenth of probability.

    Parameters
    ----------
    probability, happened : array (cases,)
        0 to 1, and whether it happened.
    groups : sequence (cases,), optional
        Cases of one group (a series, say) are not independent of each other; each its own group by default.

    Returns
    -------
    DataFrame
        One row per tenth that holds a case: `low` and `high` (ends of the tenth, the lower one inside), `cases`,
        `groups`, mean `probability`, `share` that happened, `error`: standard error of share - probability, clustered
        by group (Liang and Zeger 1986, with G / (G - 1)); NaN with a single group.
    """
    import pandas as pd

    chances, outcomes = _floats(probability), _floats(happened)
    names = range(chances.size) if groups is None else groups
    cases = pd.DataFrame({"probability": chances, "share": outcomes, "group": list(names)})
    cases["decile"] = np.clip(np.floor(chances * 10 + 1e-9), 0, 9)
    rows = []
    for decile, part in cases.groupby("decile"):
        excess = part["share"] - part["probability"]
        sums = (excess - excess.mean()).groupby(part["group"]).sum()
        clusters = len(sums)
        error = np.sqrt((sums**2).sum() * clusters / (clusters - 1)) / len(part) if clusters > 1 else np.nan
        low = float(decile) / 10  # type: ignore[arg-type]
        means = part["probability"].mean(), part["share"].mean()
        rows.append((low, low + 0.1, len(part), clusters, *means, error))
    return pd.DataFrame(rows, columns=["low", "high", "cases", "groups", "probability", "share", "error"])


def relative_skill(scores: ArrayLike) -> Floats:
    """Compare models pairwise: the geometric mean, over all models, of the ratio of mean scores.

    Below 1 is better than the models compared with. Only cases that both models of a pair have count, so that one is
    not favoured by easy cases (Cramer et al. 2022, doi:10.1073/pnas.2113561119). Divide by the value of a baseline
    to scale by it.

    Parameters
    ----------
    scores : array (models, cases)
        Scores of which less is better; NaN where a model has no forecast.

    Returns
    -------
    array (models,)
        NaN where no ratio is known, as when both means are 0.
    """
    table = _floats(scores)
    both = ~np.isnan(table)[:, None, :] & ~np.isnan(table)[None, :, :]
    known = np.where(np.isnan(table), 0.0, table)
    own, other = (known[:, None, :] * both).sum(axis=-1), (known[None, :, :] * both).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.log(own / other)
    return np.exp(_mean(ratios, np.ones_like(ratios)))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _mean(values: Floats, weights: ArrayLike) -> Floats:
    """Mean over the last axis of what is known; NaN where nothing is."""
    weights = np.where(np.isnan(values), 0.0, weights)
    total = weights.sum(axis=-1)
    return np.where(total > 0, np.where(np.isnan(values), 0.0, values * weights).sum(axis=-1), np.nan) / np.where(
        total > 0, total, 1.0
    )


def _take(values: NDArray[Any], at: NDArray[np.int_]) -> Floats:
    """One value of the last axis per row, at positions of shape (..., 1)."""
    taken: Floats = np.take_along_axis(values, at, axis=-1)[..., 0]
    return taken
