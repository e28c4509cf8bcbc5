"""The shipped reference collection: public indicators only, each source cited as it asks, equal to their origin."""

import re
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from forecast import reference
from forecast.reference import COLUMNS, FOLDER

ROOT = Path(__file__).parents[2]
FILES = ROOT / FOLDER
#: Indicators of each source; six sources number some of theirs alike, so that 774 numbers name 845 indicators.
INDICATORS = {"uk": 83, "us": 35, "ca": 51, "cif": 32, "kolada": 548, "un_sdg": 96}
STATISTICS_CANADA = (
    "Source: Statistics Canada, Statistics Canada Open Licence. Adapted; "
    "this does not constitute an endorsement of this product by Statistics Canada"
)
#: What each source asks to be said, in the words that must stand wherever the collection is described.
ATTRIBUTIONS = {
    "uk": "Contains public sector information licensed under the Open Government Licence v3.0",
    "us": "US federal public domain",
    "ca": STATISTICS_CANADA,
    "cif": STATISTICS_CANADA,
    "kolada": "Source: Kolada; free reuse, commercial too. "
    "What is worked out here from these series is ours and not Kolada's",
    "un_sdg": "Source: United Nations Statistics Division, SDG global database; free reuse with citation",
}


@pytest.fixture(scope="module")
def collection():
    return reference.load(ROOT)


@pytest.fixture(scope="module")
def series(collection):
    return collection[collection["step"] == 0]


def test_the_files_are_sound():
    assert reference.check(ROOT) == []


def test_all_of_the_public_indicators_are_there(collection, series):
    assert len(collection) == 51_481
    assert len(series) == 3_490
    assert series["indicator"].nunique() == 774
    assert series.groupby("source")["indicator"].nunique().to_dict() == INDICATORS
    assert series["kind"].value_counts().to_dict() == {"rate": 1590, "percent": 1524, "count": 376}


def test_nothing_of_a_competition_is_there():
    assert sorted(path.name for path in FILES.glob("*.parquet")) == sorted(f"{name}.parquet" for name in COLUMNS)
    for name in COLUMNS:
        table = pq.read_table(FILES / f"{name}.parquet")
        assert set(table["dataset"].to_pylist()) == {"public_indicators"}
        assert not re.search(rb"\b(m1|m3|tourism)_(yearly|quarterly|monthly|other)|competition", str(table).encode())
    assert not any(re.match(r"m[13]|tourism", name) for name in table["unique_id"].to_pylist())


def test_the_files_are_well_compressed():
    for name, most in (("public_indicators", 300_000), ("series_meta", 75_000)):
        path = FILES / f"{name}.parquet"
        group = pq.ParquetFile(path).metadata.row_group(0)
        assert {group.column(i).compression for i in range(group.num_columns)} == {"ZSTD"}
        assert path.stat().st_size < most


@pytest.mark.parametrize("source", INDICATORS)
def test_every_source_is_cited_as_it_asks(source):
    wording = ATTRIBUTIONS[source]
    assert reference.read_sources(ROOT)[source].licence.en.startswith(wording)
    for path in (FILES / "README.md", ROOT / "NOTICE"):
        assert wording in re.sub(r"\s+", " ", path.read_text("utf-8")), path.name


def test_every_record_names_a_public_address_in_both_languages():
    records = reference.read_sources(ROOT)
    assert list(records) == list(INDICATORS)
    for record in records.values():
        assert re.match(r"https://[\w-]+\.", record.url)
        assert record.licence.fr
        assert record.note.fr


def test_no_address_and_no_private_person_is_named(series):
    texts = set(series["name"]) | set(series["geography"]) | set(series["unit"])
    wrong = r"@|https?:|www\.|\b(?:Mr|Mrs|Ms|Dr|Herr|Fru)\b\.?\s+[A-Z]|\+?\d(?:[ -]?\d){8,}"
    assert [text for text in texts if re.search(wrong, text)] == []


@pytest.mark.parametrize(("kind", "value"), [("percent", 27.9), ("percent", 100), ("count", 17_512), ("rate", 14.5)])
def test_every_kind_has_comparable_series(collection, kind, value):
    found = reference.similar(kind, collection, value=value, direction="up")
    assert set(found.changes["years"]) == {1, 2, 3, 4, 5}
    assert (found.changes["indicators"] >= 30).all()
    assert found.changes.notna().all(axis=None)
    for _, table in found.changes.groupby("years"):
        assert table["change"].is_monotonic_increasing
        assert table["amount"].is_monotonic_increasing
    assert len(found.examples) == 5
    assert found.examples["name"].str.len().gt(0).all()
    assert found.examples["cited"].isin([record.title for record in reference.read_sources(ROOT).values()]).all()


def test_the_first_question_is_answered_in_a_moment(collection):
    start = time.process_time()
    reference.similar("percent", collection, value=27.9, direction="up")
    assert time.process_time() - start < 0.3


@pytest.mark.shared
def test_the_files_are_those_they_come_from(shared):
    origin = shared / "benchmarks"
    rows = pd.read_parquet(origin / "public_indicators.parquet").sort_values(["unique_id", "step"], ignore_index=True)
    meta = pd.read_parquet(origin / "series_meta.parquet").query("dataset == 'public_indicators'")
    meta = meta.sort_values("unique_id", ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_parquet(FILES / "public_indicators.parquet"), rows)
    pd.testing.assert_frame_equal(pd.read_parquet(FILES / "series_meta.parquet"), meta)


@pytest.mark.shared
def test_no_values_of_a_competition_series_are_among_them(shared, collection):
    ours = {tuple(y) for _, y in collection.groupby("unique_id")["y"]}
    for path in (shared / "benchmarks").glob("*_yearly.parquet"):
        theirs = {tuple(y) for _, y in pd.read_parquet(path).sort_values("step").groupby("unique_id")["y"]}
        assert ours & theirs == set()
