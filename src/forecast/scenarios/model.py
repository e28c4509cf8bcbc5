"""What a scenario file holds: only what differs from the scenario it extends."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from forecast.plans.magnitudes import Magnitude
from forecast.plans.model import ChangeKind, Identifier, Operator, PeriodText, SourceList, Target
from forecast.scenarios.profiles import SHORTEST, Profile
from forecast.schema.files import Record
from forecast.schema.language import Text


class Reasoned(Record):
    """Something that a scenario decides: why, and where its size comes from.

    Attributes
    ----------
    reason : Text
        Why, in words.
    source : tuple of str
        Where its size comes from.
    assumed : bool
        Whether nobody published its size; so whenever there is no source.
    """

    reason: Text
    source: SourceList = ()
    assumed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _founded(cls, data: Any) -> Any:
        return {**data, "assumed": True} if isinstance(data, dict) and not data.get("source") else data


class Move(Reasoned):
    """How much and when: what levers and changes have in common.

    Attributes
    ----------
    value : float, Range or None
        Magnitude, in the unit of the change; *hold* has none.
    start : period or None
        First period that it acts on; None is the first one forecast that is not over on the as-of day.
    until : period or None
        Its end, as the profile reads it.
    profile : Profile
        How it comes in and goes.
    """

    value: Magnitude | None = None
    start: PeriodText | None = Field(alias="from", default=None)
    until: PeriodText | None = None
    profile: Profile = Field(default_factory=lambda: Profile.model_validate("step"))


class Change(Move):
    """One alteration of one path."""

    on: Identifier
    change: ChangeKind
    unit: str | None = None
    lever: Identifier | None = None  # set for a lever that was moved

    @property
    def key(self) -> str:
        """What its magnitude is drawn by: the same in every scenario that names it."""
        return self.lever or f"{self.on}:{self.change}:{self.start or ''}"

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if (self.value is None) != (self.change == "hold"):
            word = "takes no value: it keeps the path where it stands" if self.change == "hold" else "needs a value"
            raise ValueError(f"a change of kind {self.change} {word}")
        return self


class LeverMove(Move):
    """A lever of the plan moved to a magnitude."""

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.value is None:
            raise ValueError("a lever that is named needs a value; one that is not named is not moved")
        return self


class Judgment(Reasoned):
    """An analyst's adjustment: an addition that fades and expires.

    Attributes
    ----------
    value : float or Range
        Size in the unit of the indicator, asked as lowest, highest, likeliest and how sure.
    half_life : float or None
        Years after which half of it is left; None lets it stay whole until it expires.
    expires : period
        Last period that it acts on.
    """

    on: Identifier
    value: Magnitude
    unit: str
    start: PeriodText | None = Field(alias="from", default=None)
    half_life: Annotated[float, Field(ge=SHORTEST)] | None = None
    expires: PeriodText

    @property
    def key(self) -> str:
        """What its size is drawn by."""
        return f"{self.on}:judgment:{self.start or ''}"


class Course(Reasoned):
    """A registered recipe that gives an indicator or driver another central path."""

    on: Identifier
    recipe: str
    start: PeriodText | None = Field(alias="from", default=None)
    parameters: dict[str, Any] = Field(default_factory=dict)


class TargetChange(Record):
    """Another due date, value or operator of an indicator's last target; the value of a range is its lower end."""

    due: PeriodText | None = None
    value: float | None = None
    operator: Operator | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.due is None and self.value is None and self.operator is None:
            raise ValueError("a target change needs due, value or operator")
        return self

    def clash(self, target: Target) -> str | None:
        """Say why a target cannot be changed like this; None where it can."""
        if target.high is None:
            return None
        if self.operator is not None:
            return f"'{target.words}' is a range, which has no operator; change its value, the lower end, or its due"
        if self.value is not None and self.value >= target.high:
            return f"'{target.words}' is a range: {self.value:g} is not below its upper end, {target.high:g}"
        return None


class Assumption(Record):
    """A starting value that nobody published; everything that rests on it is labelled so."""

    value: Magnitude
    unit: str
    period: PeriodText
    reason: Text


class ScenarioFile(Record):
    """A scenario as its file holds it."""

    title: Text
    description: Text
    extends: Annotated[str | None, BeforeValidator(lambda name: name or None)] = None
    levers: dict[Identifier, LeverMove] = Field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    recipes: tuple[Course, ...] = ()
    judgments: tuple[Judgment, ...] = ()
    targets: dict[Identifier, TargetChange] = Field(default_factory=dict)
    assumptions: dict[Identifier, Assumption] = Field(default_factory=dict)
    weight: Annotated[float, Field(gt=0)] | None = None


class Scenario(ScenarioFile):
    """A scenario with everything it extends taken in, and its id; `changes` holds those of its levers too."""

    id: str
    plan: str

    @property
    def is_baseline(self) -> bool:
        """Whether nothing is changed, moved or assumed."""
        return not (self.changes or self.recipes or self.judgments or self.targets or self.assumptions)
