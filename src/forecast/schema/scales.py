"""The scale on which a series is modelled, so that forecasts stay inside their bounds."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from forecast.schema.draws import FloatArray

NUDGE = 0.005  # of the range: how far a value on a bound is moved in, at most
FARTHEST_LOGIT = 30.0
FARTHEST_LOG = 7.0  # beyond the observed extremes: a factor of about 1,100


@dataclass(frozen=True)
class Scale:
    """Logit between two bounds, logarithm of the distance to a single one, identity without any.

    A value on a bound has no finite logit or logarithm: it is moved in by half a percent of the range, or by half of
    the smallest distance seen, whichever is less. `back` returns to the bound what lies that close to it, provided
    that the series was ever seen there; so `back` undoes `forward`, and "100 %" remains within reach.

    Parameters
    ----------
    lower, upper : float or None
        Bounds in the unit of the source.
    nudge_lower, nudge_upper : float
        Distance from each bound to which a value on it is moved, in the unit of the source.
    on_lower, on_upper : bool
        Whether a value was observed on the bound.
    low, high : float
        Limits of what `back` accepts, on the model scale; farther values are brought to them.
    """

    lower: float | None
    upper: float | None
    nudge_lower: float = 0.0
    nudge_upper: float = 0.0
    on_lower: bool = False
    on_upper: bool = False
    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def of(cls, values: FloatArray, lower: float | None, upper: float | None) -> Self:
        """Choose the scale that the bounds ask for, with the nudges that the values ask for."""
        width = None if lower is None or upper is None else upper - lower
        below, on_lower = measure_nudge(values - lower, width) if lower is not None else (0.0, False)
        above, on_upper = measure_nudge(upper - values, width) if upper is not None else (0.0, False)
        bare = cls(lower, upper, below, above, on_lower, on_upper)
        return cls(lower, upper, below, above, on_lower, on_upper, *bare.limits(values))

    @property
    def kind(self) -> str:
        """``logit``, ``log`` or ``identity``."""
        if self.lower is None and self.upper is None:
            return "identity"
        return "log" if self.lower is None or self.upper is None else "logit"

    def limits(self, values: FloatArray) -> tuple[float, float]:
        """Give the range on the model scale beyond which a forecast is an accident of arithmetic."""
        if self.kind == "identity":
            return -np.inf, np.inf
        if self.kind == "logit":
            return -FARTHEST_LOGIT, FARTHEST_LOGIT
        z = self.forward(values)
        return float(z.min()) - FARTHEST_LOG, float(z.max()) + FARTHEST_LOG

    def forward(self, values: FloatArray) -> FloatArray:
        """Bring values from the unit of the source to the model scale; increasing, same shape."""
        rise = None if self.lower is None else np.log(np.maximum(values - self.lower, self.nudge_lower))
        fall = None if self.upper is None else np.log(np.maximum(self.upper - values, self.nudge_upper))
        if rise is None:
            return np.array(values, dtype=float) if fall is None else -fall
        return rise if fall is None else rise - fall

    def back(self, z: FloatArray) -> FloatArray:
        """Bring values from the model scale to the unit of the source, inside the bounds; same shape."""
        z = np.clip(z, self.low, self.high)
        if self.lower is not None and self.upper is not None:
            return self.snap(self.lower + (self.upper - self.lower) / (1 + np.exp(-z)))
        if self.lower is not None:
            return self.snap(self.lower + np.exp(z))
        return z if self.upper is None else self.snap(self.upper - np.exp(-z))

    def snap(self, values: FloatArray) -> FloatArray:
        """Return to its bound what lies no farther from it than a value on it was moved."""
        if self.lower is not None:
            near = self.on_lower & (values - self.lower <= self.nudge_lower * (1 + 1e-9))
            values = np.where(near, self.lower, np.maximum(values, self.lower))
        if self.upper is not None:
            near = self.on_upper & (self.upper - values <= self.nudge_upper * (1 + 1e-9))
            values = np.where(near, self.upper, np.minimum(values, self.upper))
        return values


def measure_nudge(distances: FloatArray, width: float | None) -> tuple[float, bool]:
    """Measure how far to move a value on a bound, and say whether there is one.

    Parameters
    ----------
    distances : FloatArray
        Distances of the values from the bound, in the unit of the source.
    width : float or None
        Distance between the two bounds, if there are two.
    """
    # the logarithm of a smaller distance is lost in rounding, so it counts as on the bound
    floor = 1e-9 * (width if width is not None else float(distances.max()))
    inside = distances[distances > floor]
    half = float(inside.min()) / 2 if inside.size else 0.5
    nudge = half if width is None else min(half, NUDGE * width) if inside.size else NUDGE * width
    return nudge, bool((distances <= floor).any())
