"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from forecast.errors import DataError

F = TypeVar("F", bound=Callable[..., Any])
#: A finite number with a decimal point, as `float` reads it but without underscores, `nan` and `inf`.
NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII)


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.5 on
    """A date, or the last day of a month or year: `2021-06-30`, `2021-06`, `2021`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date, or say which forms are right."""
        from forecast.schema.periods import end_of

        if isinstance(value, date):
            return value
        try:
            day = end_of(value)
        except DataError as error:
            self.fail(str(error), param, ctx)
        if day > date.today():
            self.fail(f"'{value}' has not come yet; write today, {date.today()}, or an earlier day", param, ctx)
        return day


class PeriodOption(click.ParamType):  # type: ignore[type-arg]
    """A period in its canonical text."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the period, or say which forms are right."""
        from forecast.schema.periods import Period

        try:
            return value if isinstance(value, Period) else Period.parse(value)
        except DataError as error:
            self.fail(str(error), param, ctx)


class LeverMagnitude(click.ParamType):  # type: ignore[type-arg]
    """A lever and the magnitude to move it to: `demand_growth=8`."""

    name = "LEVER=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Read both, or say how they are written."""
        if isinstance(value, tuple):
            return value
        lever, equals, said = (piece.strip() for piece in value.partition("="))
        if not (lever and equals and said):
            self.fail(f"'{value}' is not a lever and its magnitude; write them as demand_growth=8", param, ctx)
        if not NUMBER.fullmatch(said):
            self.fail(f"'{said}' of lever '{lever}' is not a number; write it without its unit, as in 2.5", param, ctx)
        return lever, float(said)


def _each_once(ctx: click.Context, param: click.Parameter, moves: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """Bring the levers together; refuse one that is put in two places."""
    levers: dict[str, float] = {}
    for lever, value in moves:
        if lever in levers:
            raise click.BadParameter(
                f"lever '{lever}' is put at {levers[lever]:g} and at {value:g}; keep one", ctx, param
            )
        levers[lever] = value
    return levers


def as_of(function: F) -> F:
    """`--as-of`."""
    text = "Only what was known on this day counts; today by default."
    return click.option("--as-of", type=Day(), default=None, help=text)(function)


def by(function: F) -> F:
    """`--by`."""
    text = "Another due date of the last target, e.g. 2028 or 2027-2028."
    return click.option("--by", type=PeriodOption(), default=None, help=text)(function)


def levers(function: F) -> F:
    """`--set`."""
    text = "Move a lever of the plan, e.g. demand_growth=8; may be repeated."
    return click.option("--set", "levers", type=LeverMagnitude(), multiple=True, callback=_each_once, help=text)(
        function
    )


def language(function: F) -> F:
    """`--lang`."""
    text = "Language; that of parameters/defaults.yaml by default."
    return click.option("--lang", "language", type=click.Choice(["fr", "en"]), default=None, help=text)(function)


def output(function: F) -> F:
    """`--format` and `--out`."""
    function = click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        help="File to write; the screen by default.",
    )(function)
    choice = click.Choice(["table", "csv", "json", "parquet"])
    return click.option("--format", "form", type=choice, default="table", show_default=True, help="How to print.")(
        function
    )
