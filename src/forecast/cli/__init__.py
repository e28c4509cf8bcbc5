"""The `forecast` command. Each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from forecast.errors import ForecastError

#: Command → what it does, shown by `--help` without importing anything.
COMMANDS = {
    "plans": "The catalogue: its plans, or one plan with its targets.",
    "check": "Check every file under data/ and parameters/; all faults at once.",
    "new": "Write a commented skeleton of a plan or a scenario.",
    "project": "Forecast one indicator and its targets, without a notebook.",
    "assess": "How the targets of a plan stand: every official method side by side, and the probability.",
    "compare": "Scenarios side by side: value, probability, effort, and the difference from the baseline.",
    "seek": "What it would take: the least move of a lever, or the pace, that gives a chosen probability.",
    "influence": "What matters most: which levers and assumptions move an indicator.",
    "backtest": "What the models would have said before, against what happened: accuracy and coverage.",
    "run": "Execute the report notebook over the matrix of plans, scenarios and languages.",
    "schedule": "When runs are due; export to cron or systemd.",
    "app": "Open the explorer in a browser, for one person or several, without JupyterLab.",
    "lab": "Open JupyterLab on the notebooks.",
}


class LazyGroup(click.Group):
    """A group that imports the module of a subcommand only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a subcommand."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"forecast.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a subcommand; a misspelt one gets the nearest right name."""
        if args and args[0] not in COMMANDS:
            from forecast.errors import nearest

            ctx.fail(f"unknown command '{args[0]}'{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="forecast", prog_name="forecast")
def command() -> None:
    """Forecasts and scenarios of public health plan indicators toward their targets.

    \b
    Examples:
      forecast plans
      forecast project hema_quebec_2021_2025 plasma_self_sufficiency --by 2028
      forecast run --plan msss_2023_2027 --lang fr

    Exit code 0: all well; 1: something failed or `check` found faults; 2: wrong usage or a faulty file.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code; every error of ours is one readable message."""
    sys.exit(run(args))


def run(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        result = command.main(args=args, prog_name="forecast", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nstopped; what was finished is kept", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ForecastError as error:
        click.echo(f"error: {error}", err=True)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        click.echo(f"error: {error.filename or 'output'}: {error.strerror}", err=True)
        return 1
    return result if isinstance(result, int) else 0
