"""Time profiles: by hand, against a plain loop, in files, and what always holds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecast.errors import DataError, ScenarioError
from forecast.scenarios.profiles import SLACK, Profile, pulse, pulse_train, ramp, step, weigh
from forecast.schema.files import Record, read_yaml, validate
from forecast.schema.periods import Period

YEARS = np.arange(2025, 2033) + 0.5


class Moved(Record):
    profile: Profile = Profile()


def make(shape, **said):
    return Profile.model_validate({"shape": shape, **said})


def by_year(shape, until=None, **said):
    return weigh(make(shape, **said), YEARS, 2026.5, until).tolist()


@st.composite
def profiles(draw):
    """A profile with its start and, where it needs one, its end."""
    lengths = st.integers(1, 80).map(lambda tenths: tenths / 10)
    shape = draw(st.sampled_from(["step", "ramp", "s_curve", "pulse", "pulse_train", "delay", "shock"]))
    start, said = 2020 + draw(st.integers(0, 100)) / 10, {"shape": shape}
    acts = shape
    if shape == "delay":
        acts = draw(st.sampled_from(["step", "ramp", "s_curve"]))
        said |= {"by": draw(lengths), "then": acts}
    if acts in ("ramp", "s_curve"):
        said["over"] = draw(lengths)
    if acts in ("pulse", "pulse_train", "shock"):
        said["for"] = draw(lengths)
    if acts == "pulse_train":
        said["every"] = said["for"] + draw(lengths)
    if acts == "shock":
        said["recovery"] = draw(lengths)
    begins = start + said.get("by", 0)
    until = begins + draw(lengths) if draw(st.booleans()) and acts != "shock" else None
    if until is not None and acts in ("ramp", "s_curve", "pulse"):
        said.pop("for" if acts == "pulse" else "over")
    return Profile.model_validate(said), start, until


TIMES = st.lists(st.integers(20180, 20500).map(lambda tenth: tenth / 10 + 0.05), min_size=1, max_size=12).map(np.array)


# By hand


def test_profiles_over_the_years_by_hand():
    third = 1 / 3
    assert by_year("step") == [0, 1, 1, 1, 1, 1, 1, 1]
    assert by_year("step", until=2028.5) == [0, 1, 1, 1, 0, 0, 0, 0]
    assert by_year("step", until=2026.5) == [0, 1, 0, 0, 0, 0, 0, 0]
    assert by_year("ramp", over=2) == [0, 0, 0.5, 1, 1, 1, 1, 1]
    assert by_year("ramp", until=2029.5) == pytest.approx([0, 0, third, 2 * third, 1, 1, 1, 1])
    assert by_year("s_curve", over=4) == [0, 0, 0.15625, 0.5, 0.84375, 1, 1, 1]  # 3/16 − 2/64 after a quarter
    assert by_year("s_curve", until=2028.5) == [0, 0, 0.5, 1, 1, 1, 1, 1]
    assert by_year("pulse", **{"for": 2}) == [0, 1, 1, 0, 0, 0, 0, 0]
    assert by_year("pulse", until=2028.5) == [0, 1, 1, 1, 0, 0, 0, 0]
    assert by_year("pulse_train", **{"for": 1, "every": 3}) == [0, 1, 0, 0, 1, 0, 0, 1]
    assert by_year("pulse_train", until=2029.5, **{"for": 2, "every": 3}) == [0, 1, 1, 0, 1, 0, 0, 0]
    assert by_year("delay", by=3) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert by_year("delay", until=2030.5, by=3) == [0, 0, 0, 0, 1, 1, 0, 0]
    assert by_year("delay", by=1, then="ramp", over=2) == [0, 0, 0, 0.5, 1, 1, 1, 1]
    assert by_year("delay", until=2029.5, by=1, then="s_curve") == [0, 0, 0, 0.5, 1, 1, 1, 1]
    assert by_year("shock", recovery=2) == [0, 1, 0.5, 0, 0, 0, 0, 0]
    assert by_year("shock", **{"for": 1, "recovery": 4}) == [0, 1, 1, 0.75, 0.5, 0.25, 0, 0]


def test_elementary_functions_take_numbers_and_arrays():
    assert step(3, 2.5, 3) == 2.5
    assert ramp(5, -2, 3) == -4
    assert ramp(9, 2, 3, 5) == 4
    assert ramp([2, 9], 2, 5, 5).tolist() == [0, 0]  # finished before it starts
    assert ramp([2, 9], 2, 5, 3).tolist() == [0, 0]
    assert pulse([0, 1, 2], 1, 1).tolist() == [0, 1, 0]
    assert pulse_train([0, 1, 2, 3, 4, 5], 1, 1, 2, 5).tolist() == [0, 1, 0, 1, 0, 0]


@pytest.mark.parametrize("measure", ["flow", "stock"])
@pytest.mark.parametrize(
    ("first", "a_year"), [("2025", 1), ("2025-2026", 1), ("2025-2026Q3", 4), ("2025-02", 12), ("2025-2026P05", 13)]
)
def test_a_length_of_years_is_that_many_periods_whatever_their_days(first, a_year, measure):
    start = Period.parse(first)
    times = np.array([(start + i).time(measure) for i in range(8 * a_year)])
    for years in (1, 2, 3):
        for i in range(4 * a_year):
            weights = weigh(make("pulse", **{"for": years}), times, times[i])
            assert np.flatnonzero(weights).tolist() == list(range(i, i + years * a_year))
    until = weigh(make("step"), times, times[a_year], times[3 * a_year])
    assert np.flatnonzero(until).tolist() == list(range(a_year, 3 * a_year + 1))
    train = weigh(make("pulse_train", **{"for": 1, "every": 2}), times, times[0])
    assert train.tolist() == ([1.0] * a_year + [0.0] * a_year) * 4


# Against a plain loop


def weigh_slowly(profile, time, start, until):
    """One weight, straight from the words of the table in the documentation."""
    begins = start + (profile.by or 0)
    shape = profile.then or "step" if profile.shape == "delay" else profile.shape
    if time < begins - SLACK:
        return 0.0
    if shape in ("ramp", "s_curve"):
        full = begins + profile.over if until is None else until
        done = 1.0 if time >= full else max(0.0, (time - begins) / (full - begins))
        return done if shape == "ramp" else 3 * done**2 - 2 * done**3
    if until is not None and time >= until + SLACK:
        return 0.0
    if shape == "pulse" and until is None:
        return 1.0 if time < begins + profile.lasts - SLACK else 0.0
    if shape == "pulse_train":
        first = begins
        while first + profile.every <= time + SLACK:
            first += profile.every
        return 1.0 if time < first + profile.lasts - SLACK else 0.0
    if shape == "shock":
        since = time - begins - (profile.lasts or 0)
        return 1.0 if since <= 0 else max(0.0, 1 - since / profile.recovery)
    return 1.0


@given(profiles(), TIMES)
def test_weights_are_those_of_a_plain_loop(which, times):
    slow = [weigh_slowly(*which[:1], time, *which[1:]) for time in times]
    assert weigh(which[0], times, *which[1:]) == pytest.approx(slow, abs=1e-9)


# What always holds


@given(profiles(), TIMES)
def test_weights_lie_between_nothing_and_all(which, times):
    profile, start, until = which
    weights = weigh(profile, times, start, until)
    assert weights.shape == times.shape
    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights[times < start - SLACK] == 0).all()


@given(profiles(), TIMES)
def test_a_weight_depends_on_its_own_time_alone(which, times):
    profile, start, until = which
    together = weigh(profile, times, start, until)
    assert together.tolist() == [weigh(profile, np.array([time]), start, until)[0] for time in times]


@given(profiles(), TIMES, st.integers(-64, 64))
def test_only_the_time_since_the_start_counts(which, times, years):
    profile, start, until = which
    later = weigh(profile, times + years, start + years, None if until is None else until + years)
    assert later == pytest.approx(weigh(profile, times, start, until), abs=1e-9)


@given(profiles(), st.integers(0, 30))
def test_a_delay_is_the_same_profile_later(which, tenths):
    profile, start, until = which
    assume(profile.acts in ("step", "ramp", "s_curve"))
    by = 0.1 + tenths / 10
    sooner = Profile(shape=profile.acts, over=profile.over)
    late = Profile(shape="delay", by=by, then=profile.acts, over=profile.over)
    end = None if until is None else until + by
    begins = start + profile.wait
    assert np.array_equal(weigh(late, YEARS, begins, end), weigh(sooner, YEARS, begins + by, end))


@given(TIMES, st.integers(0, 100))
def test_a_step_is_what_a_short_ramp_tends_to(times, tenths):
    start = 2020 + tenths / 10
    after = times[times > start]
    for shape in ("ramp", "s_curve"):
        assert np.array_equal(weigh(make(shape, over=0.04), after, start), weigh(make("step"), after, start))


def test_a_ramp_and_an_s_curve_never_fall_and_meet_midway():
    times = np.linspace(2025, 2033, 801)
    straight, curved = (weigh(make(shape, over=4), times, 2026) for shape in ("ramp", "s_curve"))
    assert (np.diff(straight) >= 0).all()
    assert (np.diff(curved) >= 0).all()
    assert curved[300] == straight[300] == 0.5
    assert curved[100:501] + curved[500:99:-1] == pytest.approx(1)  # the same from either end
    assert np.abs(np.diff(curved)).max() == pytest.approx(1.5 * np.diff(straight).max(), rel=1e-3)


def test_no_argument_is_changed():
    times = YEARS.copy()
    weigh(make("shock", recovery=2), times, 2026.5)
    assert np.array_equal(times, YEARS)


# In files


@pytest.fixture
def read(tmp_path):
    def read_profile(text):
        path = tmp_path / "slow.yaml"
        path.write_text(f"profile: {text}\n", encoding="utf-8")
        return validate(Moved, read_yaml(path, "slow.yaml")).profile

    return read_profile


def test_a_name_or_keys_make_a_profile(read):
    assert read("ramp") == Profile(shape="ramp")
    assert read("{shape: ramp, over: 2.5}") == Profile(shape="ramp", over=2.5)
    assert read("{shape: shock, for: 1, recovery: 2}") == make("shock", **{"for": 1, "recovery": 2})
    assert Moved().profile == read("step")
    pulsed = Moved(profile=make("pulse", **{"for": 2}))
    assert Moved.model_validate(pulsed.model_dump(by_alias=True)) == pulsed


def test_editors_are_told_of_both_forms():
    name, keys = Moved.model_json_schema()["$defs"]["Profile"]["anyOf"]
    assert "pulse_train" in name["enum"]
    assert set(keys["properties"]) == {"shape", "over", "for", "every", "by", "then", "recovery"}


SHAPES = "'step', 'ramp', 's_curve', 'pulse', 'pulse_train', 'delay' or 'shock'"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rampe", f"profile.shape: 'rampe' is not one of {SHAPES}"),
        ("[ramp]", "profile: ['ramp'] stands where keys are expected"),
        ("{shpe: ramp}", "unknown key 'shpe' under 'profile'; did you mean 'shape'?"),
        ("{shape: ramp, over: x}", "profile.over: 'x' is not a number; write digits with a point, such as 27.9"),
        ("{shape: ramp, over: 0}", "profile.over: 0 is not a length of time in years; write 0.02 to 400, such as 2"),
        ("{shape: ramp, over: -1}", "profile.over: -1 is not a length of time in years; write 0.02 to 400, such as 2"),
        ("{shape: ramp, for: 3}", "profile: profile ramp takes no for; it takes over"),
        ("{over: 3}", "profile: profile step takes no over; its name is enough"),
        ("{shape: delay, by: 1, for: 2}", "profile: profile delay takes no for; it takes by and then and over"),
        (
            "pulse_train",
            "profile: profile pulse_train needs for and every, such as {shape: pulse_train, for: 1, every: 3}",
        ),
        (
            "{shape: pulse_train, for: 3, every: 2}",
            "profile: pulses of 3 years every 2 never stop; write every above for",
        ),
        ("delay", "profile: profile delay needs by, such as {shape: delay, by: 2}"),
        ("{shape: delay, by: 1, over: 2}", "profile: profile delay takes over only with then: ramp or then: s_curve"),
        ("{shape: delay, by: 1, then: shock}", "profile.then: 'shock' is not one of 'step', 'ramp' or 's_curve'"),
        ("shock", "profile: profile shock needs recovery, such as {shape: shock, recovery: 2}"),
    ],
)
def test_every_fault_of_a_file_says_what_is_right(read, text, fault):
    with pytest.raises(DataError) as caught:
        read(text)
    assert str(caught.value) == f"slow.yaml:1: {fault}"


RISES = "reaches its full size after over (years) or at until (a period); write one of them"
AT_ONCE = "starts from nothing and cannot be complete at once; write a later until"
ENDS = "profile pulse ends after for (years) or with until (its last period); write one of them"


@pytest.mark.parametrize(
    ("said", "until", "message"),
    [
        ({"shape": "ramp"}, None, f"profile ramp {RISES}"),
        ({"shape": "s_curve", "over": 2}, 2028.5, f"profile s_curve {RISES}"),
        ({"shape": "delay", "by": 1, "then": "ramp"}, None, f"profile ramp {RISES}"),
        ({"shape": "ramp"}, 2026.5, f"profile ramp {AT_ONCE}"),
        ({"shape": "delay", "by": 2, "then": "s_curve"}, 2028.5, f"profile s_curve {AT_ONCE}"),
        ({"shape": "pulse"}, None, ENDS),
        ({"shape": "pulse", "for": 2}, 2028.5, ENDS),
        ({"shape": "shock", "recovery": 2}, 2028.5, "profile shock ends with its recovery; leave out until"),
        ({"shape": "step"}, 2025.5, "until lies before the first effect; write a later until"),
        ({"shape": "delay", "by": 3}, 2028.5, "until lies before the first effect; write a later until"),
    ],
)
def test_a_profile_that_clashes_with_its_change_is_refused(said, until, message):
    with pytest.raises(ScenarioError) as caught:
        weigh(Profile.model_validate(said), YEARS, 2026.5, until)
    assert str(caught.value) == message
