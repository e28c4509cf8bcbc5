"""The whole method, top to bottom: observations → model → scenario → assessment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from forecast import assessment, models, observations, scenarios
from forecast.assessment import Assessment
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.reference import achieved_in
from forecast.scenarios import Scenario
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

    def assess(self, language: str | None = None) -> pd.DataFrame:
        """Set every official method side by side: one row per target, one column per method.

        Parameters
        ----------
        language : {'fr', 'en'}, optional
            Of the classes; that of the parameters when not given.
        """
        return self.assessment.side_by_side(language or self.parameters.language)


def run_study(
    plan: str | Plan,
    scenario: str = "baseline",
    *,
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
        If a file is faulty, or a plan, scenario, indicator or model is unknown.
    """
    catalogue = catalogue or Catalogue.find()
    as_of = as_of or date.today()
    parameters = Parameters.load(catalogue.root).with_values(model=model, draws=draws, seed=seed)
    plan = catalogue.plan(plan) if isinstance(plan, str) else plan
    chosen = scenarios.load(catalogue, plan, scenario)
    if only is not None:
        plan = plan.only(only)

    rng = Streams(parameters.seed)
    plan = scenarios.resolve(chosen, plan, by=by)
    observed = scenarios.assume(chosen, plan, observations.load(plan, catalogue, as_of=as_of))
    baseline = models.forecast(observed, plan, model=parameters.model, draws=parameters.draws, rng=rng)
    trajectories = scenarios.apply(chosen, baseline)
    verdict = assessment.assess(
        plan, observed, trajectories, as_of=as_of, rng=rng, achieved=partial(achieved_in, catalogue.root)
    )
    return Study(plan, chosen, as_of, parameters, catalogue, observed, baseline, trajectories, verdict)


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
