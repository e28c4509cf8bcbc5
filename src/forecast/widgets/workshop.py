"""What sessions of the explorer share: plans as read, scenarios as loaded, and plans forecast."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from forecast import scenarios
from forecast.errors import ForecastError
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.reporting.cases import Value, observed_values
from forecast.reporting.voice import whole_units
from forecast.scenarios import Scenario
from forecast.scenarios.library import COMPARISON
from forecast.schema.language import Text
from forecast.study import Bench, open_bench

if TYPE_CHECKING:
    import pandas as pd

#: Indicators whose forecasts are kept, and forecasts of each: other due dates, other assumed values.
BENCHES, FORECASTS = 24, 8


@dataclass(frozen=True)
class Seen:
    """What the observations of a forecast hold, brought into form once.

    Attributes
    ----------
    observed : DataFrame
        Table *observations*.
    values : mapping of str to list of Value
        By indicator, driver or comparable.
    counts : frozenset of str
        Units in which everything observed is a whole number.
    known : frozenset of str
        Indicators and drivers that have a published value.
    rests : dict of str to float
        Magnitudes at which levers do nothing, as far as they were asked for.
    """

    observed: pd.DataFrame
    values: Mapping[str, list[Value]]
    counts: frozenset[str]
    known: frozenset[str]
    rests: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, observed: pd.DataFrame) -> Seen:
        """Bring the observations into form."""
        values = observed_values(observed)
        published = (
            name for name, found in values.items() if any(one.used and one.status != "assumed" for one in found)
        )
        return cls(observed, values, whole_units(observed), frozenset(published))


class Workshop:
    """Plans, scenarios and forecasts worked out once for all who ask; safe to be used from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._plans: dict[str, Plan] = {}
        self._titles: dict[str, Text] = {}
        self._scenarios: dict[tuple[str, str], Scenario] = {}
        self._benches: OrderedDict[tuple[str, str, str, date], Bench] = OrderedDict()
        self._seen: OrderedDict[int, Seen] = OrderedDict()
        self._lock = threading.RLock()

    def plan(self, name: str) -> Plan:
        """Give a plan as its file has it; raise `ForecastError` for an unknown or faulty one."""
        with self._lock:
            if name not in self._plans:
                self._plans[name] = self.catalogue.plan(name)
            return self._plans[name]

    def title(self, name: str) -> Text:
        """Give publisher and title of a plan, without checking the rest of it; its id where the file gives none."""
        with self._lock:
            if name not in self._titles:
                try:
                    data = self.catalogue.document(name).data
                    publisher, title = (Text.model_validate(data[key]) for key in ("publisher", "title"))
                    self._titles[name] = Text(fr=f"{publisher.fr} – {title.fr}", en=f"{publisher.en} – {title.en}")
                except (ForecastError, KeyError, TypeError, ValueError):  # told when the plan is chosen
                    self._titles[name] = Text(fr=name, en=name)
            return self._titles[name]

    def scenario(self, plan: str, name: str) -> Scenario:
        """Give a scenario of a plan as its file has it; raise `ForecastError` for an unknown or faulty one."""
        with self._lock:
            if (plan, name) not in self._scenarios:
                self._scenarios[plan, name] = scenarios.load(self.catalogue, self.plan(plan), name)
            return self._scenarios[plan, name]

    def see(self, observed: pd.DataFrame) -> Seen:
        """Bring the observations of a forecast into form, or give what was made of the same table."""
        with self._lock:
            if id(observed) not in self._seen:  # the table is held with it, so that no other gets its id
                self._seen[id(observed)] = Seen.of(observed)
            self._seen.move_to_end(id(observed))
            while len(self._seen) > BENCHES:
                self._seen.popitem(last=False)
            return self._seen[id(observed)]

    def bench(self, plan: str, indicator: str, model: str, as_of: date) -> Bench:
        """Open a bench on one indicator, or give the one that was opened before."""
        key = plan, indicator, model, as_of
        with self._lock:
            if key not in self._benches:
                self._benches[key] = open_bench(
                    self.plan(plan), only=indicator, model=model, as_of=as_of, catalogue=self.catalogue
                )
            self._benches.move_to_end(key)
            bench = self._benches[key]
            while len(self._benches) > BENCHES:
                self._benches.popitem(last=False)
            if len(bench.forecasts) > FORECASTS:
                bench.forecasts.clear()
            return bench


class Desk:
    """The workshop as one reader sees it: with the scenarios that they brought, which nobody else sees."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._brought: dict[tuple[str, str], tuple[Scenario, str]] = {}

    @property
    def catalogue(self) -> Catalogue:
        """Plans and scenarios on disk."""
        return self.workshop.catalogue

    def plan(self, name: str) -> Plan:
        """Give a plan as its file has it."""
        return self.workshop.plan(name)

    def title(self, plan: str) -> Text:
        """Give publisher and title of a plan."""
        return self.workshop.title(plan)

    def bring(self, scenario: Scenario, text: str) -> None:
        """Take a scenario that a reader brought, and the text of its file."""
        self._brought[scenario.plan, scenario.id] = scenario, text

    def brought(self, plan: str, name: str) -> str | None:
        """Text of a scenario that is the reader's own and not on disk; None of all others."""
        return self._brought[plan, name][1] if (plan, name) in self._brought else None

    def scenario(self, plan: str, name: str) -> Scenario:
        """Give a scenario: one that the reader brought, or one on disk."""
        own = self._brought.get((plan, name))
        return own[0] if own else self.workshop.scenario(plan, name)

    def scenarios_of(self, plan: str) -> list[str]:
        """Ids of the scenarios of a plan, those that the reader brought last."""
        found = [one for one in scenarios.scenario_ids(self.catalogue, plan) if one != COMPARISON]
        return list(dict.fromkeys([*found, *(name for of, name in self._brought if of == plan)]))

    def bench(self, plan: str, indicator: str, model: str, as_of: date) -> Bench:
        """Open a bench on one indicator."""
        return self.workshop.bench(plan, indicator, model, as_of)
