"""Learn from public indicators how much a yearly value changes, on the model scale.

Usage: python benchmarks/learn_spread.py --data DIR

Writes src/forecast/models/spread.json, the prior spread of every model. Only training rows are read.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from forecast.schema.scales import Scale

DATASET = "public_indicators"
DESTINATION = Path(__file__).parents[1] / "src" / "forecast" / "models" / "spread.json"
PRIOR_DEGREES = 4
INTERVAL = 0.8
SCALES = {"logit": ["percent"], "log": ["count", "rate"]}
SOURCES = [
    "UK Sustainable Development Goal indicators (ONSdigital/sdg-data): contains public sector information licensed "
    "under the Open Government Licence v3.0",
    "US SDG indicators (GSA/sdg-data-usa): US federal public domain",
    "Canadian SDG data hub and Canadian Indicator Framework (sdg-data-canada-odd-donnees): source Statistics Canada, "
    "Statistics Canada Open Licence; adapted, no endorsement",
    "Kolada (open-numbers/ddf--kolada--dump, kolada.se): free reuse; these numbers are derived, not Kolada's own",
    "UN SDG global database (open-numbers/ddf--unstats--sdg_indicators): free reuse with citation",
]


def read_changes(folder: Path) -> pd.DataFrame:
    """Read the yearly changes of the training rows on the model scale.

    Returns
    -------
    DataFrame
        One row per change: `kind`, `unique_id`, `change`, `weight`; each indicator of a source weighs the same.
    """
    meta = pd.read_parquet(folder / "series_meta.parquet").query("dataset == @DATASET")
    rows = pd.read_parquet(folder / f"{DATASET}.parquet").query("split == 'train' and freq == 'Y'")
    rows = rows.drop(columns="dataset").merge(meta, on="unique_id").sort_values(["unique_id", "step"])
    changes = pd.concat([measure_changes(one) for _, one in rows.groupby("unique_id")], ignore_index=True)
    siblings = changes.groupby(["kind", "source", "indicator"])["unique_id"].transform("nunique")
    return changes.assign(weight=1 / (siblings * changes.groupby("unique_id")["change"].transform("size")))


def measure_changes(one: pd.DataFrame) -> pd.DataFrame:
    """Measure the changes of one series on its model scale, one row per change."""
    bounds = [None if pd.isna(value) else float(value) for value in one.iloc[0][["lower", "upper"]]]
    values = one["y"].to_numpy(float)
    changes = np.diff(Scale.of(values, *bounds).forward(values))
    return one[["kind", "source", "indicator", "unique_id"]].iloc[1:].assign(change=changes)


def measure_spread(changes: pd.DataFrame) -> dict[str, float | int]:
    """Measure the spread for which a Student-t of the prior degrees holds its share of the changes."""
    ordered = changes.assign(size=changes["change"].abs()).sort_values("size")
    reached = ordered["weight"].cumsum() / ordered["weight"].sum()
    inside = {share: float(ordered["size"].iloc[int(np.searchsorted(reached, share))]) for share in (0.5, INTERVAL)}
    return {
        "sd": round(inside[INTERVAL] / float(stats.t(PRIOR_DEGREES).ppf(0.5 + INTERVAL / 2)), 4),
        "median_change": round(inside[0.5], 4),
        "series": int(changes["unique_id"].nunique()),
        "changes": len(changes),
    }


def learn(folder: Path) -> dict[str, object]:
    """Learn the prior spread, by scale and by kind of indicator."""
    changes = read_changes(folder)
    by_scale = {scale: measure_spread(changes[changes["kind"].isin(kinds)]) for scale, kinds in SCALES.items()}
    return {
        "learnt": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "from": f"{DATASET}, training rows; each indicator of a source weighs the same",
        "meaning": f"sd of a yearly change on the model scale: a Student-t with {PRIOR_DEGREES} degrees of freedom and "
        f"this scale holds {INTERVAL:.0%} of the changes in its central {INTERVAL:.0%} interval",
        "sources": SOURCES,
        "prior_degrees": PRIOR_DEGREES,
        "yearly_sd": {scale: found["sd"] for scale, found in by_scale.items()},
        "by_scale": by_scale,
        "by_kind": {kind: measure_spread(rows) for kind, rows in changes.groupby("kind")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with public_indicators.parquet")
    text = json.dumps(learn(parser.parse_args().data), indent=2, ensure_ascii=False) + "\n"
    DESTINATION.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
