"""Files and formulas that nobody would write, through the readers that everybody uses.

    python benchmarks/robustness.py [--files 100000] [--formulas 50000] [--plans 10000] [--seed 1] [--out FILE]
    python benchmarks/robustness.py --only scenario:1234     # makes one case again and shows what became of it

Three kinds of cases are generated: scenario files, formulas, and plan files whose indicators and drivers are formulas
of one another. A third of each is meant to be valid, a third is valid but for a few mutations of its parts or its
text, a third is hostile. What is read is also computed, on the draws of a small catalogue. Only our own errors may come
out, no warning either; what is computed is finite and inside its bounds, and no case takes more than ten seconds.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.hostile import make_formula, make_plan, make_scenario
from benchmarks.sound import CATALOGUE, UNITS

from forecast import models, observations, scenarios
from forecast.errors import ForecastError
from forecast.plans.catalogue import Catalogue
from forecast.plans.formulas import check_names, parse_formula
from forecast.plans.model import Plan
from forecast.plans.units import check_units
from forecast.scenarios.evaluation import evaluate, origin_value
from forecast.schema.draws import Trajectories
from forecast.schema.streams import Streams

AS_OF, DRAWS, RNG = date(2025, 9, 1), 100, Streams(1)
LIMIT = 10.0  # seconds a case may take
MOODS = ("valid", "mutated", "hostile")
MAKERS = {"scenario": make_scenario, "formula": make_formula, "plan": make_plan}
KINDS = {"scenario": "scenario files", "formula": "formulas", "plan": "plan files with formulas"}


@dataclass(frozen=True)
class Case:
    """One generated text: its kind, its number, and what it is meant to be."""

    kind: str
    number: int
    seed: int

    @property
    def mood(self) -> str:
        """``valid``, ``mutated`` or ``hostile``."""
        return MOODS[self.number % len(MOODS)]

    def make(self) -> bytes:
        """Make the text: the same for the same seed, kind and number."""
        return MAKERS[self.kind](random.Random(f"{self.seed}:{self.kind}:{self.number}"), self.mood)


@dataclass(frozen=True)
class World:
    """A small catalogue in a folder of its own, its plan as it was forecast, and values for formulas."""

    catalogue: Catalogue
    plan: Plan
    observed: pd.DataFrame
    baseline: Trajectories

    @classmethod
    def create(cls, folder: Path) -> World:
        """Write the catalogue and read it."""
        for name, text in CATALOGUE.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        catalogue = Catalogue(folder)
        plan = catalogue.plan("clinic")
        observed = observations.load(plan, catalogue, as_of=AS_OF)
        return cls(catalogue, plan, observed, forecast(plan, observed))

    def write(self, name: str, content: bytes) -> None:
        """Write one file of the catalogue."""
        (self.catalogue.root / name).write_bytes(content)


def try_scenario(world: World, content: bytes) -> str:
    """Read a scenario file and compute it."""
    world.write("parameters/clinic/fuzz.yaml", content)
    try:
        scenario = scenarios.load(world.catalogue, world.plan, "fuzz")
    except ForecastError as error:
        return refuse(error, "refused")
    try:
        again = scenario.assumptions or scenario.targets  # else the forecast is that of the baseline
        compute(world.plan, scenario, world.observed, None if again else world.baseline)
    except ForecastError as error:
        return refuse(error, "read, refused when computed")
    return "computed"


def try_plan(world: World, content: bytes) -> str:
    """Read a plan file and compute its formulas."""
    world.write("data/plans/fuzz.yaml", content)
    try:
        plan = world.catalogue.plan("fuzz")
        baseline = scenarios.load(world.catalogue, world.plan, "baseline")
    except ForecastError as error:
        return refuse(error, "refused")
    try:
        compute(plan, baseline, observations.load(plan, world.catalogue, as_of=AS_OF))
    except ForecastError as error:
        return refuse(error, "read, refused when computed")
    return "computed"


def forecast(plan: Plan, observed: pd.DataFrame) -> Trajectories:
    """Forecast a plan by its quickest model."""
    return models.forecast(observed, plan, model="drift", draws=DRAWS, rng=RNG)


def compute(
    plan: Plan, scenario: scenarios.Scenario, observed: pd.DataFrame, baseline: Trajectories | None = None
) -> None:
    """Compute a scenario as a study does, and check that every draw is a number inside its bounds."""
    plan = scenarios.resolve(scenario, plan)
    observed = scenarios.assume(scenario, plan, observed)
    check_draws(scenarios.apply(scenario, plan, observed, baseline or forecast(plan, observed), rng=RNG))


def check_draws(trajectories: Trajectories) -> None:
    """Refuse draws that are no numbers or lie outside the bounds of their path."""
    for name, path in trajectories.paths.items():
        low, high = path.bounds
        inside = (low is None or (path.draws >= low).all()) and (high is None or (path.draws <= high).all())
        assert np.isfinite(path.draws).all(), f"{name}: draws that are no numbers"
        assert inside, f"{name}: draws outside {path.bounds}"


def try_formula(world: World, content: bytes) -> str:
    """Read a formula, check its names and units, and compute it where its names are known."""
    text = content.decode("utf-8", errors="surrogatepass")
    try:
        formula = parse_formula(text)
    except ForecastError as error:
        return refuse(error, "refused")
    if check_names(formula, UNITS):
        return "read, unknown names"
    check_units(formula, UNITS, "%")
    rng = np.random.default_rng(len(text))
    values = {name: rng.choice([0.0, 1.0, -2.5, 1e-200, 1e200, 40.0], size=(12, 3)) for name in formula.names}
    start = {name: array[:, 0] for name, array in values.items()}
    found = evaluate(formula, values, start=start, origin=5.0)
    assert found.values.shape == (12, 3)
    assert not np.isinf(found.values).any()
    assert found.undefined == np.isnan(found.values).any(axis=1).mean()
    assert not np.isinf(origin_value(formula, start, origin=5.0)).any()
    return "computed, some draws without a value" if found.undefined else "computed"


TRIALS = {"scenario": try_scenario, "formula": try_formula, "plan": try_plan}


def refuse(error: ForecastError, outcome: str) -> str:
    """Name an outcome that is our own error, which must say something."""
    assert str(error).strip(), "an error without a message"
    return f"{outcome}: {type(error).__name__}"


@dataclass
class Record:
    """What became of the cases; of every kind of crash, the first case and its traceback."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    crashes: dict[str, tuple[Case, str]] = field(default_factory=dict)
    slowest: tuple[float, Case | None] = (0.0, None)
    seconds: float = 0.0

    def add(self, world: World, case: Case) -> None:
        """Try one case and keep what became of it."""
        content, start = case.make(), time.perf_counter()
        try:
            outcome, what = TRIALS[case.kind](world, content), ""
        except Exception as error:  # what is looked for
            outcome, what = f"CRASH: {type(error).__name__} in {name_place(error)}", traceback.format_exc()
        took = time.perf_counter() - start
        if took > LIMIT:
            outcome, what = f"CRASH: more than {LIMIT:.0f} s", what
        if outcome.startswith("CRASH"):
            self.crashes.setdefault(outcome, (case, what))
        self.counts[case.kind, case.mood, outcome] += 1
        self.slowest = max(self.slowest, (took, case), key=lambda pair: pair[0])

    @property
    def crashed(self) -> int:
        """How many cases crashed."""
        return sum(count for (_, _, outcome), count in self.counts.items() if outcome in self.crashes)


def name_place(error: Exception) -> str:
    """Name the innermost function of ours that an exception came through."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "forecast" in Path(frame.filename).parts]
    return f"{Path(ours[-1].filename).name}, {ours[-1].name}" if ours else "the check of what came out"


def run(world: World, numbers: dict[str, int], seed: int, *, shown: bool = False) -> Record:
    """Try so many cases of each kind."""
    record, start = Record(), time.perf_counter()
    cases = [Case(kind, number, seed) for kind, count in numbers.items() for number in range(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for case in track(cases, "cases", disable=not shown):
            record.add(world, case)
    record.seconds = time.perf_counter() - start
    return record


def describe(record: Record, numbers: dict[str, int], seed: int) -> str:
    """Write the record as a page."""
    took, slowest = record.slowest
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "pydantic", "pyyaml", "pint"))
    *first, last = (f"{count:,} {KINDS[kind]}" for kind, count in numbers.items())
    made = f"{', '.join(first)} and {last}" if first else last
    lines = [
        "# Robustness of what people write",
        "",
        f"{made}, made by `python benchmarks/robustness.py --seed {seed}` on {date.today()} in {record.seconds:.0f} s.",
        f"Python {platform.python_version()}, {packages}.",
        "",
        "A third of each is meant to be valid, a third is valid but for a few mutations, a third is hostile. What is",
        "read is computed too. A crash is an exception that is not our own error, a warning, a draw that is no number",
        f"or lies outside its bounds, or a case of more than {LIMIT:.0f} s.",
        "",
        f"**Crashes: {record.crashed}.** Slowest case: {took:.2f} s"
        + (f" (`--only {slowest.kind}:{slowest.number}`)." if slowest else "."),
        "",
        "| kind | meant to be | outcome | cases |",
        "|---|---|---|---:|",
        *(
            f"| {KINDS[kind]} | {mood} | {outcome} | {count:,} |"
            for (kind, mood, outcome), count in sorted(record.counts.items(), key=order)
        ),
    ]
    return "\n".join(lines) + "\n"


def order(item: tuple[tuple[str, str, str], int]) -> tuple[int, int, int]:
    """Place of a row: by kind, mood, and most frequent first."""
    (kind, mood, _), count = item
    return list(KINDS).index(kind), MOODS.index(mood), -count


def show_one(world: World, case: Case) -> None:
    """Show one case and what becomes of it."""
    content = case.make()
    print(f"{case.kind} {case.number}, meant to be {case.mood}:\n{content[:5_000].decode('utf-8', errors='replace')}\n")
    try:
        print(TRIALS[case.kind](world, content))
    except Exception:
        traceback.print_exc()


def main() -> int:
    """Run from the command line; 1 when something crashed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind, count in (("files", 100_000), ("formulas", 50_000), ("plans", 10_000)):
        parser.add_argument(f"--{kind}", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="kind:number, such as scenario:1234")
    parser.add_argument("--out", type=Path, help="where to write the record as Markdown")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = World.create(Path(folder))
        if asked.only:
            kind, number = asked.only.split(":")
            show_one(world, Case(kind, int(number), asked.seed))
            return 0
        numbers = {"scenario": asked.files, "formula": asked.formulas, "plan": asked.plans}
        record = run(world, numbers, asked.seed, shown=True)
    text = describe(record, numbers, asked.seed)
    print(text)
    for outcome, (case, what) in record.crashes.items():
        print(f"{outcome}: --only {case.kind}:{case.number} --seed {case.seed}\n{what}")
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    return 1 if record.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
