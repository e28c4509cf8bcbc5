"""Time profiles: how much of a change's size is there at each time, from nothing (0) to all of it (1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from forecast.errors import ScenarioError
from forecast.schema.draws import FloatArray
from forecast.schema.files import Record

Shape = Literal["step", "ramp", "s_curve", "pulse", "pulse_train", "delay", "shock"]
#: Years by which a period may stand off the even rhythm and still count as due: months, quarters and leap years
#: are not all of one length (by 0.007 years at most).
SLACK = 0.01
#: Lengths of time that a profile may state, in years: from a week, shorter than any period that is forecast.
SHORTEST, LONGEST = 0.02, 400.0

#: What each shape must say, and what it may say besides.
NEEDS: dict[str, tuple[str, ...]] = {"pulse_train": ("for", "every"), "delay": ("by",), "shock": ("recovery",)}
MAY: dict[str, tuple[str, ...]] = {
    "ramp": ("over",),
    "s_curve": ("over",),
    "pulse": ("for",),
    "delay": ("then", "over"),
    "shock": ("for",),
}
EXAMPLES = {
    "pulse_train": "{shape: pulse_train, for: 1, every: 3}",
    "delay": "{shape: delay, by: 2}",
    "shock": "{shape: shock, recovery: 2}",
}


def _length(years: float) -> float:
    if not SHORTEST <= years <= LONGEST:
        raise ValueError(f"{years:g} is not a length of time in years; write {SHORTEST:g} to {LONGEST:g}, such as 2")
    return years


Years = Annotated[float, AfterValidator(_length)]


def _admit_names(schema: dict[str, Any]) -> None:
    """Tell editors that a shape's name may stand for the whole."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [whole["properties"]["shape"], whole]


class Profile(Record):
    """A profile as a file gives it: a shape's name, or its keys; lengths of time in years.

    Attributes
    ----------
    shape : str
        Name of the profile.
    over : float or None
        Ramp and S-curve: years until the full size is reached.
    lasts : float or None
        `for` in files. Pulses: years of one pulse. Shock: years that it keeps its full size after its first period.
    every : float or None
        Pulse train: years from the start of one pulse to the start of the next.
    by : float or None
        Delay: years between the change's start and its first effect.
    then : str or None
        Delay: the profile that comes late; a step when not said.
    recovery : float or None
        Shock: years from the full size to nothing.
    """

    model_config = ConfigDict(json_schema_extra=_admit_names)

    shape: Shape = "step"
    over: Years | None = None
    lasts: Years | None = Field(None, alias="for")
    every: Years | None = None
    by: Years | None = None
    then: Literal["step", "ramp", "s_curve"] | None = None
    recovery: Years | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, given: Any) -> Any:
        return {"shape": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        said = {key for key, value in self.model_dump(by_alias=True, exclude={"shape"}).items() if value is not None}
        needs, allowed = NEEDS.get(self.shape, ()), (*NEEDS.get(self.shape, ()), *MAY.get(self.shape, ()))
        if missing := [key for key in needs if key not in said]:
            raise ValueError(f"profile {self.shape} needs {' and '.join(missing)}, such as {EXAMPLES[self.shape]}")
        if foreign := sorted(said.difference(allowed)):
            takes = f"it takes {' and '.join(allowed)}" if allowed else "its name is enough"
            raise ValueError(f"profile {self.shape} takes no {foreign[0]}; {takes}")
        if self.shape == "delay" and self.acts == "step" and self.over is not None:
            raise ValueError("profile delay takes over only with then: ramp or then: s_curve")
        if self.shape == "pulse_train" and (self.lasts or 0.0) >= (self.every or 0.0):
            raise ValueError(f"pulses of {self.lasts:g} years every {self.every:g} never stop; write every above for")
        return self

    @property
    def acts(self) -> str:
        """The shape that it has once it begins: of a delay, what comes late."""
        return (self.then or "step") if self.shape == "delay" else self.shape

    @property
    def wait(self) -> float:
        """Years between the change's start and its first effect."""
        return self.by or 0.0


def find_clash(profile: Profile, start: float, until: float | None) -> str | None:
    """Say what is wrong between a profile and its change's start and end, in decimal years; None when nothing is."""
    acts, begins = profile.acts, start + profile.wait
    if acts == "shock" and until is not None:
        return "profile shock ends with its recovery; leave out until"
    if acts in ("ramp", "s_curve") and (profile.over is None) == (until is None):
        return f"profile {acts} reaches its full size after over (years) or at until (a period); write one of them"
    if acts == "pulse" and (profile.lasts is None) == (until is None):
        return "profile pulse ends after for (years) or with until (its last period); write one of them"
    if until is None:
        return None
    if acts in ("ramp", "s_curve") and until - begins < SHORTEST:
        return f"profile {acts} starts from nothing and cannot be complete at once; write a later until"
    if until < begins - SLACK:
        return "until lies before the first effect; write a later until"
    return None


def weigh(profile: Profile, times: FloatArray, start: float, until: float | None = None) -> FloatArray:
    """Weigh a change at each time: the share of its size that is there.

    Parameters
    ----------
    profile : Profile
        Shape and its lengths of time.
    times : array (periods,)
        Decimal years, as `Period.time` gives them: the middle of a flow's period, the end of a stock's.
    start : float
        Time of the first period of the change.
    until : float or None
        Time of the period that ends it: the last one with an effect, or for a ramp and an S-curve the one at which
        the full size is reached (it stays from then on).

    Returns
    -------
    array (periods,)
        0 to 1; 0 before `start`.

    Raises
    ------
    ScenarioError
        If profile, start and end do not go together.
    """
    if clash := find_clash(profile, start, until):
        raise ScenarioError(clash)
    begins, late = start + profile.wait, np.asarray(times, dtype=float) + SLACK
    match profile.acts:
        case "ramp":
            return _rise(times, begins, begins + (profile.over or 0.0) if until is None else until)
        case "s_curve":
            risen = _rise(times, begins, begins + (profile.over or 0.0) if until is None else until)
            return risen**2 * (3 - 2 * risen)  # smoothstep: level at both ends, steepest midway
        case "pulse_train":
            end = np.inf if until is None else until + 2 * SLACK
            return pulse_train(late, begins, profile.lasts or 0.0, profile.every or 0.0, end)
        case "shock":
            falls = begins + (profile.lasts or 0.0)
            return step(late, 1.0, begins) - _rise(times, falls, falls + (profile.recovery or 0.0))
    width = profile.lasts or np.inf if until is None else until - begins + 2 * SLACK
    return pulse(late, begins, width)  # a step is a pulse that lasts


def _rise(times: FloatArray, start: float, finish: float) -> FloatArray:
    """Rise in a straight line from 0 at `start` to exactly 1 at `finish`."""
    return ramp(times, 1.0, start, finish) / (finish - start)


# The elementary functions, as system dynamics has them (values as tested in SDXorg/pysd). Times and lengths of time
# are in one unit, and each takes a number or an array of times.


def step(t: ArrayLike, height: float, start: float) -> FloatArray:
    """Give `height` from `start` on, 0 before."""
    return np.where(np.asarray(t) >= start, height, 0.0)


def ramp(t: ArrayLike, slope: float, start: float, finish: float | None = None) -> FloatArray:
    """Rise by `slope` per unit of time from `start` to `finish`, or for ever; 0 all along when the finish is not later.

    slope · (min(t, finish) − start)
    """
    run = np.minimum(t, np.inf if finish is None else finish) - start
    return slope * np.maximum(run, 0.0)


def pulse(t: ArrayLike, start: float, width: float) -> FloatArray:
    """Give 1 from `start` to just before `start + width`, else 0."""
    t = np.asarray(t)
    return np.where((t >= start) & (t < start + width), 1.0, 0.0)


def pulse_train(t: ArrayLike, start: float, width: float, repeat: float, end: float) -> FloatArray:
    """Give 1 in pulses of `width` that begin every `repeat` from `start` on, until just before `end`; else 0."""
    t = np.asarray(t)
    on = (t >= start) & (t < end) & ((t - start) % repeat < width)
    return np.where(on, 1.0, 0.0)
