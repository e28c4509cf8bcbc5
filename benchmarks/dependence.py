"""Measure how strongly the outcomes of different public indicators go together: the dependence of `portfolio.py`.

Usage: python benchmarks/dependence.py --data DIR     (DIR: the layout of data/reference/README.md)

Writes src/forecast/assessment/dependence.json.

Every public series is forecast from each of its years on by the fold's model that saw neither it nor a sibling; an
outcome becomes its normal score in that forecast. Compared are different indicators of one source and one place (as
those of a plan are), for the same years at the same lead. Which way is good is not known, so correlations are squared.

The square is estimated without the noise of few years: for scores x and y of two series, the mean of x_t y_t x_s y_s
over years t and s whose forecasts do not overlap is the square of their correlation, where one year has nothing to do
with the other. Where it has, as when a forecast errs on one side for years, that mean is above zero also for indicators
that have nothing in common: the same mean with the years of one series moved by 4 to 7 is taken off. Pairs of
indicators with at least 20 pairs of years count the same, and so do sources. The error is that of a bootstrap of
sources, and of indicators within them.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crossfit import FOLDER, FOLDS, PUBLIC
from benchmarks.windows import Known, Window, read, with_leads

from forecast.models.network import LEVELS, SCORES, read_learnt
from forecast.models.pooled import CHUNK, LENGTH, Pooled

DESTINATION = Path(__file__).parents[1] / "src" / "forecast" / "assessment" / "dependence.json"
ABOUT = (
    "root mean square correlation of the normal scores of outcomes, 1 to 3 years ahead, of different public indicators"
    " of one source and place in the same years, less that of years apart; pairs of indicators count the same, and"
    " sources do; the sign is an assumption"
)
LEADS = (1, 2, 3)  # years; farther ones leave too few years that do not overlap
FEWEST = 3  # observations of a history
SHIFTS = (-7, -6, -5, -4, 4, 5, 6, 7)  # years, beyond the reach of every lead
ENOUGH = 20  # pairs of years that two indicators have in common: of fewer the mean is all noise
FARTHEST = 4.0  # normal score, as in calibration.py
RESAMPLES = 500


# Scores of outcomes


def score_outcomes(series: list[Known]) -> Iterator[tuple[str, int, int, float]]:
    """Give the normal score of every outcome: series, step of the outcome, lead, score."""
    for fold in range(FOLDS):
        model = Pooled(read_learnt(FOLDER / f"fold{fold}.npz"))
        windows = [
            Window(one, end, min(end, LENGTH), 1.0, 1.0)
            for one in series
            if one.fold == fold
            for end in range(FEWEST, one.values.size)
        ]
        for start in range(0, len(windows), CHUNK):
            yield from score_batch(model, windows[start : start + CHUNK])


def score_batch(model: Pooled, windows: list[Window]) -> Iterator[tuple[str, int, int, float]]:
    """Score the outcomes of a few hundred windows."""
    prepared = [with_leads(window) for window in windows]
    _, quantiles = model.batch_quantiles(prepared)
    for window, one, ahead in zip(windows, prepared, quantiles, strict=True):
        outcomes = one.scale.forward(window.known.values[window.end :][: max(LEADS)])
        for lead, outcome in enumerate(outcomes, 1):
            score = to_score(outcome, ahead[lead - 1])
            yield window.known.key.unique_id, window.end + lead - 1, lead, score


def to_score(outcome: float, quantiles: np.ndarray) -> float:
    """Place an outcome among quantiles: its normal score, linear between them and beyond the outer ones."""
    before = int(np.clip(np.searchsorted(quantiles, outcome) - 1, 0, LEVELS.size - 2))
    width = max(quantiles[before + 1] - quantiles[before], 1e-9)
    score = SCORES[before] + (outcome - quantiles[before]) / width * (SCORES[before + 1] - SCORES[before])
    return float(np.clip(score, -FARTHEST, FARTHEST))


# Squares of correlations


@dataclass(frozen=True)
class Pairs:
    """Squared correlations of each two indicators of one source: shape (indicators, indicators), 0 where not known."""

    square: np.ndarray
    known: np.ndarray

    @staticmethod
    def of(sums: np.ndarray, counts: np.ndarray, indicator: np.ndarray) -> "Pairs":
        """Average sums over pairs of series (series, series) into pairs of indicators."""
        belongs = (indicator[:, None] == np.arange(indicator.max() + 1)).astype(float)
        sums, counts = belongs.T @ sums @ belongs, belongs.T @ counts @ belongs
        known = counts >= ENOUGH
        return Pairs(np.where(known, sums / np.maximum(counts, 1), 0.0), known.astype(float))

    def average(self, weights: np.ndarray) -> float:
        """Average over pairs of indicators with weights (indicators,)."""
        total = weights @ self.known @ weights
        return float(weights @ self.square @ weights / total) if total else float("nan")


def multiply(scores: np.ndarray, lead: int, shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Add up x_t y_t x_s y_s for each two series over all years t and s at least a lead apart; and count them.

    Parameters
    ----------
    scores : array (series, years)
        NaN where there is none.
    lead : int
        Years ahead.
    shift : int
        Years by which those of y are moved.

    Returns
    -------
    (sums, counts)
        Twice (series, series).
    """
    moved = move(scores, shift)
    found = []
    for x, y in ((np.nan_to_num(scores), np.nan_to_num(moved)), (~np.isnan(scores) * 1.0, ~np.isnan(moved) * 1.0)):
        total = (x @ y.T) ** 2
        for apart in range(1 - lead, lead):  # these years overlap
            total = total - (x * np.nan_to_num(move(x, apart))) @ (y * np.nan_to_num(move(y, apart))).T
        found.append(total)
    return found[0], np.round(found[1])


def move(table: np.ndarray, years: int) -> np.ndarray:
    """Move columns to the right, or to the left where negative; NaN comes in."""
    moved = np.full_like(table, np.nan)
    size = table.shape[1]
    if abs(years) < size:
        moved[:, max(years, 0) : size + min(years, 0)] = table[:, max(-years, 0) : size - max(years, 0)]
    return moved


def compare(scores: np.ndarray, indicator: np.ndarray, chosen: np.ndarray, lead: int) -> tuple[Pairs, Pairs]:
    """Compare the chosen pairs of series (series, series): in the same years, and in years apart."""
    other = chosen & (indicator[:, None] != indicator[None, :])
    same = [part * other for part in multiply(scores, lead)]
    apart = [
        np.sum(parts, axis=0) * other for parts in zip(*(multiply(scores, lead, by) for by in SHIFTS), strict=True)
    ]
    return Pairs.of(*same, indicator), Pairs.of(*apart, indicator)


Source = dict[int, tuple[Pairs, Pairs]]


def compare_source(table: pd.DataFrame, lone_place: bool = True) -> Source:
    """Compare the series of one source at every lead, those of one place or those of different places."""
    found = {}
    for lead, rows in table.groupby("lead"):
        wide = rows.pivot(index="unique_id", columns="year", values="score")
        wide = wide.reindex(columns=range(wide.columns.min(), wide.columns.max() + 1))
        about = rows.drop_duplicates("unique_id").set_index("unique_id").loc[wide.index]
        place = about["geography"].to_numpy()
        together = (place[:, None] == place[None, :]) == lone_place
        indicator = np.unique(about["indicator"].to_numpy(str), return_inverse=True)[1]
        scores = wide.to_numpy() / np.sqrt(np.nanmean(wide.to_numpy() ** 2))
        found[int(lead)] = compare(scores, indicator, together, int(lead))
    return found


def average(sources: list[Source], weights: list[np.ndarray]) -> float:
    """Average the squares, net of those of years apart, over leads and sources."""
    squares = [
        np.mean([same.average(weight) - apart.average(weight) for same, apart in one.values()])
        for one, weight in zip(sources, weights, strict=True)
    ]
    return float(np.nanmean(squares))


def size_of(source: Source) -> int:
    """Count the indicators of a source."""
    return len(next(iter(source.values()))[0].known)


def bootstrap(sources: list[Source], seed: int = 5) -> float:
    """Standard error of the root: sources are drawn, and in each of them its indicators."""
    chance = np.random.default_rng(seed)
    roots = []
    for _ in range(RESAMPLES):
        drawn = [sources[i] for i in chance.integers(0, len(sources), len(sources))]
        weights = [chance.multinomial(size, np.full(size, 1 / size)).astype(float) for size in map(size_of, drawn)]
        roots.append(root(average(drawn, weights)))
    return float(np.std(roots, ddof=1))


def root(square: float) -> float:
    """Root of a square that noise may have made negative."""
    return float(np.sign(square) * np.sqrt(abs(square)))


# The measurement


def tabulate(folder: Path) -> pd.DataFrame:
    """Score the public series of a folder: one row per outcome, with what its series is."""
    series = [one for one in read(folder) if one.dataset == PUBLIC]
    table = pd.DataFrame(score_outcomes(series), columns=["unique_id", "step", "lead", "score"])
    meta = pd.read_parquet(folder / "series_meta.parquet")
    meta = meta[meta["dataset"] == PUBLIC].set_index("unique_id")[["source", "indicator", "geography"]].fillna("")
    rows = pd.read_parquet(folder / f"{PUBLIC}.parquet")
    first = rows[rows["step"] == 0].set_index("unique_id")["ds"].str[:4].astype(int)
    table["year"] = table["unique_id"].map(first) + table["step"]
    return table[table["lead"].isin(LEADS)].join(meta, on="unique_id")


def show(name: str, source: Source, elsewhere: Source) -> None:
    """Print the correlations of one source, by lead."""
    every = np.ones(size_of(source))
    for lead, (same, apart) in source.items():
        figures = [root(one.average(every)) for one in (same, apart, elsewhere[lead][0])]
        pairs = int(same.known.sum() / 2)
        print(f"{name:8} lead {lead}: same place {figures[0]:6.3f}, years apart {figures[1]:6.3f},", end=" ")
        print(f"other places {figures[2]:6.3f}, {pairs} pairs of indicators", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the collections")
    table = tabulate(parser.parse_args().data)
    sources = []
    for name, rows in table.groupby("source"):
        sources.append(compare_source(rows))
        show(str(name), sources[-1], compare_source(rows, lone_place=False))
    found = {
        "rho": round(max(root(average(sources, [np.ones(size_of(one)) for one in sources])), 0.0), 3),
        "error": round(bootstrap(sources), 3),
        "pairs": int(sum(source[LEADS[0]][0].known.sum() / 2 for source in sources)),
        "measured": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "about": ABOUT,
    }
    print(found)
    DESTINATION.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
