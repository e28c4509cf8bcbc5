"""`forecast seek`: what it would take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from forecast.cli import options
from forecast.cli.output import write_frame, write_json


class Weight(click.ParamType):  # type: ignore[type-arg]
    """The weight of a lever: `new_centres=2`."""

    name = "lever=weight"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Read the lever and its weight, or say which form is right."""
        lever, found, number = str(value).partition("=")
        try:
            return (lever.strip(), float(number)) if found else self.fail(f"'{value}' has no weight; write {lever}=2")
        except ValueError:
            self.fail(f"'{number}' is not a number; write {lever}=2", param, ctx)


@click.command(name="seek")
@click.argument("plan")
@click.argument("indicator")
@click.option(
    "--probability",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="Probability of meeting the target, a share such as 0.8.",
)
@click.option("--scenario", "-s", default="baseline", show_default=True, help="Scenario of the plan.")
@click.option(
    "--lever", "levers", multiple=True, help="Lever to move; several move together. Without: the indicator's own pace."
)
@click.option(
    "--weight", "weights", type=Weight(), multiple=True, help="Of several levers: twice the weight moves half as far."
)
@click.option("--model", default=None, help="Model; that of parameters/defaults.yaml by default.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=None, help="Predictive draws.")
@click.option("--seed", type=click.IntRange(0), default=None, help="Seed of all generators.")
@options.as_of
@options.by
@options.language
@options.output
def command(
    plan: str,
    indicator: str,
    probability: float,
    scenario: str,
    levers: Sequence[str],
    weights: Sequence[tuple[str, float]],
    model: str | None,
    draws: int | None,
    seed: int | None,
    as_of: date | None,
    by: Any,
    language: str | None,
    form: str,
    out: Path | None,
) -> int:
    """Say what it takes for INDICATOR of PLAN to meet its last target with a chosen probability.

    The answer is the least move of a lever within its bounds, or without a lever the pace of the indicator, and what it
    becomes when it starts later. Exit code 1 when there is no answer; the reason is said.

    \b
    Examples:
      forecast seek hema_quebec_2021_2025 plasma_self_sufficiency --by 2028 --probability 0.8
      forecast seek hema_quebec_2021_2025 plasma_self_sufficiency --by 2028 --lever new_centres --lang en
      forecast seek hema_quebec_2021_2025 plasma_self_sufficiency --by 2028 --lever new_centres
          --lever donors_per_centre --weight donors_per_centre=2 --format json
    """
    from forecast.seek import seek
    from forecast.study import open_bench

    weighted = weigh(levers, weights)
    bench = open_bench(plan, as_of=as_of, by=by, model=model, draws=draws, seed=seed, only=indicator)
    answer = seek(bench, scenario, indicator, probability, levers=weighted)
    if form == "json":
        write_json(answer.record(), out)
    elif form == "table" and out is None:
        from forecast.reporting.seeking import seek_text

        click.echo(seek_text(answer, bench, language or bench.parameters.language))
    else:
        import pandas as pd

        write_frame(pd.DataFrame(answer.rows()), "csv" if form == "table" else form, out)
    return 1 if answer.refusal else 0


def weigh(levers: Sequence[str], weights: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Give each lever its weight, 1 where none is said; refuse the weight of what is not a lever sought."""
    said = dict(weights)
    for name in said:
        if name not in levers:
            raise click.UsageError(f"'{name}' has a weight but is not sought; add --lever {name}")
    return {name: said.get(name, 1.0) for name in levers}
