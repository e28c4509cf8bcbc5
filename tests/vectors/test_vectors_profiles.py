"""Published values of the elementary time profiles, and of the profiles that are built on them."""

import numpy as np
import pytest
from tests.vector_sets import cases, tolerance

from forecast.scenarios.profiles import Profile, pulse, pulse_train, ramp, step, weigh

FUNCTIONS = {"step": step, "ramp": ramp, "pulse": pulse, "pulse_train": pulse_train}
SET = "time_profiles"


@pytest.mark.parametrize("case", cases(SET))
def test_vector_of_a_time_profile(case):
    given = dict(case["input"])
    act, t = FUNCTIONS[given.pop("profile")], given.pop("t")
    assert float(act(t, **given)) == pytest.approx(case["expected"], **tolerance(SET))
    among_others = act(np.array([t - 1.0, t, t + 1.0]), **given)
    assert among_others[1] == pytest.approx(case["expected"], **tolerance(SET))


@pytest.mark.parametrize("case", cases(SET, profile="step"))
def test_vector_of_a_step_as_weights(case):
    given = case["input"]
    weights = weigh(Profile(), np.array([given["t"]]), given["start"])
    assert given["height"] * weights == pytest.approx([case["expected"]], **tolerance(SET))


@pytest.mark.parametrize("case", cases(SET, profile="pulse"))
def test_vector_of_a_pulse_as_weights(case):
    given = case["input"]
    profile = Profile.model_validate({"shape": "pulse", "for": given["width"]})
    weights = weigh(profile, np.array([given["t"]]), given["start"])
    assert weights == pytest.approx([case["expected"]], **tolerance(SET))
