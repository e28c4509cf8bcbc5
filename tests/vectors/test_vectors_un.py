"""Statuses published by UNDP SDG Push for the UN Progress Chart: base years, trend with and without target, level."""

from datetime import date

import pytest
from tests.vector_sets import cases, tolerance

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import compound_rate
from forecast.assessment.un_chart import (
    LEVEL_LABELS,
    TREND_LABELS,
    classify_rate,
    find_base,
    judge_trend,
    place_level,
)
from forecast.schema.periods import Period

#: Cases whose published base year follows no stated order, with the reason; their status is still checked.
NO_ORDER = {"SLE/FB_BNK_ACCSS_ILF/467": "2017 has a value, but the published base is 2014"}


def make_points(series):
    periods = ((Period.parse(str(year)), value) for year, value in series)
    return tuple(Point(period, period.time("flow"), value) for period, value in periods)


@pytest.mark.parametrize("case", cases("undp_base_year"))
def test_vectors_of_base_years(case):
    points = make_points((year, 1.0) for year in case["input"]["years"])
    assert find_base(points, case["input"]["preferred"]).year == case["expected"]["base_year"]


@pytest.mark.parametrize("case", cases("undp_progress_chart_target"))
def test_vectors_of_the_trend_toward_a_target(case, make_target, make_indicator):
    given, expected = case["input"], case["expected"]
    operator = ">=" if given["direction"] == "increase" else "<="
    target = make_target(value=given["target"], operator=operator, due=str(given["target_year"]))
    points, before = make_points(given["series"]), date(given["target_year"], 1, 1)
    evidence = Evidence("series", make_indicator(target), target, before, points, None, given["preferred_base_year"])
    verdict = judge_trend(evidence, given["ratio_limits"])
    assert TREND_LABELS[verdict.key].en == expected["status"]
    assert verdict.latest.year == expected["latest_year"]
    if case["id"] not in NO_ORDER:
        assert verdict.base.year == expected["base_year"]


@pytest.mark.parametrize("case", cases("undp_trend_no_target"))
def test_vectors_of_the_trend_without_a_target(case):
    given, expected = case["input"], case["expected"]
    points = make_points(given["series"])
    base = find_base(points, given["preferred_base_year"])
    if case["id"] in NO_ORDER:
        assert base.year != expected["base_year"]
        base = next(point for point in points if point.year == expected["base_year"])
    latest = points[-1]
    assert (base.year, latest.year) == (expected["base_year"], expected["latest_year"])
    rate = compound_rate(base.value, latest.value, latest.time - base.time)
    assert rate == pytest.approx(expected["cagr"], **tolerance("undp_trend_no_target"))
    found = classify_rate(rate, given["direction"], given["rate_limits"])
    assert TREND_LABELS[found].en == expected["status"]


@pytest.mark.parametrize("case", cases("undp_level_assessment"))
def test_vectors_of_levels(case):
    given = case["input"]
    band = place_level(given["value"], given["thresholds"], given["direction"])
    assert given["level_names"][band] == case["expected"]["level"]


@pytest.mark.parametrize("case", cases("undp_level_assessment"))
def test_vectors_name_the_bands_as_we_do(case):
    names = case["input"]["level_names"]
    if len(names) == len(LEVEL_LABELS):  # the red list has three bands of its own
        assert names == [label.en for label in LEVEL_LABELS.values()]
