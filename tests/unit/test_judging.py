"""Judgment: an addition that fades by its half-life and expires, beside the forecast that it left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forecast.errors import ScenarioError
from forecast.plans.magnitudes import Range
from forecast.scenarios import without_judgment
from forecast.scenarios.judging import fade, judge_path
from forecast.scenarios.magnitudes import draw_magnitude
from forecast.scenarios.model import Judgment
from forecast.schema.streams import Streams

WHY = {"fr": "Essai", "en": "Trial"}


def judgment(**other):
    """Two points more from 2026, whole until it expires with 2028, unless told otherwise."""
    usual = {"on": "share", "value": 2.0, "unit": "points", "from": "2026", "expires": "2028", "reason": WHY}
    return Judgment(**{**usual, **other})


@pytest.fixture(scope="module")
def judge(make_scenario, run_scenario):
    """The path `share` under judgments, and changes."""

    def judge(path, *judgments, changes=(), **other):
        return run_scenario(make_scenario(*changes, judgments=judgments), share=path, **other).paths["share"]

    return judge


# How it fades


@pytest.mark.parametrize(
    ("said", "weights"),
    [
        ({}, [0, 0, 1, 1, 1, 0]),
        ({"half_life": 1}, [0, 0, 1, 0.5, 0.25, 0]),
        ({"half_life": 2, "expires": "2029"}, [0, 0, 1, 0.5**0.5, 0.5, 0.5**1.5]),
        ({"half_life": 0.5, "from": None, "expires": "2025"}, [1, 0.25, 0, 0, 0, 0]),
        ({"from": "2020"}, [1, 1, 1, 1, 1, 0]),
        ({"from": "2022", "half_life": 1, "expires": "2025"}, [0.25, 0.125, 0, 0, 0, 0]),
        ({"from": "2025-12-31", "expires": "2026-12-31"}, [0, 1, 1, 0, 0, 0]),
        ({"expires": "2040"}, [0, 0, 1, 1, 1, 1]),
        ({"from": "2028"}, [0, 0, 0, 0, 1, 0]),
        ({"from": "2021", "expires": "2022"}, [0, 0, 0, 0, 0, 0]),
        ({"from": None, "expires": "2022"}, [0, 0, 0, 0, 0, 0]),
    ],
)
def test_what_is_left_by_hand(make_path, said, weights):
    np.testing.assert_allclose(fade(make_path(), judgment(**said)), weights, rtol=1e-12)


def test_a_half_life_counts_years_not_periods(make_path):
    quarters = make_path("2024-2025Q1", count=12)
    left = fade(quarters, judgment(**{"from": "2024-2025Q1"}, half_life=1, expires="2026-2027Q4"))
    np.testing.assert_allclose(left[[0, 4, 8]], [1, 0.5, 0.25], rtol=1e-2)
    np.testing.assert_allclose(left[2], 0.5**0.5, rtol=1e-2)


def test_on_months_a_year_means_all_of_its_months(make_path):
    left = fade(make_path("2024-01", count=36), judgment(**{"from": "2025"}, expires="2025"))
    assert np.flatnonzero(left).tolist() == list(range(12, 24))


@settings(max_examples=40)
@given(st.floats(0.1, 20), st.sampled_from(["2024", "2026", "2029"]), st.sampled_from(["2029", "2035"]))
def test_what_is_left_never_rises_and_stays_a_share(make_path, half_life, start, expires):
    left = fade(make_path(), judgment(**{"from": start}, half_life=half_life, expires=expires))
    first = int(start) - 2024
    assert (left[:first] == 0).all()
    assert left[first] == 1
    assert (np.diff(left[first:]) < 0).all()
    assert (left[first:] > 0).all()


# What it does to a path


def test_it_adds_what_is_left_of_its_size(make_path, judge):
    path = make_path(bounds=(None, None))
    found = judge(path, judgment(half_life=1, value=-4.0))
    np.testing.assert_allclose(found.draws - path.draws, [[0, 0, -4, -2, -1, 0]] * 401, atol=1e-12)
    np.testing.assert_array_equal(found.draws[:, [0, 1, 5]], path.draws[:, [0, 1, 5]])
    assert found.notes == ("changed",)


def test_an_uncertain_size_is_drawn_once_for_each_future(make_path, judge):
    path, sized = make_path(bounds=(None, None)), judgment(value=Range(low=-1, likely=1, high=5))
    size = draw_magnitude(sized.value, 401, Streams(1).stream("magnitude", "share:judgment:2026"))
    for found in (judge(path, sized), judge_path(path, sized, size)):
        np.testing.assert_allclose(found.draws[:, 2] - path.draws[:, 2], size, atol=1e-12)
        np.testing.assert_allclose(found.draws[:, 4] - path.draws[:, 4], size, atol=1e-12)


@settings(max_examples=40)
@given(st.floats(-200, 200), st.integers(0, 50))
def test_bounds_hold(make_path, judge, size, seed):
    found = judge(make_path(seed=seed), judgment(value=size)).draws
    assert 0 <= found.min() <= found.max() <= 100


def test_a_size_of_nothing_leaves_every_draw_to_the_last_digit(make_path, judge):
    path = make_path()
    np.testing.assert_array_equal(judge(path, judgment(value=0.0, half_life=1)).draws, path.draws)


def test_several_add_up(make_path, judge):
    path = make_path(bounds=(None, None))
    found = judge(path, judgment(), judgment(**{"from": "2028"}, value=1.5))
    np.testing.assert_allclose(found.draws - path.draws, [[0, 0, 2, 2, 3.5, 0]] * 401, atol=1e-12)


def test_it_comes_after_every_change(make_path, make_change, judge):
    cap = make_change(change="cap", value=20.0, unit="%")
    found = judge(make_path(), judgment(), changes=[cap])
    np.testing.assert_allclose(found.draws[:, 2:5].max(axis=0), 22.0)


@pytest.mark.parametrize(("source", "assumed"), [((), True), (("S001",), False)])
def test_without_a_source_the_path_rests_on_an_assumption(make_path, judge, source, assumed):
    assert judge(make_path(), judgment(source=source)).assumed is assumed


def test_what_is_not_forecast_is_not_judged(make_path, judge):
    path = make_path()
    assert judge(path, judgment(on="other")) is path


# The forecast without it


def test_the_unadjusted_forecast_is_kept(make_path, make_change, make_scenario, run_scenario):
    path, change = make_path(), make_change()
    judged = make_scenario(change, judgments=[judgment()])
    plain = without_judgment(judged)
    assert (plain.judgments, plain.changes, judged.judgments) == ((), (change,), (judgment(),))
    before = run_scenario(plain, share=path).paths["share"]
    np.testing.assert_array_equal(before.draws, run_scenario(change, share=path).paths["share"].draws)
    after = run_scenario(judged, share=path).paths["share"]
    np.testing.assert_allclose(after.draws - before.draws, [[0, 0, 2, 2, 2, 0]] * 401, atol=1e-9)


def test_a_scenario_of_judgment_alone_is_not_a_baseline(make_scenario):
    assert not make_scenario(judgments=[judgment()]).is_baseline
    assert without_judgment(make_scenario(judgments=[judgment()])).is_baseline


# What is refused


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"from": "2028", "expires": "2026"}, "expires 2026, before it starts, 2028; swap them"),
        (
            {"from": "2035", "expires": "2036"},
            "starts 2035, after the last period forecast, 2029; start it earlier",
        ),
    ],
)
def test_dates_that_cannot_be(make_path, judge, said, message):
    with pytest.raises(ScenarioError) as caught:
        judge(make_path(), judgment(**said))
    assert str(caught.value) == f"the judgment on 'share' {message}"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"half_life": 0}, "Input should be greater than or equal to 0.02"),
        ({"expires": None}, "Input should be a valid string"),
        ({"value": None}, "write a number, such as 27.9, or a range, such as {low: 20, high: 30}, instead of nothing"),
        ({"reason": None}, "reason"),
    ],
)
def test_what_a_judgment_must_say(said, message):
    with pytest.raises(ValidationError) as caught:
        judgment(**said)
    assert message in str(caught.value)
