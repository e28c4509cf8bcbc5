"""The benchmark's scores on a folder that can be checked by hand."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import accuracy, folder, groups, naive2, recorded
from benchmarks.official import classify
from benchmarks.peers import run as peers
from benchmarks.scoring import SCORES
from benchmarks.truth import Truth

TRAIN, TEST = [10, 12, 11, 13, 12], [13, 12, 15]  # mean absolute change 1.5
QUANTILES = [9, 10, 11, 12, 13, 14, 15]


def write(path, kind="rate"):
    """Write two short series, the second ten times the first, of two indicators."""
    rows, meta = [], []
    for name, factor in (("a", 1.0), ("b", 10.0)):
        values = [factor * value for value in (*TRAIN, *TEST)]
        rows += [
            {"dataset": "hand", "unique_id": name, "freq": "Y", "ds": f"{2010 + step}-01-01", "step": step, "y": value}
            | {"split": "train" if step < len(TRAIN) else "test", "horizon": len(TEST)}
            for step, value in enumerate(values)
        ]
        meta.append({"dataset": "hand", "unique_id": name, "source": "s", "indicator": name, "kind": kind})
    pd.DataFrame(rows).to_parquet(path / "hand.parquet")
    pd.DataFrame(meta).assign(lower=0.0, upper=np.nan).to_parquet(path / "series_meta.parquet")
    return path


def forecast_as_peer(data, out):
    """Leave a peer's forecasts: the same quantiles at every lead."""
    dataset = folder.load(data, "hand")
    tables = [
        peers.tabulate("AutoETS", name, np.array([[factor * value for value in QUANTILES]] * len(TEST)), 0.0, 0.5)
        for name, factor in (("a", 1), ("b", 10))
    ]
    place = out / f"hand-{dataset.hash}"
    place.mkdir(parents=True)
    pd.concat(tables).to_parquet(place / "short.parquet")
    return out


@pytest.fixture
def rows(tmp_path):
    data = write(tmp_path)
    out = tmp_path / "table.csv"
    places = ["--data", str(data), "--peers", str(forecast_as_peer(data, tmp_path / "peers")), "--out", str(out)]
    accuracy.main([*places, "--models", "naive", "--draws", "4000"])
    return pd.read_csv(out).set_index("model")


def test_no_change_by_hand(rows):
    no_change = rows.loc["naive2"]
    assert no_change["mase"] == pytest.approx((1 + 0 + 3) / 3 / 1.5)
    assert no_change["smape"] == pytest.approx((200 / 25 + 600 / 27) / 3, rel=1e-5)
    assert no_change["owa"] == 1
    assert no_change["owa_se"] == 0
    assert rows.loc["naive", "owa"] == pytest.approx(1, abs=0.05)  # the median of draws


def test_quantiles_by_hand(rows):
    peer = rows.loc["AutoETS"]
    losses = [
        [0.1, 0.3, 0.5, 0.5, 0, 0.1, 0.05],
        [0.075, 0.2, 0.25, 0, 0.25, 0.2, 0.075],
        [0.15, 0.5, 1, 1.5, 1.5, 0.9, 0],
    ]
    assert peer["wis"] == pytest.approx(2 * np.mean(losses) / 1.5, rel=1e-5)
    assert peer["sql"] == pytest.approx(2 * np.mean(np.array(losses)[:, [0, 1, 3, 5, 6]]) / 1.5, rel=1e-5)
    assert peer[["coverage50", "coverage80", "coverage95"]].tolist() == pytest.approx([2 / 3, 2 / 3, 1], rel=1e-5)
    assert peer["width80"] == pytest.approx(4 / 1.5, rel=1e-5)
    assert peer["seconds_per_1000"] == 500


def test_rows_and_columns(rows):
    assert [name for name in groups.COLUMNS if name in rows.columns][:3] == ["dataset", "subset", "n"]
    assert list(rows.reset_index()["model"]) == ["naive2", "naive", "AutoETS"]
    assert (rows["subset"] == "short").all()


def test_bootstrap_is_seeded_and_draws_whole_clusters():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.random((40, len(SCORES))), columns=list(SCORES))
    clusters = np.repeat(np.arange(10), 4)
    first, again = (groups.summarise(table, table, clusters, 7) for _ in range(2))
    assert first == again
    assert groups.summarise(table, table, clusters, 8)["mase_se"] != first["mase_se"]
    same = table.assign(mase=clusters.astype(float))
    assert groups.summarise(same, table, clusters, 7)["mase_se"] == pytest.approx(np.std(range(10)) / 10**0.5, rel=0.1)


def test_recorded_scores_need_the_same_data(tmp_path):
    dataset = folder.load(write(tmp_path), "hand")
    table = pd.DataFrame(0.5, index=[0, 1], columns=recorded.VALUES).assign(unique_id=["a", "b"])
    kept = recorded.Scored("AutoCES", "statsforecast 2.1.1", table)
    recorded.write_recorded(dataset, {"short": [kept]}, {"AutoCES": {"date": "2026-01-02"}}, tmp_path)
    read = recorded.read_recorded(dataset, tmp_path)["short"][0]
    assert (read.model, read.version) == ("AutoCES", "statsforecast 2.1.1, recorded 2026-01-02")
    assert read.table["wis"].tolist() == [0.5, 0.5]
    other = folder.Dataset(dataset.name, dataset.season, dataset.items, "another hash")
    assert recorded.read_recorded(other, tmp_path) == {}


def test_season_of_naive2():
    season = np.array([0.5, 1.5, 1.0, 1.0])
    assert naive2.seasonal_indices(np.tile(season, 5) * 8, 4) == pytest.approx(season)
    assert naive2.naive2(np.tile(season, 5) * 8, 5, 4)[:, 3] == pytest.approx([4, 12, 8, 8, 4])
    assert (naive2.seasonal_indices(np.tile(season, 2), 4) == 1).all()  # less than three years


def test_official_classes(tmp_path):
    items = folder.load(write(tmp_path), "hand").items[:1]
    # 10 to 12 in four years is 4.7 % a year: all the growth that +1, +2 and +4 % need, the wrong way for a fall
    assert classify(items, Truth(items, 1, True))[0].tolist() == [0, 0, 0, 3, 3, 3]


@pytest.mark.parametrize("kind", ["competition", "percent"])
def test_a_competition_is_not_cut(tmp_path, kind):
    dataset = folder.load(write(tmp_path, kind), "hand")
    assert [subset.name for subset in folder.subsets(dataset)] == ["all" if kind == "competition" else "short"]


def test_refusals(tmp_path):
    with pytest.raises(SystemExit, match=r"no series_meta\.parquet; give a folder in the layout of"):
        accuracy.main(["--data", str(tmp_path)])
    write(tmp_path)
    with pytest.raises(SystemExit, match="no dataset other; known: hand"):
        accuracy.main(["--data", str(tmp_path), "--datasets", "other"])
    with pytest.raises(SystemExit, match="unknown model nave; known: pooled, naive, drift"):
        accuracy.main(["--data", str(tmp_path), "--models", "nave"])
    pd.read_parquet(tmp_path / "hand.parquet").drop(columns="split").to_parquet(tmp_path / "hand.parquet")
    with pytest.raises(SystemExit, match="no column split; it needs"):
        accuracy.main(["--data", str(tmp_path), "--models", "naive"])
    (tmp_path / "hand.parquet").unlink()
    with pytest.raises(SystemExit, match=r"no parquet file of a dataset that series_meta\.parquet names"):
        accuracy.main(["--data", str(tmp_path)])
