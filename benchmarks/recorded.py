"""Per-series scores of peers and slow models, kept in git with what made them and the hash of the data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.folder import Dataset
from benchmarks.scoring import SCORES

FOLDER = Path(__file__).parent / "peers" / "recorded"
ABOUT = "recorded.json"
VALUES = [*SCORES, "refused", "seconds"]


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of one model on a subset, one row per series, and the program that made the forecasts."""

    model: str
    version: str
    table: pd.DataFrame


def read_about(folder: Path = FOLDER) -> dict[str, dict]:
    """Read what the recorded scores were measured on, by dataset."""
    path = folder / ABOUT
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def read_recorded(dataset: Dataset, folder: Path = FOLDER) -> dict[str, list[Scored]]:
    """Read the recorded scores of a dataset by subset; none unless they were measured on this very data."""
    about = read_about(folder).get(dataset.name, {})
    path = folder / f"{dataset.name}.parquet"
    if about.get("hash") != dataset.hash or not path.is_file():
        return {}
    found: dict[str, list[Scored]] = {}
    for (subset, model), table in pd.read_parquet(path).groupby(["subset", "model"], sort=False, observed=True):
        made = about["models"][model]
        version = f"{made['version']}, recorded {made['date']}"
        plain = table[["unique_id", *VALUES]].astype(dict.fromkeys(VALUES, "float64") | {"unique_id": "object"})
        found.setdefault(str(subset), []).append(Scored(str(model), version, plain.reset_index(drop=True)))
    return found


def round_bits(values: np.ndarray) -> np.ndarray:
    """Round float32 values to 14 significant bits, 1 in 16,000: less to keep in git."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2**14) / 2**14, exponent).astype("float32")


def write_recorded(
    dataset: Dataset, scored: dict[str, list[Scored]], made: dict[str, dict], folder: Path = FOLDER
) -> None:
    """Record the scores of a dataset; models that were recorded on the same data before and not now are kept.

    Parameters
    ----------
    dataset : Dataset
        What they were measured on.
    scored : dict
        New scores by subset.
    made : dict
        When and where each model ran: `date`, `cores` and whatever else tells how.
    """
    about, old = read_about(folder), read_recorded(dataset, folder)
    models = dict(about[dataset.name]["models"]) if old else {}
    new = {(subset, one.model): one.table for subset, found in scored.items() for one in found}
    fresh = {model for _, model in new}
    kept = {(subset, one.model): one.table for subset, found in old.items() for one in found if one.model not in fresh}
    tables = [table.assign(subset=subset, model=model) for (subset, model), table in (kept | new).items()]
    whole = pd.concat(tables, ignore_index=True).assign(dataset=dataset.name).astype(dict.fromkeys(VALUES, "float32"))
    whole = whole[["dataset", "subset", "model", "unique_id", *VALUES]]
    whole[VALUES] = round_bits(whole[VALUES].to_numpy())
    whole = whole.astype(dict.fromkeys(("dataset", "subset", "model", "unique_id"), "category"))
    versions = {one.model: one.version for found in scored.values() for one in found}
    for model in fresh:
        sizes = {subset: len(table) for (subset, name), table in new.items() if name == model}
        models[model] = {"version": versions[model], **made[model], "series": sizes}
    about[dataset.name] = {"hash": dataset.hash, "models": dict(sorted(models.items()))}
    folder.mkdir(parents=True, exist_ok=True)
    whole.to_parquet(
        folder / f"{dataset.name}.parquet",
        compression="zstd",
        compression_level=19,
        use_dictionary=["dataset", "subset", "model", "unique_id"],
        column_encoding=dict.fromkeys(VALUES, "BYTE_STREAM_SPLIT"),
        index=False,
    )
    text = json.dumps(dict(sorted(about.items())), indent=1, ensure_ascii=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8")
