"""`forecast backtest`: accuracy and coverage of the models, on what is known by now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options
from forecast.cli.output import default_language, records, show_table, write_frame, write_json

if TYPE_CHECKING:
    from forecast.backtest import Backtest

TABLES = ("scores", "reliability", "cases", "events")


@click.command(name="backtest")
@click.argument("plan", required=False)
@click.option(
    "--model", "models", multiple=True, help="Model; may be repeated. The default one, naive and drift otherwise."
)
@click.option(
    "--by",
    type=click.Choice(["model", "observations", "lead", "series"]),
    default="model",
    show_default=True,
    help="Also by length of history, by years ahead or by series.",
)
@click.option("--panel", type=click.Path(path_type=Path), default=None, help="Series of a CSV or Parquet file instead.")
@click.option("--origins", type=click.IntRange(1), default=None, help="With --panel: last values held back; all.")
@click.option("--horizon", type=click.IntRange(1), default=None, help="With --panel: values ahead, at most; 5.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=None, help="Predictive draws.")
@click.option("--seed", type=click.IntRange(0), default=None, help="Seed of all generators.")
@click.option(
    "--table",
    type=click.Choice(TABLES),
    default="scores",
    show_default=True,
    help="Which table, as CSV or Parquet: cases and events hold every forecast and every probability.",
)
@options.as_of
@options.language
@options.output
def command(
    plan: str | None,
    models: Sequence[str],
    by: str,
    panel: Path | None,
    origins: int | None,
    horizon: int | None,
    draws: int | None,
    seed: int | None,
    table: str,
    as_of: date | None,
    language: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Forecast PLAN again as on each day a value became known, and compare with what happened since.

    Only what was published by each day counts. Without PLAN: all plans together. Few cases make figures that say
    little: they are shown with their number.

    \b
    Examples:
      forecast backtest hema_quebec_2021_2025
      forecast backtest msss_2023_2027 --model drift --model theta --by observations --lang en
      forecast backtest --by lead --format json
      forecast backtest --panel series.csv --model naive --model drift --origins 8 --horizon 3
      forecast backtest hema_quebec_2021_2025 --table cases --format csv --out cases.csv

    A panel is a long table: unique_id, time (decimal year) or period, y; lower and upper are optional.
    """
    if panel is None and (origins or horizon):
        raise click.UsageError("--origins and --horizon go with --panel; a plan is forecast on every day it changed")
    if panel is not None and (plan or as_of):
        raise click.UsageError("--panel replaces PLAN and --as-of; leave them out")
    from forecast.plans.catalogue import Catalogue
    from forecast.schema.parameters import Parameters

    catalogue = Catalogue.find()
    parameters = Parameters.load(catalogue.root).with_values(draws=draws, seed=seed)
    found = _with_progress(_work(catalogue, parameters, plan, panel, models, origins, horizon, as_of))
    if form == "json":
        context = {
            "plan": plan,
            "panel": str(panel) if panel else None,
            "models": list(dict.fromkeys(found.cases["model"])),
            "as_of": None if panel else (as_of or date.today()).isoformat(),
            "draws": parameters.draws,
            "seed": parameters.seed,
            "by": by,
            "cases": len(found),
        }
        write_json({**context, **{name: records(_table(found, name, by)) for name in ("scores", "reliability")}}, out)
    elif form == "table" and out is None:
        _show(found, default_language(language), by, catalogue.units)
    else:
        write_frame(_table(found, table, by), "csv" if form == "table" else form, out)


def _work(
    catalogue: Any,
    parameters: Any,
    plan: str | None,
    panel: Path | None,
    models: Sequence[str],
    origins: int | None,
    horizon: int | None,
    as_of: date | None,
) -> Callable[[Any], Backtest]:
    """What to do, given what is told of its progress."""
    from forecast.backtest import backtest_panel, backtest_plans, read_panel
    from forecast.backtest.plans import default_models

    drawn = {"draws": parameters.draws, "seed": parameters.seed}
    if panel is None:
        plans = [plan] if plan else catalogue.plan_ids
        return lambda tell: backtest_plans(plans, catalogue, models, as_of=as_of, tell=tell, **drawn)
    series, names = read_panel(panel), models or default_models(parameters)
    return lambda tell: backtest_panel(series, names, origins=origins, horizon=horizon or 5, tell=tell, **drawn)


def _table(found: Backtest, name: str, by: str) -> Any:
    from forecast.backtest import reliability_of, summarise

    if name == "scores":
        return summarise(found, by)
    return reliability_of(found) if name == "reliability" else getattr(found, name)


def _show(found: Backtest, language: str, by: str, units: Any) -> None:
    from forecast.reporting import backtests

    for note in backtests.notes(found, language, by):
        click.echo(note)
    if len(found):
        for table in (
            backtests.scores_table(found, language, by, units),
            backtests.reliability_table(found, language),
        ):
            click.echo()
            show_table(table.title, table.columns, table.rows, table.numbers)


def _with_progress(work: Callable[[Any], Backtest]) -> Backtest:
    """Show a bar on a terminal while it works; what is printed stays clean."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        return work(lambda done, total: None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("backtest", total=None)
        return work(lambda done, total: progress.update(task, completed=done, total=total))
