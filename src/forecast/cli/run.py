"""`forecast run`: the notebooks over the matrix."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options

if TYPE_CHECKING:
    from forecast.runs.make import Outcome
    from forecast.runs.matrix import Job

MARKS = {"done": "✓", "failed": "✗", "unchanged": "="}


@click.command(name="run")
@click.option("--plan", "plans", multiple=True, help="Only this plan; may be given several times.")
@click.option("--scenario", "-s", "scenarios", multiple=True, help="Only this one, or comparison; repeatable.")
@click.option("--lang", "languages", multiple=True, type=click.Choice(["fr", "en"]), help="Only this language.")
@click.option("--entry", default=None, help="Only this entry of parameters/runs.yaml.")
@click.option("--jobs", default=None, type=click.IntRange(1), help="Runs at a time; the number of cores by default.")
@click.option("--out", default=None, help="Results folder; results/ by default.")
@click.option("--model", default=None, help="Model; that of parameters/defaults.yaml by default.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=None, help="Predictive draws.")
@click.option("--seed", type=click.IntRange(0), default=None, help="Seed of all generators.")
@click.option("--time-limit", type=click.IntRange(1), default=None, help="Seconds after which a run is stopped.")
@click.option("--force", is_flag=True, help="Make runs again whose inputs have not changed.")
@options.as_of
@options.by
def command(
    plans: Sequence[str],
    scenarios: Sequence[str],
    languages: Sequence[str],
    entry: str | None,
    jobs: int | None,
    out: str | None,
    as_of: date | None,
    by: Any,
    force: bool,
    **parameters: Any,
) -> int:
    """Execute the report notebook for every plan × scenario × language of parameters/runs.yaml.

    Beside them the notebook that compares the scenarios of a plan is executed, as if `comparison` were one more.

    Each run leaves a folder with report.html, report.ipynb, tables and run.json; index.html lists them all. A run whose
    inputs have not changed is not made again. Exit code 1 when a run failed; the others are kept.

    \b
    Examples:
      forecast run
      forecast run --plan msss_2023_2027 --lang fr --jobs 1
      forecast run --plan hema_quebec_2021_2025 --as-of 2021-12-31 --out /tmp/then
    """
    from forecast.errors import RunError
    from forecast.plans.catalogue import Catalogue
    from forecast.runs.index import write_index
    from forecast.runs.make import Request, make_runs
    from forecast.runs.matrix import jobs_of, load_matrix
    from forecast.runs.record import check_results, results_folder
    from forecast.schema.parameters import Parameters

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped service ends as cleanly as Ctrl-C
    catalogue = Catalogue.find()
    chosen = jobs_of(
        catalogue, load_matrix(catalogue), entry=entry, plans=plans, scenarios=scenarios, languages=languages
    )
    results = results_folder(out) if out else catalogue.root / "results"
    request = Request(
        catalogue,
        results,
        Parameters.load(catalogue.root).with_values(**parameters),
        as_of or date.today(),
        as_of_given=as_of is not None,
        by=by,
        force=force,
    )
    at_once = min(jobs or os.cpu_count() or 1, len(chosen))
    check_results(results)
    index = None
    try:
        outcomes = _with_progress(len(chosen), partial(make_runs, request, chosen, at_once=at_once))
    finally:
        try:
            index = write_index(results, catalogue, date.today())
        except RunError as error:  # what was run stays; the next run makes the index again
            click.echo(f"error: {error}", err=True)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    click.echo(f"{len(outcomes) - len(failed)} of {len(outcomes)} runs are in {index or results}")
    return 1 if failed or index is None else 0


def _with_progress(total: int, work: Callable[..., list[Outcome]]) -> list[Outcome]:
    """Show a bar on a terminal, which moves with every cell, and one line per run as it ends, everywhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console() if sys.stdout.isatty() else Console(width=200, color_system=None)
    ended = TextColumn("{task.fields[ended]}/{task.total}")
    columns = (TextColumn("{task.description}"), BarColumn(), ended, TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("reports", total=total, ended=0)
        shares: dict[Job, float] = {}

        def show(job: Job, share: float) -> None:
            shares[job] = share
            progress.update(task, completed=sum(shares.values()), ended=sum(one == 1 for one in shares.values()))

        def tell(outcome: Outcome) -> None:
            note = f" – {outcome.error}" if outcome.error else ""
            seconds = f" ({outcome.seconds:.1f} s)" if outcome.seconds else ""
            line = f"{MARKS[outcome.state]} {outcome.job} – {outcome.state}{seconds}{note}"
            progress.console.print(line, highlight=False, markup=False, soft_wrap=True)
            show(outcome.job, 1.0)

        return work(tell=tell, progress=lambda job, done, total: show(job, done / total))
