"""Magnitudes: what a file may say of a size, its quantiles, and draws that repeat them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast.errors import DataError
from forecast.plans.magnitudes import ENDLESS, LEANING, Magnitude, Range, middle
from forecast.scenarios.magnitudes import draw_magnitude, quantile
from forecast.schema.files import Record, read_yaml, validate
from forecast.schema.streams import Streams

SHAPES = ("uniform", *LEANING, *ENDLESS)
every_shape = pytest.mark.parametrize("shape", SHAPES)


class Sized(Record):
    value: Magnitude


@st.composite
def ranges(draw, shapes=SHAPES, sure=True):
    shape = draw(st.sampled_from(shapes))
    low = draw(st.integers(1, 10**6) if shape == "lognormal" else st.integers(-(10**6), 10**6)) / 100
    width = draw(st.integers(1, 10**6)) / 100
    said = {"low": low, "high": low + width, "shape": shape}
    if shape in LEANING:
        said["likely"] = min(low + width * draw(st.sampled_from([0, 0.07, 0.3, 0.5, 0.8, 1])), low + width)
    if sure:
        said["sure"] = draw(st.integers(50, 99)) / 100
    return Range(**said)


def a_range(shape, **other):
    likely = {"likely": 1.2} if shape in LEANING else {}
    return Range(**{"low": 1, "high": 2, "shape": shape, **likely, **other})


@pytest.fixture
def read(tmp_path):
    def read_value(text):
        path = tmp_path / "slow.yaml"
        path.write_text(f"value: {text}\n", encoding="utf-8")
        return validate(Sized, read_yaml(path, "slow.yaml")).value

    return read_value


# What a file may say


@pytest.mark.parametrize(("text", "number"), [("1.2", 1.2), ("-3", -3.0), ("'8'", 8.0), ("1e3", 1000.0)])
def test_the_text_of_a_number_is_a_number(read, text, number):
    assert read(text) == number
    assert isinstance(read(text), float)


def test_keys_are_a_range_and_what_is_unsaid_is_written_down(read):
    assert read("{low: 1, high: 3}") == Range(low=1, high=3, shape="uniform", sure=1)
    assert read("{low: 1, likely: 2, high: 3}") == Range(low=1, likely=2, high=3, shape="pert", sure=1)
    assert read("{low: 1, high: 3, shape: normal}").sure == 0.8
    assert read("{low: 1, high: 3, shape: lognormal}").sure == 0.8
    assert read("{low: 1, likely: 1, high: 3, shape: triangular, sure: 0.9}").sure == 0.9
    assert read("{low: 1, high: 3, likely: , shape: , sure: }") == Range(low=1, high=3)


def test_a_range_that_was_written_down_reads_the_same_again():
    known = Sized(value=Range(low=1, high=3, likely=2, sure=0.7))
    assert Sized.model_validate(known.model_dump()) == known
    assert Sized.model_validate_json(known.model_dump_json()) == known
    assert Sized.model_validate({"value": known.value}) == known


def test_editors_are_told_of_both_forms():
    assert Sized.model_json_schema()["properties"]["value"]["anyOf"] == [{"type": "number"}, {"$ref": "#/$defs/Range"}]


NEITHER = "slow.yaml:1: value: write a number, such as 27.9, or a range, such as {low: 20, high: 30}, instead of "


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("abc", NEITHER + "'abc'"),
        ("", NEITHER + "nothing"),
        ("[1, 2]", NEITHER + "['1', '2']"),
        ("nan", NEITHER + "'nan'"),
        ("1e400", NEITHER + "'1e400'"),
        ("x" * 10**6, NEITHER + "'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        ("-1e16", "slow.yaml:1: value: -1e+16 is too large; stay within ±1e+15"),
        (
            "{low: 2, high: 1}",
            "slow.yaml:1: value: low 2 is not below high 1; write the lower one first, or one number",
        ),
        (
            "{low: 2, high: 2}",
            "slow.yaml:1: value: low 2 is not below high 2; write the lower one first, or one number",
        ),
        (
            "{low: 0, high: 1e16}",
            "slow.yaml:1: value: a range from 0 to 1e+16 is too wide; stay within ±1e+15",
        ),
        (
            "{low: -1e16, high: 0}",
            "slow.yaml:1: value: a range from -1e+16 to 0 is too wide; stay within ±1e+15",
        ),
        (
            "{lo: 1}",
            "slow.yaml:1: key 'high' is missing under 'value'\n"
            "slow.yaml:1: key 'low' is missing under 'value'\n"
            "slow.yaml:1: unknown key 'lo' under 'value'; did you mean 'low'?",
        ),
        (
            "{low: a, high: 2}",
            "slow.yaml:1: value.low: 'a' is not a number; write digits with a point, such as 27.9",
        ),
        (
            "{low: 1, high: inf}",
            "slow.yaml:1: value.high: 'inf' is not a number; write digits with a point, such as 27.9",
        ),
        (
            "{low: 1, high: 2, likely: 3}",
            "slow.yaml:1: value: likely 3 does not lie between low 1 and high 2",
        ),
        (
            "{low: 1, high: 2, shape: gauss}",
            "slow.yaml:1: value.shape: 'gauss' is not one of 'uniform', 'pert', 'triangular', 'normal' or 'lognormal'",
        ),
        (
            "{low: 1, high: 2, shape: pert}",
            "slow.yaml:1: value: shape pert needs likely, its likeliest value; without one write shape: uniform",
        ),
        (
            "{low: 1, high: 2, likely: 1.5, shape: normal}",
            "slow.yaml:1: value: shape normal has no place for likely; leave it out, or write shape: pert",
        ),
        (
            "{low: 0, high: 2, shape: lognormal}",
            "slow.yaml:1: value: shape lognormal needs low above 0, not 0; otherwise write shape: normal",
        ),
        (
            "{low: 1, high: 1000001, shape: lognormal}",
            "slow.yaml:1: value: shape lognormal needs high at most 1e+06 times low; narrow the range",
        ),
        ("{low: 1, high: 2, sure: 80}", "slow.yaml:1: value: sure is a share from 0.5 to 1, such as 0.8, not 80"),
        ("{low: 1, high: 2, sure: 0.4}", "slow.yaml:1: value: sure is a share from 0.5 to 1, such as 0.8, not 0.4"),
        (
            "{low: 1, high: 2, shape: normal, sure: 1}",
            "slow.yaml:1: value: shape normal has no ends; write sure below 1, such as 0.8",
        ),
    ],
)
def test_every_fault_is_said_once_and_says_what_is_right(read, text, faults):
    with pytest.raises(DataError) as caught:
        read(text)
    assert str(caught.value) == faults


# Quantiles


def test_medians_by_hand():
    assert middle(3) == 3.0
    assert middle(Range(low=1, high=4)) == 2.5
    assert middle(Range(low=1, high=4, sure=0.6)) == 2.5
    assert middle(Range(low=1, high=3, shape="normal")) == 2.0
    assert middle(Range(low=2, high=8, shape="lognormal")) == pytest.approx(4)  # √(2 · 8)
    assert middle(Range(low=0, likely=0, high=1, shape="triangular")) == pytest.approx(1 - math.sqrt(0.5))
    assert middle(Range(low=0, likely=0, high=1)) == pytest.approx(1 - 0.5 ** (1 / 5))  # a beta of 1 and 5
    assert middle(Range(low=10, likely=20, high=30)) == pytest.approx(20)


def test_ends_by_hand():
    assert quantile(7, [[0.1, 0.9]]).tolist() == [[7.0, 7.0]]
    assert quantile(Range(low=0, high=10, sure=0.5), [0, 1]).tolist() == [-5, 15]  # half lies inside
    wider = Range(low=0, likely=6, high=8, shape="triangular", sure=0.75)  # 1 − √0.25: twice as far on each side
    assert quantile(wider, [0, 1]) == pytest.approx([-6, 10])
    assert quantile(Range(low=0, likely=0, high=8, sure=0.75), 0) == 0  # nothing below a likeliest value at the end
    assert quantile(Range(low=1, high=3, shape="normal"), [0.1, 0.9]) == pytest.approx([1, 3])
    assert quantile(Range(low=1, high=3, shape="lognormal", sure=0.5), [0.25, 0.75]) == pytest.approx([1, 3])


def reference(magnitude):
    """The same distribution out of scipy, with the ends that it was widened to."""
    low, high = magnitude.low, magnitude.high
    if magnitude.shape in ENDLESS:
        z = stats.norm.ppf((1 + magnitude.sure) / 2)
        if magnitude.shape == "normal":
            return stats.norm((low + high) / 2, (high - low) / 2 / z)
        return stats.lognorm(math.log(high / low) / 2 / z, scale=math.sqrt(low * high))
    first, last = quantile(magnitude, [0, 1])
    if magnitude.shape == "uniform":
        return stats.uniform(first, last - first)
    lean = min(max((magnitude.likely - first) / (last - first), 0), 1)
    if magnitude.shape == "triangular":
        return stats.triang(lean, first, last - first)
    return stats.beta(1 + 4 * lean, 5 - 4 * lean, first, last - first)


@given(ranges(), st.lists(st.floats(0.001, 0.999), min_size=1, max_size=5))
def test_quantiles_are_those_of_the_distribution(magnitude, levels):
    size = magnitude.high - magnitude.low
    expected = reference(magnitude).ppf(levels)
    assert quantile(magnitude, levels) == pytest.approx(expected, rel=1e-7, abs=1e-6 * size)


@given(ranges())
def test_the_share_that_one_is_sure_of_lies_between_low_and_high(magnitude):
    distribution = reference(magnitude)
    inside = distribution.cdf(magnitude.high) - distribution.cdf(magnitude.low)
    assert inside == pytest.approx(magnitude.sure, abs=1e-6)


@given(ranges(("uniform", *LEANING)))
def test_a_shape_is_widened_about_its_likeliest_value(magnitude):
    first, last = quantile(magnitude, [0, 1])
    likely = (magnitude.low + magnitude.high) / 2 if magnitude.likely is None else magnitude.likely
    size = magnitude.high - magnitude.low
    assert first <= magnitude.low + 1e-9 * size
    assert last >= magnitude.high - 1e-9 * size
    lean = (likely - magnitude.low) / size
    assert (likely - first) / (last - first) == pytest.approx(lean, abs=1e-6)


@given(ranges(sure=False), st.floats(0, 1))
def test_shapes_with_ends_stay_inside_them(magnitude, level):
    if magnitude.shape not in ENDLESS:
        slack = 1e-12 * (abs(magnitude.low) + abs(magnitude.high))
        assert magnitude.low - slack <= quantile(magnitude, level) <= magnitude.high + slack


@given(ranges(("uniform", *LEANING, "normal")), st.floats(0.01, 0.99), st.floats(0.5, 20), st.integers(-50, 50))
def test_another_unit_moves_the_quantiles_alike(magnitude, level, factor, shift):
    likely = None if magnitude.likely is None else magnitude.likely * factor + shift
    ends = {"low": magnitude.low * factor + shift, "high": magnitude.high * factor + shift}
    if likely is not None:
        likely = min(max(likely, ends["low"]), ends["high"])
    other = magnitude.model_copy(update={**ends, "likely": likely})
    expected = quantile(magnitude, level) * factor + shift
    assert quantile(other, level) == pytest.approx(expected, rel=1e-6, abs=1e-5)


# Draws


def stream(key="demand_growth", seed=1):
    return Streams(seed).stream("magnitude", key)


def test_a_number_is_the_same_in_every_draw_and_takes_no_chance():
    rng = stream()
    assert draw_magnitude(8, 5, rng).tolist() == [8.0] * 5
    assert rng.random() == stream().random()


@every_shape
def test_the_same_stream_gives_the_same_draws(shape):
    first = draw_magnitude(a_range(shape), 500, stream())
    assert np.array_equal(first, draw_magnitude(a_range(shape), 500, stream()))
    assert not np.array_equal(first, draw_magnitude(a_range(shape), 500, stream("other")))
    another = draw_magnitude(a_range(shape), 500, stream(seed=2))
    assert not np.array_equal(np.sort(first), np.sort(another))  # other places in the shares, not another order only


@given(ranges(), st.integers(1, 60), st.integers(0, 9))
def test_every_equal_share_holds_one_draw(magnitude, draws, seed):
    found = np.sort(draw_magnitude(magnitude, draws, stream(seed=seed)))
    limits = quantile(magnitude, np.arange(draws + 1) / draws)
    assert found.shape == (draws,)
    assert (limits[:-1] <= found).all()
    assert (found <= limits[1:]).all()


@every_shape
def test_the_median_of_the_draws_is_that_of_the_magnitude(shape):
    magnitude = a_range(shape, sure=0.8)
    near = quantile(magnitude, [0.5 - 1 / 4000, 0.5 + 1 / 4000])
    assert near[0] <= np.median(draw_magnitude(magnitude, 4000, stream())) <= near[1]


@every_shape
def test_draws_come_in_an_order_of_chance(shape):
    drawn = draw_magnitude(a_range(shape), 4000, stream())
    beside = draw_magnitude(a_range(shape), 4000, stream("other"))
    assert abs(np.corrcoef(drawn, beside)[0, 1]) < 0.06  # four standard errors of independent draws
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.06


@every_shape
def test_a_higher_range_raises_every_draw(shape):
    higher = a_range(shape).model_copy(update={"low": 1.1, "high": 2.1, "likely": 1.3})
    assert (draw_magnitude(higher, 500, stream()) > draw_magnitude(a_range(shape), 500, stream())).all()


@given(ranges(sure=False), st.integers(0, 9))
def test_a_range_of_hardly_any_width_is_its_number(magnitude, seed):
    likely = None if magnitude.likely is None else magnitude.low
    narrow = Range(low=magnitude.low, high=magnitude.low + 1e-7, likely=likely, shape=magnitude.shape)
    as_number = draw_magnitude(magnitude.low, 40, stream(seed=seed))
    assert draw_magnitude(narrow, 40, stream(seed=seed)) == pytest.approx(as_number, abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1 - 2.0**-53])
@pytest.mark.parametrize("shape", ENDLESS)
def test_chance_at_its_ends_stays_finite(shape, level):
    class Extreme:
        def permutation(self, draws):
            return np.arange(draws)

        def random(self, draws):
            return np.full(draws, level)

    assert np.isfinite(draw_magnitude(a_range(shape), 4000, Extreme())).all()


@pytest.mark.parametrize(
    "widest",
    [
        Range(low=-1e15, high=1e15, sure=0.5),
        Range(low=-1e15, likely=-1e15, high=1e15, sure=0.5),
        Range(low=-1e15, high=1e15, shape="normal", sure=0.5),
        Range(low=1e9, high=1e15, shape="lognormal", sure=0.5),
        Range(low=5e-324, high=1e-320, shape="lognormal"),
        Range(low=0, likely=5e-324, high=1e-323, shape="triangular", sure=0.5),
    ],
)
def test_the_widest_and_narrowest_ranges_stay_finite(widest):
    assert np.isfinite(draw_magnitude(widest, 4000, stream())).all()
