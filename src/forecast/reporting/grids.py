"""A table of text that serves both the command line and a page."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.reporting.markup import Column, Html, table


@dataclass(frozen=True)
class Grid:
    """A table of text; `numbers` are the positions of the columns to align right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()

    def html(self, class_: str | None = None) -> Html:
        """Write it for a page."""
        columns = [Column(heading, number=place in self.numbers) for place, heading in enumerate(self.columns)]
        return table(self.title, columns, self.rows, class_)
