"""`forecast new`: skeletons that pass `check`."""

from __future__ import annotations

import click


@click.group(name="new")
def command() -> None:
    """Write a commented skeleton of a plan or a scenario; it passes `forecast check` at once.

    \b
    Examples:
      forecast new plan my_region_2026_2030
      forecast new scenario demand_grows --plan hema_quebec_2021_2025
    """


@command.command("plan")
@click.argument("name")
def plan_(name: str) -> None:
    """Write data/plans/NAME.yaml and parameters/NAME/baseline.yaml."""
    from forecast.plans.catalogue import Catalogue
    from forecast.plans.skeleton import write_plan

    catalogue = Catalogue.find()
    for path in write_plan(catalogue, name):
        click.echo(catalogue.shown(path))


@command.command("scenario")
@click.argument("name")
@click.option("--plan", "plan_id", required=True, help="Plan the scenario belongs to.")
def scenario_(name: str, plan_id: str) -> None:
    """Write parameters/PLAN/NAME.yaml."""
    from forecast.plans.catalogue import Catalogue
    from forecast.scenarios.skeleton import write_scenario

    catalogue = Catalogue.find()
    click.echo(catalogue.shown(write_scenario(catalogue, catalogue.plan(plan_id), name)))
