"""Printing tables: for people, or as CSV, JSON and Parquet."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

NO_BREAK = "\N{NO-BREAK SPACE}"
#: A no-break space between digits, after a sign, or before a percent sign or a colon; not the one before a unit in
#: words, which may go on the next line where a column is narrow.
WITHIN_NUMBER = re.compile(r"(?<=\S)\N{NO-BREAK SPACE}(?=[\d%:»])|(?<=«)\N{NO-BREAK SPACE}")
#: One column wide, used by no text.
STAND_IN = "\ue000"
#: Characters between two columns of a table.
GAP = 2


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
    """Print a table for people; columns in `numbers` are aligned right, and no line ends within a word or a number."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=140, color_system=None)
    cells = [[WITHIN_NUMBER.sub(STAND_IN, cell) for cell in row] for row in (columns, *rows)]
    gaps = GAP * (len(columns) - 1)
    widths = share_out([_span(column) for column in zip(*cells, strict=True)], console.width - gaps)
    console.width = max(console.width, sum(widths) + gaps)
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, GAP, 0, 0)
    )
    for i, (column, width) in enumerate(zip(cells[0], widths, strict=True)):
        table.add_column(Text(column), justify="right" if i in numbers else "left", width=width)
    for row in cells[1:]:
        table.add_row(*(Text(cell) for cell in row))  # what a source prints in square brackets is no markup
    console.print(_Whole(table))


def _span(column: Sequence[str]) -> tuple[int, int]:
    """Give the widths of a column's longest piece without a space, such as an id, and of its longest text."""
    from rich.cells import cell_len

    pieces = [piece for cell in column for piece in cell.split()]
    return max(map(cell_len, pieces), default=0), max(map(cell_len, column))


def share_out(spans: Sequence[tuple[int, int]], room: int) -> list[int]:
    """Share the room of a line out between columns: each its least width, then the narrowest grow up to their most.

    Parameters
    ----------
    spans : sequence of (int, int)
        Least and most width of each column, in characters.
    room : int
        Characters of a line without the gaps between columns; where the least widths need more, they get more.
    """
    widths = [least for least, _most in spans]
    for _character in range(room - sum(widths)):
        growing = [place for place, (_least, most) in enumerate(spans) if widths[place] < most]
        if not growing:
            break
        widths[min(growing, key=widths.__getitem__)] += 1
    return widths


class _Whole:
    """A table whose numbers are whole: Rich ends lines at no-break spaces, so another character stands in for them."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.table, options):
            yield segment._replace(text=segment.text.replace(STAND_IN, NO_BREAK))
