"""`forecast check`: every file at once."""

from __future__ import annotations

import click


@click.command(name="check")
def command() -> int:
    """Check every file under data/ and parameters/, and show all faults at once.

    Each line says which file and line, what is wrong and what would be right. Exit code 1 when there is a fault.

    \b
    Example:
      forecast check
    """
    from forecast.plans.catalogue import Catalogue
    from forecast.runs.checks import find_faults

    catalogue = Catalogue.find()
    faults = find_faults(catalogue)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}", err=True)
        return 1
    click.echo(f"data/ and parameters/ are sound: {len(catalogue.plan_ids)} plans")
    return 0
