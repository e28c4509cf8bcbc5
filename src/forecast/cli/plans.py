"""`forecast plans`: the catalogue, and one plan with its targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options
from forecast.cli.output import default_language, refuse_group_options, show_table, write_rows

if TYPE_CHECKING:
    from forecast.plans.model import Plan


@click.group(name="plans", invoke_without_command=True)
@options.language
@options.output
@click.pass_context
def command(ctx: click.Context, language: str | None, form: str, out: Path | None) -> None:
    """List the plans of the catalogue.

    \b
    Examples:
      forecast plans
      forecast plans --format json
      forecast plans show msss_2023_2027 --lang en
    """
    if ctx.invoked_subcommand:
        refuse_group_options(ctx)
        return
    language = default_language(language)
    from forecast.plans.catalogue import Catalogue

    catalogue = Catalogue.find()
    plans = [catalogue.plan(plan_id) for plan_id in catalogue.plan_ids]
    rows = [
        {
            "plan": p.id,
            "title": p.title.in_(language),
            "publisher": p.publisher.in_(language),
            "indicators": len(p.indicators),
        }
        for p in plans
    ]
    _write("plans", rows, form, out)


@command.command()
@click.argument("plan")
@options.language
@options.output
def show(plan: str, language: str | None, form: str, out: Path | None) -> None:
    """Show one plan: its objectives, indicators and targets, in the words of the source.

    \b
    Example:
      forecast plans show msss_2023_2027 --lang en
    """
    from forecast.plans.catalogue import Catalogue

    language = default_language(language)
    found = Catalogue.find().plan(plan)
    rows = [row for name in found.indicators for row in _rows(found, name, language)]
    _write("targets", rows, form, out, plan=plan, title=found.title.in_(language))


def _rows(plan: Plan, name: str, language: str) -> list[dict[str, object]]:
    """One row per target of an indicator; one without target where it has none."""
    indicator = plan.indicators[name]
    head: dict[str, object] = {
        "under": f"{indicator.under} {plan.heading(indicator.under).in_(language)}" if indicator.under else "",
        "number": indicator.number,
        "indicator": name,
        "name": indicator.name.in_(language),
        "baseline": indicator.baseline.words if indicator.baseline else "",
    }
    targets = [{"due": target.due or "", "words": target.words, "kind": target.kind} for target in indicator.targets]
    return [head | target for target in targets or [{"due": "", "words": "", "kind": "none"}]]


def _write(name: str, rows: list[dict[str, object]], form: str, out: Path | None, **context: str) -> None:
    if form != "table" or out is not None:
        write_rows(name, rows, form, out, **context)
        return
    columns = [column for column in (rows[0] if rows else []) if column != "kind"]
    numbers = [i for i, column in enumerate(columns) if column == "indicators"]
    show_table(context.get("title", ""), columns, [[str(row[column]) for column in columns] for row in rows], numbers)
