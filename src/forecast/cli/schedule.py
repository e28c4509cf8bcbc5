"""`forecast schedule`: when runs are due."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from forecast.cli import options
from forecast.cli.output import default_language, refuse_group_options, show_table, write_rows


@click.group(name="schedule", invoke_without_command=True)
@click.option("--next", "count", default=3, show_default=True, type=click.IntRange(1, 100), help="Times of each entry.")
@options.language
@options.output
@click.pass_context
def command(ctx: click.Context, count: int, language: str | None, form: str, out: Path | None) -> None:
    """List the next runs of every entry of parameters/runs.yaml.

    \b
    Examples:
      forecast schedule
      forecast schedule export --to systemd
    """
    if ctx.invoked_subcommand:
        refuse_group_options(ctx)
        return
    from forecast.plans.catalogue import Catalogue
    from forecast.runs.matrix import jobs_of, load_matrix
    from forecast.runs.schedule import next_times

    catalogue = Catalogue.find()
    matrix = load_matrix(catalogue)
    rows = [
        {"entry": name, "when": time.isoformat(timespec="minutes"), "runs": len(jobs_of(catalogue, matrix, entry=name))}
        for name, times in next_times(matrix, datetime.now().astimezone(), count).items()
        for time in times
    ]
    rows.sort(key=lambda row: str(row["when"]))
    if form != "table" or out is not None:
        write_rows("schedule", rows, form, out, time_zone=matrix.time_zone)
        return
    from forecast.schema.language import format_date

    language = default_language(language)
    shown = [
        [str(row["entry"]), format_date(when.date(), language), f"{when:%H:%M}", matrix.time_zone, str(row["runs"])]
        for row in rows
        for when in [datetime.fromisoformat(str(row["when"]))]
    ]
    show_table("", ["entry", "day", "time", "zone", "runs"], shown, numbers=[4])


@command.command()
@click.option(
    "--to", type=click.Choice(["cron", "systemd"]), default="cron", show_default=True, help="Which timetable."
)
def export(to: str) -> None:
    """Print a crontab, or systemd services and timers, that call `forecast run`.

    \b
    Examples:
      forecast schedule export | crontab -
      forecast schedule export --to systemd
    """
    from forecast.plans.catalogue import Catalogue
    from forecast.runs.matrix import load_matrix
    from forecast.runs.schedule import export_cron, export_systemd

    catalogue = Catalogue.find()
    program = str(Path(sys.executable).parent / "forecast")
    exports = {"cron": export_cron, "systemd": export_systemd}
    click.echo(exports[to](load_matrix(catalogue), program, str(catalogue.root)))
