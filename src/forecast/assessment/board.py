"""The tables of an assessment: one row per target, and one per target and official method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from forecast.assessment.evidence import Evidence, gather
from forecast.assessment.government import government_row
from forecast.assessment.outlook import outlook_row
from forecast.plans.model import Plan
from forecast.schema.draws import Trajectories
from forecast.schema.tables import make_table

if TYPE_CHECKING:
    import pandas as pd

#: Official methods, each a file of this package.
METHODS: tuple[Callable[[Evidence], dict[str, Any]], ...] = (government_row,)


@dataclass(frozen=True)
class Assessment:
    """How the targets of a plan stand.

    Attributes
    ----------
    outlook : DataFrame
        One row per target: probability, projected value, gap, paces, status.
    verdicts : DataFrame
        Table *assessment*, one row per target and official method.
    """

    outlook: pd.DataFrame
    verdicts: pd.DataFrame


def assess(plan: Plan, observed: pd.DataFrame, trajectories: Trajectories, *, as_of: date) -> Assessment:
    """Assess every target of a plan on what was observed and on the draws of a scenario."""
    targets = list(gather(plan, observed, trajectories, as_of))
    head = {"plan": plan.id, "scenario": trajectories.scenario}
    outlook = [head | {"as_of": as_of.isoformat()} | outlook_row(target) for target in targets]
    verdicts = [head | method(target) for target in targets for method in METHODS]
    return Assessment(make_table("outlook", outlook), make_table("assessment", verdicts))
