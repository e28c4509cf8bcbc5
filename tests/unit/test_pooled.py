"""The default model: fast formulas against plain loops, quantiles, odd histories, and the folds that judge it."""

from dataclasses import replace
from datetime import date
from math import log10

import numpy as np
import pytest
from benchmarks.crossfit import FOLDER, FOLDS, PUBLIC, Key, predict_fairly
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.errors import DataError
from forecast.models import seasons, smoothing
from forecast.models.features import view_yearly
from forecast.models.grid import prepare
from forecast.models.histories import count_digits, gather
from forecast.models.network import LEVELS, MIDDLE, SCORES, keep_order, read_learnt, shipped, spread_out
from forecast.models.panel import Series
from forecast.models.pooled import LENGTH, POOLED, SUBYEARS, YEARS, Pooled, draw_paths, is_yearly, settle
from forecast.schema.streams import Streams

RNG = np.random.default_rng
DRAWS = 4000
LEARNT = [FOLDER.parents[1] / "src/forecast/models/learnt.npz", *(FOLDER / f"fold{fold}.npz" for fold in range(FOLDS))]
#: Folds may never change: what was learnt without a series would be taken for another one.
KNOWN_FOLDS = [
    (Key(PUBLIC, "ca-1-2-1-0a874321", "ca", "1-2-1"), 1),
    (Key(PUBLIC, "kolada-n07911-ad608cd8", "kolada", "n07911"), 2),
    (Key("m3_yearly", "Y1", "m3", "Y1"), 3),
]
SEEN, UNSEEN = KNOWN_FOLDS[0][0], Key(PUBLIC, "of-no-collection", "ca", "1-2-1")


def make(values, *, id="one", times=None, step=1.0, season=1, lower=0.0, upper=100.0, steps=5):
    times = 2010 + step * np.arange(len(values)) if times is None else np.asarray(times, dtype=float)
    ahead = times[-1] + step * np.arange(1, steps + 1)
    return Series(id, times, np.asarray(values, dtype=float), step, season, lower, upper, ahead)


def draw(series, draws=DRAWS):
    return POOLED.draw([series], draws, Streams(1))[series.id]


# Plain loops: the same formulas, one number at a time


def follow(z, at, drift):
    """Follow one series with every member of the grid."""
    levels, trends, squares = [], [], []
    for alpha, beta, damping, start in smoothing.GRID.tolist():
        level, trend, square = z[0], drift * start, 0.0
        for before, after, value in zip(at, at[1:], z[1:], strict=False):
            gap = after - before
            ahead = gap if damping == 1 else damping * (1 - damping**gap) / (1 - damping)
            expected = level + ahead * trend
            error = value - expected
            square += error**2 / gap
            level = expected + (1 - (1 - alpha) ** gap) * error
            trend = damping**gap * trend + alpha * beta * error / gap
        levels.append(level)
        trends.append(trend)
        squares.append(square)
    return levels, trends, squares


def decompose(z, season):
    """Measure the season of one gapless series by classical decomposition."""
    by_phase = {phase: [] for phase in range(season)}
    half = season // 2
    for middle in range(half, len(z) - half):
        if season % 2:
            average = sum(z[middle - half : middle + half + 1]) / season
        else:
            inner = sum(z[middle - half + 1 : middle + half])
            average = (inner + 0.5 * z[middle - half] + 0.5 * z[middle + half]) / season
        by_phase[(middle - len(z) + 1) % season].append(z[middle] - average)
    freedom = max(sum(map(len, by_phase.values())) - season, 0)
    if not all(by_phase.values()) or freedom < season / 2:
        return [0.0] * season, 0.0
    means = [sum(away) / len(away) for away in by_phase.values()]
    within = sum((one - means[phase]) ** 2 for phase, away in by_phase.items() for one in away) / freedom
    means = [mean - sum(means) / season for mean in means]
    between = sum(len(by_phase[phase]) * mean**2 for phase, mean in enumerate(means)) / (season - 1)
    support = min(max(1 - (freedom + 2) / freedom * within / between, 0), 1)
    return [support * mean for mean in means], support


def run_fast(histories):
    """Run the grid over histories as `smooth` does, from a drift of 0.3."""
    seen = histories.seen
    pairs = seen[:, 1:] & seen[:, :-1]
    gaps = np.where(pairs, np.diff(histories.at, axis=1), 1.0)
    return smoothing.run_grid(histories.z, pairs, gaps, np.full(len(seen), 0.3))


def test_grid_of_smoothings_equals_a_plain_loop_with_gaps_and_irregular_dates():
    values = np.clip(50 + np.cumsum(RNG(3).normal(0, 3, 12)), 1, 99)
    histories_of = {
        "regular": np.arange(12.0),
        "gap": np.array([0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15, 16.0]),
        "irregular": np.cumsum(RNG(4).uniform(0.4, 2.5, 12)),
        "short": np.arange(3.0),
    }
    panel = [prepare(make(values[: times.size], id=name, times=2000 + times)) for name, times in histories_of.items()]
    fast = run_fast(gather(panel, LENGTH, on_steps=False))
    for place, one in enumerate(panel):
        slow = follow(one.z.tolist(), one.at.tolist(), 0.3)
        for quick, plain in zip(fast, slow, strict=True):
            np.testing.assert_allclose(quick[place], plain, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("season", [4, 12, 13])
def test_profiles_equal_a_plain_decomposition(season):
    length = 5 * season + 3
    wave = 2 * np.sin(2 * np.pi * np.arange(length) / season)
    z = np.stack([size * wave + RNG(6).normal(0, 1, length) for size in (0.2, 1.0, 5.0)])
    late = z[:1].copy()
    late[:, : length - season - 2] = np.nan  # too short for a season
    middle = z[1:2].copy()
    middle[:, : 2 * season] = np.nan
    z = np.concatenate([z, late, middle])
    profiles, support = seasons.measure_profiles(z, season)
    for row, profile, kept in zip(z, profiles, support, strict=True):
        plain, expected = decompose(row[np.isfinite(row)].tolist(), season)
        np.testing.assert_allclose(profile, plain, rtol=1e-9, atol=1e-12)
        assert kept == pytest.approx(expected, abs=1e-12)
    assert support[2] > support[0]
    assert support[3] == 0


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([3.0], log10(3)),
        ([27.9], log10(279)),
        ([30_000.0], log10(3)),
        ([30_000.0, 31_250.0], log10(3125)),
        ([12.5, 13.0], log10(130)),
        ([0.004], log10(4)),
        ([-27.9], log10(279)),
        ([5.0, 0.0], 0.0),
        ([0.0, 0.0], 0.0),
    ],
)
def test_digits_of_the_last_value_at_the_resolution_of_all(values, digits):
    assert count_digits(np.array(values)) == pytest.approx(digits, abs=2e-6)


# Quantiles


def numbers(*shape):
    return arrays(float, shape, elements=st.floats(-50, 50, allow_nan=False))


@given(numbers(3, LEVELS.size))
def test_answers_of_a_network_never_cross(answers):
    quantiles = spread_out(answers)
    assert (np.diff(quantiles) >= 0).all()
    np.testing.assert_array_equal(quantiles[..., MIDDLE], answers[..., 0])


@given(numbers(3, LEVELS.size))
def test_calibrated_gaps_never_cross_and_keep_the_median(gaps):
    gaps[..., MIDDLE] = 0
    kept = keep_order(gaps)
    assert (np.diff(kept) >= 0).all()
    assert (kept[..., MIDDLE] == 0).all()
    np.testing.assert_array_equal(keep_order(kept), kept)


@pytest.mark.parametrize("values", [[40.0], [40.0, 44, 43], 40 + np.arange(12.0) % 5])
def test_draws_have_the_quantiles_of_the_network(values):
    one = prepare(make(values))
    network, quantiles = POOLED.batch_quantiles([one])
    paths = draw_paths(one, quantiles[0], network, DRAWS, Streams(1))
    width = quantiles[0, 0, -1] - quantiles[0, 0, 0]
    np.testing.assert_allclose(np.quantile(paths[:, 1], LEVELS), quantiles[0, 0], atol=0.01 * width)
    assert (paths[:, 0] == one.z[-1]).all()


@pytest.mark.parametrize("upper", [100.0, None])
@pytest.mark.parametrize("season", [1, 4, 12, 13])
def test_one_observation_keeps_its_value_as_the_median(season, upper):
    prediction = POOLED.predict([make([27.9], step=1 / season, season=season, upper=upper)], DRAWS, Streams(1))["one"]
    np.testing.assert_allclose(np.median(prediction.draws, axis=0), 27.9, rtol=1e-3)
    assert prediction.notes == ("prior_spread",)


ODD = {
    "a thousand years": make(np.clip(50 + RNG(1).normal(0, 5, 1000), 0, 100), times=1000 + np.arange(1000.0)),
    "a thousand months": make(50 + 20 * np.sin(np.arange(1000) / 12 * 2 * np.pi), step=1 / 12, season=12, steps=24),
    "all zeros": make(np.zeros(8), upper=None),
    "all zeros without bounds": make(np.zeros(8), lower=None, upper=None),
    "one zero": make([0.0], upper=None),
    "constant": make(np.full(8, 42.0)),
    "constant quarters": make(np.full(20, 42.0), step=0.25, season=4),
    "on the upper bound": make(np.full(6, 100.0)),
    "on the lower bound": make(np.zeros(6)),
    "one on the bound": make([100.0]),
    "between bounds and back": make([0.0, 100.0, 0.0, 100.0]),
    "irregular dates": make([30.0, 35, 33, 38, 41], times=[2001.3, 2002.9, 2003.1, 2008.6, 2009.0]),
    "irregular months": make([30.0, 35, 33, 38], times=[2001.3, 2001.4, 2002.75, 2003.0], step=1 / 12, season=12),
    "below a single upper bound": make([40.0, 60, 90, 99], lower=None),
    "negative, without bounds": make([-5.0, -7, 3, -2], lower=None, upper=None),
    "huge": make([3e11, 4e11, 2e11], upper=None),
    "tiny": make([3e-9, 4e-9, 2e-9], upper=None),
    "thirty years": make([30.0, 35, 33, 38], steps=30),
    "thirty years of months": make(40 + np.arange(40.0) % 12, step=1 / 12, season=12, steps=360),
    "thirty years of a count": make([300.0, 350, 330, 480], upper=None, steps=30),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_histories_give_finite_draws_inside_their_bounds_and_ordered_quantiles(name):
    series = ODD[name]
    draws = draw(series, 1000)
    assert draws.shape == (1000, series.ahead.size)
    assert np.isfinite(draws).all()
    assert series.lower is None or (draws >= series.lower).all()
    assert series.upper is None or (draws <= series.upper).all()
    one = settle(series)
    _, quantiles = POOLED.batch_quantiles([one])
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    season = one.series.season
    assert quantiles.shape[1] == min(one.horizon, YEARS if season == 1 else SUBYEARS * season)


def test_what_is_seen_in_few_of_its_steps_is_looked_at_by_years():
    rare = make([30.0, 35, 33, 38], times=[2001.0, 2002, 2003, 2004], step=1 / 12, season=12, steps=24)
    yearly = replace(rare, step=1.0, season=1)
    assert is_yearly(rare)
    assert not is_yearly(make([30.0, 35, 33, 38], step=1 / 12, season=12))
    np.testing.assert_array_equal(draw(rare), draw(yearly))


@pytest.mark.parametrize("bound", [0.0, 100.0])
def test_one_percentage_on_its_bound_spreads_by_the_prior(bound):
    one = prepare(make([bound]))
    values = draw(make([bound]))
    for lead in (1, 5):
        wanted = np.sort(one.scale.back(one.z[-1] + SCORES * one.prior_sd * np.sqrt(lead)))
        found = np.quantile(values[:, lead - 1], LEVELS)
        np.testing.assert_allclose(found, wanted, atol=0.01 * (wanted[-1] - wanted[0]))


def test_forecast_below_an_upper_bound_mirrors_that_above_a_lower_one():
    # As many digits on both sides: 50 is as far from either bound
    values = np.array([41.0, 44, 47, 45, 50])
    below = draw(make(values, lower=None, upper=100.0))
    above = draw(make(100 - values, lower=0.0, upper=None))
    np.testing.assert_allclose(np.sort(below, axis=0), np.sort(100 - above, axis=0), rtol=1e-6)


def test_beyond_the_learnt_leads_the_spread_goes_on_growing():
    draws = np.log(draw(make([300.0, 350, 330, 380, 390], upper=None, steps=30)))
    low, high = np.quantile(draws, [0.1, 0.9], axis=0)
    assert (np.diff((high - low)[YEARS - 1 :]) > 0).all()


def test_company_in_a_call_changes_nothing():
    panel = [
        make(40 + RNG(7).normal(0, 3, 9), id="percent", steps=3),
        make([300.0, 340, 310, 400], id="count", upper=None, steps=12),
        make([55.0], id="alone"),
        make(40 + np.arange(30.0) % 4, id="quarters", step=0.25, season=4, steps=4),
        make([3.0, 5, 4], id="short quarters", step=0.25, season=4, upper=None, steps=11),
        make([3.0, 5, 4], id="months", step=1 / 12, season=12, upper=None),
    ]
    together = POOLED.draw(panel, 500, Streams(1))
    backwards = POOLED.draw(panel[::-1], 500, Streams(1))
    for series in panel:
        np.testing.assert_array_equal(together[series.id], draw(series, 500))
        np.testing.assert_array_equal(together[series.id], backwards[series.id])


# What was learnt, and the folds


@pytest.mark.parametrize("path", LEARNT, ids=lambda path: path.stem)
def test_what_was_learnt_is_plain_arrays_that_say_where_they_come_from(path):
    with np.load(path, allow_pickle=False) as found:
        assert {found[name].dtype.kind for name in found.files} <= {"f", "U"}
    learnt = read_learnt(path)
    assert date.fromisoformat(learnt.about["learnt"])
    assert "data/reference/README.md" in learnt.about["sources"]
    assert f"{PUBLIC}.parquet" in learnt.about["data"]
    assert all(len(bytes.fromhex(digest)) == 8 for digest in learnt.about["data"].values())
    assert learnt.about["without fold"] == (int(path.stem[-1]) if path.stem.startswith("fold") else None)
    for network in (learnt.yearly, learnt.subyearly):
        assert network.factors.shape == (network.sizes.size, network.years.size, LEVELS.size)
        assert (network.factors > 0).all()
        assert ((network.persistence >= 0) & (network.persistence < 1)).all()


def test_all_folds_were_learnt_from_the_same_data_as_what_ships():
    assert [read_learnt(path).about["data"] == shipped().about["data"] for path in LEARNT] == [True] * (FOLDS + 1)


def test_networks_refuse_figures_that_they_were_not_taught():
    network = shipped().yearly
    other = replace(network, names=network.names[::-1])
    view = view_yearly(gather([prepare(make([3.0, 4.0]))], LENGTH, on_steps=False), 2)
    with pytest.raises(DataError) as said:
        other.offsets(view)
    assert str(said.value) == "what was learnt does not fit these figures; learn it again: make learn"


def test_folds_stay_as_they_are_and_siblings_share_one():
    assert [key.fold for key, _ in KNOWN_FOLDS] == [fold for _, fold in KNOWN_FOLDS]
    assert UNSEEN.fold == SEEN.fold
    seen = np.load(FOLDER / "seen.npy", allow_pickle=False)
    assert seen.dtype == np.uint64
    assert (np.diff(seen) > 0).all()
    assert SEEN.hash in seen
    assert UNSEEN.hash not in seen


def test_a_series_is_judged_by_a_model_that_did_not_learn_from_it():
    values = [40.0, 44, 43, 47]
    panel = [(SEEN, make(values, id="seen")), (UNSEEN, make(values, id="unseen"))]
    found = predict_fairly("pooled", panel, 500, Streams(1))
    without = Pooled(read_learnt(FOLDER / f"fold{SEEN.fold}.npz"))
    for name, judge, other in (("seen", without, POOLED), ("unseen", POOLED, without)):
        series = make(values, id=name)
        np.testing.assert_array_equal(found[name].draws, judge.draw([series], 500, Streams(1))[name])
        assert not np.array_equal(found[name].draws, other.draw([series], 500, Streams(1))[name])
    naive = predict_fairly("naive", panel, 500, Streams(1))
    assert {name: one.used for name, one in naive.items()} == {"seen": ("naive",), "unseen": ("naive",)}
