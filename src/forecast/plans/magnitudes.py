"""How large a change is: a number, or a range with what is known about where in it the truth lies."""

from __future__ import annotations

import math
import reprlib
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from forecast.schema.files import Record

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from forecast.schema.draws import FloatArray

Shape = Literal["uniform", "pert", "triangular", "normal", "lognormal"]
#: Shapes that have no ends: low and high are quantiles of them, and something always lies outside.
ENDLESS = ("normal", "lognormal")
#: Shapes that lean on a likeliest value.
LEANING = ("pert", "triangular")
#: Share between low and high of a shape without ends, when nobody says how sure they are.
USUALLY_SURE = 0.8
#: Beyond this, numbers lose their units and products overflow.
LARGEST = 1e15
#: Times that the high end of a lognormal may be its low end: more is not a range but ignorance.
WIDEST = 1e6
#: Weight of the likeliest value of a PERT: its mean is (lowest + 4 likeliest + highest) / 6.
PERT_WEIGHT = 4.0
TINY = 1e-100  # level of probability that counts as none
MANY, NODES = 256, 2_049  # quantiles asked together from which a table serves; its nodes


class Range(Record):
    """A magnitude that is not known: lowest, highest, likeliest, and how sure.

    Attributes
    ----------
    low, high : float
        Ends, in the unit of the magnitude; `sure` of the probability lies between them.
    likely : float or None
        Likeliest value (the mode), only for `pert` and `triangular`.
    shape : str
        `pert` when a likely value is given, else `uniform`.
    sure : float
        Probability that the truth lies from low to high, 0.5 to 1: as said, else 0.8 for `normal` and `lognormal`
        and 1 for the shapes with ends, of which low and high are then the ends.
    """

    low: float
    high: float
    likely: float | None = None
    shape: Shape = "uniform"
    sure: float = 1.0

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, said: Any) -> Any:
        """Write down what a range leaves unsaid, so that a record of it says everything."""
        if not isinstance(said, dict):
            return said
        shape = said.get("shape") or ("uniform" if said.get("likely") is None else "pert")
        sure = said.get("sure")
        usual = USUALLY_SURE if shape in ENDLESS else 1.0
        return {**said, "shape": shape, "sure": usual if sure is None else sure}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(
                f"low {self.low:g} is not below high {self.high:g}; write the lower one first, or one number"
            )
        if max(-self.low, self.high) > LARGEST:
            raise ValueError(f"a range from {self.low:g} to {self.high:g} is too wide; stay within ±{LARGEST:g}")
        if self.likely is not None and not self.low <= self.likely <= self.high:
            raise ValueError(f"likely {self.likely:g} does not lie between low {self.low:g} and high {self.high:g}")
        return self

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        if self.shape in LEANING and self.likely is None:
            raise ValueError(f"shape {self.shape} needs likely, its likeliest value; without one write shape: uniform")
        if self.shape not in LEANING and self.likely is not None:
            raise ValueError(f"shape {self.shape} has no place for likely; leave it out, or write shape: pert")
        if self.shape == "lognormal" and self.low <= 0:
            raise ValueError(f"shape lognormal needs low above 0, not {self.low:g}; otherwise write shape: normal")
        if self.shape == "lognormal" and self.high / self.low > WIDEST:
            raise ValueError(f"shape lognormal needs high at most {WIDEST:g} times low; narrow the range")
        return self

    @model_validator(mode="after")
    def _sure_enough(self) -> Self:
        if not 0.5 <= self.sure <= 1:
            raise ValueError(f"sure is a share from 0.5 to 1, such as 0.8, not {self.sure:g}")
        if self.shape in ENDLESS and self.sure == 1:
            raise ValueError(f"shape {self.shape} has no ends; write sure below 1, such as 0.8")
        return self


_NUMBER: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(allow_inf_nan=False)])


def _read(given: Any) -> Any:
    """Decide whether a number or a range was meant, so that one message says what is wrong with it."""
    if isinstance(given, Range):
        return given
    if isinstance(given, dict):
        return Range.model_validate(given)
    try:
        number = _NUMBER.validate_python(given)
    except ValidationError:
        shown = "nothing" if given is None else reprlib.repr(given)
        raise ValueError(
            f"write a number, such as 27.9, or a range, such as {{low: 20, high: 30}}, instead of {shown}"
        ) from None
    if abs(number) > LARGEST:
        raise ValueError(f"{number:g} is too large; stay within ±{LARGEST:g}")
    return number


#: Size of a change in the change's unit: known (a number) or not (a range).
Magnitude = Annotated[float | Range, BeforeValidator(_read)]


def middle(magnitude: Magnitude) -> float:
    """Median of a magnitude, in its unit; a number is its own."""
    return float(quantile(magnitude, 0.5))


def quantile(magnitude: Magnitude, levels: ArrayLike) -> FloatArray:
    """Compute quantiles of a magnitude by its inverse cumulative distribution.

    A normal has its mean midway and the standard deviation (high − low) / 2z, where z is the standard normal's
    quantile at (1 + sure) / 2; a lognormal is the same on logarithms.

    Parameters
    ----------
    magnitude : float or Range
        A number has all its quantiles in one place.
    levels : array
        Probabilities, 0 to 1, of any shape.

    Returns
    -------
    array of the shape of `levels`
        In the unit of the magnitude.
    """
    import numpy as np

    levels = np.asarray(levels, dtype=float)
    if not isinstance(magnitude, Range):
        return np.full(levels.shape, float(magnitude))
    if magnitude.shape == "lognormal":
        return np.exp(_normal(math.log(magnitude.low), math.log(magnitude.high), magnitude.sure, levels))
    if magnitude.shape == "normal":
        return _normal(magnitude.low, magnitude.high, magnitude.sure, levels)
    return _between(magnitude, levels)


def _normal(low: float, high: float, sure: float, levels: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    values: FloatArray = (low + high) / 2 + (high - low) / 2 * ndtri(levels) / ndtri((1 + sure) / 2)
    return values


def _between(magnitude: Range, levels: FloatArray) -> FloatArray:
    """Quantiles of a shape with ends.

    Where the answer is less than sure, the shape is stretched about its likeliest value (a uniform about its
    middle): every distance from it is divided by the same number, `kept`. The likeliest value and the lean stay,
    and what falls outside is shared as the two sides are.
    """
    width = magnitude.high - magnitude.low
    mode = 0.5 if magnitude.likely is None else (magnitude.likely - magnitude.low) / width
    centre = magnitude.low + mode * width
    kept = _share_kept(magnitude.shape, mode, magnitude.sure)
    values: FloatArray = centre + (_invert(magnitude.shape, mode, levels) - mode) * width / kept
    return values


def _invert(shape: Shape, mode: float, levels: FloatArray) -> FloatArray:
    """Quantiles of a shape from 0 to 1 with its mode at `mode`.

    Triangular: √(q·mode) below the mode, 1 − √((1 − q)(1 − mode)) above. PERT: a beta distribution with the
    parameters 1 + 4·mode and 1 + 4·(1 − mode) (Malcolm and others 1959).
    """
    import numpy as np
    from scipy.special import betaincinv

    if shape == "uniform":
        return levels
    if shape == "triangular":
        above = 1 - np.sqrt((1 - levels) * (1 - mode))
        return np.where(levels < mode, np.sqrt(levels * mode), above)
    if levels.size > MANY:
        shares, places = _tabulate_pert(mode)
        return np.interp(levels, shares, places)
    told = np.where(levels < TINY, 0.0, levels)  # where the inverse is not a number any more
    inverse: FloatArray = betaincinv(1 + PERT_WEIGHT * mode, 1 + PERT_WEIGHT * (1 - mode), told)
    return inverse


@lru_cache(maxsize=256)
def _tabulate_pert(mode: float) -> tuple[FloatArray, FloatArray]:
    """Tabulate a PERT: shares below places, (nodes,) each, dense at both ends; a millionth of the width is lost.

    The exact inverse takes 3 microseconds a value, which would be most of the time that comparing scenarios takes.
    """
    import numpy as np
    from scipy.special import betainc

    places = (1 - np.cos(np.linspace(0, np.pi, NODES))) / 2
    return betainc(1 + PERT_WEIGHT * mode, 1 + PERT_WEIGHT * (1 - mode), places), places


@lru_cache(maxsize=1024)
def _share_kept(shape: Shape, mode: float, sure: float) -> float:
    """Share of the distances from the mode to the ends within which `sure` of the probability lies.

    Uniform: sure. Triangular: 1 − √(1 − sure), whatever the mode. PERT: solved.
    """
    if sure == 1 or shape == "uniform":
        return sure
    if shape == "triangular":
        return 1 - math.sqrt(1 - sure)
    from scipy.optimize import brentq
    from scipy.special import betainc

    first, second = 1 + PERT_WEIGHT * mode, 1 + PERT_WEIGHT * (1 - mode)

    def miss(kept: float) -> float:
        inside = betainc(first, second, mode + (1 - mode) * kept) - betainc(first, second, mode * (1 - kept))
        return float(inside) - sure

    return float(brentq(miss, 0.0, 1.0, xtol=1e-14))
