"""Read a folder of benchmark series: one parquet a dataset and `series_meta.parquet`, as ../shared/benchmarks has them.

Shared by the accuracy table and by the peers, which run in an environment of their own: NumPy and pandas only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

SEASONS = {"Y": 1, "Q": 4, "M": 12, "O": 1}
LENGTHS = (1, 2, 3, 4, 5, 8)
LONG = 8  # fewest training points of the public series that are cut to their last k
COLUMNS = {"unique_id", "freq", "ds", "step", "y", "split", "horizon"}
META = {"dataset", "unique_id", "source", "indicator", "kind", "lower", "upper"}


@dataclass(frozen=True, eq=False)
class Item:
    """One series: decimal years, the training and test values, and what is known of it."""

    id: str
    times: np.ndarray
    ahead: np.ndarray
    train: np.ndarray
    test: np.ndarray
    source: str
    indicator: str
    kind: str
    lower: float | None
    upper: float | None


@dataclass(frozen=True, eq=False)
class Dataset:
    """The series of one file, in the order of their ids; `hash` names the data they hold."""

    name: str
    season: int
    items: tuple[Item, ...]
    hash: str

    @property
    def public(self) -> bool:
        """Whether these are public indicators, rather than a competition's series."""
        return any(item.kind != "competition" for item in self.items)


@dataclass(frozen=True, eq=False)
class Subset:
    """Some series of a dataset, of which a method sees the last `last` training points (None: all)."""

    name: str
    items: tuple[Item, ...]
    last: int | None

    def seen(self, item: Item) -> Item:
        """Cut the history of a series to what a method may see."""
        if self.last is None:
            return item
        return replace(item, times=item.times[-self.last :], train=item.train[-self.last :])


def list_datasets(folder: Path, asked: list[str] | None = None) -> list[str]:
    """List the datasets of a folder: yearly and public ones first, then quarterly, then monthly."""
    if not (folder / "series_meta.parquet").is_file():
        raise SystemExit(f"{folder}: no series_meta.parquet; give a folder in the layout of ../shared/benchmarks")
    meta = read(folder / "series_meta.parquet", META)
    found = [name for name in meta["dataset"].unique() if (folder / f"{name}.parquet").is_file()]
    if not found:
        raise SystemExit(f"{folder}: no parquet file of a dataset that series_meta.parquet names")
    unknown = sorted(set(asked or ()) - set(found))
    if unknown:
        raise SystemExit(f"{folder}: no dataset {', '.join(unknown)}; known: {', '.join(sorted(found))}")
    late = {"quarterly": 1, "other": 1, "monthly": 2}
    return sorted(asked or found, key=lambda name: (late.get(name.rsplit("_", 1)[-1], 0), name))


def read(path: Path, needed: set[str]) -> pd.DataFrame:
    """Read a parquet file that must have some columns."""
    table = pd.read_parquet(path)
    if missing := sorted(needed - set(table.columns)):
        raise SystemExit(f"{path}: no column {', '.join(missing)}; it needs {', '.join(sorted(needed))}")
    return table


def load(folder: Path, name: str) -> Dataset:
    """Load one dataset of a folder, its series in the order of their ids."""
    table = read(folder / f"{name}.parquet", COLUMNS).sort_values(["unique_id", "step"], kind="stable")
    meta = read(folder / "series_meta.parquet", META)
    known = meta[meta["dataset"] == name].set_index("unique_id")
    freq = set(table["freq"])
    if len(freq) != 1 or not freq <= set(SEASONS):
        raise SystemExit(f"{name}: freq is {', '.join(sorted(map(str, freq)))}; one of Y, Q, M, O for the whole file")
    if lost := sorted(set(table["unique_id"]) - set(known.index)):
        raise SystemExit(f"{name}: {len(lost)} series without a row in series_meta.parquet, first {lost[0]}")
    season = SEASONS[freq.pop()]
    ids = table["unique_id"].to_numpy(dtype=object)
    starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    ends = np.append(starts[1:], len(ids))
    values, steps = table["y"].to_numpy(dtype=float), table["step"].to_numpy(dtype=float)
    train = (table["split"] == "train").to_numpy()
    years = start_years(table["ds"])
    rows = known.loc[ids[starts], ["source", "indicator", "kind", "lower", "upper"]].itertuples(index=False)
    items = []
    for start, end, row in zip(starts, ends, rows, strict=True):
        times = dates(years[start:end], steps[start:end], season)
        split = start + int(train[start:end].sum())
        items.append(
            Item(
                id=str(ids[start]),
                times=times[: split - start],
                ahead=times[split - start :],
                train=values[start:split],
                test=values[split:end],
                source=str(row.source),
                indicator=str(row.indicator),
                kind=str(row.kind),
                lower=None if pd.isna(row.lower) else float(row.lower),
                upper=None if pd.isna(row.upper) else float(row.upper),
            )
        )
    return Dataset(name, season, tuple(items), digest(ids, values, train))


def start_years(starts: pd.Series) -> np.ndarray:
    """Read ISO dates of period starts as decimal years, NaN where there is none."""
    text = starts.astype("string").fillna("")
    year = pd.to_numeric(text.str.slice(0, 4), errors="coerce")
    month = pd.to_numeric(text.str.slice(5, 7), errors="coerce")
    return np.asarray((year + (month - 1) / 12).astype("float64"))


def dates(years: np.ndarray, steps: np.ndarray, season: int) -> np.ndarray:
    """Date a regular series from its real start, or from 2000 where it has none."""
    start = years[0] - steps[0] / season if np.isfinite(years[0]) else 2000.0
    return start + steps / season


def digest(ids: np.ndarray, values: np.ndarray, train: np.ndarray) -> str:
    """Name the data of a dataset: ids, values and split, whatever wrote the file."""
    content = hashlib.sha256("\n".join(map(str, ids)).encode())
    content.update(values.astype("<f8").tobytes())
    content.update(train.astype("u1").tobytes())
    return content.hexdigest()[:16]


def subsets(dataset: Dataset) -> list[Subset]:
    """List what is measured: every history length for public indicators, the whole history for the others."""
    if not dataset.public:
        return [Subset("all", dataset.items, None)]
    long = tuple(item for item in dataset.items if item.train.size >= LONG)
    short = tuple(item for item in dataset.items if item.train.size < LONG)
    cut = [Subset(f"last_{length}", long, length) for length in LENGTHS]
    return [subset for subset in (*cut, Subset("all", long, None), Subset("short", short, None)) if subset.items]


def sample(dataset: Dataset, subset: Subset, size: int) -> tuple[Item, ...]:
    """Choose the series of a subset on which slow models run: the same whatever the history length.

    The first `size` by a hash of their ids (half as many of the shorter public ones); all of them where that leaves out
    no more than one in six.
    """
    enough = size // 2 if subset.name == "short" else size
    if len(subset.items) <= 1.2 * enough:
        return subset.items
    ranked = sorted(subset.items, key=lambda item: hashlib.sha256(f"{dataset.name}/{item.id}".encode()).digest())
    chosen = {item.id for item in ranked[:enough]}
    return tuple(item for item in subset.items if item.id in chosen)
