"""Draws of a magnitude: what a change's size is in each of the futures that are computed."""

from __future__ import annotations

import numpy as np

from forecast.plans.magnitudes import Magnitude, Range, quantile
from forecast.schema.draws import FloatArray

__all__ = ["draw_magnitude", "quantile"]


def draw_magnitude(magnitude: Magnitude, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw a magnitude: one value in every equal share of its probability, in an order of chance.

    Stratified in this way the draws repeat its quantiles to 1 / draws. One stream gives the same levels whatever
    the range, so that a wider or a higher range moves every draw and mixes none.

    Parameters
    ----------
    magnitude : float or Range
        A number is the same in every draw, and takes nothing from `rng`.
    draws : int
        How many.
    rng : Generator
        Stream of this magnitude alone, made anew: `Streams.stream("magnitude", key)`.

    Returns
    -------
    array (draws,)
        In the unit of the magnitude.
    """
    if not isinstance(magnitude, Range):
        return np.full(draws, float(magnitude))
    levels = (rng.permutation(draws) + rng.random(draws)) / draws
    # A level of exactly 0 or 1 would be infinite in a shape without ends.
    return quantile(magnitude, np.clip(levels, 2.0**-53, 1 - 2.0**-53))
