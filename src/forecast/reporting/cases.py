"""A study seen one indicator at a time: its values, its targets with their outlook, its forecast."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forecast.assessment.board import Board
from forecast.plans.baseline import baseline_value
from forecast.plans.model import Indicator, Side, Target
from forecast.scenarios.apply import ASKED
from forecast.schema.draws import Path
from forecast.schema.periods import Period
from forecast.schema.tables import COLUMNS
from forecast.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Value:
    """One observed (or assumed) value, used or not."""

    series: str
    period: Period
    time: float
    value: float
    unit: str
    status: str
    source: str | None
    published: str
    notes: Mapping[str, str | None]
    used: bool
    why: str | None
    error: float = 0.0
    exceptional: bool = False


@dataclass(frozen=True)
class Commitment:
    """One target with all that is said of it, and its row of the outlook with None where a figure is absent."""

    board: Board
    outlook: Mapping[str, Any]

    @property
    def target(self) -> Target:
        """The target itself."""
        return self.board.evidence.target

    @property
    def decided_on(self) -> Period | None:
        """Period of the value that decides it, if its date has passed."""
        evidence = self.board.evidence
        point = evidence.published() if evidence.past else None
        return point.period if point else None

    @property
    def status(self) -> str:
        """Status in the outlook."""
        return str(self.outlook["status"])

    @property
    def probability(self) -> float | None:
        """Probability of meeting it, if there is a forecast."""
        return self.outlook.get("probability")

    @property
    def asked(self) -> bool:
        """Whether the reader moved its date."""
        return self.target.reason == ASKED

    @property
    def assumed(self) -> bool:
        """Whether it rests on an assumption."""
        return bool(self.outlook["assumed"])


@dataclass(frozen=True)
class Beside:
    """A driver or a comparable with its values, shown beside an indicator and never joined to it."""

    item: Side
    values: tuple[Value, ...]
    driver: bool


@dataclass(frozen=True)
class Case:
    """One indicator with everything a report says of it.

    Attributes
    ----------
    values : tuple of Value
        Everything known of its series, ascending in time.
    commitments : tuple of Commitment
        Its targets; empty cells are left out.
    path, reference : Path or None
        Forecast under the scenario, and the baseline's.
    start : float or None
        Starting value that the plan prints.
    beside : tuple of Beside
        Its drivers and comparables that have a value.
    """

    name: str
    indicator: Indicator
    values: tuple[Value, ...]
    commitments: tuple[Commitment, ...]
    path: Path | None
    reference: Path | None
    start: float | None
    beside: tuple[Beside, ...] = ()

    @cached_property
    def used(self) -> tuple[Value, ...]:
        """Values that the forecast rests on."""
        return tuple(value for value in self.values if value.used)

    @property
    def latest(self) -> Value | None:
        """Last value known, assumed or not."""
        return self.used[-1] if self.used else None

    @property
    def numeric(self) -> tuple[Commitment, ...]:
        """Targets with a number to compare with."""
        return tuple(item for item in self.commitments if item.target.numeric)

    @property
    def leading(self) -> Commitment | None:
        """The target to show first: one that the reader moved, the next one open with a probability, or the last."""
        if asked := [item for item in self.commitments if item.asked]:
            return asked[-1]
        chances = [item for item in self.commitments if item.probability is not None]
        if chances:
            return chances[0]
        return (self.numeric or self.commitments or (None,))[-1]

    @property
    def assumed(self) -> bool:
        """Whether its forecast rests on an assumption."""
        return self.path is not None and self.path.assumed

    @property
    def values_assumed(self) -> bool:
        """Whether one of its values is assumed."""
        return any(value.status == "assumed" for value in self.used)

    @property
    def identified(self) -> bool:
        """Whether its forecast rests on a proposed identification."""
        return self.path is not None and "identification" in self.path.notes

    @property
    def forced(self) -> bool:
        """Whether a change of the scenario forces its path."""
        return self.path is not None and "changed" in self.path.notes

    @property
    def single(self) -> bool:
        """Whether its forecast rests on one observation."""
        return self.path is not None and self.path.observations == 1

    @property
    def supposed(self) -> bool:
        """Whether its last value is assumed, and so not known."""
        return self.latest is not None and self.latest.status == "assumed"

    @property
    def ordered(self) -> tuple[Commitment, ...]:
        """Targets to tell of in a few words: the leading one, and the last one where it is another."""
        last = self.commitments[-1:]
        return (self.leading, *(item for item in last if item is not self.leading)) if self.leading else ()

    def decision(self, item: Commitment) -> Value | None:
        """Find the value that decided whether a past target was met."""
        return next((value for value in self.used if value.period == item.decided_on), None)


def cases(study: Study, values: Mapping[str, Sequence[Value]] | None = None) -> tuple[Case, ...]:
    """Every indicator of a study, in the plan's order.

    `values` are those that `observed_values` gives of its observations, where they are at hand.
    """
    values = observed_values(study.observed) if values is None else values
    commitments, beside = _commitments(study), _beside(study, values)
    return tuple(
        Case(
            name=name,
            indicator=indicator,
            values=tuple(values.get(name, ())),
            commitments=tuple(commitments.get(name, ())),
            path=study.trajectories.paths.get(name),
            reference=study.baseline.paths.get(name),
            start=baseline_value(study.plan, indicator),
            beside=tuple(beside.get(name, ())),
        )
        for name, indicator in study.plan.indicators.items()
    )


def observed_values(observed: pd.DataFrame) -> dict[str, list[Value]]:
    """Rows of the observations by indicator, driver or comparable."""
    found: dict[str, list[Value]] = defaultdict(list)
    for row in _records(observed):
        value = Value(
            series=row["series"],
            period=Period.parse(row["period"]),
            time=row["time"],
            value=row["value"],
            unit=row["unit"],
            status=row["status"],
            source=row["source"],
            published=row["published"] or "",
            notes={"en": row["note"], "fr": row["note_fr"]},
            used=row["used"],
            why=row["why"],
            error=row["error"],
            exceptional=row["exceptional"],
        )
        found[row["indicator"]].append(value)
    return found


def _beside(study: Study, values: Mapping[str, Sequence[Value]]) -> dict[str | None, list[Beside]]:
    found: dict[str | None, list[Beside]] = defaultdict(list)
    for group in (study.plan.drivers, study.plan.comparables):
        for name, item in group.items():
            if name in values:
                found[item.of].append(Beside(item, tuple(values[name]), driver=group is study.plan.drivers))
    return found


def _commitments(study: Study) -> dict[str, list[Commitment]]:
    found: dict[str, list[Commitment]] = defaultdict(list)
    columns = dict.fromkeys(COLUMNS["outlook"])
    for board in study.assessment.boards:
        row = columns | {name: _known(value) for name, value in board.outlook.items()}
        found[board.evidence.name].append(Commitment(board, row))
    return found


def _records(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, with None where a value is absent; column by column, which pandas does fastest."""
    names = [str(name) for name in table.columns]
    columns = [[_known(value) for value in table[name].tolist()] for name in names]
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
