"""The files of the collection: their layout, their checks, their sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import RootModel

from forecast.errors import DataError, Fault, nearest
from forecast.plans.catalogue import collect
from forecast.plans.model import Source
from forecast.schema.files import read_yaml, validate

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
Columns = Mapping[str, Array]

FOLDER = Path("data") / "reference"
DATASET = "public_indicators"
#: Upper bound of each kind; the lower one is 0.
KINDS: Mapping[str, float | None] = {"percent": 100.0, "count": None, "rate": None}
#: Columns of each file with their Arrow types.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "public_indicators": {
        **dict.fromkeys(("dataset", "unique_id", "freq", "ds"), "string"),
        **{"step": "int16", "y": "double", "split": "string", "horizon": "int8"},
    },
    "series_meta": {
        **dict.fromkeys(("dataset", "unique_id", "source", "indicator", "name", "unit", "kind"), "string"),
        **{"lower": "double", "upper": "double", "geography": "string", "licence": "string"},
        **{"n_train": "int64", "horizon": "int64"},
    },
}


class _Sources(RootModel[dict[str, Source]]):
    pass


def read_sources(root: Path) -> dict[str, Source]:
    """Read the record of each source of the collection, by the name that the series give it."""
    return validate(_Sources, read_yaml(root / FOLDER / "sources.yaml", (FOLDER / "sources.yaml").as_posix())).root


def load(root: Path) -> pd.DataFrame:
    """Load the collection.

    Parameters
    ----------
    root : Path
        Folder that holds `data/`.

    Returns
    -------
    DataFrame
        One row per series and year, ascending: the columns of both files, and `cited`, the title of the source's
        record. Values in the unit of the source.

    Raises
    ------
    DataError
        If a file is absent or not what its layout says, with all faults at once.
    """
    import pandas as pd

    rows, meta = _read(root)
    titles = {name: record.title for name, record in read_sources(root).items()}
    series = pd.DataFrame(dict(meta)).drop(columns=["dataset", "horizon"])
    series["cited"] = series["source"].map(titles)
    return pd.DataFrame(dict(rows)).merge(series, on="unique_id", how="left", validate="many_to_one")


def check(root: Path) -> list[Fault]:
    """Faults of the collection; none where a catalogue has no such folder."""
    return collect([lambda: _read(root)]) if (root / FOLDER).is_dir() else []


def _read(root: Path) -> tuple[Columns, Columns]:
    """Read both files as columns; raise `DataError` with all their faults."""
    records = read_sources(root)
    rows, meta = (_read_columns(root, name) for name in COLUMNS)
    found = {
        "public_indicators": [*_check_rows(rows), *_check_values(rows, meta)],
        "series_meta": [*_check_meta(meta, records)],
    }
    if faults := [_fault(name, message) for name, messages in found.items() for message in messages]:
        raise DataError(faults=faults)
    return rows, meta


def _fault(name: str, message: str) -> Fault:
    return Fault((FOLDER / f"{name}.parquet").as_posix(), 0, message)


def _read_columns(root: Path, name: str) -> Columns:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(root / FOLDER / f"{name}.parquet").read()
    except FileNotFoundError:
        raise DataError(faults=[_fault(name, "no such file; restore it from the repository")]) from None
    except pa.ArrowInvalid:
        raise DataError(faults=[_fault(name, "not a whole Parquet file; restore it from the repository")]) from None
    if misfit := _find_misfit(table, COLUMNS[name]):
        raise DataError(faults=[_fault(name, misfit)])
    return {column: _to_array(table[column].combine_chunks()) for column in table.column_names}


def _find_misfit(table: Any, columns: Mapping[str, str]) -> str | None:
    """Say how a table departs from its layout."""
    found = {field.name: str(field.type) for field in table.schema}
    if list(found.items()) != list(columns.items()):
        return f"columns are {_list(found)}; right would be {_list(columns)}"
    if not table.num_rows:
        return "holds no series; restore it from the repository"
    empty = [column for column in found if table[column].null_count and column != "upper"]
    return f"column {', '.join(empty)} has empty cells; only upper may have some" if empty else None


def _to_array(column: Any) -> Array:
    """Make an array of a column: text as objects, an absent number as not a number."""
    # Arrow's own to_numpy and fill_null import pandas, which would double the time of `forecast check`
    if str(column.type) != "string":
        return np.array(column.to_pylist(), dtype=float) if column.null_count else np.from_dlpack(column)
    coded = column.dictionary_encode()
    texts: Array = np.array(coded.dictionary.to_pylist(), dtype=object)[np.from_dlpack(coded.indices)]
    return texts


def _list(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in columns.items())


def _some(values: Collection[Any]) -> str:
    shown = sorted(map(str, values))
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")


def _check_rows(rows: Columns) -> Iterator[str]:
    """Say what is wrong with the order, the years and the split of the rows."""
    ids, step = rows["unique_id"], rows["step"]
    if other := set(rows["dataset"]) - {DATASET}:
        yield f"data set {_some(other)} may not be shipped; only {DATASET}, never a competition series"
    if other := set(rows["freq"]) - {"Y"}:
        yield f"frequency {_some(other)}; only yearly series, Y"
    first = np.r_[True, ids[1:] != ids[:-1]]
    if twice := int(first.sum()) - len(set(ids)):
        yield f"{twice} series stand in several pieces; sort the rows by unique_id and step"
    if (wrong := step != np.where(first, 0, np.r_[0, step[:-1] + 1])).any():
        yield f"step of {_some(set(ids[wrong]))} does not count 0, 1, 2 …; sort by step, and close or drop what is lost"
    year = rows["ds"].astype("U10").astype("U4")
    if not np.char.isdigit(year).all():
        yield "a ds does not begin with a year; write dates such as 2015-01-01"
        return
    year = year.astype(int)
    if (wrong := ~first & (np.r_[0, np.diff(year)] != 1)).any():
        yield f"years of {_some(set(ids[wrong]))} do not follow each other; keep the last run without a gap"
    left = np.flatnonzero(np.r_[first[1:], True])[np.cumsum(first) - 1] - np.arange(len(ids))
    if (wrong := rows["split"] != np.where(left < rows["horizon"], "test", "train")).any():
        yield f"split of {_some(set(ids[wrong]))} is not: the last `horizon` rows test, those before train"


def _check_values(rows: Columns, meta: Columns) -> Iterator[str]:
    """Say which values have no series in the other file, are no numbers, or leave their bounds."""
    ids, y = rows["unique_id"], rows["y"]
    if other := set(ids) ^ set(meta["unique_id"]):
        yield f"series {_some(other)} stand in one file only; each needs values here and a row in series_meta"
        return
    if (wrong := ~np.isfinite(y)).any():
        yield f"value of {_some(set(ids[wrong]))} is absent or not finite; leave the series out"
    upper = dict(zip(meta["unique_id"], np.where(np.isnan(meta["upper"]), np.inf, meta["upper"]), strict=True))
    if (wrong := (y < 0) | (y > np.array([upper[name] for name in ids]))).any():
        yield f"value of {_some(set(ids[wrong]))} lies outside its bounds; correct its kind or leave the series out"


def _check_meta(meta: Columns, records: Mapping[str, Source]) -> Iterator[str]:
    """Say what is wrong with the description of the series."""
    ids = meta["unique_id"]
    if len(set(ids)) < len(ids):
        yield "a unique_id stands twice; keep one row per series"
    if other := set(meta["dataset"]) - {DATASET}:
        yield f"data set {_some(other)} may not be shipped; only {DATASET}, never a competition series"
    if other := set(meta["kind"]) - set(KINDS):
        yield f"kind {_some(other)}; right would be {', '.join(KINDS)}"
    else:
        right = np.array([np.nan if KINDS[kind] is None else KINDS[kind] for kind in meta["kind"]], dtype=float)
        wrong = (meta["lower"] != 0) | ~((meta["upper"] == right) | (np.isnan(meta["upper"]) & np.isnan(right)))
        if wrong.any():
            yield f"bounds of {_some(set(ids[wrong]))} do not fit their kind; percent has 0 and 100, others 0 and none"
    if (wrong := meta["licence"] == "").any():
        yield f"licence of {_some(set(ids[wrong]))} is empty; write the terms of the source"
    for name in sorted(set(meta["source"]) - set(records)):
        yield f"source '{name}' has no record in sources.yaml{nearest(name, records)}"
    for name in sorted(set(records) - set(meta["source"])):
        yield f"no series is of source '{name}', which has a record in sources.yaml; drop the record"
