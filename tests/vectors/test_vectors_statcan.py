"""Published progress measures of Statistics Canada: series, averages over series, base and latest year."""

import pytest
from tests.vector_sets import cases, tolerance

from forecast.assessment.ratio import Dated
from forecast.assessment.statcan import aggregate, measure, select

DIRECTIONS = {"increase": 1, "decrease": -1}


def near(name, expected):
    """What a published number is compared with; None stays None."""
    return None if expected is None else pytest.approx(expected, **tolerance(name))


def dated(year, value):
    return None if value is None else Dated(year, value)


def assert_progress(name, found, expected):
    assert found.status == expected["status"]
    assert found.value == near(name, expected["progress_value"])
    assert found.score == near(name, expected["score"])


@pytest.mark.parametrize("case", cases("statcan_progress_series"))
def test_vector_of_a_series(case):
    given = case["input"]
    found = measure(
        dated(given["base_year"], given["base_value"]),
        dated(given["current_year"], given["current_value"]),
        DIRECTIONS[given["direction"]],
        dated(given["target_year"], given["target"]),
        given["limit"],
    )
    assert_progress("statcan_progress_series", found, case["expected"])


def scored(part):
    """A series of the set as (status, score), a group as a list of them."""
    return [scored(inner) for inner in part["group"]] if "group" in part else (part["status"], part["score"])


@pytest.mark.parametrize("case", cases("statcan_progress_aggregate"))
def test_vector_of_an_average_over_series(case):
    status, score = aggregate([scored(part) for part in case["input"]["series"]])
    assert status == case["expected"]["status"]
    assert score == near("statcan_progress_aggregate", case["expected"]["score"])


@pytest.mark.parametrize("case", cases("statcan_raw_series"))
def test_vector_of_a_raw_series(case):
    options, expected = case["input"]["options"], case["expected"]
    base, latest = select(case["input"]["series"], options["base_year"])
    assert base == near("statcan_raw_series", dated(expected["base_year"], expected["base_value"]))
    assert latest == near("statcan_raw_series", dated(expected["current_year"], expected["current_value"]))
    goal = dated(options["target_year"], options["target"])
    found = measure(base, latest, DIRECTIONS[options["direction"]], goal, options["limit"])
    assert_progress("statcan_raw_series", found, expected)
