"""Open reports from the disk in headless Chromium: no request leaves the machine, no script error, no warning.

    python benchmarks/offline.py results

prints one line per page and ends with exit code 1 when one of them asks for anything or complains.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Without these Chromium itself calls home in the background.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """What a page asked for and complained of."""

    page: Path
    title: str = ""
    language: str = ""
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    charts: int = 0

    @property
    def clean(self) -> bool:
        """Whether the page needs nothing but itself."""
        return not self.requests and not self.errors


def visit(pages: Iterable[Path], pictures: Path | None = None) -> Iterator[Visit]:
    """Open pages one after the other; keep a picture of each in a folder if one is given."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for page in pages:
            yield _visit_one(browser, page, pictures)
        browser.close()


def _visit_one(browser, path: Path, pictures: Path | None) -> Visit:
    found = Visit(path)
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    address = path.resolve().as_uri()
    page.on("request", lambda request: request.url == address or found.requests.append(request.url))
    page.on("console", lambda message: message.type in ("error", "warning") and found.errors.append(message.text))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.goto(address)
    found.title = page.title()
    found.language = page.evaluate("document.documentElement.lang")
    found.charts = page.locator("svg[role=img]").count()
    if pictures is not None:
        page.screenshot(path=pictures / f"{path.parent.parent.parent.name}_{path.parent.name}.png", full_page=True)
    page.close()
    return found


def main() -> int:
    results = Path(sys.argv[1] if len(sys.argv) > 1 else "results")
    pages = [results / "index.html", *sorted(results.glob("*/*/*/report.html"))]
    bad = 0
    for found in visit(pages):
        bad += not found.clean
        mark = "ok " if found.clean else "BAD"
        print(mark, found.page.relative_to(results), f"{found.charts} charts", *found.requests, *found.errors)
    print(f"{len(pages)} pages, {bad} that ask for something or complain")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
