"""How many similar indicators ever achieved a change: against a slow, plain loop, and on the real collection."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast import reference
from forecast.errors import DataError
from forecast.plans.catalogue import Catalogue
from forecast.reference.achieved import YEARS, Achieved, achieved_in
from forecast.reference.lookup import BANDS, ENOUGH
from forecast.schema.scales import Scale

UPPER = {"percent": 100.0, "count": None, "rate": None}


def collect(*series):
    """Make a collection as `load` returns it of (name, source, indicator, kind, title, values)."""
    rows = []
    for name, source, indicator, kind, title, values in series:
        told = {"unique_id": name, "source": source, "indicator": indicator, "kind": kind, "name": title}
        rows += [told | {"step": step, "y": float(y), "ds": f"{2000 + step}-01-01"} for step, y in enumerate(values)]
    return pd.DataFrame(rows)


def share_slowly(collection, kind, value, change, years):
    """Tell the same, one series, one stretch and one band after the other."""
    here = float(Scale.of(np.array([value]), 0.0, UPPER[kind]).forward(np.array([value]))[0])
    for width in BANDS if UPPER[kind] else (math.inf,):
        of_indicator, stretches, series = {}, 0, 0
        for name, one in collection[collection["kind"] == kind].groupby("unique_id"):
            if one["name"].iloc[0].startswith("Framskrivning"):
                continue
            y = one["y"].to_numpy()
            z = Scale.of(y, 0.0, UPPER[kind]).forward(y)
            low = -math.inf if value == 0 else here - width
            high = math.inf if value == UPPER[kind] else here + width
            done = [z[i + years] - z[i] for i in range(len(z) - years) if low <= z[i] <= high]
            if done:
                stretches, series = stretches + len(done), series + 1
                hits = [d >= change - 1e-9 if change > 0 else d <= change + 1e-9 for d in done]
                key = (one["source"].iloc[0], one["indicator"].iloc[0])
                of_indicator.setdefault(key, {})[name] = sum(hits) / len(hits)
        if len(of_indicator) >= ENOUGH:
            means = [sum(found.values()) / len(found) for found in of_indicator.values()]
            return sum(means) / len(means), stretches, series, len(of_indicator)
    return None


@pytest.fixture(scope="module")
def wandering():
    """Seventy percentages and seventy rates that wander, two an indicator, 6 to 10 values each."""
    rng = np.random.default_rng(11)
    series = []
    for i in range(70):
        z = rng.normal(0, 1.0) + np.cumsum(rng.normal(0, 0.3, 6 + i % 5))
        place = ("uk" if i % 4 < 2 else "us", str(i // 2))
        series.append((f"p{i}", *place, "percent", "Share", np.round(100 / (1 + np.exp(-z)), 1)))
        series.append((f"r{i}", *place, "rate", "Rate", np.round(50 * np.exp(z), 1) * (i % 9 > 0)))
    series.append(("h", "uk", "hoped", "rate", "Framskrivning, antal", [1, 10, 100, 1000, 10000, 100000]))
    return collect(*series)


@pytest.mark.parametrize("years", range(1, 6))
@pytest.mark.parametrize("change", [-1.0, -0.3, 0.01, 0.3, 0.8])
@pytest.mark.parametrize(("kind", "value"), [("percent", 40.0), ("percent", 97.0), ("percent", 100.0), ("rate", 3.0)])
def test_the_share_is_that_of_a_slow_plain_loop(wandering, kind, value, change, years):
    found = Achieved.of(wandering).share(kind, value, change, years)
    share, stretches, series, indicators = share_slowly(wandering, kind, value, change, years)
    assert found.share == pytest.approx(share, abs=1e-12)
    assert (found.stretches, found.series, found.indicators) == (stretches, series, indicators)
    assert found.years == years


def test_a_small_collection_by_hand():
    # thirty indicators: from 10 to 11 and back, one of them shared by a second series that only rises
    series = [(f"a{i}", "uk", str(i), "count", "Visits", [10, 11, 10]) for i in range(ENOUGH)]
    series.append(("b", "uk", "0", "count", "Visits", [10, 20, 40]))
    found = Achieved.of(collect(*series)).share("count", 500.0, math.log(1.1), 1.0)
    assert found.share == pytest.approx((29 * 0.5 + (0.5 + 1) / 2) / 30)
    assert (found.stretches, found.series, found.indicators, found.band) == (62, 31, 30, None)
    assert Achieved.of(collect(*series)).share("count", 500.0, math.log(2.0), 1.0).share == pytest.approx(0.5 / 30)
    assert Achieved.of(collect(*series)).share("count", 500.0, math.log(2.1), 1.0).share == 0.0


def test_too_few_indicators_say_nothing():
    few = [(f"a{i}", "uk", str(i), "rate", "Rate", [10, 11, 10]) for i in range(ENOUGH - 1)]
    assert Achieved.of(collect(*few)).share("rate", 10.0, 0.1, 1.0) is None
    enough = [*few, ("last", "us", "0", "rate", "Rate", [10, 11])]
    assert Achieved.of(collect(*enough)).share("rate", 10.0, 0.1, 1.0).indicators == ENOUGH
    assert Achieved.of(collect(*enough)).share("rate", 10.0, 0.1, 2.0) is None  # the last was not watched so long


def test_a_band_at_a_bound_includes_it():
    full = [(f"a{i}", "uk", str(i), "percent", "Share", [100, 99.98, 100]) for i in range(ENOUGH)]
    half = [(f"b{i}", "us", str(i), "percent", "Share", [50, 51, 52]) for i in range(ENOUGH)]
    found = Achieved.of(collect(*full, *half)).share("percent", 100.0, -0.1, 1.0)
    assert (found.indicators, found.band[1]) == (ENOUGH, 100.0)
    assert found.share == pytest.approx(0.5)  # down, and up again


def test_a_question_without_an_answer(wandering):
    known = Achieved.of(wandering)
    assert known.share("percent", 40.0, 0.0, 2.0) is None
    assert known.share("percent", 40.0, 0.1, 0.4) is None
    assert known.share("percent", 40.0, 0.1, 9.0) is None
    assert known.share("count", 40.0, 0.1, 1.0) is None
    with pytest.raises(DataError, match="unknown kind 'percentage'; did you mean 'percent'"):
        known.share("percentage", 40.0, 0.1, 1.0)
    with pytest.raises(DataError, match="value 120 lies outside the bounds of a percent"):
        known.share("percent", 120.0, 0.1, 1.0)


def test_years_are_rounded(wandering):
    known = Achieved.of(wandering)
    assert known.share("rate", 3.0, 0.1, 2.49) == known.share("rate", 3.0, 0.1, 2.0)
    assert known.share("rate", 3.0, 0.1, 2.5) == known.share("rate", 3.0, 0.1, 3.0)
    assert known.share("rate", 3.0, 0.1, 0.999).years == 1  # from the middle of one year to that of a leap year


@given(
    st.sampled_from(["percent", "rate"]), st.floats(0.5, 99.5), st.floats(0.01, 2), st.floats(1, 3), st.integers(1, 5)
)
def test_a_larger_change_was_never_achieved_more_often(wandering_achieved, kind, value, change, factor, years):
    for sign in (1, -1):
        less = wandering_achieved.share(kind, value, sign * change, years)
        more = wandering_achieved.share(kind, value, sign * change * factor, years)
        assert 0 <= more.share <= less.share <= 1


@pytest.fixture(scope="module")
def wandering_achieved(wandering):
    return Achieved.of(wandering)


@given(st.floats(1, 99), st.floats(0.01, 1), st.integers(1, 5))
def test_a_mirrored_percentage_was_achieved_as_often(mirrored, value, change, years):
    plain, mirror = mirrored
    up, down = plain.share("percent", value, change, years), mirror.share("percent", 100 - value, -change, years)
    assert up.share == pytest.approx(down.share, abs=1e-9)
    assert up.band == pytest.approx((100 - down.band[1], 100 - down.band[0]))


@pytest.fixture(scope="module")
def mirrored(wandering):
    shares = wandering[wandering["kind"] == "percent"]
    return Achieved.of(shares), Achieved.of(shares.assign(y=100 - shares["y"]))


# The real collection


@pytest.fixture(scope="module")
def real(catalogue: Catalogue):
    return achieved_in(catalogue.root)


def test_the_real_collection_is_laid_out_once_and_answers_as_similar_does(catalogue, real):
    assert achieved_in(catalogue.root) is real
    assert {(kind, years) for kind in UPPER for years in YEARS} == set(real.stretches)
    collection = reference.load(catalogue.root)
    for kind, value in (("percent", 27.9), ("count", 500.0), ("rate", 12.0)):
        found = reference.similar(kind, collection, value=value, direction="up")
        first = found.changes[found.changes["years"] == 1]
        asked = real.share(kind, value, float(first["change"].iloc[-1]), 1.0)  # what one in ten exceeded
        assert asked.share == pytest.approx(0.1, abs=0.01)
        assert [asked.stretches, asked.series, asked.indicators] == list(
            first[["windows", "series", "indicators"]].iloc[0]
        )
        assert asked.band == (None if found.band is None else pytest.approx(found.band))


def test_a_doubling_of_the_odds_in_a_year_is_rarer_than_in_eight(real):
    soon, late = (real.share("percent", 30.0, math.log(2), years).share for years in (1, 8))
    assert 0 < soon < 0.1 < late < 0.5
    assert real.share("percent", 30.0, 12.0, 1).share == 0.0


def test_one_question_takes_less_than_a_millisecond(real):
    questions = [("percent", 30.0), ("rate", 3.0), ("count", 40.0)] * 20
    taken = []
    for kind, value in questions:
        began = time.perf_counter()
        real.share(kind, value, 0.2, 1.0)
        taken.append(time.perf_counter() - began)
    assert np.median(taken) < 1e-3  # the median: the machine may be busy
