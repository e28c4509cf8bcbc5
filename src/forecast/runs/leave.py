"""The last cell of a notebook that is run: leave the tables, and proof that the notebook came to its end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.plans.model import Plan
from forecast.runs.inputs import digest
from forecast.scenarios.library import COMPARISON
from forecast.schema.language import LANGUAGES
from forecast.schema.periods import Period
from forecast.schema.tables import check_table

if TYPE_CHECKING:
    import pandas as pd

    from forecast.compare import Comparison
    from forecast.study import Study

#: Set by the worker that executes the notebook; absent when a person does.
FOLDER = "FORECAST_RUN_FOLDER"
PROOF = "proof.json"


def leave(study: Study) -> None:
    """Write the tables of a study where a run asked for them, then the proof; do nothing for a person's notebook.

    A kernel that dies or exits early leaves no proof, whatever the saved notebook says of its cells.
    """
    if FOLDER not in os.environ:
        return
    from forecast import reporting

    tables = {
        "trajectories": study.trajectories.table(study.parameters.quantiles),
        "outlook": study.assessment.outlook,
        "assessment": study.assessment.verdicts,
    }
    for name, table in tables.items():
        check_table(name, table)
    _leave(
        tables,
        plan=study.plan,
        scenario=study.scenario.id,
        as_of=study.as_of,
        say=lambda language: reporting.headline(study, language),
        next_due=_next_due([study.plan], study.as_of),
        last_observed=_last_observed(study.observed, study.plan),
    )


def leave_comparison(comparison: Comparison) -> None:
    """Write the tables of a comparison where a run asked for them, then the proof, as `leave` does."""
    if FOLDER not in os.environ:
        return
    from forecast.reporting.comparison_headline import say_comparison

    bench = comparison.bench
    forecasts = [bench.forecast(one) for one in comparison.scenarios]
    _leave(
        {"comparison": comparison.table, "milestones": comparison.milestones},
        plan=comparison.plan,
        scenario=COMPARISON,
        as_of=bench.as_of,
        say=lambda language: say_comparison(comparison, language),
        next_due=_next_due((plan for plan, _observed, _paths in forecasts), bench.as_of),
        last_observed=_last_observed(forecasts[0][1], comparison.plan),
    )


def _leave(
    tables: Mapping[str, pd.DataFrame],
    *,
    plan: Plan,
    scenario: str,
    as_of: date,
    say: Callable[[str], str],
    next_due: str | None,
    last_observed: str | None,
) -> None:
    """Write tables, then the proof with the hash of each file."""
    folder = Path(os.environ[FOLDER])
    files: dict[str, str] = {}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        table.to_parquet(folder / f"{name}.parquet", index=False)
        files |= {
            f"{name}.{ending}": digest((folder / f"{name}.{ending}").read_bytes()) for ending in ("csv", "parquet")
        }
    proof = {
        "plan": plan.id,
        "scenario": scenario,
        "as_of": as_of.isoformat(),
        "headline": {language: say(language) for language in LANGUAGES},
        "next_due": next_due,
        "last_observed": last_observed,
        "files": files,
    }
    (folder / PROOF).write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")


def _next_due(plans: Iterable[Plan], as_of: date) -> str | None:
    """Day on which the next target falls due, from which the index counts anew every time it is made."""
    dues = [
        target.due_date
        for plan in plans
        for indicator in plan.indicators.values()
        for target in indicator.targets
        if target.due_date is not None and not target.past(as_of)
    ]
    return min(dues).isoformat() if dues else None


def _last_observed(observed: pd.DataFrame, plan: Plan) -> str | None:
    """Last day that a value used tells of, comparables and assumptions apart."""
    rows = observed[observed["used"] & (observed["status"] != "assumed")]
    rows = rows[rows["indicator"].isin(list(plan.indicators))]
    days = [Period.parse(text).end for text in rows["period"]]
    return max(days).isoformat() if days else None
