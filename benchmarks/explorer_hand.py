"""A hand at the explorer in headless Chromium: trusted keys and pointer moves, and when what they ask for is painted.

Two clocks run beside each other: the page's own entries `forecast:step`, and one from outside that knows nothing of
them, which watches the answer (probability, sentence, chart) for mutations and notes when their frame has been painted.
All times are in milliseconds, on the page's own clock.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from benchmarks.explorer_lab import BOUNDS, LEVER, OTHER, STEP
from benchmarks.offline import FLAGS
from playwright.sync_api import Browser, Page, sync_playwright

#: Milliseconds from one step to the next, and what is added at random so that steps do not fall in with the frames.
EVERY, JITTER = 350.0, 34.0
#: Keys of a burst, milliseconds between them, and milliseconds of rest after one.
KEYS, APART, REST = 20, 30.0, 1_500.0
#: Steps one way before those back, and pointer moves.
LEG, SWING = 20, 12
#: The answer, and the parts that may follow it.
ANSWER, PARTS = ".forecast-explorer .seen", ("board", "influence")
SLIDER = f'.forecast-explorer input[type=range][data-place="lever.{LEVER}"]'
SLIDERS = f'{SLIDER}, .forecast-explorer input[type=range][data-place="lever.{OTHER}"]'
PEER_SLIDER, PEER_OUTPUT = ".widget-slider .noUi-handle", ".jp-OutputArea img"
#: Pixels of a slider's thumb, whose middle goes from half of it to half of it before the end, and of one move.
THUMB, MOVE = 16.0, 4.0
#: Milliseconds to wait for what a page shows.
PATIENCE = 90_000
#: Watches from outside. `painted` calls back after the next frame: a message posted from a frame comes after it.
WATCH = """([answer, parts, picture]) => {
  const seen = (window.watched = { keys: [], moves: [], steps: [], paints: [], parts: {} });
  const painted = (note) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => note(performance.now());
    port2.postMessage(null);
  });
  let last = 0;
  for (const kind of ["keydown", "pointerdown", "pointermove"]) {
    addEventListener(kind, (event) => { if (event.isTrusted) last = event.timeStamp; }, true);
  }
  addEventListener("keydown", (event) => event.isTrusted && seen.keys.push(event.timeStamp), true);
  addEventListener("input", (event) => event.isTrusted && seen.moves.push(last), true);
  new PerformanceObserver((list) => {
    for (const { name, startTime, duration, detail } of list.getEntries()) {
      if (name === "forecast:step") {
        seen.steps.push([startTime, startTime + duration, 1000 * detail.kernel, detail.foreseen]);
      }
    }
  }).observe({ type: "measure" });
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  const watch = (element, changed) => element && new MutationObserver(changed).observe(element, all);
  let waits = false;
  watch(document.querySelector(answer), () => {
    if (waits) return;
    waits = true;
    painted((at) => { waits = false; seen.paints.push(at); });
  });
  for (const part of parts) {
    const times = (seen.parts[part] = []);
    const section = document.querySelector(`.forecast-explorer .part-${part}`);
    watch(section, () => section.hasAttribute("aria-busy") || painted((at) => times.push(at)));
  }
  if (!picture) return;
  let source = document.querySelector(picture).src;
  watch(document.querySelector(".jp-Notebook"), () => {
    const image = document.querySelector(picture);
    if (!image || image.src === source) return;
    source = image.src;
    image.decode().then(() => painted((at) => seen.paints.push(at)));
  });
}"""
TAKE = """() => {
  const { keys, moves, steps, paints, parts } = window.watched;
  const taken = { keys: keys.splice(0), moves: moves.splice(0), steps: steps.splice(0), paints: paints.splice(0) };
  return { ...taken, parts: Object.fromEntries(Object.entries(parts).map(([id, times]) => [id, times.splice(0)])) };
}"""


@dataclass
class Times:
    """Milliseconds of many steps; what never came is infinite.

    Attributes
    ----------
    own, outside : list of float
        From the event to the painted answer, by the page's own entries and seen from outside.
    kernel : list of float
        Of it, what the engine took; where it foresaw the step, it took that beforehand.
    foreseen : list of bool
        Whether the page had the answer when the event came.
    parts : dict of str to list of float
        From the event to the painted part.
    """

    own: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    kernel: list[float] = field(default_factory=list)
    foreseen: list[bool] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)

    def add(self, taken: dict[str, Any]) -> None:
        """Add steps that were watched."""
        self.own += [end - start for start, end, *_ in taken["steps"]]
        self.kernel += [step[2] for step in taken["steps"]]
        self.foreseen += [step[3] for step in taken["steps"]]
        self.outside += follow(taken["moves"], taken["paints"])
        for part, times in taken["parts"].items():
            self.parts.setdefault(part, []).extend(follow(taken["moves"], times))


@dataclass
class Bursts:
    """Milliseconds from the last key of each burst to the last paint, and whether what stands then is that key's."""

    lags: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


def follow(moves: Sequence[float], paints: Sequence[float]) -> list[float]:
    """Time from each move to the last paint before the next move; infinite where none came."""
    ends = [*moves[1:], np.inf]
    times = np.sort(np.asarray(paints, float))
    found = []
    for start, end in zip(moves, ends, strict=True):
        within = times[(times > start) & (times <= end)]
        found.append(float(within[-1] - start) if len(within) else np.inf)
    return found


@contextmanager
def browse() -> Iterator[Browser]:
    """Open the browser, and close it in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, address: str) -> Page:
    """Open an address in a window of its own, with nothing in its cache."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


# The explorer and the notebook


def await_shown(page: Page) -> float:
    """Wait for the first picture, and for its slow parts; milliseconds of the picture on the page's clock."""
    entry = "performance.getEntriesByName('forecast:shown')[0]"
    wait_until(page, f"{entry} !== undefined")
    settle(page)
    return float(page.evaluate(f"{entry}.startTime"))


def settle(page: Page) -> None:
    """Wait until no part of the explorer is being worked on."""
    page.wait_for_timeout(300)
    wait_until(page, "!document.querySelector('.forecast-explorer .part[aria-busy]')")


def wait_until(page: Page, condition: str) -> None:
    """Wait until an expression is true in the page; the app's policy lets the browser's own wait evaluate nothing."""
    last = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        if time.monotonic() > last:
            raise TimeoutError(condition)
        page.wait_for_timeout(50)


def open_notebook(browser: Browser, address: str) -> Page:
    """Open a notebook in JupyterLab and wait for its kernel."""
    page = open_page(browser, address)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.wait_for_timeout(1_000)
    return page


def run_cell(page: Page, place: int, *, wait: bool = True) -> float:
    """Run a cell by Shift+Enter, and wait until it has a number; gives when the key was struck."""
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").nth(place).click()
    page.evaluate("addEventListener('keydown', (event) => { window.struck = event.timeStamp; }, true)")
    page.keyboard.press("Shift+Enter")
    prompts = "[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputArea-prompt')]"
    if wait:
        wait_until(page, f"/\\d/.test({prompts}[{place}]?.textContent)")
    return float(page.evaluate("window.struck"))


# What the hand does


def watch(page: Page, *, picture: str | None = None) -> None:
    """Begin to watch: the explorer, or else the picture that a notebook shows."""
    page.evaluate(WATCH, [ANSWER, [] if picture else list(PARTS), picture])


def walk(count: int) -> list[int]:
    """Directions of so many steps back and forth, so that none ends at a bound of the slider, where nothing moves."""
    return [1 if (place // LEG) % 2 == 0 else -1 for place in range(count)]


def press_singly(page: Page, sliders: str, count: int, rng: np.random.Generator) -> dict[str, Any]:
    """Strike so many arrow keys, slowly, on a slider; on several in turn where the selector finds several."""
    found = page.locator(sliders).all()
    for place, direction in enumerate(walk(count)):
        if place < 1 or len(found) > 1:
            found[place % len(found)].focus()
        page.keyboard.press("ArrowRight" if direction > 0 else "ArrowLeft")
        page.wait_for_timeout(EVERY + rng.uniform(0, JITTER))
    page.wait_for_timeout(REST)
    return dict(page.evaluate(TAKE))


def drag(page: Page, count: int, rng: np.random.Generator) -> dict[str, Any]:
    """Take the slider's thumb and move it by so many small moves."""
    slider = page.locator(SLIDER)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    share = (float(slider.input_value()) - BOUNDS[0]) / (BOUNDS[1] - BOUNDS[0])
    at, height = box["x"] + THUMB / 2 + share * (box["width"] - THUMB), box["y"] + box["height"] / 2
    page.mouse.move(at, height)
    page.mouse.down()
    page.wait_for_timeout(REST)
    page.evaluate(TAKE)
    for place in range(count):
        at -= MOVE if (place // SWING) % 2 == 0 else -MOVE
        page.mouse.move(at, height)
        page.wait_for_timeout(EVERY + rng.uniform(0, JITTER))
    page.mouse.up()
    page.wait_for_timeout(REST)
    return dict(page.evaluate(TAKE))


def burst(page: Page, slider: str, direction: int) -> dict[str, Any]:
    """Hold an arrow key down for so many strokes, at even times."""
    page.locator(slider).first.focus()
    key, started = "ArrowRight" if direction > 0 else "ArrowLeft", time.monotonic()
    for place in range(KEYS):
        page.wait_for_timeout(max(0.0, 1000 * (started - time.monotonic()) + place * APART))
        page.keyboard.down(key)
    page.keyboard.up(key)
    page.wait_for_timeout(REST)
    return dict(page.evaluate(TAKE))


def burst_often(page: Page, count: int, slider: str, stands: Callable[[], float]) -> Bursts:
    """Strike so many bursts, back and forth; `stands` says where the engine has the lever."""
    found = Bursts()
    for place in range(count):
        direction = 1 if place % 2 == 0 else -1
        before = stands()
        taken = burst(page, slider, direction)
        found.lags += follow(taken["keys"][-1:], taken["paints"])
        found.right.append(abs(stands() - before - direction * KEYS * STEP) < STEP / 2)
    return found


def said_value(page: Page) -> float:
    """Where the engine says that the lever stands, as a number: the text box shows what the last picture held."""
    text = page.locator(f'.forecast-explorer input[data-place="lever.{LEVER}.text"]').input_value()
    return float(text.replace(",", ".").replace("−", "-"))


def measure_explorer(page: Page, steps: int, moves: int, bursts: int) -> tuple[Times, Times, Times, Bursts]:
    """Measure the explorer that a page shows: keys, keys on two levers in turn, pointer moves, bursts."""
    rng = np.random.default_rng(1)
    watch(page)
    press_singly(page, SLIDER, 6, rng)  # what a first step loads is no cost of a step
    keys, turns, pointer = Times(), Times(), Times()
    keys.add(press_singly(page, SLIDER, steps, rng))
    press_singly(page, SLIDERS, 4, rng)
    turns.add(press_singly(page, SLIDERS, moves, rng))
    found = burst_often(page, bursts, SLIDER, lambda: said_value(page))
    pointer.add(drag(page, moves, rng))
    return keys, turns, pointer, found


def measure_plain(page: Page, steps: int, bursts: int) -> tuple[list[float], list[float]]:
    """Measure the notebook that draws the plain way: milliseconds from a key to its picture, and behind a burst."""
    rng = np.random.default_rng(1)
    watch(page, picture=PEER_OUTPUT)
    press_singly(page, PEER_SLIDER, 6, rng)
    taken = press_singly(page, PEER_SLIDER, steps, rng)
    lags = []
    for place in range(bursts):
        late = burst(page, PEER_SLIDER, 1 if place % 2 == 0 else -1)
        lags += follow(late["keys"][-1:], late["paints"])
    return follow(taken["keys"], taken["paints"]), lags
