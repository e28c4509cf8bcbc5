"""What a person does at the explorer and sees there, in any page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

#: Where a person finds the pictures that the tests take.
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
#: Milliseconds within which anything must have come; far more than it takes.
PATIENCE = 30_000
#: Marks what the keyboard can reach, in the order of the document: visible, and of a group of radios the chosen one.
STOPS = """(root) => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  window.stops = [...root.querySelectorAll(kinds)].filter((one) => one.tabIndex >= 0
    && one.checkVisibility({ visibilityProperty: true }) && !(one.type === "radio" && !one.checked));
  return window.stops.length;
}"""
expect.set_options(timeout=PATIENCE)


#: What JupyterLab says of its own extensions where it is older than they are; nothing of ours.
NOISE = ("Unsatisfied version ", "No satisfying version ")


@dataclass
class Watched:
    """What pages complained of, and which hosts they asked."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)

    def watch(self, context: BrowserContext) -> None:
        """Take note of every page of a context, from its beginning."""
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self.hosts.add(host_of(request.url)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NOISE):
            self.complaints.append(message.text)

    def check(self) -> None:
        """Nothing was complained of, and nothing was asked of another computer."""
        assert not self.complaints, "\n".join(self.complaints)
        assert self.hosts - {None} == {"127.0.0.1"}


def host_of(url: str) -> str | None:
    """Host that an address asks; None for what a page holds in itself."""
    inner = url.removeprefix("blob:")
    return None if inner.startswith("data:") else urlsplit(inner).hostname


class Explorer:
    """The explorer in a page, as a person sees and moves it."""

    def __init__(self, page: Page, pictures: str) -> None:
        self.page, self.pictures = page, PICTURES / pictures
        self.root = page.locator(".forecast-explorer")
        self.sentence = self.root.locator(".plain-sentence")
        self.chart = self.root.locator(".seen .chart")
        self.meter = self.root.get_by_role("meter")
        self.status = self.root.locator(".status")

    # What is seen

    def wait(self) -> Explorer:
        """Wait for the first picture."""
        expect(self.sentence).not_to_be_empty()
        return self

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """Keep a picture of the window, or of the whole page."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=whole)

    def field(self, id: str) -> Locator:
        """A control by the id of its field; of a lever its slider, its text box ends in `.text`."""
        return self.root.locator(f'[data-place="{id}"]')

    def around(self, id: str) -> Locator:
        """A field with its label, its help and its error."""
        return self.root.locator(".field", has=self.page.locator(f'[data-place="{id}"]'))

    def error(self, id: str) -> Locator:
        return self.around(id).locator(":scope > .error")

    def shown(self, id: str) -> Locator:
        """Where a lever stands, in words."""
        return self.around(id).locator(".shown")

    def part(self, id: str) -> Locator:
        return self.root.locator(f".part-{id}")

    def button(self, action: str, **arguments: str) -> Locator:
        """A button by what it does."""
        buttons = self.root.locator(f'[data-does="{action}"]')
        for name, value in arguments.items():
            buttons = buttons.and_(self.root.locator(f'[data-place*=\'"{name}":"{value}"\']'))
        return buttons

    def share(self) -> float:
        """The probability that the bar shows, 0 to 1."""
        return float(self.meter.get_attribute("aria-valuenow") or "nan")

    def picture(self) -> tuple[str | None, str | None, str | None]:
        """Sentence, chance and what is drawn, as text."""
        lines = self.chart.locator("svg").inner_html() if self.chart.is_visible() else None
        return self.sentence.text_content(), self.root.locator(".chance").text_content(), lines

    # What is done

    @contextmanager
    def another_picture(self) -> Iterator[None]:
        """Wait at the end until another sentence is shown, with the chart that belongs to it."""
        before = self.sentence.text_content() or ""
        yield
        expect(self.sentence).not_to_have_text(before)

    @contextmanager
    def same_picture(self) -> Iterator[None]:
        """Nothing of what is shown changes."""
        before = self.picture()
        yield
        assert self.picture() == before

    def choose(self, id: str, value: str) -> None:
        """Choose in a list, and wait until the page has been made for it."""
        with self.another_picture():
            self.field(id).select_option(value)
        expect(self.field(id)).to_have_value(value)

    def fill(self, id: str, text: str) -> None:
        """Type into a field in place of what is there, and press Enter."""
        box = self.field(id)
        box.click()
        box.press("Control+a")
        box.press_sequentially(text)
        box.press("Enter")

    def drag(self, id: str, share: float) -> None:
        """Drag the handle of a slider with the mouse from the middle to a share of the way."""
        slider = self.field(id)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box is not None
        height = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] / 2, height)
        self.page.mouse.down()
        for step in range(1, 6):
            place = 0.5 + (share - 0.5) * step / 5
            self.page.mouse.move(box["x"] + box["width"] * place, height)
        self.page.mouse.up()
        written = re.escape(slider.input_value()).replace(r"\.", "[.,]").replace(r"\-", "[-−]")
        expect(self.field(f"{id}.text")).to_have_value(re.compile(f"^{written}$"))

    def speak(self, language: str) -> None:
        """Switch the language, and wait for the page in it."""
        self.field(f"language.{language}").check()
        expect(self.root).to_have_attribute("lang", language)

    def settle(self, last: str = "basis") -> None:
        """Wait until every part has come, up to the last one that this indicator has."""
        expect(self.part(last)).to_be_visible()
        expect(self.root.locator('.part[aria-busy="true"]')).to_have_count(0)

    # What is checked

    def check_accessible(self) -> None:
        """axe-core finds nothing serious within the explorer."""
        self.settle()
        found = Axe().run(self.page, context=".forecast-explorer").response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        told = [(one["id"], node["target"], node["failureSummary"]) for one in serious for node in one["nodes"]]
        assert told == []

    def check_tab_order(self) -> list[str]:
        """Tab goes through every control in the order of the document; gives their places."""
        count = self.root.evaluate(STOPS)
        self.page.evaluate("stops[0].focus()")
        visited = [self.page.evaluate("stops.indexOf(document.activeElement)")]
        for _ in range(count - 1):
            self.page.keyboard.press("Tab")
            visited.append(self.page.evaluate("stops.indexOf(document.activeElement)"))
        assert visited == list(range(count))
        return self.page.evaluate("stops.map((one) => one.dataset.place ?? one.className)")

    def check_width(self) -> None:
        """The page is not wider than its window."""
        widths = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]

    def check_in_window(self, *locators: Locator) -> None:
        """Each of these lies within the window as a whole, not scrolled away nor covered."""
        for locator in locators:
            expect(locator).to_be_in_viewport(ratio=0.99)
            assert locator.evaluate(
                """(one) => [0.1, 0.5, 0.9].every((share) => {
                  const { left, top, width, height } = one.getBoundingClientRect();
                  const found = document.elementFromPoint(left + width * share, top + height * share);
                  return one === found || one.contains(found) || found?.contains(one);
                })"""
            )
