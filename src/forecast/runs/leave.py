"""The last cell of a report: leave the tables, and proof that the notebook came to its end."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.runs.inputs import digest
from forecast.schema.periods import Period
from forecast.schema.tables import check_table

if TYPE_CHECKING:
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

    folder = Path(os.environ[FOLDER])
    tables = {
        "trajectories": study.trajectories.table(study.parameters.quantiles),
        "outlook": study.assessment.outlook,
        "assessment": study.assessment.verdicts,
    }
    files: dict[str, str] = {}
    for name, table in tables.items():
        check_table(name, table)
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        table.to_parquet(folder / f"{name}.parquet", index=False)
        files |= {
            f"{name}.{ending}": digest((folder / f"{name}.{ending}").read_bytes()) for ending in ("csv", "parquet")
        }
    proof = {
        "plan": study.plan.id,
        "scenario": study.scenario.id,
        "as_of": study.as_of.isoformat(),
        "headline": {language: reporting.headline(study, language) for language in ("fr", "en")},
        "next_due": _next_due(study),
        "last_observed": _last_observed(study),
        "files": files,
    }
    (folder / PROOF).write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")


def _next_due(study: Study) -> str | None:
    """Day on which the next target falls due, from which the index counts anew every time it is made."""
    dues = [
        target.due_date
        for indicator in study.plan.indicators.values()
        for target in indicator.targets
        if target.due_date is not None and not target.past(study.as_of)
    ]
    return min(dues).isoformat() if dues else None


def _last_observed(study: Study) -> str | None:
    """Last day that a value used tells of, comparables and assumptions apart."""
    rows = study.observed[study.observed["used"] & (study.observed["status"] != "assumed")]
    rows = rows[rows["indicator"].isin(list(study.plan.indicators))]
    days = [Period.parse(text).end for text in rows["period"]]
    return max(days).isoformat() if days else None
