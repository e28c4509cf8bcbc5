"""The default: quantiles learnt from many public series, so that a short history borrows strength from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from forecast.models.features import View, view_yearly
from forecast.models.features_subyearly import view_subyearly
from forecast.models.grid import Prepared, prepare
from forecast.models.histories import Histories, gather
from forecast.models.network import MIDDLE, SCORES, Learnt, Network, shipped
from forecast.models.panel import COPIES, Prediction, Series
from forecast.models.walks import read_paths
from forecast.schema.draws import FloatArray
from forecast.schema.streams import Streams

#: Observations, or steps within years, that are looked at.
LENGTH, STEPS = 40, 120
#: Years ahead that were learnt; farther ones are drawn out.
YEARS, SUBYEARS = 8, 2
#: A step this long or longer is a year to the networks.
YEARLY = 0.75
CHUNK = 500
MOST_MISSING = 0.5  # share of the steps within a year without an observation
FADING = 0.9  # of the last learnt pace, from step to step beyond


@dataclass(frozen=True)
class Pooled:
    """Quantiles of a whole panel in a few array operations, and possible futures that follow them.

    Parameters
    ----------
    learnt : Learnt or None
        What was learnt; None takes what ships with the package.
    """

    learnt: Learnt | None = None
    name: str = "pooled"
    min_observations: int = 1
    below: str | None = None
    regular: bool = False
    copies: int = COPIES

    def predict(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
        """Make the predictive draws of each series, with what was used and noted."""
        found: dict[str, Prediction] = {}
        for batch in batches([settle(one) for one in series]):
            network, quantiles = self.batch_quantiles(batch)
            for one, learnt in zip(batch, quantiles, strict=True):
                reached = leave_bound(one) if starts_on_bound(one) else learnt
                notes = ("prior_spread",) if one.z.size == 1 else ()
                paths = draw_paths(one, reached, network, draws, rng)
                values = one.scale.back(read_paths(paths, one.lead))
                found[one.series.id] = Prediction(values, (self.name,), notes)
        return {one.id: found[one.id] for one in series}

    def draw(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, FloatArray]:
        """Make the predictive draws of each series: shape ``(draws, dates)``, in the unit of the source."""
        return {id: prediction.draws for id, prediction in self.predict(series, draws, rng).items()}

    def batch_quantiles(self, batch: Sequence[Prepared]) -> tuple[Network, FloatArray]:
        """Give the quantiles on the model scale of series with one step: shape ``(series, leads, levels)``."""
        learnt = self.learnt or shipped()
        histories, view, network = look(batch, learnt)
        step = batch[0].series.step if network is learnt.subyearly else 1.0
        quantiles = network.quantiles(view, histories.size, step)
        scaled = quantiles * (histories.sign * histories.unit)[:, None, None]
        return network, np.where(histories.sign[:, None, None] < 0, scaled[..., ::-1], scaled)


def look(batch: Sequence[Prepared], learnt: Learnt) -> tuple[Histories, View, Network]:
    """Lay series with one step side by side and describe them for the network that knows their step."""
    farthest = max(one.horizon for one in batch)
    season = season_of(batch[0])
    if season == 1:
        histories = gather(batch, LENGTH, on_steps=False)
        return histories, view_yearly(histories, min(farthest, YEARS)), learnt.yearly
    histories = gather(batch, STEPS, on_steps=True)
    seasonal = batch[0].series.season > 1
    view = view_subyearly(histories, season, min(farthest, SUBYEARS * season), seasonal=seasonal)
    return histories, view, learnt.subyearly


def settle(series: Series) -> Prepared:
    """Prepare a series; what is seen in fewer than half of the steps of a year is looked at by years."""
    one = prepare(series)
    if series.step < YEARLY and one.missing > MOST_MISSING:
        return prepare(replace(series, step=1.0, season=1))
    return one


def is_yearly(series: Series) -> bool:
    """Say whether a series is looked at by years."""
    return season_of(settle(series)) == 1


def starts_on_bound(one: Prepared) -> bool:
    """Say whether all that is known is one value on a bound, such as a deployment not begun."""
    return one.z.size == 1 and one.scale.kind == "logit" and (one.scale.on_lower or one.scale.on_upper)


def leave_bound(one: Prepared) -> FloatArray:
    """Give the quantiles of a walk from a bound, of which public indicators say nothing: `spread.FROM_BOUND`."""
    lead = np.arange(1, one.horizon + 1)[:, None]
    quantiles: FloatArray = one.z[-1] + SCORES * one.prior_sd * np.sqrt(lead)
    return quantiles


def season_of(one: Prepared) -> int:
    """Steps a year; 1 for yearly and rarer observations."""
    return 1 if one.series.step >= YEARLY else round(1 / one.series.step)


def batches(prepared: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """Group series by step and season, a few hundred at a time so that memory stays small."""
    groups: dict[tuple[int, bool], list[Prepared]] = {}
    for one in prepared:
        groups.setdefault((season_of(one), one.series.season > 1), []).append(one)
    for group in groups.values():
        for start in range(0, len(group), CHUNK):
            yield group[start : start + CHUNK]


def draw_paths(one: Prepared, quantiles: FloatArray, network: Network, draws: int, rng: Streams) -> FloatArray:
    """Draw the paths of one series on the model scale, shape ``(draws, horizon + 1)``; step 0 is the last value.

    Between quantiles the normal score is linear, and beyond the outer ones it goes on so. Every lead holds evenly
    spread draws of its distribution; `shocks` says which of them belong to one future.
    """
    reached = extend(quantiles, one.horizon)
    weights = weigh_quantiles(rng.seed, draws, tuple(network.persistence), one.horizon)
    ahead = np.matmul(weights, reached[:, :, None])[..., 0]
    order = rng.stream("model pooled", one.series.id).permutation(draws)
    paths = np.empty((draws, one.horizon + 1))
    paths[:, 0] = one.z[-1]
    paths[:, 1:] = ahead.T[order]
    return paths


def extend(quantiles: FloatArray, horizon: int) -> FloatArray:
    """Draw quantiles out beyond the last learnt lead: the median's pace fades, the spread grows with the root."""
    known = quantiles.shape[0]
    if horizon <= known:
        return quantiles[:horizon]
    last = quantiles[-1]
    half = max(known // 2, 1)
    pace = (last[MIDDLE] - quantiles[known - 1 - half, MIDDLE]) / half if known > 1 else 0.0
    beyond = np.arange(1, horizon - known + 1)
    middle = last[MIDDLE] + pace * FADING * (1 - FADING**beyond) / (1 - FADING)
    spread = (last - last[MIDDLE]) * np.sqrt((known + beyond) / known)[:, None]
    return np.concatenate([quantiles, middle[:, None] + spread])


@lru_cache(maxsize=64)
def weigh_quantiles(seed: int, draws: int, persistence: tuple[float, ...], horizon: int) -> FloatArray:
    """Weigh the quantiles so that their sum is a draw: shape ``(horizon, draws, levels)``, the same for all series."""
    scores = draw_scores(seed, draws, persistence, horizon)
    before = np.clip(np.searchsorted(SCORES, scores) - 1, 0, SCORES.size - 2)
    part = (scores - SCORES[before]) / (SCORES[before + 1] - SCORES[before])
    weights = np.zeros((*scores.shape, SCORES.size))
    np.put_along_axis(weights, before[..., None], (1 - part)[..., None], axis=-1)
    np.put_along_axis(weights, before[..., None] + 1, part[..., None], axis=-1)
    return weights


def draw_scores(seed: int, draws: int, persistence: tuple[float, ...], horizon: int) -> FloatArray:
    """Draw normal scores, shape ``(horizon, draws)``: one value in each of `draws` equal shares at every lead.

    From lead to lead they follow a Gaussian copula with the learnt persistence (a Latin hypercube that remembers).
    """
    from scipy.special import ndtri

    generator = Streams(seed).stream("model pooled", "shocks")
    scores = np.empty((horizon, draws))
    walk = np.zeros(draws)
    for lead in range(horizon):
        kept = persistence[min(lead, len(persistence) - 1)]
        walk = kept * walk + np.sqrt(1 - kept**2) * generator.standard_normal(draws)
        rank = np.argsort(np.argsort(walk))
        within = generator.uniform(0.001, 0.999, draws)
        mirrored = (within + 1 - within[::-1]) / 2  # half of the draws mirror the others
        scores[lead] = ndtri((rank + mirrored[rank]) / draws)
        scores[lead, np.abs(rank - (draws - 1) / 2) < 1] = 0.0  # so that their median is the median
    return scores


POOLED = Pooled()
