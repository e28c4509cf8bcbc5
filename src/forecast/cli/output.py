"""Printing tables: for people, or as CSV, JSON and Parquet."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd


def default_language(language: str | None) -> str:
    """The language asked for, else that of the defaults."""
    if language:
        return language
    from forecast.plans.catalogue import Catalogue
    from forecast.schema.parameters import Parameters

    return Parameters.load(Catalogue.find().root).language


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table for JSON: absent values are null."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def write_json(content: Mapping[str, Any], out: Path | None) -> None:
    """Print one JSON object."""
    write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), out)


def write_text(text: str, out: Path | None) -> None:
    """Print text, or write it to a file."""
    if out is None:
        click.echo(text)
    else:
        save(out, (text + "\n").encode())


def save(out: Path, content: bytes) -> None:
    """Write a file; say plainly when it cannot be written."""
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"'{out}' cannot be written: {error.strerror}") from None


def write_rows(name: str, rows: Sequence[Mapping[str, Any]], form: str, out: Path | None, **context: Any) -> None:
    """Print rows as JSON (one object: the context, and the rows under their name), CSV or Parquet."""
    if form == "json":
        write_json({**context, name: list(rows)}, out)
        return
    if form == "parquet":
        import pandas as pd

        write_frame(pd.DataFrame(rows), form, out)
        return
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(buffer.getvalue().rstrip("\n"), out)


def refuse_group_options(ctx: click.Context) -> None:
    """Refuse options that stand before a subcommand, where they would do nothing."""
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]
    if given:
        raise click.UsageError(f"write the options after '{ctx.invoked_subcommand}'", ctx)


def write_frame(table: pd.DataFrame, form: str, out: Path | None) -> None:
    """Print a table as CSV or Parquet."""
    if form == "csv":
        write_text(table.to_csv(index=False, lineterminator="\n").rstrip("\n"), out)
    elif out is not None:
        save(out, table.to_parquet(None, index=False))
    elif sys.stdout.isatty():
        raise click.UsageError("parquet is not for the screen; add --out FILE.parquet")
    else:
        sys.stdout.buffer.write(table.to_parquet(None, index=False))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """Print a table for people; columns in `numbers` are aligned right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for i, column in enumerate(columns):
        ids = column in ("plan", "indicator", "entry")  # to be copied, so never broken
        table.add_column(Text(column), justify="right" if i in numbers else "left", overflow="fold", no_wrap=ids)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # what a source prints in square brackets is no markup
    console = Console() if sys.stdout.isatty() else Console(width=140, color_system=None)
    console.print(table)
