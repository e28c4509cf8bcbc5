"""Speed of comparing scenarios: 50 made-up ones on the 25 indicators of a real plan, 4,000 draws, in one process.

    python benchmarks/scenarios.py [--count 50] [--profile]

Every scenario changes some indicators of the plan `msss_2023_2027`: growth, addition, factor or share of a gap closed,
at once or step by step, of a known or an uncertain size. It is timed twice: with five changes each, as people
write them, and with a change on every indicator, where nothing is left that need not be computed. The forecast, which
all scenarios share, is timed apart; so is what a first call loads.

The peer is the plainest loop that gives the same figures from the same resolved draws: a DataFrame of them for each
scenario and indicator, its quantiles, the share that meets the target, and the quantiles of the difference by
`np.quantile`. Its time in the same run divides ours, so that the speed of the machine cancels; seconds of the processor
are compared. The largest disagreement of the two is printed.

Last, what matters most is timed: the Sobol shares of eight levers on an indicator that is computed from drivers, with
the assumed values that act on it.

`--profile` prints the costliest functions of the first comparison.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.board import Timed, clock
from benchmarks.tables import CONSOLE, PLAIN

from forecast.compare import Comparison, compare
from forecast.influence import Influence, measure_influence
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Lever, Plan
from forecast.scenarios.model import Assumption, Change, Scenario
from forecast.schema.draws import Trajectories
from forecast.schema.language import Text
from forecast.schema.periods import Period
from forecast.study import Bench, open_bench

ROOT = Path(__file__).resolve().parents[1]
PLAN, AS_OF, ASSUMED = "msss_2023_2027", date(2026, 11, 23), "2024-2025"
COUNT, ASKED, FEW = 50, 3.0, 5  # scenarios, seconds, changes of a usual scenario
TREE, COMPUTED, BY = "hema_quebec_2021_2025", "plasma_self_sufficiency", Period.parse("2028")
LEVERS, WEIGHED = 8, 10.0  # levers, seconds
WHY = Text(fr="Mesure", en="Measurement")
PROFILED = 25  # lines
FIGURES = ("low", "median", "high", "probability", "difference_low", "difference", "difference_high")


# Scenarios


def make_scenarios(bench: Bench, count: int, each: int) -> list[Scenario]:
    """Make scenarios that each change so many indicators, or all in numbers where there are fewer."""
    baseline = bench.scenario("baseline")
    numeric = [name for name, one in bench.plan.indicators.items() if one.numeric]
    base = baseline.model_copy(update={"assumptions": assume_missing(bench, baseline, numeric)})
    found = []
    for place in range(count):
        rng = np.random.default_rng(place)
        named = rng.choice(numeric, size=min(each, len(numeric)), replace=False)
        changes = tuple(make_change(str(name), bench, rng) for name in named)
        found.append(base.model_copy(update={"id": f"made_up_{place}", "changes": changes}))
    return found


def assume_missing(bench: Bench, baseline: Scenario, numeric: Sequence[str]) -> dict[str, Assumption]:
    """Assume a starting value of indicators that nobody published, so that every one has draws."""
    paths = bench.forecast(baseline)[2].paths
    return {
        name: Assumption(value=50.0, unit=str(bench.plan.indicators[name].unit), period=ASSUMED, reason=WHY)
        for name in numeric
        if name not in paths
    }


def make_change(name: str, bench: Bench, rng: np.random.Generator) -> Change:
    """Make a change on an indicator: of any kind that suits every unit, half of them of an uncertain size."""
    unit = str(bench.plan.indicators[name].unit)
    kinds: dict[str, tuple[float, float, str | None]] = {
        "growth": (-4.0, 4.0, "%/year"),
        "add": (0.2, 2.0, unit),
        "multiply": (0.9, 1.1, None),
        "close_gap": (5.0, 60.0, "%"),
    }
    kind = str(rng.choice(list(kinds)))
    low, high, measured = kinds[kind]
    value: Any = float(rng.uniform(low, high))
    if rng.random() < 0.5:
        value = {"low": low, "likely": value, "high": high}
    profile = str(rng.choice(["step", "ramp"]))
    given = {"until": "2026-2027"} if profile == "ramp" else {}
    said = {"on": name, "change": kind, "value": value, "unit": measured, "from": "2025-2026", "profile": profile}
    return Change.model_validate({**said, **given, "reason": WHY, "assumed": True})


# The peer


def compare_plainly(resolved: Sequence[Trajectories], comparison: Comparison) -> pd.DataFrame:
    """Give the figures of every scenario and indicator by pandas and `np.quantile`, one after the other."""
    before = resolved[0]
    rows = []
    for name, scenario, pair in comparison.seen():
        after = resolved[[one.id for one in comparison.scenarios].index(scenario)]
        if name in after.paths:
            rows.append(list(measure_plainly(name, after, before, pair.aim.target)))
    return pd.DataFrame(rows, columns=list(FIGURES))


def measure_plainly(name: str, after: Trajectories, before: Trajectories, target: Any) -> Iterator[float]:
    """Measure one indicator under one scenario."""
    table = pd.DataFrame(after.paths[name].draws, columns=[period.text for period in after.paths[name].periods])
    due = table[target.due]
    yield from due.quantile([0.1, 0.5, 0.9])
    yield target.met_by(due).mean()
    if name not in before.paths:
        yield from (np.nan,) * 3
        return
    other = pd.DataFrame(before.paths[name].draws, columns=[period.text for period in before.paths[name].periods])
    yield from np.quantile(due - other[target.due], [0.1, 0.5, 0.9])


# What matters most


def measure_shares() -> Timed[Influence]:
    """Time the Sobol shares of eight levers; the forecast, and what a first call loads, are not counted."""
    plan = Catalogue(ROOT).plan(TREE)
    bench = open_bench(
        plan.model_copy(update={"levers": pick_levers(plan)}), as_of=AS_OF, by=BY, catalogue=Catalogue(ROOT)
    )
    measure_influence(bench, "baseline", COMPUTED, points=2)
    return clock(lambda: measure_influence(bench, "baseline", COMPUTED))


def pick_levers(plan: Plan) -> dict[str, Lever]:
    """Take the levers of a plan that act on the indicator, and make some on its other drivers up to eight."""
    acting = plan.named_by(COMPUTED)
    own = {name: lever for name, lever in plan.levers.items() if lever.on in acting}
    free = sorted(acting - {lever.on for lever in own.values()})
    made = {f"more_{driver}": Lever(on=driver, change="multiply", bounds=(0.8, 1.25)) for driver in free}
    return dict([*own.items(), *made.items()][:LEVERS])


# What is printed


def measure(bench: Bench, count: int, each: int) -> tuple[Timed[Comparison], dict[str, Timed[Any]]]:
    """Time the whole, its parts and the peer on one load."""
    scenarios = make_scenarios(bench, count, each)
    bench.forecast(scenarios[0])
    whole = clock(lambda: _with_table(compare(bench, scenarios)))
    resolved = clock(lambda: [bench.apply(one)[1] for one in whole.result.scenarios])
    milestones = clock(lambda: whole.result.milestones)
    peer = clock(lambda: compare_plainly(resolved.result, whole.result))
    return whole, {"resolved alone": resolved, "milestones, afterwards": milestones, "peer: figures alone": peer}


def _with_table(comparison: Comparison) -> Comparison:
    """Lay out the table too, so that everything in it is computed."""
    len(comparison.table)
    return comparison


def disagree(comparison: Comparison, peer: pd.DataFrame) -> float:
    """Largest difference between our figures and the peer's, in shares of the larger of the figure and one."""
    known = comparison.table[comparison.table["status"] == "open"]
    ours, theirs = known[list(FIGURES)].to_numpy(), peer.to_numpy()
    return float(np.nanmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1)))


def print_load(title: str, whole: Timed[Comparison], parts: dict[str, Timed[Any]], asked: float) -> None:
    """Print the seconds of each part of one load, and what they are beside the peer's, of the processor both."""
    resolved, peer = parts["resolved alone"], parts["peer: figures alone"]
    shown = Table(title=title, **PLAIN)
    shown.add_column("", no_wrap=True)
    for heading in ("seconds", "of the processor"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for name, one in {"resolved and compared": whole, **parts}.items():
        shown.add_row(name, f"{one.seconds:.2f}", f"{one.used:.2f}")
    CONSOLE.print(shown)
    changed = int(whole.result.table["changed"].sum())
    figures = max(whole.used - resolved.used, 0.0)
    CONSOLE.print(
        f"{len(whole.result.table)} rows, {changed} of them changed; figures {figures:.2f} s, "
        f"{figures / peer.used:.2f} times the peer; largest disagreement {disagree(whole.result, peer.result):.1e}; "
        f"asked < {asked:g} s: {'yes' if whole.seconds < asked else 'NO'}"
    )


def profile(bench: Bench, count: int) -> None:
    """Print the costliest functions, by their own time."""
    scenarios = make_scenarios(bench, count, FEW)
    profiler = cProfile.Profile()
    profiler.runcall(lambda: _with_table(compare(bench, scenarios)))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(PROFILED)


def main(arguments: list[str] | None = None) -> None:
    """Time both loads and print their parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT, help="number of scenarios")
    parser.add_argument("--profile", action="store_true", help="print the costliest functions")
    options = parser.parse_args(arguments)
    bench = open_bench(PLAN, as_of=AS_OF, catalogue=Catalogue(ROOT))
    forecast = clock(lambda: bench.forecast(bench.scenario("baseline")))
    measure(bench, 2, FEW)  # what a first call loads is no cost of a scenario
    every = len(bench.plan.indicators)
    for each, title in ((FEW, f"{FEW} changes each"), (every, "a change on every indicator")):
        whole, parts = measure(bench, options.count, each)
        print_load(
            f"{options.count} scenarios, {every} indicators, {title}", whole, parts, ASKED * options.count / COUNT
        )
    shares = measure_shares()
    levers = sum(share.factor.kind == "lever" for share in shares.result.value_shares)
    CONSOLE.print(
        f"Sobol shares of {levers} levers and {len(shares.result.value_shares) - levers} assumptions, "
        f"{shares.result.evaluations} evaluations of {shares.result.draws} draws: {shares.seconds:.2f} s; "
        f"asked < {WEIGHED:g} s: {'yes' if shares.seconds < WEIGHED else 'NO'}"
    )
    if options.profile:
        profile(bench, options.count)
    CONSOLE.print(
        f"python {platform.python_version()}, one process, {os.cpu_count()} cores, {platform.machine()}; "
        f"{bench.parameters.draws} draws; forecast once in {forecast.seconds:.2f} s"
    )


if __name__ == "__main__":
    main()
