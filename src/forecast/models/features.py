"""What the pooled model looks at: figures without a unit, for each yearly series and lead time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.models.histories import LOG, LOGIT, Histories
from forecast.models.smoothing import Smoothed, fit_slope, smooth
from forecast.schema.draws import FloatArray

#: Usual changes count for this many observed ones in the noise of a series.
STRENGTH = 3.0
WINDOWS = (2, 3, 5, 8)
RECENT = 0.75  # weight of a change against the next one
FARTHEST = 0.003  # share of the range that a line may come to its ends


@dataclass(frozen=True, eq=False)
class View:
    """What the network sees, and how its answer is read: ``z = anchor + offset * noise * sqrt(lead)``.

    Parameters
    ----------
    names : tuple of str
        Names of the figures, in their order.
    figures : FloatArray
        Shape ``(series, leads, figures)``.
    noise : FloatArray
        Shape ``(series,)``; usual error of one step, in the unit of the histories.
    anchor : FloatArray
        Shape ``(series, leads)``; a first forecast.
    lead : FloatArray
        Shape ``(leads,)``, in steps.
    """

    names: tuple[str, ...]
    figures: FloatArray
    noise: FloatArray
    anchor: FloatArray
    lead: FloatArray

    @property
    def size(self) -> FloatArray:
        """What one unit of an offset is, shape ``(series, leads)``."""
        size: FloatArray = self.noise[:, None] * np.sqrt(self.lead)
        return size


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes between neighbouring observations, per square root of a step; zero where there is none."""

    known: NDArray[np.bool_]
    change: FloatArray
    gap: FloatArray
    noise: FloatArray

    @property
    def count(self) -> FloatArray:
        """Changes of each series."""
        count: FloatArray = self.known.sum(axis=1).astype(float)
        return count

    @property
    def walk(self) -> FloatArray:
        """Changes as those of a random walk."""
        walk: FloatArray = self.change / np.sqrt(self.gap)
        return walk


def measure_changes(z: FloatArray, at: FloatArray, prior: FloatArray) -> Changes:
    """Measure changes and their usual size, to which the prior contributes."""
    known = np.isfinite(z[:, 1:]) & np.isfinite(z[:, :-1])
    change = np.where(known, np.diff(z, axis=1), 0.0)
    gap = np.where(known, np.diff(at, axis=1), 1.0)
    noise = np.sqrt((STRENGTH * prior**2 + (change**2 / gap).sum(axis=1)) / (STRENGTH + known.sum(axis=1)))
    return Changes(known, change, gap, noise)


def view_yearly(histories: Histories, leads: int) -> View:
    """Describe yearly histories, anchored at their last value."""
    z, at = histories.z, histories.at
    changes = measure_changes(z, at, histories.prior)
    lead = np.arange(1, leads + 1, dtype=float)
    smoothed = smooth(z, at, lead, changes.noise)
    own = describe_size(histories, changes) | describe_changes(changes) | describe_line(z, at, changes)
    own |= {
        "grid error": np.log(smoothed.error / changes.noise),
        "grid alpha": smoothed.alpha,
        "grid trend": np.clip(smoothed.trend / changes.noise, -3, 3),
        "grid level": np.clip(smoothed.level / changes.noise, -4, 4),
    }
    unit = np.sqrt(lead) * changes.noise[:, None]
    ahead = {"log lead": np.log(lead) + 0 * unit, "root lead": np.sqrt(lead) / 2 + 0 * unit}
    for name in ("mean", "theta", "shrunk", "simple", "drift"):
        ahead[f"grid {name}"] = np.clip(getattr(smoothed, name) / unit, -5, 5)
    ahead["grid spread"] = np.clip(smoothed.spread / unit, 0, 4)
    for name, offset in smooth_values(histories, changes, lead).items():
        ahead[f"values {name}"] = np.clip(offset / unit, -5, 5)
    anchor = np.repeat(z[:, -1:], leads, axis=1)
    return View((*own, *ahead), join(own, ahead), changes.noise, anchor, lead)


def join(own: dict[str, FloatArray], ahead: dict[str, FloatArray]) -> FloatArray:
    """Join figures of the series and of each lead, shape ``(series, leads, figures)``."""
    by_lead = np.stack(list(ahead.values()), axis=2)
    by_series = np.stack(list(own.values()), axis=1)
    return np.concatenate([np.repeat(by_series[:, None, :], by_lead.shape[1], axis=1), by_lead], axis=2)


def describe_size(histories: Histories, changes: Changes) -> dict[str, FloatArray]:
    """Describe how much is known, of what kind it is and on which height it stands."""
    size, kind, noise = histories.size, histories.kind, changes.noise
    height = np.where(kind == LOGIT, histories.z[:, -1], 0.0) / 2
    return {
        "log size": np.log(size),
        "alone": (size == 1) * 1.0,
        "inverse size": 1 / size,
        "digits": histories.digits / 2,
        "digits when few": histories.digits / 2 * (size <= 2),
        "height": height,
        "distance from half": np.abs(height),
        "logit": (kind == LOGIT) * 1.0,
        "log": (kind == LOG) * 1.0,
        "noise": np.log(np.clip(noise, 1e-4, 1e2)) * (kind <= LOG) / 2,
        "noise to usual": np.log(noise / histories.prior),
    }


def describe_changes(changes: Changes) -> dict[str, FloatArray]:
    """Describe the latest changes, drifts over windows, and how changes follow each other."""
    known, walk, noise, count = changes.known, changes.walk, changes.noise, changes.count
    length = known.shape[1]
    fading = RECENT ** np.arange(length - 1, -1, -1) * known
    recent = np.sqrt((STRENGTH * noise**2 + (walk**2 * fading).sum(axis=1)) / (STRENGTH + fading.sum(axis=1)))
    mean = np.abs(walk).sum(axis=1) / np.maximum(count, 1)
    found = {
        "recent noise": np.log(recent / noise),
        "mean change": np.where(count > 0, np.log((mean + 0.05 * noise) / noise), -0.25),
        "largest change": np.log(np.abs(walk).max(axis=1) / noise + 0.3),
        "no changes": ((changes.change == 0) & known).sum(axis=1) / np.maximum(count, 1),
        "rises less falls": np.sign(changes.change).sum(axis=1) / np.maximum(count, 1),
    }
    for back in range(1, 7):
        found[f"change {back}"] = np.clip(walk[:, -back] / noise, -4, 4)
    for window in (*WINDOWS, length):
        inside = known[:, -window:].sum(axis=1)
        drift = changes.change[:, -window:].sum(axis=1) / np.maximum(
            (changes.gap * known)[:, -window:].sum(axis=1), 1e-9
        )
        name = "all" if window == length else str(window)
        found[f"drift {name}"] = np.clip(drift * np.sqrt(np.maximum(inside, 1)) / noise, -6, 6) / 2
    drift = changes.change.sum(axis=1) / np.maximum((changes.gap * known).sum(axis=1), 1e-9)
    rest = (changes.change - drift[:, None] * changes.gap) * known
    found["follows itself"] = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / ((rest**2).sum(axis=1) + 0.5 * noise**2)
    return found


def describe_line(z: FloatArray, at: FloatArray, changes: Changes) -> dict[str, FloatArray]:
    """Describe where the last value stands against the line, the mean and the range of the history."""
    noise = changes.noise
    seen = np.isfinite(z)
    slope, end, mean = fit_slope(z, at)
    line = end[:, None] + slope[:, None] * np.where(seen, at, 0.0)
    squares = np.where(seen, np.where(seen, z, 0.0) - line, 0.0) ** 2
    rest = np.sqrt(squares.sum(axis=1) / seen.sum(axis=1))
    low, high = np.nanmin(z, axis=1), np.nanmax(z, axis=1)
    last = z[:, -1]
    return {
        "line gap": np.clip((end - last) / noise, -5, 5),
        "line slope": np.clip(slope * np.sqrt(changes.count + 1) / noise, -6, 6) / 2,
        "line error": np.log(rest / noise + 0.1),
        "mean gap": np.clip((mean - last) / noise, -6, 6) / 2,
        "range": np.log((high - low) / noise + 0.3),
        "place in range": np.where(high > low, (last - low) / np.maximum(high - low, 1e-12), 0.5),
    }


def smooth_values(histories: Histories, changes: Changes, lead: FloatArray) -> dict[str, FloatArray]:
    """Smooth the values themselves instead of their logits or logarithms; offsets on the model scale."""
    raw = histories.raw
    squares = np.where(changes.known, np.diff(raw, axis=1), 0.0) ** 2
    noise = np.sqrt(squares.sum(axis=1) / np.maximum(changes.count, 1))
    smoothed = smooth(raw, histories.at, lead, np.where(noise > 0, noise, 1e-6), 1.0)
    return {name: to_model_scale(histories, smoothed, name) for name in ("mean", "theta", "drift")}


def to_model_scale(histories: Histories, smoothed: Smoothed, name: str) -> FloatArray:
    """Bring offsets of the values to the model scale; a line may not leave the bounds."""
    offset: FloatArray = getattr(smoothed, name)
    last = histories.raw[:, -1:]
    growth = np.log(np.maximum(1 + offset, 0.15))  # of a log kind the last value is 1
    inside = np.clip(last + offset, FARTHEST, 1 - FARTHEST)
    before = np.clip(last, FARTHEST, 1 - FARTHEST)
    odds = np.log(inside / (1 - inside)) - np.log(before / (1 - before))
    kind = histories.kind[:, None]
    return np.where(kind == LOG, growth, np.where(kind == LOGIT, odds, offset))
