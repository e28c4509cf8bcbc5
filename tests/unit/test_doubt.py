"""What the data's own doubt does to the draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.models import doubt, registry
from forecast.models.panel import COPIES, Break, Series, predict
from forecast.plans.series import Link
from forecast.schema.scales import Scale
from forecast.schema.streams import Streams

VALUES = (20.0, 22.0, 23.0, 25.0, 26.0, 28.0, 29.0, 31.0)


def make(values=VALUES, *, id="share", lower=0.0, upper=100.0, steps=3, last=None, **other):
    values = np.asarray(values, dtype=float)
    times = other.pop("times", 2010.5 + np.arange(values.size))
    ahead = (times[-1] if last is None else last) + np.arange(1, steps + 1)
    return Series(id, times, values, 1.0, 1, lower, upper, ahead, **other)


def flags(size, *places):
    return np.isin(np.arange(size) % size, [place % size for place in places])


def draw(series, name="drift", draws=800, seed=1):
    return predict(name, [series], draws, Streams(seed))[series.id]


def width(draws):
    """Width of the interval of 0.8 on the logit scale, where a few far draws weigh little."""
    low, high = np.quantile(np.log(draws / (100 - draws)), [0.1, 0.9], axis=0)
    return high - low


# Without doubt, and with a doubt that has one outcome


@pytest.mark.parametrize("name", ["naive", "drift", "mixture"])
def test_without_doubt_the_draws_are_those_of_the_model_to_the_bit(name):
    series = make()
    alone = registry.get(name).predict([series], 100, Streams(1))["share"]
    found = draw(series, name, 100)
    assert np.array_equal(found.draws, alone.draws)
    assert (found.used, found.notes) == (alone.used, alone.notes)


def test_a_doubtful_neighbour_changes_nothing():
    other = make(id="other", errors=np.ones(8))
    both = predict("drift", [make(), other], 100, Streams(1))
    assert np.array_equal(both["share"].draws, draw(make(), draws=100).draws)
    assert np.array_equal(both["other"].draws, draw(other, draws=100).draws)


def test_a_break_of_known_size_is_the_series_restated_by_hand():
    given_ = make((10, 11, 12, 25, 26, 28), breaks=(Break(3, Link("multiply", 2, 2, 2)),))
    found = draw(given_)
    assert np.array_equal(found.draws, draw(make((20, 22, 24, 25, 26, 28))).draws)
    assert found.notes == ("doubt:break",)
    given_ = make((10, 11, 12, 25, 26, 28), breaks=(Break(3, Link("add", 10, 10, 10)),))
    assert np.array_equal(draw(given_).draws, draw(make((20, 21, 22, 25, 26, 28))).draws)


def test_several_breaks_of_known_size_are_applied_one_after_the_other():
    breaks = (Break(2, Link("add", 5, 5, 5)), Break(4, Link("multiply", 2, 2, 2)))
    found = doubt.settle(make((5, 6, 12, 13, 27, 28), breaks=breaks))
    assert found.values.tolist() == [20, 22, 24, 26, 27, 28]
    assert found.id == "share"


def test_a_link_keeps_the_bounds():
    found = doubt.settle(make((60, 70, 40), breaks=(Break(2, Link("multiply", 2, 2, 2)),)))
    assert found.values.tolist() == [100, 100, 40]


def test_an_exceptional_value_in_the_middle_is_left_out():
    spike = np.insert(np.array(VALUES), 4, 70.0)
    times = 2010.5 + np.arange(9)
    found = draw(make(spike, exceptional=flags(9, 4)))
    without = draw(make(VALUES, times=np.delete(times, 4)))
    assert np.array_equal(found.draws, without.draws)
    assert found.notes == ("doubt:exceptional",)


def test_what_is_all_exceptional_is_kept():
    found = draw(make(exceptional=np.ones(8)))
    assert np.array_equal(found.draws, draw(make()).draws)
    assert found.notes == ()


# Possible histories


def test_histories_spread_an_error_evenly():
    series = make(errors=np.full(8, 0.5))
    found = np.array([one.values for one in doubt.copies(series, COPIES, np.random.default_rng(1))])
    assert found.mean(axis=0) == pytest.approx(np.array(VALUES), abs=0.05)
    assert found.std(axis=0) == pytest.approx(np.full(8, 0.5), rel=0.1)
    assert len({one.id for one in doubt.copies(series, 4, np.random.default_rng(1))}) == 4


def test_a_rounded_value_stays_within_its_rounding():
    series = make(errors=np.full(8, 1 / np.sqrt(12)), rounded=np.ones(8))
    found = np.array([one.values for one in doubt.copies(series, COPIES, np.random.default_rng(1))])
    assert np.abs(found - VALUES).max() <= 0.5 * 1.05
    assert found.std(axis=0) == pytest.approx(np.full(8, 1 / np.sqrt(12)), rel=0.1)


def test_histories_keep_the_bounds_and_a_value_on_one():
    series = make((0.0, 1.0, 99.0, 100.0, 0.5), errors=np.full(5, 2.0))
    found = np.array([one.values for one in doubt.copies(series, COPIES, np.random.default_rng(1))])
    assert found.min() >= 0
    assert found.max() <= 100
    assert (found[:, 0] == 0).all()
    assert (found[:, 3] == 100).all()


def test_a_value_without_error_stays():
    series = make(errors=[0, 0, 0, 1, 0, 0, 0, 0])
    for one in doubt.copies(series, 4, np.random.default_rng(1)):
        assert np.delete(one.values, 3).tolist() == np.delete(VALUES, 3).tolist()


def test_paths_start_from_a_last_value_without_error():
    series = make(errors=[1, 1, 1, 1, 1, 1, 1, 0], last=2017.5001 - 1)
    assert width(draw(series, "naive").draws)[0] < 0.05


@pytest.mark.parametrize("kind", ["multiply", "add"])
def test_an_uncertain_link_has_its_central_four_fifths_between_low_and_high(kind):
    shocks = np.random.default_rng(1).standard_normal(100_000)
    sizes = doubt.draw_sizes(Link(kind, 0.8, 1.0, 1.5), shocks)
    assert np.quantile(sizes, [0.1, 0.5, 0.9]) == pytest.approx([0.8, 1.0, 1.5], abs=0.01)


def test_a_break_of_unknown_size_is_no_trend():
    jumped = (20, 20.5, 20, 20.5, 40, 40.5, 40, 40.5)
    broken = draw(make(jumped, breaks=(Break(4),)), draws=4000)
    assert np.median(broken.draws[:, -1]) == pytest.approx(40.5, abs=2)
    assert np.median(draw(make(jumped), draws=4000).draws[:, -1]) > 43
    assert broken.notes == ("doubt:break",)


def test_the_jump_over_a_break_is_drawn_about_what_was_seen_less_the_usual_change():
    line = 2.0 * np.arange(8) + 10
    jumped = line + 30 * (np.arange(8) >= 4)
    series = make(jumped, lower=None, upper=None, breaks=(Break(4),))
    shocks = doubt.spread_evenly(COPIES, np.random.default_rng(1))
    scale = Scale.of(series.values, None, None)
    jumps = doubt.draw_jumps(np.tile(series.values, (COPIES, 1)), 4, series, scale, shocks)
    usual = 12 / (6 + doubt.STILL)
    assert jumps.mean() == pytest.approx(32 - usual)
    assert jumps.std() == pytest.approx(doubt.measure_prior("identity", series.values, 1.0))


def test_two_values_with_a_break_between_have_no_usual_change():
    series = make((10, 40), lower=None, upper=None, breaks=(Break(1),))
    assert doubt.measure_usual_change(series.values[None, :], series).tolist() == [0]


def test_half_of_the_futures_start_from_an_exceptional_last_value():
    series = make((*VALUES, 60.0), exceptional=flags(9, -1))
    found = doubt.copies(series, 4, np.random.default_rng(1))
    assert [one.times[-1] for one in found] == [2017.5, 2018.5] * 2
    assert [one.values[-1] for one in found] == [31, 60] * 2
    assert all(np.array_equal(one.ahead, series.ahead) for one in found)
    first = draw(series, "naive", 4000).draws[:, 0]
    assert np.mean(first > 45) == pytest.approx(0.5, abs=0.02)


def test_an_exceptional_last_value_is_no_trend():
    series = make((*VALUES, 60.0), exceptional=flags(9, -1))
    staying = doubt.copies(series, COPIES, np.random.default_rng(1))[1::2]
    changes = np.array([np.diff(one.values)[-1] for one in staying])
    assert np.abs(changes.mean()) < 5
    assert draw(series).notes == ("doubt:exceptional",)


def test_of_several_exceptional_last_values_the_last_one_may_stay():
    series = make((*VALUES, 60.0, 62.0), exceptional=flags(10, -1, -2))
    found = doubt.copies(series, 2, np.random.default_rng(1))
    assert [one.times.size for one in found] == [8, 9]
    assert found[1].values[-1] == 62


def test_a_break_before_an_exceptional_end():
    series = make((20, 21, 22, 60), exceptional=flags(4, -1), breaks=(Break(3),))
    assert np.isfinite(draw(series).draws).all()


# Pooling


@pytest.mark.parametrize("draws", [1, 3, 16, 17, 801])
def test_exactly_as_many_draws_as_asked_for(draws):
    assert draw(make(errors=np.ones(8)), draws=draws).draws.shape == (draws, 3)


def test_notes_are_joined():
    series = make(
        (*VALUES, 60.0), errors=np.ones(9), exceptional=flags(9, -1), breaks=(Break(2, Link("add", 0, 1, 2)),)
    )
    assert draw(series).notes == ("doubt:errors", "doubt:break", "doubt:exceptional")


def test_neither_order_nor_company_changes_a_doubtful_draw():
    panel = [make(id=f"s{i}", errors=np.full(8, 0.5 + i)) for i in range(3)]
    forward, backward = predict("drift", panel, 50, Streams(1)), predict("drift", panel[::-1], 50, Streams(1))
    alone = predict("drift", panel[1:2], 50, Streams(1))
    assert all(np.array_equal(forward[id].draws, backward[id].draws) for id in forward)
    assert np.array_equal(forward["s1"].draws, alone["s1"].draws)


# Properties

VALUE_LISTS = st.lists(st.floats(5, 95), min_size=3, max_size=8)


@given(values=VALUE_LISTS, error=st.floats(0.1, 3))
def test_more_error_never_narrows_the_interval_much(values, error):
    none, some, much = (
        width(draw(make(values, errors=np.full(len(values), size)), draws=4000).draws)
        for size in (0, error / 10, error)
    )
    assert (some > 0.85 * none).all()
    assert (much > 0.85 * some).all()


@given(values=VALUE_LISTS, spike=st.floats(1, 99), place=st.integers(0, 6))
def test_an_exceptional_spike_leaves_the_median_where_it_would_be(values, spike, place):
    place = min(place, len(values) - 1)
    times = 2010.5 + np.arange(len(values) + 1)
    spiked = make(np.insert(values, place, spike), exceptional=flags(len(values) + 1, place))
    without = make(values, times=np.delete(times, place))
    assert np.median(draw(spiked).draws, axis=0) == pytest.approx(np.median(draw(without).draws, axis=0))


@given(values=st.lists(st.floats(5, 45), min_size=3, max_size=8), factor=st.floats(0.5, 2), at=st.integers(1, 7))
def test_a_restated_series_forecasts_as_if_it_had_been_measured_so(values, factor, at):
    at = min(at, len(values) - 1)
    broken = make(values, breaks=(Break(at, Link("multiply", factor, factor, factor)),))
    restated = make([value * factor if i < at else value for i, value in enumerate(values)])
    assert np.array_equal(draw(broken).draws, draw(restated).draws)
