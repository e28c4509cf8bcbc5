"""`forecast project`: one trajectory and its targets, without a notebook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options
from forecast.cli.output import records, show_table, write_frame, write_json

if TYPE_CHECKING:
    from forecast.study import Study


@click.command(name="project")
@click.argument("plan")
@click.argument("indicator")
@click.option("--scenario", "-s", default="baseline", show_default=True, help="Scenario of the plan.")
@click.option("--model", default=None, help="Model; that of parameters/defaults.yaml by default.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=None, help="Predictive draws.")
@click.option("--seed", type=click.IntRange(0), default=None, help="Seed of all generators.")
@options.levers
@options.as_of
@options.by
@options.language
@options.output
def command(
    plan: str,
    indicator: str,
    scenario: str,
    model: str | None,
    draws: int | None,
    seed: int | None,
    levers: dict[str, float],
    as_of: date | None,
    by: Any,
    language: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Forecast INDICATOR of PLAN and assess its targets.

    \b
    Examples:
      forecast project hema_quebec_2021_2025 plasma_self_sufficiency --by 2028
      forecast project hema_quebec_2021_2025 plasma_self_sufficiency --as-of 2021-06-30 --format json
      forecast project msss_2023_2027 stretcher_length_of_stay --model drift --lang en
    """
    from forecast.study import run_study

    study = run_study(
        plan, scenario, levers=levers, as_of=as_of, by=by, model=model, draws=draws, seed=seed, only=indicator
    )
    if by is not None and not any(target.numeric for target in study.plan.indicators[indicator].targets):
        click.echo(f"'{indicator}' has no target in numbers: --by {by} changes nothing", err=True)
    if form == "json":
        write_json(describe(study, indicator), out)
    elif form == "table" and out is None:
        from forecast.reporting import project_text

        text, tables = project_text(study, indicator, language or study.parameters.language)
        click.echo(text)
        for table in tables:
            show_table(table.title, table.columns, table.rows, table.numbers)
    else:
        frame = study.trajectories.table(study.parameters.quantiles)
        write_frame(frame[frame["indicator"] == indicator], "csv" if form == "table" else form, out)


def describe(study: Study, indicator: str) -> dict[str, Any]:
    """One JSON object: the context, the trajectory and the targets."""
    path = study.trajectories.paths.get(indicator)
    table = study.trajectories.table(study.parameters.quantiles)
    rows = table[table["indicator"] == indicator][["period", "quantile", "value"]]
    targets = records(
        study.assessment.outlook.drop(columns=["plan", "indicator", "scenario", "model", "as_of", "unit"])
    )
    return {
        "plan": study.plan.id,
        "indicator": indicator,
        "scenario": study.scenario.id,
        "model": study.parameters.model,
        "as_of": study.as_of.isoformat(),
        "unit": study.plan.indicators[indicator].unit,
        "observations": path.observations if path else 0,
        "assumed": path.assumed if path else False,
        "origin": path.origin.text if path else None,
        "used": list(path.used) if path else [],
        "notes": list(path.notes) if path else [],
        "trajectories": records(rows),
        "targets": targets,
    }
