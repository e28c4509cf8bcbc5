"""`forecast assess`: every official method side by side, why they differ, and the probability."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options
from forecast.cli.output import records, show_table, write_frame, write_json

if TYPE_CHECKING:
    from forecast.study import Study


@click.command(name="assess")
@click.argument("plan")
@click.argument("indicator", required=False)
@click.option("--scenario", "-s", default="baseline", show_default=True, help="Scenario of the plan.")
@options.levers
@options.as_of
@options.by
@options.language
@options.output
def command(
    plan: str,
    indicator: str | None,
    scenario: str,
    levers: dict[str, float],
    as_of: date | None,
    by: Any,
    language: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Say how the targets of PLAN, or of one INDICATOR, stand: official verdicts beside the probability.

    Portfolio and audit are of the whole plan; as JSON they are null for one INDICATOR.

    \b
    Examples:
      forecast assess msss_2023_2027
      forecast assess msss_2023_2027 stretcher_length_of_stay --lang en
      forecast assess hema_quebec_2021_2025 plasma_self_sufficiency --by 2028 --format json
    """
    from forecast.study import run_study

    study = run_study(plan, scenario, levers=levers, as_of=as_of, by=by, only=indicator)
    if form == "json":
        write_json(describe(study, whole=indicator is None), out)
    elif form == "table" and out is None:
        from forecast.reporting import assess_text

        for piece in assess_text(study, language or study.parameters.language, indicator):
            if isinstance(piece, str):
                click.echo(piece)
            else:
                show_table(piece.title, piece.columns, piece.rows, piece.numbers)
    else:
        write_frame(study.assessment.verdicts, "csv" if form == "table" else form, out)


def describe(study: Study, *, whole: bool = True) -> dict[str, Any]:
    """One JSON object: the context, and each table of the assessment; unless `whole`, none of all targets."""
    assessment, drop = study.assessment, ["plan", "scenario"]
    return {
        "plan": study.plan.id,
        "scenario": study.scenario.id,
        "as_of": study.as_of.isoformat(),
        "outlooks": records(assessment.outlook.drop(columns=[*drop, "as_of"])),
        "assessments": records(assessment.verdicts.drop(columns=drop)),
        "chances": records(assessment.chances.drop(columns=drop)),
        "portfolio": assessment.portfolio.record() if whole else None,
        "audit": assessment.audit.record() if whole else None,
    }
