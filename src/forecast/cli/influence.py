"""`forecast influence`: what matters most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options
from forecast.cli.output import show_table, write_rows

if TYPE_CHECKING:
    from forecast.influence import Influence


@click.command(name="influence")
@click.argument("plan")
@click.argument("indicator")
@click.option("--scenario", "-s", default="baseline", show_default=True, help="Scenario of the plan.")
@click.option("--lever", "levers", multiple=True, help="Lever to weigh; may be repeated. All that act otherwise.")
@click.option(
    "--points", type=click.IntRange(2), default=128, show_default=True, help="Size of the design, a power of two."
)
@options.as_of
@options.by
@options.language
@options.output
def command(
    plan: str,
    indicator: str,
    scenario: str,
    levers: Sequence[str],
    points: int,
    as_of: date | None,
    by: Any,
    language: str | None,
    form: str,
    out: Path | None,
) -> int:
    """Say which levers and assumptions move INDICATOR of PLAN most at the due date of its last target.

    Each is moved alone from its low to its high end, then all at once, for their shares of the variance (Sobol) of the
    projected value and of the probability of meeting the target.

    \b
    Examples:
      forecast influence hema_quebec_2021_2025 plasma_self_sufficiency --by 2028
      forecast influence msss_2023_2027 surgeries_waiting_over_one_year --lang en
      forecast influence hema_quebec_2021_2025 plasma_self_sufficiency --by 2028 --lever new_centres --format json
    """
    from forecast.influence import measure_influence
    from forecast.study import open_bench

    bench = open_bench(plan, as_of=as_of, by=by, only=indicator)
    found = measure_influence(bench, scenario, indicator, levers=levers or None, points=points)
    if form == "table" and out is None:
        from forecast.reporting.influences import influence_text

        for piece in influence_text(found, bench, language or bench.parameters.language):
            if isinstance(piece, str):
                click.echo(piece)
            else:
                show_table(piece.title, piece.columns, piece.rows, piece.numbers)
        return 0
    context = {"plan": plan, "scenario": scenario, "indicator": indicator, "due": found.target.due}
    write_rows("factors", list_factors(found), "csv" if form == "table" else form, out, **context)
    return 0


def list_factors(found: Influence) -> list[dict[str, Any]]:
    """One row a lever or assumption: its ends, what they give, and its shares with half their 95 % intervals."""
    rows = []
    for swing in found.swings:
        row: dict[str, Any] = {"factor": swing.factor.name, "kind": swing.factor.kind, "unit": swing.factor.unit}
        row |= {"low": swing.factor.size.low, "high": swing.factor.size.high}
        for end, effect in (("low", swing.low), ("high", swing.high)):
            row |= {f"{name}_{end}": value for name, value in asdict(effect).items()}
        for outcome, shares in (("value", found.value_shares), ("probability", found.probability_shares)):
            share = next((one for one in shares if one.factor.name == swing.factor.name), None)
            for name in ("first", "first_error", "total", "total_error"):
                row[f"{outcome}_{name}"] = getattr(share, name) if share else None
        rows.append(row)
    return rows
