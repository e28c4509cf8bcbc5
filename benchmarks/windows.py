"""Windows of many series, each a history and what followed, and what the pooled model looks at in them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.crossfit import PUBLIC, Key

from forecast.models.grid import Prepared, prepare
from forecast.models.network import Learnt
from forecast.models.panel import Series
from forecast.models.pooled import CHUNK, LENGTH, STEPS, look

SEASONS = {"Y": 1, "O": 1, "Q": 4, "M": 12}
LEADS = {1: 8, 4: 8, 12: 24}
THIN = {12: 0.4}  # share of the leads kept: months have many


@dataclass(frozen=True)
class Known:
    """One whole series of a collection."""

    key: Key
    values: np.ndarray
    test: int
    season: int
    lower: float | None
    upper: float | None

    @property
    def dataset(self) -> str:
        """Collection of the series."""
        return self.key.dataset

    @property
    def fold(self) -> int:
        """Fold of the series."""
        return self.key.fold


def derive(known: Known) -> list[Known]:
    """Derive series of the scales that competitions lack: without bounds, and as shares of a ceiling.

    One series in four is also seen without its lower bound; of two within the year one as a percentage of a ceiling
    between 1.05 and 3 times its highest value.
    """
    chance = np.random.default_rng(int(known.key.hash) % 2**62)
    found = []
    if known.dataset == PUBLIC or known.lower != 0:
        return found
    if chance.random() < 0.25:
        found.append(replace(known, lower=None))
    if known.season > 1 and chance.random() < 0.5:
        ceiling = float(known.values.max()) * chance.uniform(1.05, 3)
        found.append(replace(known, values=np.round(100 * known.values / ceiling, 2), upper=100.0))
    return found


def read(folder: Path) -> list[Known]:
    """Read every collection of a folder."""
    meta = pd.read_parquet(folder / "series_meta.parquet").set_index(["dataset", "unique_id"])
    found = []
    for path in sorted(folder.glob("*.parquet")):
        if path.stem == "series_meta":
            continue
        rows = pd.read_parquet(path).sort_values(["unique_id", "step"], kind="stable")
        for id, one in rows.groupby("unique_id", sort=True):
            about = meta.loc[(path.stem, id)]
            values = one["y"].to_numpy(float)
            test = int(one["horizon"].iloc[0])
            lower, upper = (None if pd.isna(about[name]) else float(about[name]) for name in ("lower", "upper"))
            if about["kind"] == "competition" and (values[:-test] > 0).all():
                lower = 0.0
            values = values if lower is None else np.maximum(values, lower)
            key = Key(path.stem, str(id), about["source"], about["indicator"])
            found.append(Known(key, values, test, SEASONS[one["freq"].iloc[0]], lower, upper))
    return found


@dataclass(frozen=True)
class Window:
    """A history cut from a series, and what followed."""

    known: Known
    end: int
    size: int
    weight: float
    scale: float

    @property
    def outcomes(self) -> np.ndarray:
        """What followed, NaN where it is not known."""
        leads = LEADS[self.known.season]
        after = self.known.values[self.end : self.end + leads]
        return np.concatenate([after, np.full(leads - after.size, np.nan)])

    def prepare(self) -> Prepared:
        """Prepare the history as the model does."""
        values = self.known.values[self.end - self.size : self.end]
        step = 1 / self.known.season
        times = 2000 + step * np.arange(values.size)
        ahead = times[-1:] + step
        lower, upper = self.known.lower, self.known.upper
        return prepare(Series(self.known.key.unique_id, times, values, step, self.known.season, lower, upper, ahead))


def cut(known: Known) -> list[Window]:
    """Cut windows: the official split at several lengths, and random origins and lengths."""
    chance = np.random.default_rng(int(known.key.hash) % 2**63)
    season, values = known.season, known.values
    train = values.size - known.test
    longest = LENGTH if season == 1 else STEPS
    usual = float(np.abs(values[season:] - values[:-season]).mean()) if values.size > season else 0.0
    before = float(np.abs(values[season:train] - values[: train - season]).mean()) if train > season else 0.0
    scale = max(before, 0.2 * usual)
    if season == 1:
        public = known.dataset == PUBLIC
        lengths = (1, 2, 3, 4, 5, 8) if public else chance.choice([1, 2, 3, 4, 5, 6, 8, 10], size=3, replace=False)
        count, official = (10, 1.2) if public else (14, 2.0)
    else:
        lengths = chance.choice([1, 2, 3, 5, 8, season, 13, 2 * season, 2 * season + 4, 3 * season, 40], size=1)
        count, official = 6, 2.0
    windows = [Window(known, train, min(train, longest), official, scale)]
    windows += [
        Window(known, train, int(size), official if season == 1 else 1.0, scale) for size in lengths if size < train
    ]
    origins = np.setdiff1d(np.arange(2, values.size), [train])
    for end in chance.choice(origins, size=min(count, origins.size), replace=False):
        top = min(int(end), longest)
        if season == 1:
            sizes = {int(chance.integers(1, top + 1)), int(chance.choice([min(top, s) for s in (1, 2, 3, 5, 8, top)]))}
        else:
            options = [top, top, top, 5 * season, 3 * season, 40, 24, chance.integers(1, 41), chance.integers(1, 13)]
            sizes = {min(top, int(chance.choice(options)))}
        windows += [Window(known, int(end), size, 1.0, usual) for size in sizes]
    return [window for window in windows if window.scale > 0]


@dataclass(frozen=True)
class Rows:
    """One row per window and lead: figures, how an offset becomes a value, and the outcome."""

    figures: np.ndarray
    anchor: np.ndarray
    size: np.ndarray
    bounds: np.ndarray  # lower, width, kind, unit
    value: np.ndarray
    offset: np.ndarray  # of the outcome, as the networks give it
    scale: np.ndarray
    weight: np.ndarray
    count: np.ndarray  # observations
    lead: np.ndarray
    window: np.ndarray
    public: np.ndarray  # whether it is a public indicator
    official: np.ndarray  # whether the whole training part was seen up to the official split

    @staticmethod
    def join(parts: list["Rows"]) -> "Rows":
        """Join rows."""
        return Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})


def describe(windows: list[Window], thin: float = 1.0) -> tuple[Rows, tuple[str, ...]]:
    """Look at windows of one season as the model will, a few hundred at a time."""
    empty = Learnt(None, None, {})  # type: ignore[arg-type] - looking needs no network
    parts, names = [], ()
    chance = np.random.default_rng(5)
    for start in range(0, len(windows), CHUNK):
        part = windows[start : start + CHUNK]
        prepared = [with_leads(window) for window in part]
        histories, view, _ = look(prepared, empty)
        names = view.names
        outcome = np.stack([window.outcomes for window in part])
        leads = min(outcome.shape[1], view.lead.size)
        outcome = outcome[:, :leads]
        z = np.stack([one.scale.forward(row) for one, row in zip(prepared, outcome, strict=True)])
        z = z / (histories.unit * histories.sign)[:, None]
        bounds = np.stack(
            [
                (w.known.lower or 0.0, (w.known.upper or 1.0) - (w.known.lower or 0.0), kind, unit)
                for w, kind, unit in zip(part, histories.kind, histories.unit, strict=True)
            ]
        )
        kept = np.isfinite(outcome) & (chance.random(outcome.shape) < thin)

        def by_row(array: np.ndarray, leads: int = leads, kept: np.ndarray = kept) -> np.ndarray:
            return np.repeat(array[:, None], leads, axis=1)[kept]

        parts.append(
            Rows(
                figures=view.figures[:, :leads][kept].astype(np.float32),
                anchor=view.anchor[:, :leads][kept],
                size=view.size[:, :leads][kept],
                bounds=by_row(bounds),
                value=outcome[kept],
                offset=((z - view.anchor[:, :leads]) / view.size[:, :leads])[kept],
                scale=by_row(np.array([w.scale for w in part])),
                weight=by_row(np.array([w.weight for w in part]))
                / np.sqrt(np.repeat(view.lead[None, :leads], len(part), 0)[kept]),
                count=by_row(histories.size),
                lead=np.repeat(view.lead[None, :leads], len(part), axis=0)[kept],
                window=by_row(np.arange(start, start + len(part))),
                public=by_row(np.array([w.known.dataset == PUBLIC for w in part])),
                official=by_row(np.array([w.end == w.known.values.size - w.known.test for w in part])),
            )
        )
    return Rows.join(parts), names


def with_leads(window: Window) -> Prepared:
    """Prepare a window so that every learnt lead is looked at."""
    one = window.prepare()
    leads = LEADS[window.known.season]
    return replace(one, lead=np.arange(1, leads + 1, dtype=float))


def gather_rows(collections: list[Known], seasons: tuple[int, ...]) -> tuple[Rows, np.ndarray, tuple[str, ...]]:
    """Describe the windows of some series; the step in years of each row, and the names of the figures."""
    parts: list[Rows] = []
    lengths, names, before = [], (), 0
    for season in seasons:
        for public in (True, False):
            chosen = [one for one in collections if one.season == season and (one.dataset == PUBLIC) == public]
            windows = [window for one in chosen for window in cut(one)]
            if windows:
                part, names = describe(windows, THIN.get(season, 1.0))
                parts.append(replace(part, window=part.window + before))
                lengths.append(np.full(len(part.count), 1 / season))
                before += len(windows)
    return Rows.join(parts), np.concatenate(lengths), names
