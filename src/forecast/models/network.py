"""What the pooled model has learnt: small networks that turn figures into quantiles, evaluated with NumPy alone."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import DataError
from forecast.models.features import STRENGTH, View
from forecast.schema.draws import FloatArray, Record

#: Levels of the quantiles that the networks give, and their normal scores.
LEVELS = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
SCORES = np.array([-1.959964, -1.644854, -1.281552, -0.67449, 0.0, 0.67449, 1.281552, 1.644854, 1.959964])
MIDDLE = 4
LAYERS = 3
DECIMALS = 9  # what is kept, so that company in a call leaves no trace in the last bits


@dataclass(frozen=True, eq=False)
class Network:
    """A few small networks of the same shape, whose quantiles are averaged and then calibrated.

    Parameters
    ----------
    names : tuple of str
        Figures that it was taught, in their order.
    mean, deviation : FloatArray
        Shape ``(figures,)``; figures are standardised with them.
    weights, biases : tuple of FloatArray
        One of each per layer, shapes ``(networks, from, to)`` and ``(networks, to)``.
    sizes, years : FloatArray
        Numbers of observations and lead times in years at which `factors` were measured.
    factors : FloatArray
        Shape ``(sizes, years, levels)``; what the distance of each quantile from the median is multiplied by, so that
        outcomes of series that were not learnt from fall below it as often as they should (conformal calibration).
    persistence : FloatArray
        Shape ``(leads,)``; correlation of the normal scores of one lead with those of the lead before.
    """

    names: tuple[str, ...]
    mean: FloatArray
    deviation: FloatArray
    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]
    sizes: FloatArray
    years: FloatArray
    factors: FloatArray
    persistence: FloatArray

    def offsets(self, view: View) -> FloatArray:
        """Give the quantiles before calibration, as offsets from the anchor: shape ``(series, leads, levels)``."""
        if view.names != self.names:
            raise DataError("what was learnt does not fit these figures; learn it again: make learn")
        inputs = (view.figures - self.mean) / self.deviation
        total = np.zeros((*view.anchor.shape, LEVELS.size))
        for member in range(len(self.weights[0])):
            x = inputs
            for layer in range(LAYERS):
                x = x @ self.weights[layer][member] + self.biases[layer][member]
                x = x / (1 + np.exp(-np.clip(x, -60, 60))) if layer < LAYERS - 1 else x
            total += spread_out(x)
        return total / len(self.weights[0])

    def quantiles(self, view: View, size: FloatArray, step: float) -> FloatArray:
        """Give calibrated quantiles in the unit of the histories, shape ``(series, leads, levels)``.

        One observation is never a trend: its median is the anchor.
        """
        offsets = self.offsets(view)
        middle = offsets[..., MIDDLE : MIDDLE + 1]
        gaps = (offsets - middle) * self.calibration(size, view.lead * step)
        middle = np.where(size[:, None, None] > 1, middle, 0.0)
        found = view.anchor[..., None] + (middle + keep_order(gaps)) * view.size[..., None]
        return np.round(found, DECIMALS)

    def calibration(self, size: FloatArray, years: FloatArray) -> FloatArray:
        """Read the factors between the sizes and lead times at which they were measured."""
        row, row_part = place(np.log(size), np.log(self.sizes))
        column, column_part = place(np.log(years), np.log(self.years))
        row_part, column_part = row_part[:, None, None], column_part[None, :, None]
        row, column = row[:, None], column[None, :]
        near = self.factors[row, column] * (1 - column_part) + self.factors[row, column + 1] * column_part
        far = self.factors[row + 1, column] * (1 - column_part) + self.factors[row + 1, column + 1] * column_part
        factors: FloatArray = near * (1 - row_part) + far * row_part
        return factors


def place(values: FloatArray, nodes: FloatArray) -> tuple[Any, FloatArray]:
    """Place values between nodes: the node before, and how far the way to the next; ends are held."""
    before = np.clip(np.searchsorted(nodes, values, side="right") - 1, 0, nodes.size - 2)
    part = (values - nodes[before]) / (nodes[before + 1] - nodes[before])
    return before, np.clip(part, 0.0, 1.0)


def spread_out(answers: FloatArray) -> FloatArray:
    """Turn a median, four gaps below and four gaps above into quantiles that cannot cross."""
    gaps = np.logaddexp(0.0, answers[..., 1:] - 0.5)
    middle = answers[..., :1]
    below = middle - np.cumsum(gaps[..., :MIDDLE], axis=-1)
    above = middle + np.cumsum(gaps[..., MIDDLE:], axis=-1)
    return np.concatenate([below[..., ::-1], middle, above], axis=-1)


def keep_order(gaps: FloatArray) -> FloatArray:
    """Keep outer quantiles outside of inner ones, each a little farther out."""
    above = np.maximum.accumulate(np.maximum(gaps[..., MIDDLE:], 0), axis=-1)
    below = np.minimum.accumulate(np.minimum(gaps[..., MIDDLE::-1], 0), axis=-1)[..., ::-1]
    return np.concatenate([below[..., :MIDDLE], above], axis=-1)


@dataclass(frozen=True, eq=False)
class Learnt:
    """The networks for years and for parts of a year, and where they come from: `benchmarks/learn.py` wrote it."""

    yearly: Network
    subyearly: Network
    about: dict[str, Any]


def read_learnt(path: Path) -> Learnt:
    """Read what was learnt from a plain-array file."""
    with np.load(path, allow_pickle=False) as arrays:
        about = json.loads(str(arrays["about"]))
        return Learnt(_network(arrays, "yearly"), _network(arrays, "subyearly"), about)


def _network(arrays: Any, name: str) -> Network:
    plain = ("mean", "deviation", "sizes", "years", "factors", "persistence")
    return Network(
        names=tuple(str(one) for one in arrays[f"{name}/names"]),
        weights=tuple(arrays[f"{name}/weights{layer}"].astype(float) for layer in range(LAYERS)),
        biases=tuple(arrays[f"{name}/biases{layer}"].astype(float) for layer in range(LAYERS)),
        **{field: arrays[f"{name}/{field}"].astype(float) for field in plain},
    )


@lru_cache(maxsize=1)
def shipped() -> Learnt:
    """Read what ships with the package, once."""
    return read_learnt(Path(str(files("forecast.models").joinpath("learnt.npz"))))


@lru_cache(maxsize=1)
def measured() -> dict[str, list[dict[str, float]]]:
    """Read how accurate and how well calibrated the model was on series that it had not seen, by history length."""
    text = files("forecast.models").joinpath("measured.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, float]]] = json.loads(text)
    return found


def find_record(observations: int, *, yearly: bool) -> Record:
    """Find how the model fared on series that it had not seen, with histories of this length or the next shorter."""
    rows = measured()["yearly" if yearly else "subyearly"]
    row = max((one for one in rows if one["observations"] <= observations), key=lambda one: one["observations"])
    return Record(
        own=(observations - 1) / (observations - 1 + STRENGTH),
        yearly=yearly,
        observations=int(row["observations"]),
        series=int(row["series"]),
        cases=int(row["cases"]),
        gain=row["gain"],
        coverage={share: row[f"coverage{share}"] for share in (50, 80, 95)},
    )
