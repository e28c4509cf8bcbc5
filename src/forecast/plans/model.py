"""What a plan file holds: orientations, objectives, indicators, targets, drivers and comparables."""

from __future__ import annotations

import datetime
import math
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from forecast.errors import DataError, PlanError, nearest
from forecast.plans.formulas import parse_formula
from forecast.plans.magnitudes import Magnitude
from forecast.schema.files import Record
from forecast.schema.language import Text
from forecast.schema.periods import Measure, Period, end_of

Operator = Literal[">=", "<=", ">", "<", "="]
TargetKind = Literal["level", "change", "range", "standard", "date", "text", "none"]
#: How a due date is read; a target that moves to another date loses these.
DateReading = Literal[
    "calendar year",
    "fiscal year",
    "end of year",
    "end of plan",
    "end of season",
    "end of month",
    "start of period",
]
Reading = DateReading | Literal["relative", "points", "of baseline", "recurring", "per year"]
Bounds = tuple[float | None, float | None]
#: What a change does to a path; those before the first addition have no neutral magnitude but their absence.
ChangeKind = Literal["set", "hold", "growth", "multiply", "add", "close_gap", "cap"]


def _canonical(text: str) -> str:
    try:
        return Period.parse(text).text
    except DataError as error:
        raise ValueError(str(error)) from None


def _day(text: str) -> str:
    try:
        end_of(text)
    except DataError as error:
        raise ValueError(str(error)) from None
    return text


def _identifier(name: str) -> str:
    if not name.isascii() or not name.isidentifier() or name != name.lower():
        raise ValueError(f"'{name}' is not an id; write English snake_case, such as plasma_self_sufficiency")
    return name


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _formula(text: str) -> str:
    try:
        return parse_formula(text).text
    except DataError as error:
        raise ValueError(str(error)) from None


FormulaText = Annotated[str, AfterValidator(_formula)]
PeriodText = Annotated[str, AfterValidator(_canonical)]
DayText = Annotated[str, AfterValidator(_day)]
Identifier = Annotated[str, AfterValidator(_identifier)]
SourceList = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Source(Record):
    """The record of a cited document."""

    title: str
    publisher: str
    date: DayText | None = None
    dating: Literal["printed", "inferred", "unknown"] = "printed"
    url: str | None = None
    licence: Text
    accessed: DayText
    note: Text | None = None

    @property
    def known_from(self) -> datetime.date:
        """Day from which what it says is known; the day of access when it bears no date."""
        return end_of(self.date or self.accessed)


class AlsoPrinted(Record):
    """Another value that the same source prints for the same target."""

    words: str
    note: Text


class Target(Record):
    """A commitment: the source's words, and how they are read."""

    words: str
    translation: str | None = None
    due: PeriodText | None = None
    reading: Annotated[tuple[Reading, ...], BeforeValidator(_as_list)] = ()
    kind: TargetKind = "level"
    value: float | None = None
    high: float | None = None
    change: float | None = None
    operator: Operator | None = None
    also: tuple[AlsoPrinted, ...] = ()
    note: Text | None = None
    reason: Text | None = None  # why a scenario changed it
    before: Target | None = None  # as it was before the plan, a scenario or a reader changed it

    @property
    def period(self) -> Period | None:
        """Due period."""
        return Period.parse(self.due) if self.due else None

    @property
    def moved_from(self) -> str | None:
        """The plan's own due date, when a scenario or a reader moved it."""
        moved = self.reason is not None and self.before is not None and self.before.due != self.due
        return self.before.due if moved and self.before else None

    @property
    def numeric(self) -> bool:
        """Whether a value can be compared with a number."""
        return self.value is not None and self.kind not in ("date", "text", "none")

    @property
    def due_date(self) -> datetime.date | None:
        """Day on which it falls due: the end of the due period, or its start where the words say "from"."""
        if self.period is None:
            return None
        return self.period.start if "start of period" in self.reading else self.period.end

    def past(self, as_of: datetime.date) -> bool:
        """Whether the due date is not after `as_of`."""
        return self.due_date is not None and self.due_date <= as_of

    def met_by(self, values: Any) -> Any:
        """Compare values (a number or an array) with the target; elementwise true or false."""
        if self.high is not None:
            return (values >= self.value) & (values <= self.high)
        match self.operator:
            case ">=":
                return values >= self.value
            case ">":
                return values > self.value
            case "<=":
                return values <= self.value
            case "<":
                return values < self.value
        return abs(values - self.value) <= 1e-9 * max(1.0, abs(self.value or 0.0))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind in ("date", "text", "none") and (self.value is not None or self.operator):
            raise ValueError(f"a {self.kind} target has no value and no operator; it is followed as a state")
        if self.kind in ("level", "standard", "range") and self.value is None:
            raise ValueError(f"a {self.kind} target needs a value; words without a number are kind text")
        if self.kind == "range" and (self.high is None or self.high <= (self.value or -math.inf)):
            raise ValueError("a range target needs value (its lower end) and high (its upper end)")
        if self.kind == "change" and self.change is None:
            raise ValueError("a change target needs the change as printed, such as change: 5")
        if self.kind == "change" and not {"relative", "points"} & set(self.reading):
            raise ValueError(f"'{self.words}' is ambiguous; add reading: [relative] or [points]")
        return self


class Proposal(Record):
    """A possible identification of an indicator that the source does not name."""

    series: Identifier | None = None
    name: Text
    likelihood: Literal["very likely", "probable", "possible"] = Field(alias="class")
    evidence: Text
    sources: SourceList = ()
    forecast: bool = False


class Baseline(Record):
    """Start value as the plan prints it; its number is an observation."""

    words: str
    note: Text | None = None


class Series(Record):
    """What is common to indicators, drivers and comparables: a name, a unit and how it is measured."""

    name: Text
    unit: str | None = None
    measure: Measure = "flow"
    bounds: Bounds = (None, None)
    series: Identifier | None = None
    formula: FormulaText | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _measured(self) -> Self:
        numeric = self.measure in ("flow", "stock")
        if numeric and self.unit is None:
            raise ValueError("a flow or a stock needs a unit")
        low, high = self.bounds
        if low is not None and high is not None and low >= high:
            raise ValueError(f"bounds [{low:g}, {high:g}] are empty; write the lower one first")
        return self


class Assumed(Record):
    """What is assumed of a driver that has no cited value: everything that rests on it says so."""

    value: Magnitude
    period: PeriodText
    reason: Text
    source: SourceList = ()


class Side(Series):
    """A driver (an input of an indicator) or a comparable (another place or definition, never joined)."""

    of: Identifier | None = None
    assumed: Assumed | None = None


class Lever(Record):
    """A declared change whose magnitude a reader may move within bounds."""

    on: Identifier
    change: ChangeKind
    unit: str | None = None
    bounds: tuple[float, float]
    name: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.bounds[0] >= self.bounds[1]:
            low, high = self.bounds
            raise ValueError(f"bounds [{low:g}, {high:g}] are empty; write the lower one first")
        return self


class Indicator(Series):
    """What a plan measures, with its targets in the order of their due dates."""

    number: str
    under: str | None = None
    better: Literal["up", "down"] | None = None
    baseline: Baseline | None = None
    unnamed: bool = False
    proposals: tuple[Proposal, ...] = ()
    targets: tuple[Target, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether it is measured in numbers."""
        return self.measure in ("flow", "stock")

    @property
    def identification(self) -> Proposal | None:
        """The proposed series that the forecast rests on, if any."""
        return next((proposal for proposal in self.proposals if proposal.forecast), None)

    @model_validator(mode="after")
    def _directed(self) -> Self:
        if self.numeric and self.better is None:
            raise ValueError("an indicator in numbers needs better: up or down")
        dues = [target.due_date for target in self.targets if target.due_date]
        if any(later < earlier for earlier, later in pairwise(dues)):
            raise ValueError("targets must stand in the order of their due dates")
        return self


class Orientation(Record):
    """An orientation of the plan with its objectives, by the source's own numbers."""

    name: Text
    issue: Text | None = None
    objectives: dict[str, Text] = Field(default_factory=dict)


class PlanFile(Record):
    """A plan as its file holds it."""

    title: Text
    publisher: Text
    source: str
    source_language: Literal["fr", "en"]
    start: PeriodText
    end: PeriodText
    note: Text | None = None
    orientations: dict[str, Orientation]
    indicators: dict[Identifier, Indicator]
    drivers: dict[Identifier, Side] = Field(default_factory=dict)
    comparables: dict[Identifier, Side] = Field(default_factory=dict)
    levers: dict[Identifier, Lever] = Field(default_factory=dict)


class Plan(PlanFile):
    """A plan with its id, the name of its file."""

    id: str

    @property
    def first(self) -> Period:
        """Period in which it starts."""
        return Period.parse(self.start)

    @property
    def last(self) -> Period:
        """Period in which it ends."""
        return Period.parse(self.end)

    def ended(self, as_of: datetime.date) -> bool:
        """Whether its last day is not after `as_of`."""
        return self.last.end <= as_of

    def series_of(self, name: str) -> tuple[str, ...]:
        """Series an indicator, driver or comparable is observed by; a proposed one comes after its own."""
        item = self.indicators.get(name) or self.drivers.get(name) or self.comparables[name]
        own = item.series or name
        proposed = item.identification if isinstance(item, Indicator) else None
        return (own, proposed.series) if proposed and proposed.series else (own,)

    def heading(self, number: str) -> Text:
        """Name of an objective or an orientation by its number."""
        for own, orientation in self.orientations.items():
            if number == own:
                return orientation.name
            if number in orientation.objectives:
                return orientation.objectives[number]
        raise PlanError(f"unknown objective '{number}' of plan '{self.id}'")

    def item(self, name: str) -> Indicator | Side:
        """An indicator, driver or comparable by its id."""
        return self.indicators.get(name) or self.drivers.get(name) or self.comparables[name]

    def named_by(self, name: str) -> set[str]:
        """Drivers that the formula of an indicator or driver names, and those that their formulas name."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            formula = self.item(waiting.pop()).formula
            names = set(parse_formula(formula).names) - found if formula else set()
            found |= names
            waiting += sorted(names & {*self.drivers, *self.indicators})
        return found

    def only(self, name: str) -> Plan:
        """The plan with one indicator, and what belongs to it: drivers, comparables, indicators that formulas name."""
        if name not in self.indicators:
            raise PlanError(f"unknown indicator '{name}' of plan '{self.id}'{nearest(name, self.indicators)}")
        needed = self.named_by(name)
        update = {
            "indicators": {key: one for key, one in self.indicators.items() if key == name or key in needed},
            "drivers": {key: side for key, side in self.drivers.items() if side.of == name or key in needed},
            "comparables": {key: side for key, side in self.comparables.items() if side.of == name},
        }
        return self.model_copy(update=update)
