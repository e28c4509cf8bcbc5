"""Accuracy of every model beside its peers, on a folder of series in the layout of ../shared/benchmarks.

    python benchmarks/accuracy.py --data DIR [--models a,b] [--out FILE] [--datasets a b] [--sample N]

Prints a table per dataset and subset, each figure with its bootstrap standard error, then what is asked of the default
model beside what was measured. `--out` writes one row per dataset, subset and model, `--calibration` coverage by
history length and lead, `--reliability` the probabilities of virtual targets by tenth (parquet or csv, by suffix). Slow
models see a random sample of a large dataset; all models on that sample are in the subset `<subset>/sample`.

Without `--models`, every model of the registry runs, but slow ones whose scores on the very same data are recorded in
benchmarks/peers/recorded. The peers come from build/peers (`make peers DATA=DIR`) or from that record, which `--record`
writes anew.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import forecasts, groups, official, recorded, tables
from benchmarks.folder import Dataset, Subset, list_datasets, load, sample, subsets
from benchmarks.naive2 import NAME as NAIVE2
from benchmarks.naive2 import forecast_naive2
from benchmarks.recorded import Scored
from benchmarks.scoring import Forecast, score
from benchmarks.show import Results, check_all
from benchmarks.truth import Truth

from forecast.assessment import scores

BUILD = Path("build/peers")


@dataclass
class Measured:
    """All that is written and printed, as it comes in."""

    rows: list[dict[str, object]] = field(default_factory=list)
    calibration: list[dict[str, object]] = field(default_factory=list)
    reliability: list[pd.DataFrame] = field(default_factory=list)
    classes: list[dict[str, object]] = field(default_factory=list)

    def results(self) -> Results:
        """Lay everything out as tables."""
        return Results(
            rows=pd.DataFrame(self.rows, columns=list(groups.COLUMNS)),
            calibration=pd.DataFrame(self.calibration),
            reliability=pd.concat(self.reliability, ignore_index=True) if self.reliability else pd.DataFrame(),
            classes=pd.DataFrame(self.classes, columns=["dataset", "subset", "model", "brier"]),
        )


def choose_models(asked: list[str] | None, known: set[str]) -> list[str]:
    """Choose the models to run: those asked for, else all that are fast or have no recorded scores on these data."""
    registry = forecasts.models()
    if unknown := sorted(set(asked or ()) - set(registry)):
        raise SystemExit(f"unknown model {', '.join(unknown)}; known: {', '.join(registry)}")
    return asked or [name for name in registry if name in forecasts.FAST or name not in known]


def make_forecasts(
    dataset: Dataset, subset: Subset, names: list[str], options: argparse.Namespace
) -> Iterator[tuple[Forecast, Truth]]:
    """Make the forecasts of Naive2 and of our models, then read those of the peers, each with its truth."""
    whole = Truth(subset.items, dataset.season, dataset.public)
    yield forecast_naive2(tuple(map(subset.seen, subset.items)), whole), whole
    for name in names:
        items = subset.items if name in forecasts.FAST else sample(dataset, subset, options.sample)
        truth = whole if items is subset.items else Truth(items, dataset.season, dataset.public)
        seen = tuple(map(subset.seen, items))
        yield forecasts.forecast_ours(name, dataset, seen, truth, options.draws, options.seed), truth
    yield from forecasts.read_peers(
        forecasts.peers_folder(options.peers, dataset), subset, dataset.season, dataset.public
    )


def measure(
    dataset: Dataset, subset: Subset, names: list[str], options: argparse.Namespace, measured: Measured
) -> list[Scored]:
    """Score every forecast of a subset, and note its calibration and its reliability."""
    where = {"dataset": dataset.name, "subset": subset.name}
    found = []
    for forecast, truth in make_forecasts(dataset, subset, names, options):
        found.append(Scored(forecast.model, forecast.version, score(forecast, truth)))
        about = where | {"model": forecast.model}
        measured.calibration += [about | row for row in groups.calibrate(forecast, truth, options.seed)]
        if dataset.public:
            measured.reliability.append(groups.rely(forecast.met, truth).assign(**about))
    if dataset.public:
        truth = Truth(subset.items, dataset.season, dataset.public)
        for name, chances in official.class_chances(tuple(map(subset.seen, subset.items)), truth).items():
            brier = pd.DataFrame(scores.brier(chances, truth.met)).mean(axis=1).mean()
            measured.classes.append(where | {"model": name, "brier": brier})
            measured.reliability.append(groups.rely(chances, truth).assign(**where, model=name))
    return found


def summarise(dataset: Dataset, subset: Subset, scored: list[Scored], seed: int) -> list[dict[str, object]]:
    """Make the rows of a subset: each model on its own series, then all of them on those that all have."""
    cluster = dict(
        zip((item.id for item in subset.items), Truth(subset.items, 1, dataset.public).clusters, strict=True)
    )
    naive2 = next(one.table for one in scored if one.model == NAIVE2).set_index("unique_id")
    common = set(naive2.index).intersection(*(one.table["unique_id"] for one in scored))
    parts = [(subset.name, set(naive2.index))]
    if len(common) < len(naive2):
        parts.append((f"{subset.name}/sample", common))
    rows = []
    for name, kept in parts:
        for one in scored:
            table = one.table[one.table["unique_id"].isin(kept)].sort_values("unique_id").reset_index(drop=True)
            ids = table["unique_id"]
            found = groups.summarise(table, naive2.loc[ids], ids.map(cluster).to_numpy(), seed)
            rows.append(
                {"dataset": dataset.name, "subset": name, "model": one.model, "n": len(table)}
                | found
                | {"seconds_per_1000": 1000 * table["seconds"].mean(), "refused": table["refused"].mean()}
                | {"version": one.version}
            )
    return rows


def add_recorded(found: list[Scored], kept: list[Scored]) -> list[Scored]:
    """Complete what was measured now with what was recorded, where a model is missing."""
    fresh = {one.model for one in found}
    return found + [one for one in kept if one.model not in fresh]


def run(dataset: Dataset, options: argparse.Namespace, measured: Measured) -> None:
    """Measure one dataset, print its tables and record what is asked."""
    kept = recorded.read_recorded(dataset)
    known = {one.model for found in kept.values() for one in found}
    names = choose_models(options.models, known)
    fresh: dict[str, list[Scored]] = {}
    for subset in subsets(dataset):
        fresh[subset.name] = measure(dataset, subset, names, options, measured)
        rows = summarise(dataset, subset, add_recorded(fresh[subset.name], kept.get(subset.name, [])), options.seed)
        measured.rows += rows
        table = pd.DataFrame(rows)
        for _, part in table.groupby("subset", sort=False):
            tables.print_subset(part)
        if missing := [peer for peer in forecasts.PEERS if peer not in set(table["model"])]:
            tables.CONSOLE.print(
                f"  no forecasts of {', '.join(missing)} on these data, neither fresh nor recorded: "
                f"run `make peers DATA={options.data}` first"
            )
    if options.record:
        slow = {
            subset: [one for one in found if one.model not in (*forecasts.FAST, NAIVE2)]
            for subset, found in fresh.items()
        }
        here = {"date": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(), "draws": options.draws}
        about = forecasts.read_about(forecasts.peers_folder(options.peers, dataset))
        made = {one.model: about if one.model in forecasts.PEERS else here for found in slow.values() for one in found}
        recorded.write_recorded(dataset, slow, made)


def write(table: pd.DataFrame, path: Path | None) -> None:
    """Write a table as parquet or csv, by suffix."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table.astype({"lead": str} if "lead" in table else {}).to_parquet(path, compression="zstd", index=False)
    else:
        table.to_csv(path, index=False, float_format="%.6g")


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder in the layout of ../shared/benchmarks")
    parser.add_argument("--models", type=lambda text: text.split(","), help="models of the registry to run now")
    parser.add_argument("--datasets", nargs="*", help="all by default")
    parser.add_argument("--judge", help="model that the asked figures are checked for; pooled where there is one")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--reliability", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--sample", type=int, default=500, help="series that slow models see, half of the shorter public"
    )
    parser.add_argument("--peers", type=Path, default=BUILD, help="where `make peers` left its forecasts")
    parser.add_argument("--record", action="store_true", help="record the scores of peers and slow models")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> Results:
    """Measure a folder; returns what was measured."""
    options = read_options(arguments)
    started, measured = time.perf_counter(), Measured()
    names = list_datasets(options.data, options.datasets)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=RuntimeWarning)  # an explosive forecast is scored as it is
        for name in names:
            run(load(options.data, name), options, measured)
    results = measured.results()
    judged = options.judge or next((name for name in ("pooled", "mixture") if name in set(results.rows["model"])), None)
    if judged in set(results.rows["model"]):
        tables.print_checks(check_all(results, str(judged)), str(judged))
    write(results.rows, options.out)
    write(results.calibration, options.calibration)
    write(results.reliability, options.reliability)
    tables.CONSOLE.print(
        f"{len(names)} datasets in {time.perf_counter() - started:.0f} s; {options.draws} draws, seed {options.seed}, "
        f"{groups.RESAMPLES} resamples of indicators (public) or series; python {platform.python_version()}, "
        f"{os.cpu_count()} cores"
    )
    return results


if __name__ == "__main__":
    main()
