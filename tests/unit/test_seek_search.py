"""The search along one way: the step of a count of draws, from both sides, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.plans.model import Target
from forecast.seek.question import count_needed
from forecast.seek.search import PRECISION, Shot, Way, measure_margins

HIGH = Target(words="10", due="2030", value=10.0, operator=">=")
TARGETS = {
    ">=": HIGH,
    ">": HIGH.model_copy(update={"operator": ">"}),
    "<=": HIGH.model_copy(update={"operator": "<="}),
    "<": HIGH.model_copy(update={"operator": "<"}),
    "=": HIGH.model_copy(update={"operator": "="}),
    "range": Target(words="10 à 12", due="2030", kind="range", value=10.0, high=12.0),
}
numbers = st.floats(-50, 50)


def make_way(draws, slope, target=HIGH, length=1.0) -> Way:
    draws = np.asarray(draws, dtype=float)
    return Way(lambda effort: Shot.at(draws + slope * effort, target), length)


@pytest.mark.parametrize("name", TARGETS)
@given(values=st.lists(st.one_of(numbers, st.sampled_from([10.0, 12.0])), min_size=1, max_size=20))
def test_a_margin_is_not_negative_where_the_target_is_met(name, values):
    target, values = TARGETS[name], np.array(values)
    inside = measure_margins(values, target) > 0 if name in (">", "<") else measure_margins(values, target) >= 0
    np.testing.assert_array_equal(inside, target.met_by(values))


@given(values=st.lists(numbers, min_size=1, max_size=20), needed=st.integers(1, 20))
def test_the_score_tells_whether_enough_draws_meet_the_target(values, needed):
    shot = Shot.at(np.array(values), HIGH)
    needed = min(needed, len(values))
    assert (shot.score(needed) >= 0) == (shot.met >= needed)


@settings(max_examples=60)
@given(
    values=st.lists(st.floats(-20, 9.5), min_size=2, max_size=30),
    needed=st.integers(1, 30),
    length=st.floats(0.5, 4),
    rising=st.booleans(),
)
def test_the_first_effort_is_the_threshold_of_the_draw_that_is_needed(values, needed, length, rising):
    needed = min(needed, len(values))
    way = make_way(values, 40.0, length=length)
    found = way.first(needed, rising=rising)
    threshold = sorted((10 - value) / 40 for value in values)[needed - 1]
    if threshold > length:
        assert found is None
    else:
        assert found == pytest.approx(threshold, abs=1e-9)
        assert way.shoot(found).met >= needed


@settings(max_examples=60)
@given(values=st.lists(st.floats(10, 40), min_size=2, max_size=30), needed=st.integers(1, 30))
def test_the_last_effort_is_that_of_the_draw_that_still_counts(values, needed):
    needed = min(needed, len(values))
    way = make_way(values, -40.0)
    found = way.last(needed)
    threshold = sorted(((value - 10) / 40 for value in values), reverse=True)[needed - 1]
    assert found == pytest.approx(threshold, abs=1e-9)
    assert way.shoot(found).met >= needed


def test_nothing_is_needed_where_enough_draws_meet_it_already():
    way = make_way([9, 11, 12], 1.0)
    assert way.first(2) == 0.0
    assert list(way.shots) == [0.0]


def test_a_count_that_never_falls_goes_on_to_the_end():
    assert make_way([11, 12], 5.0).last(2) is None


def test_a_target_that_must_be_exceeded_is_exceeded():
    way = make_way([0.0, 0.0], 20.0, TARGETS[">"])
    found = way.first(2)
    assert 0.5 < found < 0.5 + 1e3 * PRECISION
    assert way.shoot(found).met == 2


def test_all_draws_that_jump_at_once_are_reached_at_the_jump():
    def fire(effort):
        return Shot.at(np.full(10, 12.0 if effort >= 0.3 else 5.0), HIGH)

    way = Way(fire)
    assert way.first(4) == pytest.approx(0.3, abs=1e-9)
    assert way.shoot(way.first(4)).met == 10


def test_a_peak_between_two_stops_is_found():
    way = make_way(np.linspace(-0.2, 0.2, 9), 200.0, TARGETS["range"])
    assert all(way.shoot(stop).met == 0 for stop in way.stops if stop not in (0.0625, 0.046875))
    found = way.first(9)
    assert way.shoot(found).met == 9
    assert not way.rising


def test_the_most_is_the_least_effort_that_gives_the_largest_count():
    draws = np.concatenate([np.linspace(0, 2, 50), np.full(50, -1000.0)])
    way = make_way(draws, 20.0)
    assert way.shoot(way.most()).met == 50
    assert way.most() == pytest.approx(0.5, abs=1e-9)
    assert make_way([-1000.0, -1000.0], 1.0).most() == 0.0


def test_the_most_of_a_range_is_found_between_the_stops():
    draws = np.random.default_rng(3).normal(0, 2, 400)
    way = make_way(draws, 200.0, TARGETS["range"])
    best = max(way.fire(effort).met for effort in np.linspace(0.03, 0.08, 400))
    assert way.shoot(way.most()).met >= best - 4


def test_each_effort_is_tried_once():
    tried = []

    def fire(effort):
        tried.append(effort)
        return Shot.at(np.array([20 * effort]), HIGH)

    way = Way(fire)
    assert way.first(1) == pytest.approx(0.5)
    assert way.rising
    assert len(tried) == len(set(tried))


@pytest.mark.parametrize(
    ("probability", "draws", "needed"), [(0.8, 4000, 3200), (0.7, 10, 7), (0.801, 1000, 801), (0.5, 401, 201)]
)
def test_the_draws_needed_are_counted_without_rounding_faults(probability, draws, needed):
    assert count_needed(probability, draws) == needed
    assert needed / draws >= probability
