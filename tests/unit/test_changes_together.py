"""When changes act, how sizes that are not known are drawn, and in which order several changes act."""

from itertools import permutations

import numpy as np
import pytest

from forecast.errors import ScenarioError
from forecast.plans.magnitudes import Range
from forecast.scenarios.changes import KINDS, change_path, find_stretch
from forecast.scenarios.magnitudes import draw_magnitude
from forecast.schema.streams import Streams

UNKNOWN = Range(low=0, high=10)


@pytest.fixture(scope="module")
def move(run_scenario):
    """Draws of a path under changes."""
    return lambda path, *changes, **other: run_scenario(*changes, share=path, **other).paths["share"].draws


@pytest.fixture(scope="module")
def add(make_change):
    """An addition of one point from 2026, unless told otherwise."""
    return lambda value=1.0, **other: make_change(**{"change": "add", "value": value, "unit": "points", **other})


@pytest.fixture(scope="module")
def put(make_change):
    """A path set to a level."""
    return lambda value, start: make_change(**{"from": start}, change="set", value=value, unit="%")


def sizes(change):
    """Draws of the size of a change, as `apply` takes them."""
    return draw_magnitude(change.value, 401, Streams(1).stream("magnitude", change.key))


# When


def test_until_is_the_last_period_of_a_step(make_path, add, move):
    path = make_path()
    found = move(path, add(3.0, until="2027"))
    np.testing.assert_allclose(found[:, 2:4], path.draws[:, 2:4] + 3)
    np.testing.assert_array_equal(found[:, [0, 1, 4, 5]], path.draws[:, [0, 1, 4, 5]])


@pytest.mark.parametrize(
    ("start", "until", "changed"),
    [
        ("2025-03", "2025-05", (14, 17)),
        ("2025", "2025", (12, 24)),
        ("2025", None, (12, 36)),
        ("2024-2025", "2024-2025", (3, 15)),
    ],
)
def test_on_months_a_year_means_all_of_its_months(make_path, add, move, start, until, changed):
    path = make_path("2024-01", count=36)
    found = move(path, add(**{"from": start}, until=until))
    assert np.flatnonzero((found != path.draws).any(axis=0)).tolist() == list(range(*changed))


@pytest.mark.parametrize(
    ("profile", "weights"),
    [
        ({"shape": "ramp", "over": 4}, [0.5, 0.75, 1, 1, 1, 1]),
        ({"shape": "delay", "by": 3}, [0, 1, 1, 1, 1, 1]),
        ({"shape": "shock", "recovery": 4}, [0.5, 0.25, 0, 0, 0, 0]),
        ("step", [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_profile_that_began_before_the_forecast_goes_on(make_path, add, profile, weights):
    stretch = find_stretch(make_path(), add(**{"from": "2022"}, profile=profile))
    np.testing.assert_allclose(stretch.weights, weights, atol=1e-12)


@pytest.mark.parametrize("start", ["2020", None])
def test_a_change_that_ended_before_the_forecast_does_nothing(make_path, add, move, start):
    path = make_path()
    np.testing.assert_array_equal(move(path, add(**{"from": start}, until="2022")), path.draws)


def test_dates_that_clash_with_the_profile_are_refused_by_name(make_path, add, move):
    with pytest.raises(ScenarioError) as caught:
        move(make_path(), add(**{"from": "2028"}, until="2026"))
    assert str(caught.value).startswith("the change on 'share': until lies before the first effect")


# Sizes that are not known


def test_each_draw_has_its_own_size(make_path, add, move):
    path = make_path()
    added = (move(path, add(UNKNOWN)) - path.draws)[:, 2:]
    np.testing.assert_allclose(added, np.repeat(added[:, :1], 4, axis=1), atol=1e-9)
    shares = np.sort(added[:, 0]) / 10 * 401
    np.testing.assert_array_equal(np.floor(shares + 1e-9), np.arange(401))
    assert abs(np.corrcoef(added[:, 0], path.draws[:, 2])[0, 1]) < 0.2


def test_one_size_has_the_same_draws_in_two_scenarios(make_path, add, make_scenario, run_scenario):
    path = make_path()
    scenarios = {
        "one": [add(UNKNOWN)],
        "two": [add(UNKNOWN, on="other"), add(UNKNOWN)],
        "wide": [add(Range(low=0, high=20))],
    }
    one, two, wide = (
        run_scenario(make_scenario(*changes, id=name), share=path, other=path).paths
        for name, changes in scenarios.items()
    )
    np.testing.assert_array_equal(one["share"].draws, two["share"].draws)
    np.testing.assert_allclose(wide["share"].draws - path.draws, 2 * (one["share"].draws - path.draws), atol=1e-9)
    assert not np.array_equal(two["other"].draws, two["share"].draws)


def test_another_seed_draws_other_sizes(make_path, add, move):
    assert not np.array_equal(*(move(make_path(), add(UNKNOWN), seed=seed) for seed in (1, 2)))


def test_a_lever_keeps_its_draws_when_it_starts_later(add):
    early, late = (add(**{"from": start}, value=UNKNOWN, lever="effort") for start in ("2026", "2027"))
    np.testing.assert_array_equal(sizes(early), sizes(late))


# Order


def test_kinds_act_in_the_stated_order_however_they_are_written(make_path, make_change, move):
    assert tuple(KINDS) == ("set", "hold", "growth", "multiply", "add", "close_gap", "cap")
    values = {"hold": None, "growth": 4.0, "multiply": 1.3, "close_gap": 60.0, "cap": 41.0}
    path = expected = make_path()
    changes = [
        make_change(**{"from": start}, change=kind, value=values.get(kind, UNKNOWN), unit="points/year")
        for kind, start in zip(KINDS, ("2026", "2027", "2028", "2024", "2025", "2026", "2024"), strict=True)
    ]
    for change in changes:
        size = np.zeros(401) if change.value is None else sizes(change)
        expected = change_path(expected, change, size, (42.0, 1))
    for written in list(permutations(changes))[::400]:
        np.testing.assert_array_equal(move(path, *written), expected.draws)


def test_of_one_kind_the_earlier_start_acts_first(make_path, put, move):
    found = move(make_path(), put(60.0, "2028"), put(50.0, "2026"))
    np.testing.assert_allclose(found[:, [2, 4]], [[50.0, 60.0]] * 401, rtol=1e-9)
    np.testing.assert_array_equal(found, move(make_path(), put(50.0, "2026"), put(60.0, "2028")))


def test_a_change_without_a_start_acts_before_those_with_one(make_path, put, move):
    found = move(make_path(), put(60.0, "2028"), put(50.0, None))
    np.testing.assert_allclose(found[:, [0, 4]], [[50.0, 60.0]] * 401, rtol=1e-9)


def test_set_then_growth(make_path, make_change, put, move):
    found = move(make_path(), make_change(**{"from": "2027"}, value=1.0), put(50.0, "2026"))
    np.testing.assert_allclose(np.median(found, axis=0)[2:], [50, 51, 52, 53], rtol=1e-9)
