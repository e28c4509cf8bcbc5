"""Pieces of HTML: escaped text, elements and tables with the headings that a screen reader needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Html:
    """Finished HTML, shown as such in a notebook; text that is not `Html` is escaped wherever it is put."""

    text: str

    def _repr_html_(self) -> str:
        return self.text

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Column:
    """Heading of a table's column, and whether it holds numbers."""

    heading: str
    number: bool = False


Content = str | Html | Iterable["str | Html"]
#: Two years joined by a hyphen, where a browser would begin a new line.
JOINED_YEARS = re.compile(r"\b\d{4}-\d{4}\b")


def escaped(content: Content) -> str:
    """Write content as HTML: text escaped, `Html` as it is, several pieces one after the other."""
    if isinstance(content, Html):
        return content.text
    if isinstance(content, str):
        return escape(content)
    return "".join(escaped(piece) for piece in content)


def element(name: str, content: Content = "", **attributes: str | None) -> Html:
    """Make an element; `class_` stands for `class`, underscores for hyphens, None leaves an attribute out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{escaped(content)}</{name}>")


def foreign(text: str, quotes: Iterable[str], language: str) -> Html:
    """Write text in which some pieces are quoted from another language, marked as such."""
    shown = escape(text)
    for quote in dict.fromkeys(quotes):
        if quote:
            shown = shown.replace(escape(quote), element("span", quote, lang=language).text)
    return Html(shown)


def paragraphs(texts: Iterable[str | Html], class_: str | None = None) -> Html:
    """One paragraph for each text that is not empty."""
    return Html("".join(element("p", text, class_=class_).text for text in texts if text))


def bullets(items: Sequence[str | Html], class_: str | None = None) -> Html:
    """Make a list, or nothing when it is empty."""
    return element("ul", [element("li", item) for item in items], class_=class_) if items else Html("")


def disclosure(summary: str, content: Content) -> Html:
    """Content that opens on demand."""
    return element("details", [element("summary", summary), Html(escaped(content))])


def lines(*pieces: str | Html) -> Html:
    """Pieces of a cell, the first one as it is and each other on its own, smaller line."""
    first, *rest = [kept_whole(piece) for piece in pieces if piece] or [Html("")]
    return Html(first.text + "".join(element("div", piece, class_="more").text for piece in rest))


def kept_whole(cell: str | Html) -> Html:
    """Write the text of a cell so that no line ends within a period such as 2026-2027."""
    if isinstance(cell, Html):
        return cell
    return Html(JOINED_YEARS.sub(lambda years: element("span", years[0], class_="period").text, escaped(cell)))


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str | Html]], class_: str | None = None
) -> Html:
    """Make a table whose first column names each row.

    The table scrolls sideways within its own region where the page is narrow.
    """
    head = [
        element("th", column.heading, scope="col", class_="number" if column.number else None) for column in columns
    ]
    body = [element("tr", _cells(columns, row)) for row in rows]
    content = [
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", body),
    ]
    return element(
        "div",
        element("table", content, class_=class_),
        class_="scroll",
        role="region",
        aria_label=caption,
        tabindex="0",
    )


def _cells(columns: Sequence[Column], row: Sequence[str | Html]) -> list[Html]:
    first, *rest = row
    cells = [element("th", kept_whole(first), scope="row")]
    for column, cell in zip(columns[1:], rest, strict=True):
        cells.append(element("td", kept_whole(cell), class_="number" if column.number else None))
    return cells


def part(name: str, content: Sequence[Html], language: str) -> Html:
    """Make a part of a page in a language."""
    return element(name, content, class_="part", lang=language)
