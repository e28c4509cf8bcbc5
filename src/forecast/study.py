"""The whole method, top to bottom: observations → model → scenario → assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

from forecast import assessment, models, observations, scenarios
from forecast.assessment import Assessment
from forecast.assessment.evidence import Points, used_points
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.reference import achieved_in, collection_in
from forecast.scenarios import Ground, Scenario
from forecast.scenarios.trials import Trial, go_on
from forecast.schema.draws import Trajectories
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Study:
    """A plan under a scenario, as known on a date: what was observed, forecast and assessed.

    Attributes
    ----------
    plan : Plan
        With its targets as the scenario has them.
    observed : DataFrame
        Table *observations*, assumed values included and marked.
    baseline, trajectories : Trajectories
        Forecast before and after the scenario's changes, on the same draws.
    assessment : Assessment
        Outlook and verdicts of every target.
    unadjusted : Trajectories or None
        Forecast under the scenario before an analyst's judgment; None without one.
    """

    plan: Plan
    scenario: Scenario
    as_of: date
    parameters: Parameters
    catalogue: Catalogue
    observed: pd.DataFrame
    baseline: Trajectories
    trajectories: Trajectories
    assessment: Assessment
    unadjusted: Trajectories | None = None

    def assess(self, language: str | None = None) -> pd.DataFrame:
        """Set every official method side by side: one row per target, one column per method.

        Parameters
        ----------
        language : {'fr', 'en'}, optional
            Of the classes; that of the parameters when not given.
        """
        return self.assessment.side_by_side(language or self.parameters.language)


@dataclass(frozen=True)
class Forecast:
    """What scenarios with the same assumed values and due dates have in common."""

    plan: Plan
    observed: pd.DataFrame
    baseline: Trajectories
    rng: Streams

    @cached_property
    def ground(self) -> Ground:
        """The paths that scenarios change, made when the first one is applied."""
        return scenarios.lay_ground(self.plan, self.baseline, self.rng)

    @cached_property
    def points(self) -> Points:
        """The values used, as the assessment takes them."""
        return used_points(self.observed)


@dataclass(frozen=True)
class Bench:
    """A plan as known on a date, on which scenarios are tried: what does not depend on them is worked out once.

    Attributes
    ----------
    plan : Plan
        As its file has it.
    only : str or None
        Id of the one indicator to forecast and assess; its draws are the same as among all.
    by : Period or None
        Another due date for the last target of every indicator.
    pause : callable
        Called before each scenario that is applied: a long search gives way there to what is more urgent.
    """

    plan: Plan
    only: str | None
    as_of: date
    by: Period | None
    parameters: Parameters
    catalogue: Catalogue
    forecasts: dict[str, Forecast] = field(default_factory=dict, repr=False)
    pause: Callable[[], None] = field(default=go_on, repr=False)

    @property
    def rng(self) -> Streams:
        """Random streams of the seed."""
        return Streams(self.parameters.seed)

    def scenario(self, name: str, levers: Mapping[str, float] | None = None) -> Scenario:
        """Load a scenario, with levers moved as a reader asks."""
        return scenarios.with_levers(scenarios.load(self.catalogue, self.plan, name), self.plan, levers or {})

    def forecast(self, scenario: Scenario) -> tuple[Plan, pd.DataFrame, Trajectories]:
        """Resolve targets, bring in assumed values and forecast; each set of assumptions and dues is forecast once."""
        plan, known = self._forecast(scenario)
        return plan, known.observed, known.baseline

    def _forecast(self, scenario: Scenario) -> tuple[Plan, Forecast]:
        own = self.plan if self.only is None else self.plan.only(self.only)
        plan = scenarios.resolve(scenario, own, by=self.by)
        dues = [(name, target.due) for name, one in plan.indicators.items() for target in one.targets]
        key = repr((sorted(scenario.assumptions.items()), dues))  # how far is forecast follows the due dates
        if key not in self.forecasts:
            observed = scenarios.assume(scenario, plan, observations.load(plan, self.catalogue, as_of=self.as_of))
            baseline = models.forecast(
                observed, plan, model=self.parameters.model, draws=self.parameters.draws, rng=self.rng
            )
            paths = {name: path.seen_from(self.as_of) for name, path in baseline.paths.items()}
            self.forecasts[key] = Forecast(plan, observed, replace(baseline, paths=paths), self.rng)
        return plan, self.forecasts[key]

    def apply(self, scenario: Scenario) -> tuple[Plan, Trajectories]:
        """Give the resolved plan and the paths under a scenario; nothing is assessed."""
        self.pause()
        plan, known = self._forecast(scenario)
        collection = partial(collection_in, self.catalogue.root)
        about = scenario, plan, known.observed, known.baseline
        return plan, scenarios.apply(*about, rng=self.rng, collection=collection, ground=known.ground)

    def trial(self, scenario: Scenario, indicator: str) -> Trial:
        """Prepare one indicator to be tried under many scenarios that assume the same as this one."""
        plan, known = self._forecast(scenario)
        return Trial.prepare(
            plan,
            known.observed,
            known.baseline,
            indicator,
            rng=self.rng,
            collection=partial(collection_in, self.catalogue.root),
            pause=self.pause,
            ground=known.ground,
        )

    def run(self, scenario: Scenario, *, verdicts: bool = True) -> Study:
        """Forecast and assess the plan under a scenario: the whole method, or without what official methods say."""
        plan, known = self._forecast(scenario)
        _, trajectories = self.apply(scenario)
        achieved = partial(achieved_in, self.catalogue.root)
        verdict = assessment.assess(
            plan,
            known.observed,
            trajectories,
            as_of=self.as_of,
            rng=self.rng,
            achieved=achieved,
            verdicts=verdicts,
            points=known.points,
        )
        plain = self.apply(scenarios.without_judgment(scenario))[1] if scenario.judgments else None
        return Study(
            plan,
            scenario,
            self.as_of,
            self.parameters,
            self.catalogue,
            known.observed,
            known.baseline,
            trajectories,
            verdict,
            plain,
        )


def open_bench(
    plan: str | Plan,
    *,
    as_of: date | None = None,
    by: Period | None = None,
    model: str | None = None,
    draws: int | None = None,
    seed: int | None = None,
    only: str | None = None,
    catalogue: Catalogue | None = None,
) -> Bench:
    """Open a plan as known on a date, to try scenarios on; arguments and errors as of `run_study`."""
    catalogue = catalogue or Catalogue.find()
    parameters = Parameters.load(catalogue.root).with_values(model=model, draws=draws, seed=seed)
    plan = catalogue.plan(plan) if isinstance(plan, str) else plan
    return Bench(plan, only, as_of or date.today(), by, parameters, catalogue)


def run_study(
    plan: str | Plan,
    scenario: str = "baseline",
    *,
    levers: Mapping[str, float] | None = None,
    as_of: date | None = None,
    by: Period | None = None,
    model: str | None = None,
    draws: int | None = None,
    seed: int | None = None,
    only: str | None = None,
    catalogue: Catalogue | None = None,
) -> Study:
    """Forecast and assess a plan under a scenario, as known on a date.

    Parameters
    ----------
    plan : str or Plan
        Id of the plan, or the plan itself.
    scenario : str
        Id of the scenario.
    levers : mapping of str to float, optional
        Magnitudes at which a reader puts levers, over those of the scenario.
    as_of : date, optional
        Only what was known on this day counts; today by default.
    by : Period, optional
        Another due date for the last target of every indicator.
    model, draws, seed : optional
        As in `parameters/defaults.yaml` when not given.
    only : str, optional
        Id of the one indicator to forecast and assess; its draws are the same as among all.

    Raises
    ------
    ForecastError
        If a file is faulty, or a plan, scenario, indicator, lever or model is unknown.
    """
    bench = open_bench(plan, as_of=as_of, by=by, model=model, draws=draws, seed=seed, only=only, catalogue=catalogue)
    return bench.run(bench.scenario(scenario, levers))


def look_back(study: Study) -> Study | None:
    """Forecast an ended plan as it would have been at its start: on its first day, or when its document became known.

    The baseline, with the model, draws and seed of the study; None while the plan goes on.
    """
    plan = study.catalogue.plan(study.plan.id)
    if not plan.ended(study.as_of):
        return None
    start = max(plan.first.start, study.catalogue.sources[plan.source].known_from)
    given = study.parameters
    return run_study(
        plan, as_of=start, model=given.model, draws=given.draws, seed=given.seed, catalogue=study.catalogue
    )
