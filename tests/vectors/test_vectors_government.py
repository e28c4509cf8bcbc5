"""Status of results as the Government of Canada published it (GC InfoBase)."""

import json

import pytest
from tests.vector_sets import OPEN, cases

from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.government import METHOD, state_status
from forecast.schema.periods import Period

SET = "gc_infobase_target_status"
KEPT = json.loads((OPEN / f"{SET}.json").read_text("utf-8"))

#: Cases that our targets cannot say, and why: judged from the evidence, they end otherwise than published.
OTHERWISE = {
    "IN00214-2017": (
        "a date and no target value: published as future; here a target without a value is words, which have no "
        "result, so that its date has passed without one"
    ),
}


def due_of(given):
    month = given["target_month"]
    return Period.parse(f"{given['target_year']}-{month:02d}") if month else None


def collected_by(given):
    """Last day whose results count: they are collected in the month after the fiscal year ("April 2018" is judged)."""
    return (Period.parse(given["fiscal_year_end"][:7]) + 1).end


def names_no_value(given):
    return given["target_min"] is None and given["target_max"] is None


def ends_otherwise(given):
    """Whether a target has a date, which has passed, and no value: the reason of `OTHERWISE`."""
    due = due_of(given)
    return names_no_value(given) and due is not None and due.end <= collected_by(given)


def read_target(given):
    """A case as the keys of a target: a minimum, a maximum, both, an exact value, or (neither) words."""
    low, high, due = given["target_min"], given["target_max"], due_of(given)
    target = {"due": due.text if due else None, "value": high if low is None else low}
    if names_no_value(given):
        return target | {"kind": "text", "operator": None}
    if low is None or high is None:
        return target | {"operator": "<=" if low is None else ">="}
    return target | ({"operator": "="} if low == high else {"kind": "range", "high": high, "operator": None})


@pytest.mark.parametrize("case", cases(SET))
def test_vectors_of_the_status_of_a_result(case):
    given, due = case["input"], due_of(case["input"])
    limits = given["target_min"], given["target_max"]
    key, _rule = state_status(given["result"], *limits, due.end if due else None, collected_by(given))
    assert key == case["expected"]["status"]


@pytest.mark.parametrize("case", cases(SET))
def test_vectors_of_the_status_judged_from_evidence(make_target, make_indicator, case):
    given, due = case["input"], due_of(case["input"])
    target = make_target("cible", **read_target(given))
    known = due is not None and given["result"] is not None
    points = (Point(due, due.time("flow"), given["result"]),) if known else ()
    indicator = make_indicator(target, bounds=(None, None))
    verdict = METHOD.judge(Evidence("share", indicator, target, collected_by(given), points, None))
    assert verdict.key == ("not_available" if ends_otherwise(given) else case["expected"]["status"])


def test_vectors_that_we_judge_otherwise_are_listed_with_their_reason():
    assert {case["id"] for case in KEPT["cases"] if ends_otherwise(case["input"])} == set(OTHERWISE)
    assert all(OTHERWISE.values())


def test_vectors_of_status_are_all_read():
    assert len(KEPT["cases"]) == KEPT["n_cases"] == 33
    (source,) = KEPT["provenance"]
    assert source["repo"] == "TBS-EACPD/infobase"
    assert "Open Government Licence" in source["licence"]
