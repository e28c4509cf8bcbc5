"""Speed of the verdict board: what is said of 10,000 made-up indicators, by all official methods, in one process.

    python benchmarks/board.py [--count 10000] [--profile]

Percentages, counts and rates, about half to rise and half to fall; nine in ten have 1 to 20 yearly values and a
target due in a year, one in ten 6 to 60 monthly values and a target due in a month. Each has a path of 4,000 draws as
long as the product makes them; a few hundred paths are shared, more than the cache of a processor holds. The forecasts
themselves are not timed (benchmarks/speed.py does). The whole comes first; then each part alone, over all indicators.

The peer is the plainest loop that gives the UN ratio class alone of the same indicators: a DataFrame, grouped and
applied. Ours is divided by its time in the same run, so that the speed of the machine cancels; seconds of the
processor are compared, which other programs lengthen less than those of the clock.

`--profile` prints the costliest functions of the whole.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.tables import CONSOLE, PLAIN

from forecast.assessment.agreement import weigh
from forecast.assessment.board import Board, find_share, make_board
from forecast.assessment.chances import describe, why_extreme
from forecast.assessment.dates import spread_chances
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.methods import METHODS
from forecast.assessment.outlook import outlook_row
from forecast.assessment.paces import paces
from forecast.assessment.un_chart import CLASSES, RATIO_LIMITS
from forecast.models.horizon import forecast_periods
from forecast.plans.model import Bounds, Indicator, Target
from forecast.reference import Achieved, achieved_in
from forecast.schema.draws import Path as Draws
from forecast.schema.language import Text
from forecast.schema.periods import Period
from forecast.schema.scales import Scale
from forecast.schema.tables import make_table

ROOT = Path(__file__).resolve().parents[1]
COUNT, ASKED = 10_000, 10.0  # indicators, seconds
DRAWS, PATHS = 4_000, {"year": 300, "month": 30}
AS_OF, START = date(2025, 7, 15), 2020
LAST, DUE = {"year": "2024", "month": "2025-06"}, {"year": "2028", "month": "2028-03"}
VALUES = {"year": (1, 20), "month": (6, 60)}
KINDS: dict[str, tuple[str, Bounds]] = {
    "percent": ("%", (0.0, 100.0)),
    "count": ("persons", (0.0, None)),
    "rate": ("per 100000 inhabitants", (0.0, None)),
}
CHANGE = {"year": 0.08, "month": 0.03}  # standard deviation of one step, on the model scale
MONTHLY = 10  # one in so many
PROFILED = 25  # lines
Result = TypeVar("Result")


# Indicators


def make_evidence(count: int, seed: int = 1) -> list[Evidence]:
    """Make the indicators, each with its history, its target and a path that starts at its last value."""
    rng = np.random.default_rng(seed)
    shared = {every: make_paths(every, number, rng) for every, number in PATHS.items()}
    found = []
    for place in range(count):
        every = "month" if place % MONTHLY == 0 else "year"
        kind, draws = shared[every][int(rng.integers(len(shared[every])))]
        found.append(make_one(f"i{place:05d}", kind, every, draws, rng))
    return found


def make_one(name: str, kind: str, every: str, draws: Draws, rng: np.random.Generator) -> Evidence:
    """Make one indicator around a path."""
    unit, bounds = KINDS[kind]
    better = "up" if rng.random() < 0.5 else "down"
    size = int(rng.integers(*VALUES[every], endpoint=True))
    last = np.array(draws.origin_value)
    scale = Scale.of(last[None], *bounds)
    steps = CHANGE[every] * rng.standard_normal(size)
    values = scale.back(scale.forward(last) - np.append(steps[:0:-1].cumsum()[::-1], 0.0))
    wanted = scale.back(scale.forward(last) + (1 if better == "up" else -1) * rng.normal(0.1, 0.15))
    if kind == "count":
        values = np.round(values)
    points = [(draws.origin + (at + 1 - size), float(value)) for at, value in enumerate(values)]
    target = Target(
        words=f"{wanted:.4g}", due=DUE[every], value=float(f"{wanted:.4g}"), operator=">=" if better == "up" else "<="
    )
    indicator = Indicator(
        number="1", name=Text(fr=name, en=name), unit=unit, bounds=bounds, better=better, targets=(target,)
    )
    known = tuple(Point(period, period.time("flow"), value) for period, value in points)
    return Evidence(name, indicator, target, AS_OF, known, draws, START)


def make_paths(every: str, number: int, rng: np.random.Generator) -> list[tuple[str, Draws]]:
    """Make the paths that indicators of one frequency share, each with its kind."""
    return [make_path(kind, every, rng) for kind in islice(cycle(KINDS), number)]


def make_path(kind: str, every: str, rng: np.random.Generator) -> tuple[str, Draws]:
    """Make a random walk of draws from a value of a kind, over the periods that the product would forecast."""
    unit, bounds = KINDS[kind]
    origin = Period.parse(LAST[every])
    due = Target(words="1", due=DUE[every], value=1.0, operator=">=")
    name = Text(fr=kind, en=kind)
    item = Indicator(number="1", name=name, unit=unit, bounds=bounds, better="up", targets=(due,))
    periods = forecast_periods(item, [origin])
    last = rng.uniform(5, 95) if kind == "percent" else np.round(np.exp(rng.uniform(2, 9)))
    scale = Scale.of(np.array([last]), *bounds)
    walk = CHANGE[every] * rng.standard_normal((DRAWS, len(periods))).cumsum(axis=1)
    draws = scale.back(scale.forward(np.array([last])) + walk)
    path = Draws(
        draws, periods, origin, float(last), unit=unit, measure="flow", bounds=bounds, model="drift", observations=5
    )
    return kind, path


# Times


class Timed(NamedTuple, Generic[Result]):
    """What a call gave, its seconds by the clock, and those of the processor, which other programs lengthen less."""

    result: Result
    seconds: float
    used: float


def clock(do: Callable[[], Result]) -> Timed[Result]:
    """Time a call."""
    started, used = time.perf_counter(), time.process_time()
    result = do()
    return Timed(result, time.perf_counter() - started, time.process_time() - used)


def judge_all(known: Sequence[Evidence]) -> list[Board]:
    """Make every board."""
    return [make_board(one, achieved) for one in known]


def list_parts(boards: Sequence[Board]) -> dict[str, Callable[[], object]]:
    """List the parts of the board, each over all indicators: what `make_board` puts together."""
    known = [board.evidence for board in boards]
    parts: dict[str, Callable[[], object]] = {
        f"method: {method.name.en}": partial(repeat, method.judge, known) for method in METHODS
    }
    return parts | {
        "agreement, and why methods differ": lambda: [weigh(b.evidence, b.verdicts) for b in boards],
        "paces required and recent": partial(repeat, paces, known),
        "share of similar indicators": lambda: [find_share(b.evidence, b.paces, achieved) for b in boards],
        "outlook": partial(repeat, partial(outlook_row, dates=None), known),
        "words of the probability": lambda: [put_in_words(board) for board in boards],
        "probability by date": partial(repeat, spread_chances, known),
    }


def achieved() -> Achieved | None:
    """Give what similar public indicators ever achieved, from the collection that ships."""
    return achieved_in(ROOT)


def repeat(do: Callable[[Evidence], object], known: Sequence[Evidence]) -> list[object]:
    """Do the same for every indicator."""
    return [do(one) for one in known]


def put_in_words(board: Board) -> None:
    """Put a probability in words, and say why it is extreme."""
    probability = board.outlook.get("probability")
    if probability is not None:
        describe(probability)
        why_extreme(probability, board.evidence, board.share.share if board.share else None)


def lay_out(boards: Sequence[Board]) -> pd.DataFrame:
    """Lay all verdicts out as the table *assessment*."""
    head = {"plan": "made_up", "scenario": "baseline"}
    return make_table("assessment", [head | m.row(b.evidence, v) for b in boards for m, v in b.verdicts])


# The peer


def tabulate(known: Sequence[Evidence]) -> pd.DataFrame:
    """Lay out what the peer needs: one row per value, the target beside it."""
    rows = [
        (one.name, point.year, point.time, point.value, one.target.value, one.due_time, one.direction)
        for one in known
        for point in one.points
    ]
    return pd.DataFrame(rows, columns=["indicator", "year", "time", "value", "target", "due", "direction"])


def classify_plainly(group: pd.DataFrame) -> str:
    """Give the UN ratio class of one indicator: growth from the base to the latest value over growth to the target."""
    latest, target, direction = group.iloc[-1], group["target"].iloc[0], group["direction"].iloc[0]
    if direction * (latest["value"] - target) >= 0:
        return "met"
    years = group["year"][group["year"] < latest["year"]]
    if years.empty:
        return "not_applicable"
    later = years[years >= START]
    base = group[group["year"] == (years.max() if later.empty else later.min())].iloc[-1]
    if direction * (base["value"] - target) >= 0:
        return "deterioration"
    observed = (latest["value"] / base["value"]) ** (1 / (latest["time"] - base["time"])) - 1
    needed = (target / base["value"]) ** (1 / (group["due"].iloc[0] - base["time"])) - 1
    reached = observed / needed >= np.array(RATIO_LIMITS)
    return CLASSES[int(reached.argmax())] if reached.any() else "deterioration"


def classify_all(table: pd.DataFrame) -> pd.Series:
    """Give the UN ratio class of every indicator, group by group."""
    columns = ["year", "time", "value", "target", "due", "direction"]
    return table.groupby("indicator")[columns].apply(classify_plainly)


# What is printed


def print_parts(times: dict[str, Timed[object]], count: int, peer: Timed[object]) -> None:
    """Print the seconds of each part, and what they are beside the peer's, of the processor both."""
    shown = Table(title=f"{count} indicators, {len(METHODS)} methods, {DRAWS} draws each", **PLAIN)
    shown.add_column("", no_wrap=True)
    for heading in ("seconds", "of the processor", "µs of it an indicator", "times the peer"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for name, one in times.items():
        figures = (f"{one.seconds:.2f}", f"{one.used:.2f}", f"{1e6 * one.used / count:.0f}")
        shown.add_row(name, *figures, f"{one.used / peer.used:.3f}")
    CONSOLE.print(shown)


def compare(boards: Sequence[Board], classes: pd.Series) -> str:
    """Say in how many cases the peer found the class of the board."""
    place = next(at for at, method in enumerate(METHODS) if method.id == "un_chart_trend")
    same = sum(board.verdicts[place][1].key == classes[board.evidence.name] for board in boards)
    return f"the peer gives the class of the board in {same} of {len(boards)} cases"


def profile(known: Sequence[Evidence]) -> None:
    """Print the costliest functions, by their own time."""
    profiler = cProfile.Profile()
    profiler.runcall(judge_all, known)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(PROFILED)


def main(arguments: list[str] | None = None) -> None:
    """Time the board and print its parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT, help="number of indicators")
    parser.add_argument("--profile", action="store_true", help="print the costliest functions")
    options = parser.parse_args(arguments)
    loaded = clock(achieved)
    known = make_evidence(options.count)
    judge_all(make_evidence(20, seed=2))  # what a first call loads is no cost of an indicator
    whole = clock(partial(judge_all, known))
    peer = clock(partial(classify_all, tabulate(known)))
    times: dict[str, Timed[object]] = {name: clock(part) for name, part in list_parts(whole.result).items()}
    times |= {"the whole, all of it together": whole, "peer: the UN ratio class alone, pandas": peer}
    times |= {"afterwards, the table of all verdicts": clock(partial(lay_out, whole.result))}
    print_parts(times, options.count, peer)
    CONSOLE.print(f"{compare(whole.result, peer.result)}; reference collection laid out once in {loaded.seconds:.2f} s")
    if options.profile:
        profile(known)
    asked = ASKED * options.count / COUNT
    CONSOLE.print(f"python {platform.python_version()}, one process, {os.cpu_count()} cores, {platform.machine()}")
    CONSOLE.print(
        f"{options.count} boards in {whole.seconds:.2f} s ({whole.used:.2f} s of the processor, "
        f"{whole.used / peer.used:.2f} times the peer); asked < {asked:g} s: {'yes' if whole.seconds < asked else 'NO'}"
    )


if __name__ == "__main__":
    main()
