"""Verdicts back-tested: how often targets of each class were later met, and whose probabilities are better.

    python benchmarks/verdicts.py --data DIR [--out FILE] [--datasets a b] [--sample N]

Every official method of the board judges every public series of a folder in the layout of ../shared/benchmarks as it
stood at the end of its training part, against virtual targets of 1, 2 and 4 % a year up and down, from the last value
to the last period of the test part (benchmarks/truth.py); up is good where the target lies above. A case is one series
and one target, met or not at that last period. The made-up plan counts from five years before the last value, or from
the first where the history is shorter: the base of Statistics Canada is then that of Eurostat's short term.

Two things are printed. For each class, how often its targets were met, beside the mean of our probability. For each
method, the Brier score of the frequencies of its classes, learnt on the other folds of indicators, beside that of our
probability on the same cases, the model never having seen the series nor a sibling. Where a method does not apply, the
frequency of all cases of the other folds stands in. As a class knows neither the rate nor the years to go, the same is
done with the frequencies of every class at each rate and horizon. Errors are those of a bootstrap of indicators.

`--out` writes one row per method and class, and one for all cases of a method (parquet or csv, by suffix).
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy import write
from benchmarks.folder import Dataset, Item, Subset, list_datasets, load, sample
from benchmarks.forecasts import forecast_ours
from benchmarks.groups import RESAMPLES, bootstrap, resample
from benchmarks.official import SPAN, fold_of
from benchmarks.tables import CONSOLE, PLAIN
from benchmarks.truth import RATES, Truth

from forecast.assessment import scores
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import NOT_APPLICABLE, Method
from forecast.plans.model import Bounds, Indicator, Target
from forecast.schema.language import Text
from forecast.schema.periods import Period

MODEL = "pooled"
ALL, JUDGED = "all cases", "cases judged"
UNITS = {"percent": "%", "count": "count", "rate": "per 1,000"}
#: What else could be learnt without a forecast, printed beside the methods.
OVERALL, TOGETHER = "no method: all cases alike", "how many methods say on track"
HALF = 0.5  # where there is nothing to learn from


# Cases


@dataclass(frozen=True, eq=False)
class Cases:
    """Every series with every virtual target that makes sense for it, as arrays (cases,).

    Attributes
    ----------
    met : array of float
        Whether the target was met.
    ours : array of float
        Our probability of that.
    setting : array of int
        Number of the rate and horizon.
    fold, cluster : array of int
        Fold and number of the indicator of the series.
    classes : mapping
        Class of every case by each method, by how many methods say on track, and without any.
    """

    met: np.ndarray
    ours: np.ndarray
    setting: np.ndarray
    fold: np.ndarray
    cluster: np.ndarray
    classes: Mapping[str, np.ndarray]


def gather_cases(dataset: Dataset, items: tuple[Item, ...], draws: int, seed: int) -> Cases:
    """Forecast and judge the series of a dataset."""
    truth = Truth(items, dataset.season, dataset.public)
    ours = forecast_ours(MODEL, dataset, items, truth, draws, seed).met
    known = np.isfinite(truth.targets)
    setting = truth.horizon[:, None] * RATES.size + np.arange(RATES.size)
    clusters = np.broadcast_to(truth.clusters[:, None], known.shape)[known]
    return Cases(
        met=truth.met[known],
        ours=ours[known],
        setting=setting[known],
        fold=np.broadcast_to(fold_of(items)[:, None], known.shape)[known],
        cluster=np.unique(clusters, return_inverse=True)[1],
        classes=judge_all(items, truth.targets, dataset.season) | {OVERALL: np.full(known.sum(), NOT_APPLICABLE)},
    )


def judge_all(items: tuple[Item, ...], targets: np.ndarray, season: int) -> dict[str, np.ndarray]:
    """Give the class of every case by every method: series by series, rate by rate."""
    found: dict[str, list[str]] = {method.id: [] for method in METHODS} | {TOGETHER: []}
    watched = track(items, "verdicts", console=Console(stderr=True), transient=True)
    for item, wanted in zip(watched, targets, strict=True):
        for rate, target in zip(RATES, wanted, strict=True):
            if np.isfinite(target):
                for name, key in judge(make_evidence(item, season, rate, target)):
                    found[name].append(key)
    return {name: np.array(keys, dtype=object) for name, keys in found.items()}


def judge(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Give the class of one case by every method, and how many of those of the pace say on track."""
    favourable = 0
    for method in METHODS:
        verdict = method.judge(evidence)
        favourable += bool(method.traits and method.label(verdict).favourable)
        yield method.id, verdict.key
    yield TOGETHER, str(favourable)


def make_evidence(item: Item, season: int, rate: float, target: float) -> Evidence:
    """Make what a method sees of one case: the training part and the target, on its last day."""
    points = make_points(item, season)
    due = name_period(item.ahead[-1], season).text
    return Evidence(
        name=item.id,
        indicator=make_indicator(item.kind, (item.lower, item.upper), rate > 0),
        target=Target(words=f"{target:g}", due=due, value=target, operator=">=" if rate > 0 else "<="),
        as_of=points[-1].period.end,
        points=points,
        path=None,
        start=max(points[0].year, points[-1].year - SPAN),
    )


@lru_cache(maxsize=1)
def make_points(item: Item, season: int) -> tuple[Point, ...]:
    """Lay out the training part of a series; its targets share it."""
    periods = [name_period(start, season) for start in item.times]
    return tuple(
        Point(period, period.time("flow"), float(value)) for period, value in zip(periods, item.train, strict=True)
    )


@lru_cache(maxsize=64)
def make_indicator(kind: str, bounds: Bounds, up: bool) -> Indicator:
    """Make the indicator of a kind and a direction."""
    name = Text(fr=kind, en=kind)
    return Indicator(number="1", name=name, unit=UNITS.get(kind, kind), bounds=bounds, better="up" if up else "down")


def name_period(start: float, season: int) -> Period:
    """Name the period that starts at a time, decimal years: a calendar year, a quarter or a month."""
    year, month = divmod(round(12 * start), 12)
    if season == 1:
        return Period.parse(f"{year:04d}")
    if season == 12:
        return Period.parse(f"{year:04d}-{month + 1:02d}")
    first, quarter = divmod(12 * year + month - 3, 12)  # the quarters of the plans count from April
    return Period.parse(f"{first:04d}-{first + 1:04d}Q{quarter // 3 + 1}")


# Frequencies as probabilities


def learn(group: np.ndarray, cases: Cases, otherwise: np.ndarray | float = HALF) -> np.ndarray:
    """Give every case the frequency with which those of its group were met in the other folds.

    Parameters
    ----------
    group : array (cases,)
        Number of the group; below 0 it has none.
    cases : Cases
        With outcomes and folds.
    otherwise : array (cases,) or float
        Stands in where there is no group, or none of it in the other folds.

    Returns
    -------
    array (cases,)
        Probabilities, 0 to 1.
    """
    chances, size = np.full(group.shape, np.nan), max(int(group.max()), 0) + 1
    for fold in np.unique(cases.fold):
        own = cases.fold == fold
        other = ~own & (group >= 0)
        count = np.bincount(group[other], minlength=size)
        met = np.bincount(group[other], cases.met[other], minlength=size)
        with np.errstate(invalid="ignore"):
            chances[own] = np.where(group[own] >= 0, (met / count)[group[own]], np.nan)
    return np.where(np.isnan(chances), otherwise, chances)


def number_classes(keys: np.ndarray) -> np.ndarray:
    """Number the classes of a method, -1 where it does not apply."""
    return np.where(keys == NOT_APPLICABLE, -1, np.unique(keys.astype(str), return_inverse=True)[1])


def cross(group: np.ndarray, setting: np.ndarray) -> np.ndarray:
    """Number the pairs of group and setting, -1 where there is no group."""
    return np.where(group < 0, -1, group * (setting.max() + 1) + setting)


# Figures


def measure_method(name: str, cases: Cases, seed: int) -> list[dict[str, object]]:
    """Measure the classes of a method, one row each, and the method on all cases and on those that it judges."""
    keys = cases.classes[name]
    group = number_classes(keys)
    everywhere = learn(np.zeros_like(group), cases)
    chances = learn(group, cases, everywhere)
    fine = learn(cross(group, cases.setting), cases, learn(cases.setting, cases, everywhere))
    values = {
        "met": cases.met,
        "probability": cases.ours,
        "brier": scores.brier(chances, cases.met),
        "brier_fine": scores.brier(fine, cases.met),
        "brier_ours": scores.brier(cases.ours, cases.met),
    }
    values["ahead"] = values["brier"] - values["brier_ours"]
    values["ahead_fine"] = values["brier_fine"] - values["brier_ours"]
    parts = {key: keys == key for key in list_classes(name, keys)}
    parts |= {JUDGED: group >= 0, ALL: np.ones(group.size, dtype=bool)}
    return [{"method": name, "class": key} | average(values, chosen, cases, seed) for key, chosen in parts.items()]


def list_classes(name: str, keys: np.ndarray) -> list[str]:
    """List the classes that occur, from best to worst."""
    method = next((method for method in METHODS if method.id == name), None)
    seen = set(keys) - {NOT_APPLICABLE}
    return [key for key in method.labels if key in seen] if method else sorted(seen, key=int, reverse=True)


def average(values: Mapping[str, np.ndarray], chosen: np.ndarray, cases: Cases, seed: int) -> dict[str, float]:
    """Average values (cases,) over the chosen cases, each with its standard error over resamples of indicators."""
    table = np.where(chosen[:, None], np.column_stack(list(values.values())), np.nan)
    weights = resample(int(cases.cluster.max()) + 1, RESAMPLES, seed)
    means = bootstrap(table, cases.cluster, weights)
    known = np.isfinite(means).all(axis=1)
    errors = np.std(means[known][1:], axis=0, ddof=1) if known.sum() > 2 else np.full(len(values), np.nan)
    found: dict[str, float] = {"cases": int(chosen.sum())}
    for name, mean, error in zip(values, means[0], errors, strict=True):
        found |= {name: float(mean), f"{name}_se": float(error)}
    return found


def measure(cases: Cases, seed: int = 1) -> pd.DataFrame:
    """Measure every method, and what is learnt without one: one row per class, and two for a method as a whole."""
    return pd.DataFrame([row for name in cases.classes for row in measure_method(name, cases, seed)])


def tells_apart(table: pd.DataFrame) -> list[Method]:
    """List the methods that put targets still open into more than one class."""
    classes = table[~table["class"].isin([ALL, JUDGED])].groupby("method").size()
    return [method for method in METHODS if classes.get(method.id, 0) > 1]


# What is printed


def name_rows(table: pd.DataFrame) -> dict[str, str]:
    """Name the methods that are printed, and what stands beside them."""
    return {method.id: method.name.en for method in tells_apart(table)} | {TOGETHER: TOGETHER, OVERALL: OVERALL}


def print_classes(table: pd.DataFrame, title: str) -> None:
    """Print how often the targets of each class were met."""
    shown = Table(title=title, **PLAIN)
    for heading in ("method", "class"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("cases", "later met", "our mean probability"):
        shown.add_column(heading, justify="right", no_wrap=True)
    labels = {method.id: method.labels for method in METHODS}
    for name, heading in name_rows(table).items():
        rows = table[(table["method"] == name) & ~table["class"].isin([ALL, JUDGED])]
        for place, row in enumerate(rows.to_dict("records")):
            key = row["class"]
            label = f"{labels[name][key].symbol} {labels[name][key].en}" if name in labels else key
            met = f"{100 * row['met']:.1f} ±{100 * row['met_se']:.1f} %"
            ours = f"{100 * row['probability']:.1f} %"
            shown.add_row("" if place else heading, label, f"{row['cases']}", met, ours)
        shown.add_section()
    CONSOLE.print(shown)
    if idle := [method.name.en for method in METHODS if method not in tells_apart(table)]:
        about = "do not apply to yearly values or to targets still open, or put them all in one class"
        CONSOLE.print(f"  {about}: {'; '.join(idle)}", style="dim", soft_wrap=True)


def print_scores(table: pd.DataFrame, title: str) -> None:
    """Print the Brier score of every method beside ours, best first."""
    shown = Table(title=title, **PLAIN)
    shown.add_column("classes of", no_wrap=True)
    columns = ("does not apply", "Brier", "ours lower by", "where it applies", "per rate, horizon", "ours lower by")
    for heading in columns:
        shown.add_column(heading, justify="right", no_wrap=True)
    names = name_rows(table)
    whole = table[(table["class"] == ALL) & table["method"].isin(list(names))].set_index("method")
    judged = table[table["class"] == JUDGED].set_index("method")
    for name, row in whole.sort_values("brier").iterrows():
        part = judged.loc[name]
        silent = f"{100 * (1 - part['cases'] / row['cases']):.1f} %"
        figures = [format_score(row, "brier"), format_score(row, "ahead"), format_score(part, "ahead")]
        fine = [format_score(row, "brier_fine"), format_score(row, "ahead_fine")]
        shown.add_row(names[name], silent, *figures, *fine)
    own = format_score(whole.iloc[0], "brier_ours")
    shown.add_row(f"[bold]our probability ({MODEL})[/]", "0.0 %", f"[bold]{own}[/]", "", "", f"[bold]{own}[/]", "")
    CONSOLE.print(shown)


def format_score(row: pd.Series, name: str) -> str:
    """Format a Brier score or a difference of two with its standard error."""
    return f"{row[name]:.4f} ±{row[f'{name}_se']:.4f}" if np.isfinite(row[name]) else "–"


def conclude(table: pd.DataFrame) -> str:
    """Say whether our probability has the best Brier score, and by how much, against the best of the others."""
    names = name_rows(table)
    whole = table[(table["class"] == ALL) & table["method"].isin(list(names))].set_index("method")
    plain, fine = whole.loc[whole["brier"].idxmin()], whole.loc[whole["brier_fine"].idxmin()]
    best = min(plain["ahead"], fine["ahead_fine"]) > 0
    return (
        f"our probability {'has' if best else 'does NOT have'} the best Brier score, {plain['brier_ours']:.4f}: "
        f"{say_difference(plain, 'ahead')} the best of the others, {names[plain.name]}; with frequencies of each rate "
        f"and horizon {say_difference(fine, 'ahead_fine')} the best, {names[fine.name]}"
    )


def say_difference(row: pd.Series, name: str) -> str:
    """Say how far our score lies below or above another one."""
    side = "below" if row[name] > 0 else "above"
    share = abs(row[name]) / (row["brier_ours"] + row[name])
    return f"{abs(row[name]):.4f} ±{row[f'{name}_se']:.4f} ({100 * share:.1f} %) {side}"


def run(dataset: Dataset, options: argparse.Namespace) -> pd.DataFrame:
    """Measure one dataset and print its tables."""
    items = tuple(item for item in dataset.items if item.kind != "competition")
    if options.sample:
        items = sample(dataset, Subset("all", items, None), options.sample)
    cases = gather_cases(dataset, items, options.draws, options.seed)
    if not cases.met.size:
        raise SystemExit(f"{dataset.name}: no series with a value above zero, so that no virtual target makes sense")
    table = measure(cases, options.seed)
    about = f"{cases.met.size} cases of {len(items)} series, {cases.cluster.max() + 1} indicators"
    print_classes(table, f"{dataset.name}: what a class was worth, {about}")
    print_scores(table, f"{dataset.name}: Brier scores of frequencies learnt on the other folds, and ours")
    return table.assign(dataset=dataset.name)


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder in the layout of ../shared/benchmarks")
    parser.add_argument("--datasets", nargs="*", help="all public ones by default")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, help="only so many series of a dataset")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Measure the public datasets of a folder; returns the table that is written."""
    options = read_options(arguments)
    started, found = time.perf_counter(), []
    loaded = [load(options.data, name) for name in list_datasets(options.data, options.datasets)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=RuntimeWarning)  # an explosive forecast is scored as it is
        for dataset in (dataset for dataset in loaded if dataset.public):
            found.append(run(dataset, options))
    if not found:
        raise SystemExit(
            f"{options.data}: no public indicators there, competition series only; nobody sets them targets"
        )
    table = pd.concat(found, ignore_index=True)
    write(table[["dataset", *table.columns.drop("dataset")]], options.out)
    CONSOLE.print(
        f"{time.perf_counter() - started:.0f} s; {options.draws} draws, seed {options.seed}, ± from {RESAMPLES} "
        f"resamples of indicators",
        style="dim",
    )
    for one in found:
        CONSOLE.print(f"{one['dataset'].iloc[0]}: {conclude(one)}", soft_wrap=True)
    return table


if __name__ == "__main__":
    main()
