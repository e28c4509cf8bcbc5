"""The comparison: scenarios of a plan, target by target, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.assessment.evidence import Evidence
from forecast.compare.aims import Aim, Pair, goal_of, last_open, make_aim
from forecast.compare.effort import measure_effort
from forecast.compare.mixture import MIXTURE, choose, mix, share_weights
from forecast.errors import PlanError, ScenarioError, nearest
from forecast.plans.model import Plan
from forecast.scenarios.library import BASELINE
from forecast.scenarios.model import Scenario
from forecast.schema.draws import Path, Trajectories
from forecast.study import Bench

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the table with their types: one row per indicator and scenario.
COLUMNS = {
    "plan": "str",
    "indicator": "str",
    "scenario": "str",
    "weight": "float64",
    "due": "str",
    "words": "str",
    "target": "float64",
    "operator": "str",
    "unit": "str",
    "status": "str",
    "changed": "bool",
    "target_changed": "bool",
    "assumed": "bool",
    "low": "float64",
    "median": "float64",
    "high": "float64",
    "probability": "float64",
    "gap": "float64",
    "baseline_median": "float64",
    "baseline_probability": "float64",
    "difference": "float64",
    "difference_low": "float64",
    "difference_high": "float64",
    "probability_difference": "float64",
    "probability_difference_low": "float64",
    "probability_difference_high": "float64",
    "effort": "float64",
}
#: Columns of the milestones: one row per indicator, scenario and year.
MILESTONES = {
    "plan": "str",
    "indicator": "str",
    "scenario": "str",
    "due": "str",
    "period": "str",
    "value": "float64",
    "unit": "str",
    "assumed": "bool",
    "probability": "float64",
    "baseline_probability": "float64",
}


@dataclass(frozen=True)
class Comparison:
    """Scenarios of a plan side by side.

    Attributes
    ----------
    bench : Bench
        The plan as known on a date.
    plan : Plan
        With its targets as the baseline has them.
    scenarios : tuple of Scenario
        The baseline first.
    pairs : mapping of str to mapping of str to Pair
        By scenario, then by indicator; `mixture` holds the weighted one.
    weights : mapping of str to float
        Share of each weighted scenario in the mixture, 0 to 1; empty where fewer than two carry a weight.
    efforts : mapping of str to float
        Of the scenarios that move levers.
    asked : tuple of str
        Indicators that the reader asked about; none means all.
    """

    bench: Bench
    plan: Plan
    scenarios: tuple[Scenario, ...]
    pairs: Mapping[str, Mapping[str, Pair]]
    weights: Mapping[str, float]
    efforts: Mapping[str, float]
    asked: tuple[str, ...] = ()

    def seen(self) -> Iterator[tuple[str, str, Pair]]:
        """Give indicator, scenario and what is known of them, indicators in the order of the plan."""
        for name in self.plan.indicators:
            for scenario, pairs in self.pairs.items():
                if name in pairs:
                    yield name, scenario, pairs[name]

    @property
    def unmixed(self) -> tuple[str, ...]:
        """Indicators that are not mixed: the weighted scenarios have other targets, or one has no forecast."""
        mixed = self.pairs.get(MIXTURE, {})
        every = {name for scenario in self.weights for name in self.pairs[scenario]}
        return tuple(name for name in self.plan.indicators if name in every and name not in mixed)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per indicator and scenario: value, probability and gap when due, and how far from the baseline."""
        return _make_table(COLUMNS, (self._row(*seen) for seen in self.seen()))

    def _row(self, name: str, scenario: str, pair: Pair) -> dict[str, Any]:
        aim, baseline = pair.aim, pair.reference.figures
        return {
            "plan": self.plan.id,
            "indicator": name,
            "scenario": scenario,
            "weight": self.weights.get(scenario),
            "due": aim.target.due,
            "words": aim.target.words,
            "target": aim.target.value,
            "operator": aim.target.operator,
            "unit": aim.evidence.indicator.unit,
            "status": "open" if aim.periods else "no_forecast",
            "changed": pair.changed,
            "target_changed": pair.target_changed,
            "assumed": aim.assumed,
            "baseline_median": baseline.get("median"),
            "baseline_probability": baseline.get("probability"),
            "effort": self.efforts.get(scenario),
            **aim.figures,
            **pair.difference,
        }

    @cached_property
    def milestones(self) -> pd.DataFrame:
        """What each scenario would commit the plan to: its median of every year up to the due date.

        `probability` is that of being at least there under the scenario, near one half by construction;
        `baseline_probability` is the same if nothing is changed.
        """
        rows = (
            {
                "plan": self.plan.id,
                "indicator": name,
                "scenario": scenario,
                "due": pair.aim.target.due,
                "unit": pair.aim.evidence.indicator.unit,
                "assumed": pair.aim.assumed,
                **row,
            }
            for name, scenario, pair in self.seen()
            for row in pair.milestones()
        )
        return _make_table(MILESTONES, rows)


def _make_table(columns: Mapping[str, str], rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns)).astype(columns)


def compare(bench: Bench, scenarios: Sequence[str | Scenario], *, indicators: Sequence[str] = ()) -> Comparison:
    """Set scenarios side by side; the baseline is always the first of them.

    Parameters
    ----------
    bench : Bench
        The plan as known on a date.
    scenarios : sequence of str or Scenario
        Ids, or scenarios themselves; those with a weight are also mixed.
    indicators : sequence of str
        Ids of those to compare; all without any.

    Raises
    ------
    ForecastError
        If a scenario or an indicator is unknown, or a scenario cannot be applied.
    """
    for name in indicators:
        if name not in bench.plan.indicators:
            known = nearest(name, bench.plan.indicators)
            raise PlanError(f"unknown indicator '{name}' of plan '{bench.plan.id}'{known}")
    loaded = (one if isinstance(one, Scenario) else bench.scenario(one) for one in (BASELINE, *scenarios))
    chosen = tuple({one.id: one for one in loaded}.values())
    plan, trajectories = bench.apply(chosen[0])
    names = [name for name in plan.indicators if not indicators or name in indicators]
    reference = _Reference(bench, plan, trajectories, names)
    pairs = {one.id: reference.see(one) for one in chosen}
    weights = share_weights(chosen)
    if weights and MIXTURE in pairs:
        raise ScenarioError(f"beside weighted scenarios none may be called '{MIXTURE}': that is all of them; rename it")
    if weights:
        drawn = choose(weights, bench.parameters.draws, bench.rng.stream("mixture", plan.id))
        pairs[MIXTURE] = mix(weights, pairs, names, drawn)
    efforts = {one.id: measure_effort(one, plan, trajectories) for one in chosen}
    moved = {name: effort for name, effort in efforts.items() if effort is not None}
    return Comparison(bench, plan, chosen, pairs, weights, moved, tuple(indicators))


def move_levers(bench: Bench, name: str, levers: Mapping[str, float]) -> Scenario:
    """Load a scenario with levers moved as a reader asks; its id then says so, as in `baseline+demand_growth=8`."""
    scenario = bench.scenario(name, levers)
    said = ",".join(f"{lever}={value:g}" for lever, value in levers.items())
    return scenario.model_copy(update={"id": f"{name}+{said}"}) if said else scenario


@dataclass(frozen=True)
class _Reference:
    """The baseline, and what it makes of each target that a scenario asks it about: worked out once."""

    bench: Bench
    plan: Plan
    trajectories: Trajectories
    names: Sequence[str]
    aims: dict[tuple[str, tuple[object, ...]], Aim] = field(default_factory=dict)

    def see(self, scenario: Scenario) -> dict[str, Pair]:
        """Look at the open targets under a scenario, and at the same ones under the baseline."""
        plan, after = self.bench.apply(scenario)
        found = {}
        for name in self.names:
            target = last_open(plan.indicators[name], self.bench.as_of)
            if target is not None:
                evidence = Evidence(name, plan.indicators[name], target, self.bench.as_of, (), None)
                found[name] = self._pair(evidence, plan, after)
        return found

    def _pair(self, evidence: Evidence, plan: Plan, after: Trajectories) -> Pair:
        """Take the baseline's own aim where the path is the baseline's, or differs in no draw that counts."""
        own = last_open(self.plan.indicators[evidence.name], evidence.as_of)
        moved = own is None or goal_of(own) != goal_of(evidence.target)
        path, known = after.paths.get(evidence.name), self._aim(evidence)
        if path is None or path is self.trajectories.paths.get(evidence.name):
            return Pair(known, known, moved)
        aim = make_aim(evidence, path, assumed=path.assumed or self._moved_by_assumed(evidence.name, plan, after))
        same = aim.periods == known.periods and np.array_equal(aim.draws, known.draws)
        return Pair(known if same else aim, known, moved)

    def _moved_by_assumed(self, name: str, plan: Plan, after: Trajectories) -> bool:
        """Whether drivers move an indicator, and one of them is assumed or changed by an assumed amount."""
        drivers = [driver for driver in plan.named_by(name) if driver in after.paths]
        before = {driver: self.trajectories.paths.get(driver) for driver in drivers}
        moved = any(not _same_draws(after.paths[driver], path) for driver, path in before.items())
        return moved and any(after.paths[driver].assumed for driver in drivers)

    def _aim(self, evidence: Evidence) -> Aim:
        key = evidence.name, goal_of(evidence.target)
        if key not in self.aims:
            path = self.trajectories.paths.get(evidence.name)
            self.aims[key] = make_aim(evidence, path, assumed=path is not None and path.assumed)
        return self.aims[key]


def _same_draws(path: Path, other: Path | None) -> bool:
    return path is other or (other is not None and np.array_equal(path.draws, other.draws))
