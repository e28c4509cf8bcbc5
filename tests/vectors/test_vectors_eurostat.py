"""Published progress measures of EUSTAT, which applies the method of Eurostat: series and averages over series."""

import pytest
from tests.vector_sets import cases, tolerance

from forecast.assessment.eurostat import aggregate, measure
from forecast.assessment.ratio import Dated

NAME = "eurostat_eustat_series"
DIRECTIONS = {"increase": 1, "decrease": -1}


def near(expected):
    """What a published number is compared with; None stays None."""
    return None if expected is None else pytest.approx(expected, **tolerance(NAME))


def dated(year, value):
    return None if value is None else Dated(year, value)


def answer(given):
    """Status, score and progress value of a case; an average over series has no progress value."""
    if "scores" in given:
        return *aggregate(given["scores"]), None
    found = measure(
        dated(given["base_year"], given["base_value"]),
        dated(given["current_year"], given["current_value"]),
        DIRECTIONS[given["direction"]],
        dated(given["target_year"], given["target"]),
        given["limit"],
    )
    return found.status, found.score, found.value


@pytest.mark.parametrize("case", cases(NAME))
def test_vector_of_eustat(case):
    expected = case["expected"]
    status, score, value = answer(case["input"])
    assert status == expected["status"]
    assert score == near(expected["score"])
    assert value == near(expected.get("progress_value"))
