"""What a series' own sources say against taking its values at face value: exceptional periods, breaks, revisions."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, RootModel, model_validator

from forecast.errors import Fault, nearest
from forecast.plans.model import Identifier, PeriodText, Source
from forecast.schema.files import Document, Record
from forecast.schema.language import Text
from forecast.schema.periods import Period, decimal_year

LinkKind = Literal["multiply", "add", "unknown"]


class Range(Record):
    """An uncertain size: `low` and `high` hold the central 80 %, `likely` is as often too small as too large."""

    low: float
    likely: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError(
                f"low {self.low:g}, likely {self.likely:g} and high {self.high:g} are out of order; "
                "write the smallest first"
            )
        return self


def _positive(found: Range) -> Range:
    if found.low <= 0:
        raise ValueError(f"a value is multiplied by more than 0, not by {found.low:g}; 1 leaves it as it is")
    return found


def _percent(found: float) -> float:
    if not 0 < found <= 100:
        raise ValueError(
            f"{found:g} % of the value is no size of a revision; write more than 0, such as 2, or leave it out"
        )
    return found


class LinkFile(Record):
    """What brings a value from before a break to today's definition."""

    multiply: Annotated[Range, AfterValidator(_positive)] | None = None
    add: Range | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.multiply is None) == (self.add is None):
            raise ValueError("a link is either multiply or add; leave it out when its size is not known")
        return self


@dataclass(frozen=True)
class Link:
    """A link as models use it; without numbers where its size is unknown."""

    kind: LinkKind = "unknown"
    low: float | None = None
    likely: float | None = None
    high: float | None = None

    def then(self, later: Link) -> Link:
        """One link instead of two between the same two values; of different kinds, its size is unknown."""
        if self.kind != later.kind or self.kind == "unknown":
            return Link()
        mine, its = self.numbers, later.numbers
        joined = [a * b if self.kind == "multiply" else a + b for a, b in zip(mine, its, strict=True)]
        return Link(self.kind, *joined)

    @property
    def numbers(self) -> tuple[float, ...]:
        """Low, likely and high; nothing where they are unknown."""
        return tuple(number for number in (self.low, self.likely, self.high) if number is not None)


#: The link of a break whose size nobody gives.
UNKNOWN = Link()


class Fact(Record):
    """What the source says of a series from a date, and why."""

    start: PeriodText = Field(alias="from")
    reason: Text
    source: str

    @property
    def since(self) -> float:
        """First day, in decimal years."""
        return decimal_year(Period.parse(self.start).start)


class Exceptional(Fact):
    """A stretch whose values say nothing of the trend, such as a pandemic."""

    until: PeriodText

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end < Period.parse(self.start).start:
            raise ValueError(f"until {self.until} ends before from {self.start} begins; write the earlier one first")
        return self

    @property
    def end(self) -> datetime.date:
        """Last day."""
        return Period.parse(self.until).end

    def holds(self, time: float) -> bool:
        """Whether a value at a time, in decimal years, is exceptional; a stock stands at the end of its day."""
        return self.since < time <= decimal_year(self.end + datetime.timedelta(days=1))


class Break(Fact):
    """A change of definition or of level, after which earlier values no longer compare."""

    linked: LinkFile | None = Field(default=None, alias="link")

    @property
    def link(self) -> Link:
        """What brings earlier values to today's definition."""
        for kind in ("multiply", "add"):
            size: Range | None = getattr(self.linked, kind, None)
            if size is not None:
                return Link(kind, size.low, size.likely, size.high)
        return UNKNOWN


class SeriesFacts(Record):
    """What is known of one series beside its values."""

    exceptional: tuple[Exceptional, ...] = ()
    breaks: tuple[Break, ...] = ()
    revised: Annotated[float, AfterValidator(_percent)] | None = None  # usual size of a revision, in % of the value
    sampling_error: Annotated[float, Field(gt=0)] | None = None  # standard error of a value, in its unit

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(
                "nothing is said; write exceptional, breaks, revised or sampling_error, or leave the series out"
            )
        for earlier, later in pairwise(self.exceptional):
            if later.since <= decimal_year(earlier.end):
                raise ValueError(
                    f"exceptional periods from {earlier.start} and from {later.start} overlap or are out of order; "
                    "join or sort them"
                )
        for first, second in pairwise(self.breaks):
            if second.since <= first.since:
                raise ValueError(
                    f"breaks from {first.start} and from {second.start} are out of order; write the earlier one first"
                )
        return self

    @property
    def cited(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every source that is named, and where."""
        groups: tuple[tuple[str, Sequence[Fact]], ...] = (("exceptional", self.exceptional), ("breaks", self.breaks))
        for key, facts in groups:
            for i, fact in enumerate(facts):
                yield (key, i, "source"), fact.source

    def known(self, sources: Mapping[str, Source], as_of: datetime.date) -> SeriesFacts:
        """What of it was known on a date, by the dates of its sources."""
        return SeriesFacts.model_construct(
            exceptional=tuple(fact for fact in self.exceptional if sources[fact.source].known_from <= as_of),
            breaks=tuple(fact for fact in self.breaks if sources[fact.source].known_from <= as_of),
            revised=self.revised,
            sampling_error=self.sampling_error,
        )


class SeriesFile(RootModel[dict[Identifier, SeriesFacts]]):
    """Facts of the series by id, as `data/series.yaml` holds them."""


def check_sources(facts: Mapping[str, SeriesFacts], document: Document, known: Collection[str]) -> Iterator[Fault]:
    """Find sources that no record describes."""
    for series, found in facts.items():
        for loc, source in found.cited:
            if source not in known:
                line = document.line((series, *loc))
                yield Fault(document.path, line, f"unknown source '{source}'{nearest(source, known)}")


def check_named(facts: Mapping[str, SeriesFacts], document: Document, named: Collection[str]) -> Iterator[Fault]:
    """Find series that no plan names."""
    for series in facts:
        if series not in named:
            yield Fault(
                document.path, document.line((series,)), f"no plan names series '{series}'{nearest(series, named)}"
            )
