"""Many histories side by side: right-aligned arrays on the model scale, which know nothing of units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.models.grid import Prepared
from forecast.schema.draws import FloatArray

LOGIT, LOG, IDENTITY = 0, 1, 2
KINDS = {"logit": LOGIT, "log": LOG, "identity": IDENTITY}
#: Round figures for a usual yearly change on each scale; what is learnt is relative to them.
USUAL_CHANGE = {"logit": 0.24, "log": 0.146}
#: A single value without bounds tells nothing of its changes: this share of its size is taken.
LONE_SHARE = 0.15
MOST_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Histories:
    """Last observations of many series, right-aligned.

    Parameters
    ----------
    z : FloatArray
        Shape ``(series, length)``; model scale divided by `unit`, NaN on the left and where nothing was observed. The
        last column is always observed.
    at : FloatArray
        Same shape; dates in steps, 0 in the last column, NaN where `z` is.
    raw : FloatArray
        Same shape; the values themselves: share of the range (logit), multiple of the last one (log), else `z`.
    kind : NDArray[np.int64]
        Shape ``(series,)``; `LOGIT`, `LOG` or `IDENTITY`.
    prior : FloatArray
        Shape ``(series,)``; usual change of one step, in the unit of `z`.
    digits : FloatArray
        Shape ``(series,)``; how many digits the last value has at the resolution of all of them.
    unit, sign : FloatArray
        Shape ``(series,)``; ``model scale = sign * unit * z``. The sign is -1 below a single upper bound.
    """

    z: FloatArray
    at: FloatArray
    raw: FloatArray
    kind: NDArray[np.int64]
    prior: FloatArray
    digits: FloatArray
    unit: FloatArray
    sign: FloatArray

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where there is an observation."""
        return np.isfinite(self.z)

    @property
    def size(self) -> FloatArray:
        """Observations of each series, shape ``(series,)``."""
        return np.asarray(self.seen.sum(axis=1), dtype=float)


def gather(prepared: Sequence[Prepared], length: int, *, on_steps: bool) -> Histories:
    """Lay the last `length` observations (or steps, with `on_steps`) of many series side by side."""
    count = len(prepared)
    z, at, raw = (np.full((count, length), np.nan) for _ in range(3))
    kind = np.zeros(count, dtype=np.int64)
    prior, digits, unit, sign = np.ones(count), np.zeros(count), np.ones(count), np.ones(count)
    for i, one in enumerate(prepared):
        known = np.asarray(one.steps if on_steps else one.z)[-length:]
        values = one.series.values[-length:]
        kind[i] = KINDS[one.scale.kind]
        digits[i] = count_digits(values)
        if kind[i] == IDENTITY:
            unit[i] = measure_unit(values)
        else:
            prior[i] = USUAL_CHANGE[one.scale.kind] * np.sqrt(one.series.step)
            sign[i] = -1.0 if one.scale.lower is None else 1.0
        z[i, -known.size :] = known * sign[i] / unit[i]
        dates = np.arange(1 - known.size, 1, dtype=float) if on_steps else one.at[-length:]
        at[i, -known.size :] = np.where(np.isfinite(known), dates, np.nan)
    logit, log = kind == LOGIT, kind == LOG
    raw[logit] = 1 / (1 + np.exp(-z[logit]))
    raw[log] = np.exp(np.clip(z[log] - z[log, -1:], -50, 50))
    raw[kind == IDENTITY] = z[kind == IDENTITY]
    return Histories(z, at, raw, kind, prior, digits, unit, sign)


def measure_unit(values: FloatArray) -> float:
    """Measure the usual size of a change, in the unit of the source; a share of the value itself when alone."""
    change = float(np.abs(np.diff(values)).mean()) if values.size > 1 else 0.0
    return change or LONE_SHARE * float(np.abs(values).max()) or 1.0


def count_digits(values: FloatArray) -> float:
    """Count the digits of the last value at the coarsest resolution that holds every value, as a logarithm.

    ``log10(|last| / resolution)``, at most six: 3 is 0.5, 27.9 is 2.4. A count of three is told by its size alone to be
    noisier than one of thirty thousand.
    """
    top = float(np.abs(values).max())
    if top == 0:
        return 0.0
    places = 10.0 ** (np.floor(np.log10(top)) - np.arange(MOST_DIGITS + 1))
    ratios = np.abs(values)[:, None] / places
    whole = (np.abs(ratios - np.round(ratios)) < 1e-6 * 10.0 ** np.arange(MOST_DIGITS + 1) + 1e-9).all(axis=0)
    place = places[int(np.argmax(whole)) if whole.any() else MOST_DIGITS]
    return float(np.log10(max(abs(float(values[-1])) / place, 1.0)))
