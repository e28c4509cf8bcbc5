"""`forecast compare`: scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options
from forecast.cli.output import records, show_table, write_frame, write_json

if TYPE_CHECKING:
    from forecast.compare import Comparison
    from forecast.scenarios import Scenario
    from forecast.study import Bench


@click.command(name="compare")
@click.argument("plan")
@click.option("--scenario", "-s", "names", multiple=True, help="Scenario; may be repeated. All of the plan otherwise.")
@click.option("--indicator", "indicators", multiple=True, help="Indicator; may be repeated. All otherwise.")
@options.levers
@options.as_of
@options.by
@options.language
@options.output
def command(
    plan: str,
    names: Sequence[str],
    indicators: Sequence[str],
    levers: dict[str, float],
    as_of: date | None,
    by: Any,
    language: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Set scenarios of PLAN side by side: value, probability, gap, effort, and the difference from the baseline.

    The baseline always stands first. With --set the levers are moved in every scenario named, and the baseline without
    them stays beside. CSV and Parquet hold the comparisons, JSON the yearly milestones too.

    \b
    Examples:
      forecast compare msss_2023_2027
      forecast compare hema_quebec_2021_2025 -s target_2028_recent_pace -s target_2028_double_pace --lang en
      forecast compare msss_2023_2027 --indicator surgeries_waiting_over_one_year --by 2027-2028 --format json
    """
    from forecast.compare import compare
    from forecast.study import open_bench

    bench = open_bench(plan, as_of=as_of, by=by, only=indicators[0] if len(indicators) == 1 else None)
    found = compare(bench, list(_load(bench, names, levers)), indicators=indicators)
    if form == "json":
        write_json(describe(found), out)
    elif form == "table" and out is None:
        from forecast.reporting.comparisons import compare_text

        for piece in compare_text(found, language or bench.parameters.language):
            if isinstance(piece, str):
                click.echo(piece)
            else:
                show_table(piece.title, piece.columns, piece.rows, piece.numbers)
    else:
        write_frame(found.table, "csv" if form == "table" else form, out)


def _load(bench: Bench, names: Sequence[str], levers: dict[str, float]) -> Sequence[Scenario]:
    """Load the scenarios asked for, or all of the plan, with levers moved."""
    from forecast.compare import move_levers
    from forecast.scenarios import scenario_ids

    return [move_levers(bench, name, levers) for name in names or scenario_ids(bench.catalogue, bench.plan.id)]


def describe(found: Comparison) -> dict[str, Any]:
    """One JSON object: the context, the comparisons and the milestones."""
    return {
        "plan": found.plan.id,
        "as_of": found.bench.as_of.isoformat(),
        "by": found.bench.by.text if found.bench.by else None,
        "scenarios": [one.id for one in found.scenarios],
        "comparisons": records(found.table.drop(columns="plan")),
        "milestones": records(found.milestones.drop(columns="plan")),
    }
