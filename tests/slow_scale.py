"""The scale on which a path is modelled, one number at a time, for slow computations that tests compare with.

Only for values well inside their bounds: nothing is nudged.
"""

from __future__ import annotations

import math


def go_forward(value: float, low: float | None, high: float | None) -> float:
    """Logit between two bounds, logarithm of the distance to the lower one, the value itself without any."""
    if low is not None and high is not None:
        return math.log((value - low) / (high - value))
    return value if low is None else math.log(value - low)


def go_back(z: float, low: float | None, high: float | None) -> float:
    """Undo `go_forward`."""
    if low is not None and high is not None:
        return low + (high - low) / (1 + math.exp(-z))
    return z if low is None else low + math.exp(z)
