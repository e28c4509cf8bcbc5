"""What a scenario file holds: only what differs from the scenario it extends."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from forecast.plans.model import Identifier, PeriodText, SourceList
from forecast.schema.files import Record
from forecast.schema.language import Text


class Change(Record):
    """One alteration of one path, from a period on."""

    on: Identifier
    change: Literal["growth", "set"]
    value: float
    unit: str
    start: PeriodText = Field(alias="from")
    reason: Text
    source: SourceList = ()
    assumed: bool = False

    @model_validator(mode="after")
    def _founded(self) -> Self:
        if not self.source and not self.assumed:
            raise ValueError("a change says where its size comes from: source: [S001], or assumed: true")
        return self


class TargetChange(Record):
    """Another due date or value of an indicator's last target."""

    due: PeriodText | None = None
    value: float | None = None
    reason: Text

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.due is None and self.value is None:
            raise ValueError("a target change needs due or value")
        return self


class Assumption(Record):
    """A starting value that nobody published; everything that rests on it is labelled so."""

    value: float
    unit: str
    period: PeriodText
    reason: Text


class ScenarioFile(Record):
    """A scenario as its file holds it."""

    title: Text
    description: Text
    extends: Annotated[str | None, BeforeValidator(lambda name: name or None)] = None
    changes: tuple[Change, ...] = ()
    targets: dict[Identifier, TargetChange] = Field(default_factory=dict)
    assumptions: dict[Identifier, Assumption] = Field(default_factory=dict)


class Scenario(ScenarioFile):
    """A scenario with everything it extends taken in, and its id."""

    id: str
    plan: str

    @property
    def is_baseline(self) -> bool:
        """Whether nothing is changed, moved or assumed."""
        return not (self.changes or self.targets or self.assumptions)
