"""From a key or a pointer move to the painted picture: the explorer in JupyterLab and in the app, in real Chromium.

    python benchmarks/explorer.py [--quick] [--only lab|app|peer|people]

Measured on an indicator with a driver tree of eight levers, its target due in 2028, 4,000 draws: a copy of the
catalogue in a temporary folder, where three levers are added to the five of the plan. The servers are those that
`forecast lab` and `forecast app` start; the browser is headless Chromium; keys and pointer moves are trusted events.

Single steps: an arrow key on one lever's slider about every 350 ms, in legs of 20 one way, then on two levers in turn,
then the pointer with its button down. The engine sends beforehand what the next step of a lever may show; how many
steps were foreseen is printed, and on two levers in turn none can be. A step ends when the frame with fan, probability
and sentence has been painted. The page enters that into its own timeline; a clock from outside, which only watches the
answer for mutations, checks it, and the larger of the two counts. The kernel's part is what the engine says that it
took, beforehand where it was foreseen. The board and the tornado count from the same event to their own frames; one
that had not come when the next key was struck never did.

Bursts: a key held down for twenty strokes 30 ms apart; counted from the last stroke to the last paint.

The peer is the same chart done the plain way, in the same JupyterLab and the same run: `interact` with a slider, the
suite's own forecast at each step on a bench that is opened once, `np.quantile`, and matplotlib. It is measured by the
same clock from outside: from the key to the frame with the new picture, decoded.

First pictures: from the start of the navigation in a new window, and from Shift+Enter on the notebook's last cell.
Ten people: WebSockets, each with an indicator and a field of its own, a change every 200 to 500 ms each; the time from
when a change was due to its picture, and whether its state is the one asked for.

Frames come every 16.7 ms, so no step is timed more finely than that. Other work on the machine lengthens everything:
the load of the last minute is printed before each part.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.explorer_hand import (
    PEER_OUTPUT,
    Bursts,
    Times,
    await_shown,
    browse,
    measure_explorer,
    measure_plain,
    open_notebook,
    open_page,
    run_cell,
)
from benchmarks.explorer_lab import PLAIN_NOTEBOOK, SCENARIO, Server, copy_catalogue, serve_app, serve_lab
from benchmarks.explorer_people import gather_people, measure_people
from benchmarks.scenarios import COMPUTED, TREE
from benchmarks.show import Check
from benchmarks.tables import CONSOLE, PLAIN, print_checks
from playwright.sync_api import Browser, Page

from forecast.plans.catalogue import Catalogue

WHERE = {"lab": "JupyterLab", "app": "app", "peer": "plain notebook", "people": "app"}
BUSY = 0.7  # load of the last minute above which the machine was not ours alone
WIDTH, BIN, MOST_BINS = 40, 10.0, 30  # characters of the longest bar, milliseconds of a bar
#: Asked, in milliseconds.
MEDIAN, TAIL, BEHIND, KERNEL, FOLLOWING = 40.0, 80.0, 60.0, 15.0, 250.0
FIRST = {"app": 3_000.0, "lab": 1_000.0}
PEOPLE_WAIT, FASTER = 500.0, 4.0


@dataclass(frozen=True)
class Size:
    """How much is measured: keys, pointer moves, bursts, first pictures, steps of the peer, seconds of ten people."""

    keys: int = 160
    moves: int = 60
    bursts: int = 16
    first: int = 5
    plain: int = 80
    seconds: float = 20.0


FULL, QUICK = Size(), Size(keys=30, moves=12, bursts=4, first=2, plain=20, seconds=6.0)


@dataclass(frozen=True)
class Seen:
    """What was measured of the explorer in one place."""

    place: str
    first: list[float]
    keys: Times
    turns: Times
    pointer: Times
    bursts: Bursts

    @property
    def moves(self) -> dict[str, Times]:
        """Single steps by how the hand moves."""
        return {"key": self.keys, "key on two levers": self.turns, "pointer": self.pointer}


# Figures


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, tail and most of some times, by the nearest rank, so that infinite ones are borne."""
    given = np.sort(np.asarray(values, float))
    ranks = {"median": 50, "90 %": 90, "95 %": 95, "99 %": 99, "most": 100}
    return {name: float(given[max(0, int(np.ceil(share * len(given) / 100)) - 1)]) for name, share in ranks.items()}


def histogram(values: Sequence[float], bin_width: float = BIN, width: int = WIDTH) -> list[str]:
    """Draw a distribution as lines of text: a bin each up to the 95th percentile, and one for all that is more."""
    tail = percentiles(values)["95 %"]
    last = int(tail // bin_width) if np.isfinite(tail) else MOST_BINS
    counts = np.bincount([last + 1 if value >= (last + 1) * bin_width else int(value // bin_width) for value in values])
    counts = np.pad(counts, (0, last + 2 - len(counts)))
    labels = [f"{place * bin_width:4.0f}–{(place + 1) * bin_width:<4.0f}" for place in range(last + 1)]
    labels.append(f"{(last + 1) * bin_width:4.0f} up  ")
    first = int(np.flatnonzero(counts)[0])
    shown = list(zip(labels, counts.tolist(), strict=True))[first:]
    return [f"{label} {'█' * round(width * count / counts.max())} {count}" for label, count in shown]


def slower(times: Times) -> list[float]:
    """Of both clocks, the one that says more, step by step where both saw the same steps."""
    if len(times.own) != len(times.outside):
        return times.outside
    return [max(pair) for pair in zip(times.own, times.outside, strict=True)]


# Measurements


def measure_app(browser: Browser, server: Server, size: Size) -> Seen:
    """Measure the explorer in the app."""
    address = server.page(plan=TREE, indicator=COMPUTED, scenario=SCENARIO)
    first = []
    for _ in range(size.first):
        page = open_page(browser, address)
        first.append(await_shown(page))
        if len(first) < size.first:
            page.context.close()
    return Seen("app", first, *measure_explorer(page, size.keys, size.moves, size.bursts))


def measure_lab(browser: Browser, server: Server, size: Size) -> Seen:
    """Measure the explorer in JupyterLab, each first picture with a kernel of its own."""
    first = []
    for number in range(size.first):
        page = open_notebook(browser, notebook_at(server, f"explore_{number}.ipynb"))
        run_cell(page, 0)
        run_cell(page, 1)
        struck = run_cell(page, 2, wait=False)
        first.append(await_shown(page) - struck)
        if len(first) < size.first:
            close(page, server)
    seen = Seen("lab", first, *measure_explorer(page, size.keys, size.moves, size.bursts))
    close(page, server)
    return seen


def measure_peer(browser: Browser, server: Server, size: Size) -> tuple[list[float], list[float]]:
    """Measure the plain notebook: milliseconds of single steps, and behind bursts."""
    page = open_notebook(browser, notebook_at(server, PLAIN_NOTEBOOK))
    run_cell(page, 0)
    run_cell(page, 1)
    page.locator(PEER_OUTPUT).first.wait_for()
    page.wait_for_timeout(1_000)
    measured = measure_plain(page, size.plain, size.bursts)
    close(page, server)
    return measured


def notebook_at(server: Server, name: str) -> str:
    """Address of a notebook, in a workspace of its own."""
    return server.page(f"/lab/workspaces/{Path(name).stem}/tree/notebooks/{name}")


def close(page: Page, server: Server) -> None:
    """Close a window and end its kernel, so that it takes nothing from the next."""
    page.context.close()
    server.stop_kernels()


# What is printed


def print_load(what: str) -> None:
    """Print the load of the last minute, and whether the machine was busy with something else."""
    load = os.getloadavg()[0]
    CONSOLE.print(f"{what}: load {load:.2f}{': the machine was BUSY, figures are too large' if load > BUSY else ''}")


def print_times(rows: dict[str, Sequence[float]], title: str) -> None:
    """Print the distribution of some times."""
    table = Table(title=title, **PLAIN)
    table.add_column("milliseconds", no_wrap=True)
    for heading in ("n", "median", "90 %", "95 %", "99 %", "most"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, values in rows.items():
        if len(values):
            table.add_row(name, str(len(values)), *(f"{value:.1f}" for value in percentiles(values).values()))
    CONSOLE.print(table)


def print_seen(seen: Seen) -> None:
    """Print what was measured of the explorer in one place."""
    keys, pointer = seen.keys, seen.pointer
    rows: dict[str, Sequence[float]] = {
        "key to picture": slower(keys),
        "… by the page's own clock": keys.own,
        "… by the clock from outside": keys.outside,
        "… of it the kernel, beforehand where foreseen": keys.kernel,
        **{f"key to part: {name}": times for name, times in keys.parts.items()},
        "key to picture, on two levers in turn": slower(seen.turns),
        "pointer to picture": slower(pointer),
        "behind a burst": seen.bursts.lags,
        "first picture": seen.first,
    }
    print_times(rows, f"Explorer in {WHERE[seen.place]}")
    shares = ", ".join(f"{name} {np.mean(times.foreseen):.0%}" for name, times in seen.moves.items())
    CONSOLE.print(f"foreseen by the engine, and shown before it was asked: {shares}")
    CONSOLE.print("key to picture, milliseconds")
    for line in histogram(slower(keys)):
        CONSOLE.print(f"  {line}", markup=False)


def check_seen(seen: Seen) -> list[Check]:
    """Set what was asked of the explorer beside what was measured."""
    steps = {name: percentiles(slower(times)) for name, times in seen.moves.items()}
    behind, kernel = percentiles(seen.bursts.lags), percentiles(seen.keys.kernel)
    figures = {
        **{f"{name} to picture, median": (found["median"], MEDIAN) for name, found in steps.items()},
        **{f"{name} to picture, 95th percentile": (found["95 %"], TAIL) for name, found in steps.items()},
        "the kernel's part, median": (kernel["median"], KERNEL),
        "behind a burst, median": (behind["median"], BEHIND),
        "behind a burst, most": (behind["most"], BEHIND),
        **{
            f"{name} follows, 95th percentile": (percentiles(times)["95 %"], FOLLOWING)
            for name, times in seen.keys.parts.items()
        },
        "first picture, most": (max(seen.first), FIRST[seen.place]),
    }
    right = sum(seen.bursts.right)
    last = Check(
        "the last key of a burst stands",
        WHERE[seen.place],
        "always",
        f"{right} of {len(seen.bursts.right)}",
        right == len(seen.bursts.right),
    )
    return [*(check(name, seen.place, *figure) for name, figure in figures.items()), last]


def check(point: str, place: str, measured: float, asked: float) -> Check:
    """Set one time beside the most that was asked."""
    return Check(point, WHERE[place], f"< {asked:g} ms", f"{measured:.1f} ms", measured < asked)


def check_ratio(seen: Seen, plain: Sequence[float]) -> Check:
    """Set the medians of both ways beside each other."""
    ratio = percentiles(plain)["median"] / percentiles(slower(seen.keys))["median"]
    asked = f"at least {FASTER:g} times as fast"
    return Check("beside the plain way, medians", WHERE[seen.place], asked, f"{ratio:.2f} times", ratio >= FASTER)


def run_browser(catalogue: Catalogue, parts: Sequence[str], size: Size) -> list[Check]:
    """Measure what needs the browser."""
    seen: list[Seen] = []
    plain: list[float] = []
    if {"lab", "peer"} & set(parts):
        with serve_lab(catalogue) as server, browse() as browser:
            if "peer" in parts:
                print_load("the plain way")
                plain, behind = measure_peer(browser, server, size)
                print_times({"key to picture": plain, "behind a burst": behind}, "interact + matplotlib")
            if "lab" in parts:
                print_load("JupyterLab")
                seen.append(measure_lab(browser, server, size))
                print_seen(seen[-1])
    if "app" in parts:
        print_load("the app")
        with serve_app(catalogue) as server, browse() as browser:
            seen.append(measure_app(browser, server, size))
            print_seen(seen[-1])
    return [one for each in seen for one in check_seen(each)] + [check_ratio(each, plain) for each in seen if plain]


def run_people(catalogue: Catalogue, size: Size) -> list[Check]:
    """Measure ten people at the app at once."""
    people = gather_people(catalogue)
    assert len({person.key for person in people}) == len(people)
    print_load(f"{len(people)} people")
    with serve_app(catalogue) as server:
        measure_people(server, people, size.seconds)
    waits = [wait for person in people for wait in person.waits]
    print_times({"change to answer": waits}, f"{len(people)} people at the app at once")
    foreign = sum(person.foreign for person in people)
    alone = Check("states of others seen", "app", "none", f"{foreign} of {len(waits)}", foreign == 0)
    return [check("10 people at once, 95th percentile", "people", percentiles(waits)["95 %"], PEOPLE_WAIT), alone]


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print what was asked beside it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer steps")
    parser.add_argument("--only", action="append", choices=list(WHERE), help="one part; may be repeated")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # so that servers are ended on the way out
    parts, size = options.only or list(WHERE), QUICK if options.quick else FULL
    print_load("at the start")
    with tempfile.TemporaryDirectory(prefix="explorer", ignore_cleanup_errors=True) as folder:
        catalogue = copy_catalogue(Path(folder) / "catalogue", size.first)
        checks = run_browser(catalogue, parts, size)
        if "people" in parts:
            checks += run_people(catalogue, size)
    print_checks(checks, "the explorer")
    CONSOLE.print(
        f"python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, headless Chromium"
    )


if __name__ == "__main__":
    main()
