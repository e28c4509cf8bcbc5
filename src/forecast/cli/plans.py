"""`forecast plans`: the catalogue, and one plan with its targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from forecast.cli import options
from forecast.cli.output import default_language, show_table, write_json, write_text


@click.group(name="plans", invoke_without_command=True)
@options.language
@options.output
@click.pass_context
def command(ctx: click.Context, language: str | None, form: str, out: Path | None) -> None:
    r"""List the plans of the catalogue.

    \b
    Examples:
      forecast plans
      forecast plans --format json
      forecast plans show msss_2023_2027 --lang en
    """
    if ctx.invoked_subcommand:
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
    """Show one plan: its indicators and their targets, in the words of the source."""
    from forecast.plans.catalogue import Catalogue

    language = default_language(language)
    found = Catalogue.find().plan(plan)
    rows = [
        {
            "number": indicator.number,
            "indicator": name,
            "name": indicator.name.in_(language),
            "baseline": indicator.baseline.words if indicator.baseline else "",
            "due": target.due or "",
            "words": target.words,
            "kind": target.kind,
        }
        for name, indicator in found.indicators.items()
        for target in indicator.targets
    ]
    _write("targets", rows, form, out, plan=plan, title=found.title.in_(language))


def _write(name: str, rows: Sequence[Mapping[str, object]], form: str, out: Path | None, **context: str) -> None:
    if form == "json":
        write_json({**context, name: rows}, out)
    elif form == "table" and out is None:
        columns = list(rows[0]) if rows else []
        numbers = [i for i, column in enumerate(columns) if column == "indicators"]
        title = context.get("title", "")
        show_table(title, columns, [[str(value) for value in row.values()] for row in rows], numbers)
    elif form == "parquet":
        import pandas as pd

        from forecast.cli.output import write_frame

        write_frame(pd.DataFrame(rows), form, out)
    else:
        write_text(_csv(rows), out)


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    import csv
    from io import StringIO

    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().rstrip("\n")
