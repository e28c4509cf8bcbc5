"""Scenarios tried again and again against one target: what does not depend on them is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.plans.model import Plan, Target
from forecast.scenarios.apply import Ground, apply, lay_ground
from forecast.scenarios.model import Scenario
from forecast.schema.draws import FloatArray, Path, Trajectories
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd


def go_on() -> None:
    """Give way to nothing: what a search does between two scenarios unless it is told otherwise."""


@dataclass(frozen=True)
class Trial:
    """One indicator of a plan with all that moves it, as it was forecast.

    Attributes
    ----------
    plan : Plan
        With this indicator alone, and its targets as they are asked about.
    observed : DataFrame
        Table *observations*.
    baseline : Trajectories
        Paths of the indicator and of all that its formula is computed from, those that are assumed too.
    ground : Ground
        What no scenario changes.
    collection : callable
        Gives the public reference collection, for recipes.
    pause : callable
        Called before each scenario that is tried.
    """

    plan: Plan
    observed: pd.DataFrame
    baseline: Trajectories
    ground: Ground
    indicator: str
    rng: Streams
    collection: Callable[[], pd.DataFrame | None]
    pause: Callable[[], None] = go_on

    @classmethod
    def prepare(
        cls,
        plan: Plan,
        observed: pd.DataFrame,
        baseline: Trajectories,
        indicator: str,
        *,
        rng: Streams,
        collection: Callable[[], pd.DataFrame | None] = lambda: None,
        pause: Callable[[], None] = go_on,
        ground: Ground | None = None,
    ) -> Trial:
        """Narrow a forecast plan to one indicator; the draws stay as they are among all.

        `ground` is what `lay_ground` makes of the plan and its baseline, where that is at hand.

        Raises
        ------
        PlanError
            If the plan has no such indicator.
        """
        alone, acting = plan.only(indicator), {indicator, *plan.named_by(indicator)}
        own = (ground or lay_ground(plan, baseline, rng)).only(acting)
        return cls(alone, observed, replace(baseline, paths=own.before), own, indicator, rng, collection, pause)

    @property
    def target(self) -> Target | None:
        """Last target in numbers that falls due."""
        targets = reversed(self.plan.indicators[self.indicator].targets)
        return next((one for one in targets if one.numeric and one.period), None)

    @property
    def draws(self) -> int:
        """How many futures are computed; 0 where nothing is forecast."""
        return max((len(path.draws) for path in self.baseline.paths.values()), default=0)

    def run(self, scenario: Scenario) -> Trajectories:
        """Give the paths under a scenario."""
        self.pause()
        about = scenario, self.plan, self.observed, self.baseline
        return apply(*about, rng=self.rng, collection=self.collection, ground=self.ground)

    def at_due(self, scenario: Scenario) -> FloatArray | None:
        """Draws (draws,) of the indicator at the due date under a scenario; None where it is not forecast."""
        path = self.run(scenario).paths.get(self.indicator)
        period = self.target.period if self.target else None
        return path.at(period) if path and period else None

    def suppose(self, values: Mapping[str, float]) -> Trial:
        """Put assumed drivers at values, the same in every draw and period, in the unit of the driver."""
        if not values:
            return self
        named = repr((self.indicator, sorted(values.items())))
        ground = self.ground.supposed.recall(named, (), lambda: self._suppose(values))
        return replace(self, baseline=replace(self.baseline, paths=ground.before), ground=ground)

    def _suppose(self, values: Mapping[str, float]) -> Ground:
        paths = {name: _at_value(self.baseline.paths[name], value) for name, value in values.items()}
        baseline = replace(self.baseline, paths={**self.baseline.paths, **paths})
        return lay_ground(self.plan, baseline, self.rng)

    def thin(self, draws: int) -> Trial:
        """Keep at most so many draws, evenly out of all, to try more scenarios in the same time."""
        kept = np.linspace(0, self.draws - 1, min(draws, self.draws)).round().astype(int)
        paths = {name: replace(path, draws=path.draws[kept]) for name, path in self.baseline.paths.items()}
        baseline = replace(self.baseline, paths=paths)
        return replace(self, baseline=baseline, ground=lay_ground(self.plan, baseline, self.rng))


def _at_value(path: Path, value: float) -> Path:
    return replace(path, draws=np.full_like(path.draws, value), origin_value=value)
