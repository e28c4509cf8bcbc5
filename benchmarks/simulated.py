"""Short yearly series for timing: random walks of a positive value, the same in every environment. NumPy only."""

from __future__ import annotations

import numpy as np

POINTS, HORIZON = 12, 5


def simulate(count: int, seed: int = 1) -> np.ndarray:
    """Simulate values around 100 that change by some 5 % a year: shape (count, points)."""
    rng = np.random.default_rng(seed)
    changes = 0.05 * rng.standard_normal((count, POINTS)) + 0.02 * rng.standard_normal((count, 1))
    return 100 * np.exp(changes.cumsum(axis=1))
