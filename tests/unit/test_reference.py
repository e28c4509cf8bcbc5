"""The reference collection: what its files must be, and what comparable series did, against a slow, plain loop."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks import curate_reference
from hypothesis import given
from hypothesis import strategies as st

from forecast import reference
from forecast.errors import DataError
from forecast.reference import COLUMNS, KINDS
from forecast.reference.lookup import ENOUGH, QUANTILES, show_name, to_model_scale
from forecast.schema.scales import Scale

RECORD = """
{name}:
  title: Indicators of {name}
  publisher: Office
  dating: unknown
  licence: {{fr: libre, en: free}}
  accessed: "2026-11-23"
"""


def make_rows(name, values, *, first=2010, horizon=3):
    return [
        {
            "dataset": "public_indicators",
            "unique_id": name,
            "freq": "Y",
            "ds": f"{first + step}-01-01",
            "step": step,
            "y": float(y),
            "split": "test" if step >= len(values) - horizon else "train",
            "horizon": horizon,
        }
        for step, y in enumerate(values)
    ]


def make_meta(name, size, *, kind="percent", source="uk", indicator="1-1-1", title="Share", horizon=3):
    return {
        "dataset": "public_indicators",
        "unique_id": name,
        "source": source,
        "indicator": indicator,
        "name": title,
        "unit": "%",
        "kind": kind,
        "lower": 0.0,
        "upper": KINDS[kind],
        "geography": "data.Wales",
        "licence": "free",
        "n_train": size - horizon,
        "horizon": horizon,
    }


@pytest.fixture
def files():
    """Rows and metadata of two small series, to break."""
    values = {"a": [10, 12, 11, 13, 15], "b": [20, 0, 22, 25, 30]}
    rows = [row for name, y in values.items() for row in make_rows(name, y)]
    return rows, [make_meta("a", 5), make_meta("b", 5, kind="rate", source="us")]


@pytest.fixture
def ship(tmp_path):
    """Write a collection; return the folder that holds data/."""

    def write(rows, meta, sources=("uk", "us")):
        folder = tmp_path / "data" / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        for name, records in (("public_indicators", rows), ("series_meta", meta)):
            schema = pa.schema([(column, pa.type_for_alias(kind)) for column, kind in COLUMNS[name].items()])
            pq.write_table(pa.Table.from_pylist(records, schema=schema), folder / f"{name}.parquet")
        (folder / "sources.yaml").write_text("".join(RECORD.format(name=name) for name in sources))
        return tmp_path

    return write


def collect_series(**series):
    """Make a collection as `load` returns it: `name={"y": [...], ...}`, further keys as of `make_meta`."""
    rows, meta = [], []
    for name, told in series.items():
        rows += make_rows(name, told["y"])
        meta.append(make_meta(name, len(told["y"]), **{key: value for key, value in told.items() if key != "y"}))
    described = pd.DataFrame(meta).drop(columns=["dataset", "horizon"]).assign(cited="Indicators")
    return pd.DataFrame(rows).merge(described, on="unique_id")


# The files


def test_a_sound_collection_is_loaded_with_what_its_series_are(ship, files):
    collection = reference.load(ship(*files))
    assert list(collection["y"]) == [10, 12, 11, 13, 15, 20, 0, 22, 25, 30]
    assert set(collection["cited"]) == {"Indicators of uk", "Indicators of us"}
    assert set(COLUMNS["public_indicators"]) < set(collection.columns)
    assert {"source", "indicator", "name", "unit", "kind", "upper", "licence"} < set(collection.columns)


FAULTS = {
    "competition": (
        lambda rows, meta: [row.update(dataset="m3_yearly") for row in rows],
        "public_indicators.parquet: data set m3_yearly may not be shipped;"
        " only public_indicators, never a competition series",
    ),
    "frequency": (
        lambda rows, meta: rows[0].update(freq="M"),
        "public_indicators.parquet: frequency M; only yearly series, Y",
    ),
    "pieces": (
        lambda rows, meta: rows.append(rows.pop(0)),
        "public_indicators.parquet: 1 series stand in several pieces; sort the rows by unique_id and step",
    ),
    "steps": (
        lambda rows, meta: rows[1].update(step=3),
        "public_indicators.parquet: step of a does not count 0, 1, 2 …; sort by step, and close or drop what is lost",
    ),
    "years": (
        lambda rows, meta: rows[1].update(ds="2017-01-01"),
        "public_indicators.parquet: years of a do not follow each other; keep the last run without a gap",
    ),
    "dates": (
        lambda rows, meta: rows[1].update(ds="long ago"),
        "public_indicators.parquet: a ds does not begin with a year; write dates such as 2015-01-01",
    ),
    "split": (
        lambda rows, meta: rows[4].update(split="train"),
        "public_indicators.parquet: split of a is not: the last `horizon` rows test, those before train",
    ),
    "absent value": (
        lambda rows, meta: rows[2].update(y=math.nan),
        "public_indicators.parquet: value of a is absent or not finite; leave the series out",
    ),
    "outside": (
        lambda rows, meta: rows[2].update(y=101.0),
        "public_indicators.parquet: value of a lies outside its bounds; correct its kind or leave the series out",
    ),
    "one file only": (
        lambda rows, meta: meta.append(make_meta("c", 5)),
        "public_indicators.parquet: series c stand in one file only; each needs values here and a row in series_meta",
    ),
    "twice": (
        lambda rows, meta: meta.append(meta[0]),
        "series_meta.parquet: a unique_id stands twice; keep one row per series",
    ),
    "kind": (
        lambda rows, meta: meta[0].update(kind="competition"),
        "series_meta.parquet: kind competition; right would be percent, count, rate",
    ),
    "bounds": (
        lambda rows, meta: meta[0].update(upper=None),
        "series_meta.parquet: bounds of a do not fit their kind; percent has 0 and 100, others 0 and none",
    ),
    "licence": (
        lambda rows, meta: meta[0].update(licence=""),
        "series_meta.parquet: licence of a is empty; write the terms of the source",
    ),
    "empty cell": (
        lambda rows, meta: meta[0].update(name=None),
        "series_meta.parquet: column name has empty cells; only upper may have some",
    ),
    "no rows": (
        lambda rows, meta: rows.clear(),
        "public_indicators.parquet: holds no series; restore it from the repository",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_with_what_would_be_right(ship, files, fault):
    rows, meta = files
    spoil, said = FAULTS[fault]
    spoil(rows, meta)
    root = ship(rows, meta)
    with pytest.raises(DataError) as error:
        reference.load(root)
    assert f"data/reference/{said}" in str(error.value).splitlines()
    assert reference.check(root) == list(error.value.faults)


def test_sources_and_series_name_each_other(ship, files):
    said = [str(fault) for fault in reference.check(ship(*files, sources=("uk", "kolada")))]
    assert said == [
        "data/reference/series_meta.parquet: no series is of source 'kolada', which has a record in sources.yaml;"
        " drop the record",
        "data/reference/series_meta.parquet: source 'us' has no record in sources.yaml; known: kolada, uk",
    ]


def test_a_file_that_is_absent_cut_or_of_another_layout_is_said(ship, files):
    root = ship(*files)
    path = root / "data" / "reference" / "series_meta.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert "series_meta.parquet: not a whole Parquet file; restore" in str(reference.check(root)[0])
    path.unlink()
    assert "series_meta.parquet: no such file; restore" in str(reference.check(root)[0])
    pq.write_table(pa.table({"unique_id": ["a"]}), path)
    assert "columns are unique_id (string); right would be dataset (string), unique_id" in str(reference.check(root)[0])


def test_a_catalogue_without_the_folder_has_no_fault_but_nothing_to_load(tmp_path):
    assert reference.check(tmp_path) == []
    with pytest.raises(DataError, match=r"^data/reference/sources\.yaml: no such file$"):
        reference.load(tmp_path)


def test_the_script_refuses_competition_series_and_writes_the_same_bytes(tmp_path, ship, files):
    folder = ship(*files) / "data" / "reference"
    tables = [curate_reference.read(folder, name) for name in ("public_indicators", "series_meta")]
    written = []
    for name in ("one", "two"):
        curate_reference.write(curate_reference.select(*tables), tmp_path / name)
        written.append([(tmp_path / name / f"{file}.parquet").read_bytes() for file in COLUMNS])
    assert written[0] == written[1]
    rows, meta = files
    for record in (rows[0], meta[0]):
        record["dataset"] = "m1_yearly"
    other = [curate_reference.read(ship(rows, meta) / "data" / "reference", name) for name in COLUMNS]
    with pytest.raises(SystemExit, match="data set m1_yearly: not a public indicator"):
        curate_reference.select(*other)
    with pytest.raises(SystemExit, match="series a: not a public indicator"):
        curate_reference.select(tables[0], other[1])


# Comparison


def test_kinds_are_those_of_the_collection():
    whole, broken = np.array([12.0, 15.0]), np.array([12.5, 15.0])
    assert reference.kind_of("%", (0, 100), broken) == "percent"
    assert reference.kind_of("persons", (0, None), whole) == "count"
    assert reference.kind_of("hours", (0, None), broken) == "rate"
    assert reference.kind_of("visits/day", (0, None), whole) == "rate"
    assert reference.kind_of("%", (0, None), whole) == "rate"
    assert reference.kind_of("/10", (0, 10), whole) is None
    assert reference.kind_of("$", (None, None), whole) is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.sampled_from([100.0, None]))
def test_the_model_scale_is_that_of_each_series_alone(values, upper):
    y = np.array(values)
    table = np.vstack([np.r_[y, np.nan], np.r_[y[::-1], np.nan]])
    if upper is None and not y.any():
        return  # a count that was always zero has no size
    expected = Scale.of(y, 0.0, upper).forward(y)
    np.testing.assert_allclose(to_model_scale(table, upper)[0, :-1], expected)
    np.testing.assert_allclose(to_model_scale(table, upper)[1, :-1], expected[::-1])


def measure_slowly(collection, kind, h, inside):
    """Changes over `h` years with their weights, one series after the other."""
    found = []
    for (source, indicator, name), one in collection.groupby(["source", "indicator", "unique_id"]):
        y = one["y"].to_numpy()
        z = Scale.of(y, 0.0, KINDS[kind]).forward(y)
        for i in range(len(y) - h):
            if inside(z[i]):
                amount = y[i + h] - y[i] if kind == "percent" else 100 * (math.exp(z[i + h] - z[i]) - 1)
                found.append({"of": (source, indicator), "name": name, "change": z[i + h] - z[i], "amount": amount})
    table = pd.DataFrame(found)
    siblings = table.groupby("of")["name"].transform("nunique")
    return table.assign(weight=1 / (siblings * table.groupby("name")["change"].transform("size")))


def quantile_slowly(values, weights, share):
    order = np.argsort(values)
    total = 0.0
    for i in order:
        total += weights[i]
        if total >= share * weights.sum() - 1e-12:
            return values[i]
    raise AssertionError


@pytest.fixture(scope="module")
def wandering():
    """Sixty percentages and sixty rates that wander, three series an indicator."""
    rng = np.random.default_rng(7)
    series = {}
    for i in range(60):
        z = rng.normal(0, 1.2) + np.cumsum(rng.normal(0, 0.2, 8 + i % 5))
        told = {"source": "uk" if i % 2 else "us", "indicator": str(i // 3)}
        series[f"p{i:02}"] = {**told, "y": 100 / (1 + np.exp(-z)), "kind": "percent"}
        series[f"r{i:02}"] = {**told, "y": 50 * np.exp(z), "kind": "rate"}
    return collect_series(**series)


@pytest.mark.parametrize(("kind", "value"), [("percent", 40.0), ("percent", 97.0), ("rate", 40.0)])
def test_changes_are_those_of_a_slow_plain_loop(wandering, kind, value):
    found = reference.similar(kind, wandering, value=value, direction="up")
    of_kind = wandering[wandering["kind"] == kind]
    if kind == "percent":
        with np.errstate(divide="ignore"):  # a band may hold everything
            low, high = np.log(np.array(found.band) / (100 - np.array(found.band)))
    else:
        low, high = -np.inf, np.inf
        assert found.band is None
    for h, table in found.changes.groupby("years"):
        slow = measure_slowly(of_kind, kind, h, lambda z: low - 1e-9 <= z <= high + 1e-9)
        assert set(table["windows"]) == {len(slow)}
        assert set(table["series"]) == {slow["name"].nunique()}
        assert set(table["indicators"]) == {slow["of"].nunique()}
        weight = slow["weight"].to_numpy()
        np.testing.assert_allclose(table["toward"], weight[slow["change"] > 0].sum() / weight.sum())
        for column in ("change", "amount"):
            slowly = [quantile_slowly(slow[column].to_numpy(), weight, share) for share in QUANTILES]
            np.testing.assert_allclose(table[column], slowly, rtol=1e-9)


def test_a_band_is_widened_until_it_holds_enough_indicators():
    common = {f"c{i}": {"y": [30, 31, 30, 32, 33, 31], "indicator": str(i)} for i in range(ENOUGH)}
    far = {"far": {"y": [90, 91, 90, 92, 93, 91], "indicator": "far"}}
    close = reference.similar("percent", collect_series(**common, **far), value=30, direction="up")
    assert set(close.changes["indicators"]) == {ENOUGH}
    assert close.band == pytest.approx((20.6, 41.4), abs=0.1)
    everything = reference.similar("percent", collect_series(**far, c1=common["c1"]), value=30, direction="up")
    assert set(everything.changes["indicators"]) == {2}
    assert everything.band == (0, 100)


def test_a_band_at_a_bound_includes_it():
    series = {f"c{i}": {"y": [100, 99.8, 100, 99.9, 100, 98], "indicator": str(i)} for i in range(ENOUGH)}
    found = reference.similar("percent", collect_series(**series), value=100, direction="down")
    assert found.band[1] == 100
    assert set(found.examples["start"]) == {100.0}
    assert reference.similar("percent", collect_series(**series), value=0, direction="up").band[0] == 0


def test_many_places_with_one_indicator_do_not_outvote_another():
    many = {f"m{i}": {"y": [10, 10.1, 10.2, 10.3, 10.4], "kind": "rate", "indicator": "many"} for i in range(9)}
    one = {"one": {"y": [10, 9, 8, 7, 6], "kind": "rate", "indicator": "one"}}
    table = reference.similar("rate", collect_series(**many, **one), value=10, direction="down").changes
    np.testing.assert_allclose(table["toward"], 0.5)
    assert set(table["series"]) == {10}
    assert set(table["years"]) == {1, 2, 3, 4}  # nobody was watched for longer
    assert set(table["unit"]) == {"%"}


def test_projections_did_nothing():
    told = {
        "seen": {"y": [10, 11, 12, 13, 14], "kind": "rate", "indicator": "1"},
        "hoped": {"y": [10, 20, 40, 80, 160], "kind": "rate", "indicator": "2", "title": "Framskrivning, invånare"},
    }
    assert set(reference.similar("rate", collect_series(**told), value=10, direction="up").changes["series"]) == {1}


def test_examples_are_the_nearest_named_ones_one_an_indicator():
    told = {
        "twin": {"y": [30, 31, 32, 35, 36], "indicator": "1"},
        "brother": {"y": [30.1, 31, 32, 33, 36], "indicator": "1"},
        "next": {"y": [40, 29, 32, 33, 20], "indicator": "2", "title": "Share | Share |  | data.Wales"},
        "bare": {"y": [30, 31, 32, 33, 36], "indicator": "3", "title": " | female"},
        "key": {"y": [30, 31, 32, 33, 36], "indicator": "4", "title": "global_indicators.1-1-1-title | male"},
        "far": {"y": [60, 61, 62, 63, 66], "indicator": "5", "title": "x" * 200},
    }
    found = reference.similar("percent", collect_series(**told), value=30, direction="up").examples
    assert list(found["unique_id"]) == ["twin", "next", "far"]
    assert list(found["name"]) == ["Share", "Share | Wales", "x" * 200 + "…"]
    assert list(found["from"]) == [2010, 2011, 2010]
    assert list(found["until"]) == [2013, 2014, 2013]
    assert list(found["amount"]) == [5.0, -9.0, 3.0]
    assert set(found["geography"]) == {"Wales"}
    assert set(found["cited"]) == {"Indicators"}
    shorter = reference.similar("percent", collect_series(**told), value=30, direction="up", years=1, most=1).examples
    assert list(shorter["amount"]) == [1.0]


def test_a_change_from_zero_has_no_percentage():
    told = {"z": {"y": [0, 4, 2, 6, 8], "kind": "count", "indicator": "1"}}
    found = reference.similar("count", collect_series(**told), value=0, direction="up")
    assert found.examples["amount"].isna().all()
    assert np.isfinite(found.changes["amount"]).all()


def test_names_are_shown_without_what_their_source_left_unfilled():
    assert show_name(" | data.Alberta | Men | Men") == "Alberta | Men"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"kind": "percentage"}, "unknown kind 'percentage'; did you mean 'percent'?"),
        ({"direction": "better"}, "unknown direction 'better'; write up or down"),
        ({"value": 120.0}, "value 120 lies outside the bounds of a percent; write it in the unit of its source"),
        ({"value": math.nan}, "value nan lies outside the bounds of a percent; write it in the unit of its source"),
        (
            {"kind": "rate", "value": math.inf},
            "value inf lies outside the bounds of a rate; write it in the unit of its",
        ),
        ({"years": 6}, "6 years are not looked up; write 1 to 5"),
        ({"kind": "count"}, "no series of kind count in the collection; give the whole collection"),
    ],
)
def test_a_question_that_has_no_answer_says_why(wandering, question, said):
    asked = {"kind": "percent", "value": 30.0, "direction": "up", **question}
    with pytest.raises(DataError) as error:
        reference.similar(asked.pop("kind"), wandering, **asked)
    assert said in str(error.value)
