"""What is asked of the default model, beside what was measured: accuracy, calibration, probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from benchmarks.naive2 import NAME as NAIVE2

BELOW = {"last_2": 3, "last_3": 5, "last_4": 5, "last_5": 5, "last_8": 7, "all": 7}  # percent below no change
SQL_BELOW = 5, ("last_3", "last_4", "last_5", "last_8", "all")
YEARLY_OWA, YEARLY_SQL_BELOW, SUB_YEARLY_OWA = 0.81, 9, 2
COVERAGE = {0.5: (0.47, 0.53), 0.8: (0.78, 0.82), 0.95: (0.94, 0.96)}
CELL, SHARE_INSIDE = 300, 0.9
CASES = 200


@dataclass(frozen=True)
class Check:
    """One thing asked, and what came out."""

    point: str
    where: str
    asked: str
    measured: str
    reached: bool


@dataclass(frozen=True, eq=False)
class Results:
    """Rows of the accuracy table, of calibration and of reliability, and the Brier scores of official classes."""

    rows: pd.DataFrame
    calibration: pd.DataFrame
    reliability: pd.DataFrame
    classes: pd.DataFrame

    def compare(self, dataset: str, subset: str, ours: str, metric: str) -> pd.Series:
        """Compare our metric with every other model's on the same series: ours / theirs - 1, by model."""
        part = self.rows[self.rows["dataset"] == dataset]
        whole = part[part["subset"] == subset].set_index("model")
        common = part[part["subset"] == f"{subset}/sample"].set_index("model")
        found = {}
        for model in whole.index.drop(ours):
            table = whole if whole.at[model, "n"] == whole.at[ours, "n"] else common
            found[model] = table.at[ours, metric] / table.at[model, metric] - 1
        return pd.Series(found, dtype=float)

    def figure(self, dataset: str, subset: str, model: str, metric: str) -> float:
        """Look up one figure."""
        rows = self.rows
        chosen = (rows["dataset"] == dataset) & (rows["subset"] == subset) & (rows["model"] == model)
        return float(rows.loc[chosen, metric].iloc[0])


def check_all(results: Results, ours: str) -> list[Check]:
    """Check the four points for one model, wherever the data allow it."""
    rows = results.rows[results.rows["model"] == ours]
    places = [(d, s) for d, s in zip(rows["dataset"], rows["subset"], strict=True) if not s.endswith("/sample")]
    public = {dataset for dataset, subset in places if subset in ("last_1", "short")}
    found: list[Check] = []
    for dataset, subset in places:
        if dataset in public:
            found += check_public(results, dataset, subset, ours)
    found += check_yearly(results, [d for d, _ in places if d not in public and d.endswith("_yearly")], ours)
    for dataset, _ in places:
        if dataset not in public and dataset.endswith(("_quarterly", "_monthly")):
            found += check_sub_yearly(results, dataset, ours)
    found += check_calibration(results, public, ours)
    found += check_probability(results, public, ours)
    return found


def check_closest(place: tuple[str, str], margins: pd.Series, metric: str, below: float) -> Check:
    """Check that the other model that comes closest is beaten by some percent."""
    peers = margins.drop(NAIVE2, errors="ignore").dropna()
    asked = f"{metric} at least {below:g} % below every peer" if below > 0 else f"{metric} below every peer"
    if below < 0:
        asked = f"{metric} within {-below:g} % of the best peer"
    if peers.empty:
        return Check(place[0], place[1], asked, "no peer to compare with", False)
    worst = 100 * float(peers.max())
    reached = worst <= -below if below else worst < 0
    return Check(place[0], place[1], asked, f"{worst:+.1f} % against {peers.idxmax()}", reached)


def check_public(results: Results, dataset: str, subset: str, ours: str) -> Iterator[Check]:
    """Check point 1 at one history length."""
    place = "1 public", f"{dataset}, {subset}"
    mase = results.compare(dataset, subset, ours, "mase")
    against = 100 * float(mase[NAIVE2])
    if subset in ("short", "last_1"):
        yield Check(*place, "MASE no worse than no change", f"{against:+.2f} %", against <= 0)
    if subset == "short":
        return
    yield check_closest(place, results.compare(dataset, subset, ours, "wis"), "WIS", 0)
    if subset in BELOW:
        yield check_closest(place, mase, "MASE", 0)
        asked = f"MASE at least {BELOW[subset]} % below no change"
        yield Check(*place, asked, f"{against:+.2f} %", against <= -BELOW[subset])
    if subset in SQL_BELOW[1]:
        yield check_closest(place, results.compare(dataset, subset, ours, "sql"), "SQL", SQL_BELOW[0])


def check_yearly(results: Results, datasets: list[str], ours: str) -> Iterator[Check]:
    """Check point 2 on yearly competition data."""
    if not datasets:
        return
    place = "2 yearly", ", ".join(datasets)
    owa = [results.figure(dataset, "all", ours, "owa") for dataset in datasets]
    own = sum(owa) / len(owa)
    yield Check(*place, f"mean OWA at most {YEARLY_OWA}", f"{own:.3f}", own <= YEARLY_OWA)
    theirs = {}
    for model in results.rows["model"].unique():
        if model != ours and all(has(results.rows, dataset, model) for dataset in datasets):
            margins = [results.compare(dataset, "all", ours, "owa")[model] for dataset in datasets]
            figures = [figure / (1 + margin) for figure, margin in zip(owa, margins, strict=True)]
            theirs[model] = sum(owa) / sum(figures) - 1
    yield check_closest(place, pd.Series(theirs, dtype=float), "mean OWA", 0)
    for dataset in datasets:
        margins = results.compare(dataset, "all", ours, "sql")
        yield check_closest(("2 yearly", dataset), margins, "SQL", YEARLY_SQL_BELOW)


def has(rows: pd.DataFrame, dataset: str, model: str) -> bool:
    """Tell whether a model was measured on a dataset."""
    return bool(((rows["dataset"] == dataset) & (rows["model"] == model)).any())


def check_sub_yearly(results: Results, dataset: str, ours: str) -> Iterator[Check]:
    """Check point 2 on quarterly or monthly competition data."""
    place = "2 within the year", dataset
    owa, sql = (results.compare(dataset, "all", ours, metric) for metric in ("owa", "sql"))
    yield check_closest(place, owa, "OWA", -SUB_YEARLY_OWA)
    yield check_closest(place, sql, "SQL", 0)
    for peer in ("AutoETS", "prophet"):
        if peer in owa.index:
            measured = f"{100 * owa[peer]:+.1f} %, {100 * sql[peer]:+.1f} %"
            yield Check(*place, f"OWA and SQL below {peer}", measured, bool(owa[peer] < 0 and sql[peer] < 0))


def check_calibration(results: Results, public: set[str], ours: str) -> Iterator[Check]:
    """Check point 3: coverage at each history length, and cell by cell."""
    if results.calibration.empty:
        return
    own = results.calibration[(results.calibration["model"] == ours) & (results.calibration["kind"] == "all")]
    asked = ", ".join(f"{100 * low:.0f}-{100 * high:.0f}" for low, high in COVERAGE.values())
    for (dataset, subset), part in own[own["lead"] == "all"].groupby(["dataset", "subset"], sort=False):
        covered = dict(zip(part["nominal"], part["covered"], strict=True))
        reached = all(low <= covered[level] <= high for level, (low, high) in COVERAGE.items())
        measured = ", ".join(f"{100 * covered[level]:.1f}" for level in COVERAGE)
        yield Check("3 calibration", f"{dataset}, {subset}", f"50, 80, 95 % cover {asked}", measured, reached)
    cells = own[(own["lead"] != "all") & (own["n"] >= CELL) & own["dataset"].isin(public)]
    if len(cells):
        where = f"public, {len(cells)} cells of {CELL} cases and more"
        wide, narrow = cells["inside99"].mean(), cells["inside90"].mean()
        asked = "nominal inside the 99 % band of all"
        yield Check("3 calibration", where, asked, f"{100 * wide:.1f} %", bool(wide == 1))
        asked = f"inside the 90 % band of {100 * SHARE_INSIDE:.0f} %"
        yield Check("3 calibration", where, asked, f"{100 * narrow:.1f} %", bool(narrow >= SHARE_INSIDE))


def check_probability(results: Results, public: set[str], ours: str) -> Iterator[Check]:
    """Check point 4: reliability by tenth, Brier score against peers and official classes."""
    for (dataset, subset), classes in results.classes.groupby(["dataset", "subset"], sort=False):
        place = "4 probability", f"{dataset}, {subset}"
        tenths = results.reliability
        tenths = tenths[(tenths["dataset"] == dataset) & (tenths["subset"] == subset) & (tenths["model"] == ours)]
        tenths = tenths[tenths["cases"] >= CASES]
        if dataset not in public or tenths.empty:
            continue
        worst = (tenths["share"] - tenths["probability"]).abs().max()
        measured = f"{int(tenths['inside'].sum())} of {len(tenths)}, largest gap {100 * worst:.1f} points"
        asked = f"reliable within 5 points or 2 errors in every tenth of {CASES} cases"
        yield Check(*place, asked, measured, bool(tenths["inside"].all()))
        yield check_closest(
            place, results.compare(dataset, subset, ours, "brier_virtual"), "Brier, virtual targets,", 0
        )
        own = results.figure(dataset, subset, ours, "brier_virtual")
        margins = pd.Series({row.model: own / row.brier - 1 for row in classes.itertuples()}, dtype=float)
        yield check_closest(place, margins, "Brier, virtual targets,", 0)
