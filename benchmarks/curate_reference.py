"""Make the reference collection that ships with the product: public indicators only, never a competition series.

Usage: python benchmarks/curate_reference.py --data DIR

Writes data/reference/public_indicators.parquet and series_meta.parquet; the same input and pyarrow, the same bytes.
"""

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecast.reference import COLUMNS, DATASET, FOLDER, KINDS

DESTINATION = Path(__file__).parents[1] / FOLDER
#: What repeats is kept once, steps as differences: about a quarter smaller than the defaults.
LAYOUT = {
    "public_indicators": {
        "use_dictionary": ["dataset", "unique_id", "freq", "ds", "split", "horizon"],
        "column_encoding": {"step": "DELTA_BINARY_PACKED"},
    },
    "series_meta": {"use_dictionary": False},
}


def read(folder: Path, name: str) -> pa.Table:
    """Read one file, its columns in the order of the layout, without what a writer added about itself."""
    return pq.read_table(folder / f"{name}.parquet", columns=list(COLUMNS[name])).replace_schema_metadata(None)


def select(rows: pa.Table, meta: pa.Table) -> dict[str, pa.Table]:
    """Keep the public indicators and their metadata, sorted; refuse anything else among the rows."""
    public = meta.filter(pc.equal(meta["dataset"], DATASET))
    refuse(pc.unique(rows["dataset"]), {DATASET}, "data set")
    refuse(pc.unique(public["kind"]), set(KINDS), "kind")
    refuse(pc.unique(rows["unique_id"]), set(public["unique_id"].to_pylist()), "series")
    return {
        "public_indicators": rows.sort_by([("unique_id", "ascending"), ("step", "ascending")]),
        "series_meta": public.sort_by("unique_id"),
    }


def refuse(found: pa.Array, allowed: set[str], what: str) -> None:
    """Stop when something is found that may not be shipped."""
    if other := sorted(set(found.to_pylist()) - allowed):
        raise SystemExit(
            f"{what} {', '.join(other[:5])}: not a public indicator, so it may not be shipped; nothing written"
        )


def write(tables: dict[str, pa.Table], folder: Path) -> None:
    """Write each table with the strongest compression, the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=22, **LAYOUT[name])
        print(f"{path.name}: {table.num_rows:,} rows, {path.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with public_indicators and series_meta.parquet"
    )
    folder = parser.parse_args().data
    write(select(read(folder, "public_indicators"), read(folder, "series_meta")), DESTINATION)


if __name__ == "__main__":
    main()
